"""Loads what a conversation was given, and goes back where that cannot be used."""

import asyncio
from typing import TYPE_CHECKING

from assistant.core.errors import AssistantError
from assistant.core.models import Conversation

if TYPE_CHECKING:
    from assistant.tui.screens.chat import ChatScreen


async def load(screen: "ChatScreen", before: Conversation) -> None:
    """Bring the model that the conversation has now into memory, with its adapters.

    When that fails, the conversation goes on with what it had, and the reason is told.

    Args:
        before: the conversation before it was given them; it is the one that is shown.
    """
    now = await screen.desk.run(screen.desk.store.conversation, before.id)
    failure = await _loaded(screen, now)
    if failure is not None:
        await _stay(screen, before, now)
        screen.notice.fail(failure)
        # The engine let go of the former one to make room.
        screen.loading_model.start(before.model, before.adapters)


async def _loaded(screen: "ChatScreen", conversation: Conversation) -> AssistantError | None:
    """Bring a model into memory, with progress in the status line; what went wrong."""
    ended: asyncio.Future[AssistantError | None] = asyncio.get_running_loop().create_future()

    def settle(failure: AssistantError | None) -> None:
        if not ended.done():
            ended.set_result(failure)

    screen.loading_model.start(conversation.model, conversation.adapters, settle)
    return await ended


async def _stay(screen: "ChatScreen", before: Conversation, tried: Conversation) -> None:
    """Let a conversation go on with what it had, unless it was given something else meanwhile."""
    store = screen.desk.store
    now = await screen.desk.run(store.conversation, before.id)
    if _run_with(now) != _run_with(tried) or _run_with(now) == _run_with(before):
        return
    changes = await screen.desk.run(store.changes, before.id, limit=1)
    if changes and changes[0].kind in ("model", "adapters"):
        await screen.desk.run(store.undo, changes[0].number, conversation_id=before.id)
    await screen.desk.run(store.set_model, before.id, before.model)
    await screen.desk.run(store.set_adapters, before.id, before.adapters)
    await screen.session.refresh()


def _run_with(conversation: Conversation) -> tuple[object, ...]:
    return conversation.model, conversation.adapters
