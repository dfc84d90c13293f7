"""Sources of a turn: which files a question is about, and what is found in them."""

from collections.abc import Generator, Sequence
from threading import Event
from typing import NamedTuple

from assistant.core.grounding import mentions
from assistant.core.grounding import retrieval as grounding
from assistant.core.grounding.catalog import catalog_answer
from assistant.core.grounding.retrieval import RetrievalScope
from assistant.core.ports.library import Library
from assistant.core.summarising.offers import whole_offer
from assistant.core.values.conversation import Conversation, Message
from assistant.core.values.events import Searching
from assistant.core.values.library import SearchResult


class Grounded(NamedTuple):
    """Retrieval for a question, before anything is cut to the window."""

    asked: str
    """What was searched for: the question without names of collections, with those of files."""
    where: RetrievalScope
    found: SearchResult | None
    """None where nothing was to be searched."""
    told: str = ""
    """The answer, where it takes no model."""


class TurnSources:
    """Looks into the user's files for a question."""

    def __init__(self, library: Library | None, *, fall_back: bool) -> None:
        self._library = library
        self._fall_back = fall_back

    def default(self, conversation: Conversation | None, question: str) -> RetrievalScope:
        """Default sources of a question; None is a new conversation."""
        if self._library is None:
            return grounding.NOWHERE
        collections = conversation.collections if conversation else None
        return grounding.default_scope(
            self._library, collections, question, fall_back=self._fall_back
        )

    def search(
        self, question: Message, history: Sequence[Message], where: RetrievalScope, stop: Event
    ) -> Generator[Searching, None, Grounded]:
        """Read the files that go with a question, else search those of the library for it."""
        asked = mentions.without_collections(question.asked, where.collections or ())
        asked = mentions.with_file_names(asked, question.attached)
        if self._library is None:
            return Grounded(question.asked, grounding.NOWHERE, None)
        if question.attached:
            yield Searching()
            read = grounding.read_attached(self._library, question.attached, stop)
            return Grounded(asked, grounding.NOWHERE, read)
        if where.collections == ():
            return Grounded(asked, where, None)
        told = catalog_answer(self._library, asked, where.collections) or whole_offer(
            self._library, asked, where.collections, follows=bool(history)
        )
        if told:
            return Grounded(asked, where, None, told)
        found = yield from grounding.search_when_read(self._library, asked, history, where, stop)
        return Grounded(asked, where, found)
