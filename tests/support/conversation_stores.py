"""The implementations of ConversationStore, and short ways to fill one."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from assistant.core.ports.conversations import Clock, ConversationStore
from assistant.core.ports.messages import MessageStore
from assistant.core.values.conversation import (
    Conversation,
    ConversationSummary,
    Message,
    Timings,
    Usage,
)
from assistant.core.values.sampling import Sampling
from assistant.storage.conversations import SqliteConversations
from tests.support.fake_conversations.shelf import Shelf
from tests.support.fake_conversations.store import FakeConversations

Open = Callable[[], ConversationStore]
"""Opens the same conversations, as often as wanted: every call is another window."""


class TemporaryConversations(SqliteConversations):
    """Those of SQLite in memory: every one is temporary. They belong to one window."""

    def create(self, **given: Any) -> Conversation:
        return super().create(**{**given, "temporary": True})

    def conversations(self, **wanted: Any) -> list[ConversationSummary]:
        return super().conversations(**{**wanted, "temporary": True})


def _on_disk(home: Path, clock: Clock) -> Open:
    return partial(SqliteConversations, home / "chats.db", clock)


def _in_memory(home: Path, clock: Clock) -> Open:
    store = TemporaryConversations(home / "chats.db", clock)
    return lambda: store


def _fake(_: Path, clock: Clock) -> Open:
    return partial(FakeConversations, Shelf(), clock)


IMPLEMENTATIONS: dict[str, Callable[[Path, Clock], Open]] = {
    "disk": _on_disk,
    "memory": _in_memory,
    "fake": _fake,
}

LISTED = pytest.mark.parametrize("implementation", ["disk", "fake"], indirect=True)
"""For what temporary conversations do not have: other windows, a search, a place in the trash."""

SAMPLING = Sampling(temperature=0, seed=7, max_tokens=100)
USAGE = Usage(prompt_tokens=12, cached_tokens=4, completion_tokens=3)
TIMINGS = Timings(prefill_ms=1.5, total_ms=20.25, tokens_per_second=61)


def ask(store: MessageStore, conversation: str, text: str = "Why?") -> Message:
    branch = store.branch(conversation)
    return store.append(conversation, branch[-1].id if branch else None, "user", text)


def begin_answer(store: MessageStore, question: Message) -> Message:
    return store.append(
        question.conversation_id,
        question.id,
        "assistant",
        "",
        state="streaming",
        model="starter",
        sampling=SAMPLING,
    )


def answer(store: MessageStore, question: Message, text: str = "Because.") -> Message:
    begun = begin_answer(store, question)
    store.journal(begun.id, text)
    return store.finish(begun.id, "complete", stop_reason="end")


def texts(messages: list[Message]) -> list[str]:
    return [message.text for message in messages]
