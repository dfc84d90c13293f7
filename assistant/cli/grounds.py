"""What a stored message rests on: files that came with it, passages that bear it out, and what
became of their files since."""

from collections.abc import Mapping
from threading import Event
from typing import Any, NamedTuple

from assistant.cli.sources import Sourced, lines_of
from assistant.core.citations import Annotated
from assistant.core.freshness import CHANGED, GONE, Freshness
from assistant.core.library import Retrieval
from assistant.core.models import Message
from assistant.core.ports import ConversationStore

SINCE = {"": "unchanged", CHANGED: "changed", GONE: "gone"}
"""What became of a source, as other programs get it."""


class Grounds(NamedTuple):
    """What the user's files had to do with a message."""

    retrieval: Retrieval | None
    became: Mapping[str, str]
    """What became of its sources since, by path; nothing of those that are what they were."""


def grounds_of(store: ConversationStore, message: Message) -> Grounds:
    """A stat for each file that is cited; its bytes are read where that is needed to be sure."""
    if message.role != "assistant":
        return Grounds(None, {})
    cited = {(citation.path, citation.content_hash) for citation in message.citations}
    return Grounds(store.retrieval(message.id), Freshness().look(sorted(cited), Event()))


def as_fields(message: Message, grounds: Grounds) -> dict[str, Any]:
    """As other programs get it; offsets are those of the message's text."""
    retrieval = grounds.retrieval
    answer = Annotated(message.text, message.citations)
    sourced = Sourced.of(answer, checked=bool(retrieval and retrieval.used))
    return {
        "attached": list(message.attached),
        "searched": _searched(retrieval) if retrieval else None,
        "citations": [
            {**citation, "source": SINCE[grounds.became.get(citation["path"], "")]}
            for citation in sourced.citations
        ],
        "sentences": sourced.sentences,
    }


def as_lines(message: Message, grounds: Grounds) -> list[str]:
    """For a person, below the message."""
    attached = [f"attached: {path}" for path in message.attached]
    return [*attached, *lines_of(message.citations, grounds.became)]


def _searched(retrieval: Retrieval) -> dict[str, Any]:
    """Where an answer was looked for, and what the model read of what was found."""
    scope = retrieval.collections
    return {
        "collections": None if scope is None else list(scope),
        "passages": retrieval.result.searched,
        "evidence": round(retrieval.result.evidence, 4),
        "read": [
            {"number": number, "path": passage.path, "title": passage.title}
            for number, passage in enumerate(retrieval.used, 1)
        ],
    }
