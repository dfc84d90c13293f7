"""Sources of a turn: the user's files searched for a question, and quoted in its prompt."""

from collections.abc import Callable, Generator, Sequence
from threading import Event

from assistant.core.grounding import retrieval
from assistant.core.grounding.catalog import catalog_answer
from assistant.core.grounding.followups import Antecedents
from assistant.core.grounding.scope import NOWHERE, GroundedQuestion, RetrievalScope
from assistant.core.ports.library import Library
from assistant.core.ports.messages import MessageStore
from assistant.core.ports.models import ChatModel
from assistant.core.summarising.excerpts import nearest_excerpts
from assistant.core.summarising.offers import whole_offer
from assistant.core.values.conversation import Message
from assistant.core.values.documents import Passage
from assistant.core.values.events import Retrieved, Searching
from assistant.core.values.library import Retrieval, SearchResult


class TurnSources:
    """The user's files in the turns of conversations."""

    def __init__(
        self, library: Library, store: MessageStore, wording: Callable[[], str] | None
    ) -> None:
        """`wording` is the template of questions with passages, see `compose_question`."""
        self._library = library
        self._store = store
        self._wording = wording

    def search(
        self,
        asked: str,
        attached: Sequence[str],
        history: Sequence[Message],
        where: RetrievalScope,
        stop: Event,
    ) -> Generator[Searching, None, GroundedQuestion]:
        """Read the files that go with a question, else search those of the library for it."""
        if attached:
            yield Searching()
            read = retrieval.read_attached(self._library, attached, stop)
            return GroundedQuestion(asked, NOWHERE, read)
        library = self._library
        told = catalog_answer(library, asked, where.collections) or whole_offer(
            library, asked, where.collections, follows=bool(history)
        )
        if told:
            return GroundedQuestion(asked, where, None, told)
        before = self._antecedents(history)
        found = yield from retrieval.search_when_read(library, asked, before, where, stop)
        return GroundedQuestion(asked, where, found)

    def preview(
        self,
        asked: str,
        attached: Sequence[str],
        history: Sequence[Message],
        where: RetrievalScope,
        stop: Event,
    ) -> SearchResult:
        """Search as the turn would, without waiting for files that are being read."""
        if attached:
            return retrieval.read_attached(self._library, attached, stop)
        return retrieval.search(self._library, asked, self._antecedents(history), where, stop)

    def _antecedents(self, history: Sequence[Message]) -> Antecedents:
        return Antecedents.of(history, self._store.retrieval)

    def excerpts(
        self, asked: str, attached: Sequence[str], window: int, stop: Event
    ) -> SearchResult:
        """Passages of attached files that are larger than the window of so many tokens."""
        return nearest_excerpts(self._library, attached, asked, window, stop)

    def nothing_found(self, found: SearchResult, where: RetrievalScope) -> str:
        """Answer without a model, where the files hold nothing about a question."""
        unread = retrieval.count_unread(self._library, where)
        return retrieval.nothing_found_text(found, where, unread)

    def compose(
        self,
        asked: str,
        attached: Sequence[str],
        found: SearchResult,
        model: ChatModel,
        room: int,
    ) -> tuple[str, tuple[Passage, ...]]:
        """Compose the question as the model reads it, and choose the passages that go with it.

        Args:
            room: tokens.

        Raises:
            ContextOverflowError: attached files do not fit.
        """
        template = self._wording() if self._wording else retrieval.TEMPLATE
        whole = attached and not found.excerpted
        fit = retrieval.fit_whole_files if whole else retrieval.fit_passages
        used = fit(asked, found.passages, model, room, template)
        return retrieval.compose_question(asked, used, template), used

    def store(self, answer: Message, event: Retrieved) -> None:
        """Store with an answer what was found for its question."""
        found = Retrieval(result=event.result, used=event.used, collections=event.collections)
        self._store.set_retrieval(answer.id, found)
