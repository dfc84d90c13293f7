"""Commands on the ways a conversation can go: forks, and one way beside another."""

from typing import TYPE_CHECKING

from assistant.core.branches import Parting, of_fork, parting
from assistant.core.models import Conversation
from assistant.core.ports import ConversationStore
from assistant.tui import text
from assistant.tui.actions.call import Call
from assistant.tui.actions.meaning import quoted
from assistant.tui.aside import aside
from assistant.tui.screens.comparing import CompareScreen

if TYPE_CHECKING:
    from assistant.tui.screens.chat import ChatScreen


async def fork(screen: "ChatScreen", call: Call) -> None:
    """Begin another conversation with everything down to the message."""
    if call.message is None:
        screen.say("There is nothing to fork yet.")
        return
    origin = screen.session.conversation
    forked = await screen.desk.run(screen.desk.store.fork, call.message.id)
    await screen.session.open(forked.id)
    await screen.browser.refresh()
    screen.prompt.focus()
    from_ = quoted(origin.title) if origin else text.NOTHING
    screen.notice.say(text.own("Goes on apart from "), from_, text.own(", which stays as it is."))


async def compare(screen: "ChatScreen", call: Call) -> None:
    """The versions of a message and what follows them, else a fork and its origin."""
    conversation = screen.session.conversation
    if conversation is None:
        screen.say("There is no conversation yet.")
    elif call.message is not None:
        await _compare_versions(screen, conversation.id, call.message.id)
    elif conversation.forked_from is not None:
        await _compare_with_origin(screen, conversation)
    else:
        screen.say("There is only one way yet: r, e and f on a message make others.")


async def _compare_versions(screen: "ChatScreen", conversation_id: str, message_id: str) -> None:
    found = await aside(_versions, screen.desk.store, conversation_id, message_id)
    if found is None:
        screen.say("There is only one version.")
        return
    names = [f"version {place}" for place in range(1, len(found.ways) + 1)]
    right = max(found.active, 1)
    dialog = CompareScreen(found, names, right - 1, right)
    chosen: int | None = await screen.app.push_screen_wait(dialog)
    if chosen is not None and chosen != found.active and screen.is_free():
        first = found.ways[chosen][0]
        await screen.desk.run(screen.desk.store.select, first.id)
        await screen.session.refresh()
        screen.transcript.focus_message(first.id)


async def _compare_with_origin(screen: "ChatScreen", fork: Conversation) -> None:
    assert fork.forked_from is not None
    origin, found = await aside(_origin, screen.desk.store, fork)
    names = [origin.title or "Untitled", fork.title or "Untitled"]
    chosen: int | None = await screen.app.push_screen_wait(CompareScreen(found, names, 0, 1))
    if chosen == 0:
        await screen.session.open(origin.id)


def _versions(store: ConversationStore, id: str, message_id: str) -> Parting | None:
    return parting(store.transcript(id), message_id)


def _origin(store: ConversationStore, fork: Conversation) -> tuple[Conversation, Parting]:
    origin = store.transcript(fork.forked_from or "")
    return origin.conversation, of_fork(origin, store.transcript(fork.id), fork.forked_at or "")


HANDLERS = {"fork": fork, "compare": compare}
