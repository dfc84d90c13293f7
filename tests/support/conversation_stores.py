"""The implementations of ConversationStore, and short ways to fill one."""

from collections.abc import Callable
from pathlib import Path

from assistant.core.ports.conversations import Clock, ConversationStore
from assistant.core.values.conversation import Message, Timings, Usage
from assistant.core.values.sampling import Sampling
from assistant.storage.conversations import SqliteConversations

Open = Callable[[], ConversationStore]

IMPLEMENTATIONS: dict[str, Callable[[Path, Clock], ConversationStore]] = {
    "sqlite": lambda home, clock: SqliteConversations(home / "chats.db", clock)
}

SAMPLING = Sampling(temperature=0, seed=7, max_tokens=100)
USAGE = Usage(prompt_tokens=12, cached_tokens=4, completion_tokens=3)
TIMINGS = Timings(prefill_ms=1.5, total_ms=20.25, tokens_per_second=61)


def ask(store: ConversationStore, conversation: str, text: str = "Why?") -> Message:
    branch = store.branch(conversation)
    return store.append(conversation, branch[-1].id if branch else None, "user", text)


def begin_answer(store: ConversationStore, question: Message) -> Message:
    return store.append(
        question.conversation_id,
        question.id,
        "assistant",
        "",
        state="streaming",
        model="starter",
        sampling=SAMPLING,
    )


def answer(store: ConversationStore, question: Message, text: str = "Because.") -> Message:
    begun = begin_answer(store, question)
    store.journal(begun.id, text)
    return store.finish(begun.id, "complete", stop_reason="end")


def texts(messages: list[Message]) -> list[str]:
    return [message.text for message in messages]
