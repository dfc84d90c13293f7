"""What the user's files say to a question: found, judged, and cut to what fits the prompt."""

from collections.abc import Sequence
from threading import Event

from assistant.core import sources
from assistant.core.documents import Passage
from assistant.core.library import SearchResult
from assistant.core.models import ChatMessage, Message, Value
from assistant.core.ports import ChatModel, Library

MOST = 4
"""Passages in a prompt. A small model is confused by more, and each has to be read."""

FAR_BELOW = 0.4
"""Of the best passage's score: what scores less than that only distracts from it."""

SHARE = 0.5
"""Of the room for the prompt that passages may take."""


class Sources(Value):
    """Where a question is looked for in the user's files."""

    collections: tuple[str, ...] | None = None
    """None is everywhere."""
    only: bool = False
    """Whether to say so, instead of answering without them, when the files do not speak to it."""


def search(
    library: Library, question: str, history: Sequence[Message], where: Sources, stop: Event
) -> SearchResult:
    """The passages for a question.

    "And how much does it cost?" says little on its own: when it finds nothing, it is searched
    again together with the question before it.
    """
    found = library.search(question, where.collections, MOST, stop)
    before = next((m.text for m in reversed(history) if m.role == "user"), None)
    if found.sufficient or before is None or stop.is_set():
        return found
    together = library.search(f"{before}\n{question}", where.collections, MOST, stop)
    return together if together.sufficient else found


def fit(
    question: str, passages: Sequence[Passage], model: ChatModel, room: int
) -> tuple[Passage, ...]:
    """The best passages, as many as fit beside the rest of a prompt of `room` tokens."""
    best = max((passage.score for passage in passages), default=0.0)
    near = [passage for passage in passages if passage.score >= best * FAR_BELOW][:MOST]
    while near:
        content = sources.compose(question, near)
        if model.measure([ChatMessage(role="user", content=content)]).total <= room * SHARE:
            break
        near.pop()
    return tuple(near)


def silence(result: SearchResult, where: Sources) -> str:
    """What is said instead of an answer when the files do not speak to the question."""
    place = "your files" if where.collections is None else ", ".join(where.collections)
    count = f"{result.searched:,} passage{'' if result.searched == 1 else 's'}"
    return f"I found nothing about this in {place} ({count} searched)."
