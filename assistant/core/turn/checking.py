"""Check of an answer at the end of its turn: citations, and what the files say otherwise."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from assistant.core.errors import LibraryError, ModelError
from assistant.core.grounding import citations
from assistant.core.ports.library import Library
from assistant.core.ports.messages import MessageStore
from assistant.core.turn.outcome import TurnOutcome
from assistant.core.values.conversation import Message
from assistant.core.values.documents import Passage
from assistant.core.values.library import NearestSentence


class AnswerReview:
    """Checks answers against the passages that were read for them."""

    def __init__(self, store: MessageStore, library: Library | None) -> None:
        self._store = store
        self._library = library

    def run(self, answer: Message, outcome: TurnOutcome) -> None:
        """Check the stored text of an answer; the outcome gets its citations.

        What the files say to the question is stored where they do not bear out a whole answer of
        the model; what the user wrote is never put behind it.
        """
        checked = self._citations(answer, outcome.used)
        outcome.citations = checked.citations
        is_whole = outcome.state == "complete" and not answer.edited
        if is_whole and not citations.is_borne_out(checked.citations):
            outcome.saying = self._store_saying(answer, outcome.used, checked.nearest)

    def _citations(self, answer: Message, used: Sequence[Passage]) -> citations.CheckedAnswer:
        """Check an answer against the passages; where that fails it is kept without citations."""
        unchecked = citations.CheckedAnswer((), None)
        if self._library is None or not used:
            return unchecked
        text = self._store.message(answer.id).text
        question = self._store.message(answer.parent_id).asked if answer.parent_id else ""
        with suppress(LibraryError, ModelError):
            check = partial(self._library.check, question=question)
            return citations.check_answer(text, used, check)
        return unchecked

    def _store_saying(
        self, answer: Message, used: Sequence[Passage], saying: NearestSentence | None
    ) -> NearestSentence | None:
        """Store what the files say to the question, when they do not bear out the answer."""
        retrieval = self._store.retrieval(answer.id) if used else None
        if retrieval is not None:
            self._store.set_retrieval(answer.id, retrieval.model_copy(update={"saying": saying}))
        return saying
