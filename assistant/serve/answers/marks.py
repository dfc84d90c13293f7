"""Citation marks of an answer while it is written: each sentence is checked when it is complete.

What has been sent cannot be taken back, so a mark goes out right behind its sentence, and nothing
goes out before a sentence is borne out: where none is, what the files say comes first. Marks that
the model wrote itself are taken away before.
"""

from collections.abc import Sequence
from typing import Final

from assistant.core.errors import LibraryError, ModelError
from assistant.core.grounding.citations import (
    Check,
    CitedAnswer,
    annotated,
    check_answer,
    is_borne_out,
    mark_of,
    sentences_of,
)
from assistant.core.grounding.unconfirmed import StreamedMarks
from assistant.core.sanitize import one_line
from assistant.core.values.conversation import Citation
from assistant.core.values.documents import Passage
from assistant.core.values.library import NearestSentence

MAX_SAYING = 400
"""Characters of a sentence that is quoted for an answer that nothing bears out."""

MODEL_WROTE: Final = "What the model wrote, not supported by your files:"
"""Stands between what the files say and such an answer."""


class MarkedAnswer:
    """An answer from passages, with its marks."""

    def __init__(self, check: Check, *, has_form: bool = False) -> None:
        """Args:
        check: asked what the passages say to sentences.
        has_form: whether the answer has a form that marks would break: it is sent as it is.
        """
        self.passages: tuple[Passage, ...] = ()
        """What the answer is checked against."""
        self.saying: NearestSentence | None = None
        """What the passages say to the question, as long as they bear out no sentence."""
        self.has_form = has_form
        self._check = check
        self._written = ""
        """By the model, without its own marks; of an answer with citations of its own, all."""
        self._unmarked = StreamedMarks()
        self._checked = 0
        """Up to where the sentences of it are checked."""
        self._done = 0
        """Up to where it is part of what was sent."""
        self._text = ""
        """As it is sent: with its marks."""
        self._sent = 0
        """Characters of it that were given out."""
        self._citations: list[Citation] = []
        self._waits = False
        self._is_held = True
        """Whether nothing is given out yet, as what the files say may have to come first."""

    @property
    def answer(self) -> CitedAnswer:
        """All that is sent, with the citations of it."""
        return CitedAnswer(self._text, tuple(self._citations))

    def wait_for_citations(self) -> None:
        """From here on the text is sent when its citations are given by `cite`."""
        self._waits, self._is_held = True, False

    def cite(self, citations: Sequence[Citation]) -> str:
        """Give the citations of all that is written so far. Returns: what can be sent now."""
        if self.has_form:
            self._citations = [*citations]
            return ""
        marked = annotated(self._written, citations)
        self._done = len(self._written)
        self._text, self._citations = marked.text, [*marked.citations]
        return self._unsent()

    def feed(self, piece: str) -> str:
        """Add a piece of the answer. Returns: what can be sent now."""
        if self._waits:
            self._written += piece
            return ""
        if not self.passages or self.has_form:
            self._is_held = False
            self._text += piece
            return self._unsent()
        self._written += self._unmarked.feed(piece)
        self._mark_sentences()
        self._add_up_to(len(self._written.rstrip()))
        return self._unsent()

    def flush(self) -> str:
        """The answer is over. Returns: what is left to send, but for what waits for `end`."""
        if self.passages and not self._waits and not self.has_form:
            self._written += self._unmarked.end()
            self._mark_sentences(is_last=True)
        self._add_up_to(len(self._written))
        return self._unsent()

    def end(self, saying: NearestSentence | None) -> str:
        """The answer is checked as a whole.

        Args:
            saying: what the files say to the question, where they do not bear out the answer. It
                comes first, unless a sentence was borne out alone.

        Returns: what is left to send.
        """
        if saying is not None and not self.has_form:
            self._add_saying(saying)
        self._is_held = False
        return self._unsent()

    def _add_saying(self, saying: NearestSentence) -> None:
        passage = self.passages[saying.number - 1]
        before = "\n\n" if self._sent else ""
        quoted = f"{before}Your files say: “{one_line(saying.text, MAX_SAYING)}”"
        citation = Citation(
            number=saying.number,
            strength="verbatim",
            start=len(before),
            end=0,
            path=passage.path,
            title=passage.title,
            place=passage.place,
            quote=saying.text,
            quote_start=passage.start + max(passage.text.find(saying.text), 0),
            content_hash=passage.content_hash,
        )
        quoted += mark_of(citation)
        citation = citation.model_copy(update={"end": len(quoted)})
        if self._sent:
            self._citations.append(_moved(citation, len(self._text)))
            self._text += quoted
            return
        if self._text.strip():
            quoted += f"\n\n{MODEL_WROTE}\n\n"
        self._citations = [citation, *(_moved(each, len(quoted)) for each in self._citations)]
        self._text = quoted + self._text

    def _mark_sentences(self, *, is_last: bool = False) -> None:
        """Check the sentences that are complete, and add them, with their marks behind them."""
        end = len(self._written.rstrip())
        for sentence in sentences_of(self._written):
            if sentence.start < self._checked or (sentence.end == end and not is_last):
                continue
            self._checked = sentence.end
            try:
                checked = check_answer(sentence.text, self.passages, self._check)
            except (LibraryError, ModelError):
                # Nothing will be said of what cannot be checked.
                self._is_held = False
                continue
            if is_borne_out(checked.citations) or checked.nearest is None:
                self._is_held = False
            self.saying = checked.nearest if self._is_held else None
            for citation in checked.citations[:1]:
                self._add_up_to(sentence.end)
                start = len(self._text) - (sentence.end - sentence.start)
                self._text += mark_of(citation)
                places = {"start": start, "end": len(self._text)}
                self._citations.append(citation.model_copy(update=places))

    def _add_up_to(self, end: int) -> None:
        self._text += self._written[self._done : end]
        self._done = max(self._done, end)

    def _unsent(self) -> str:
        """What can be given out now."""
        if self._is_held:
            return ""
        unsent, self._sent = self._text[self._sent :], len(self._text)
        return unsent


def _moved(citation: Citation, by: int) -> Citation:
    places = {"start": citation.start + by, "end": citation.end + by}
    return citation.model_copy(update=places)
