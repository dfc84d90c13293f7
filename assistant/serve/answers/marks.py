"""Citation marks of an answer while it is written: each sentence is checked when it is complete.

What has been sent cannot be taken back, so a mark goes out right behind its sentence. Marks that
the model wrote itself are taken away before.
"""

from collections.abc import Sequence
from contextlib import suppress

from assistant.core.errors import LibraryError, ModelError
from assistant.core.grounding.citations import (
    Check,
    CitedAnswer,
    annotated,
    check_answer,
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


class MarkedAnswer:
    """An answer from passages, with its marks."""

    def __init__(self, check: Check) -> None:
        """`check` is asked what the passages say to sentences."""
        self.passages: tuple[Passage, ...] = ()
        """What the answer is checked against."""
        self._check = check
        self._written = ""
        """By the model, without its own marks; of an answer with citations of its own, all."""
        self._unmarked = StreamedMarks()
        self._checked = 0
        """Up to where the sentences of it are checked."""
        self._done = 0
        """Up to where it is part of what was sent."""
        self._sent = ""
        self._citations: list[Citation] = []
        self._waits = False

    @property
    def answer(self) -> CitedAnswer:
        """All that was sent, with the citations of it."""
        return CitedAnswer(self._sent, tuple(self._citations))

    def wait_for_citations(self) -> None:
        """From here on the text is sent when its citations are given by `cite`."""
        self._waits = True

    def cite(self, citations: Sequence[Citation]) -> str:
        """Give the citations of all that is written so far. Returns: what can be sent now."""
        marked = annotated(self._written, citations)
        unsent, self._done = marked.text[len(self._sent) :], len(self._written)
        self._sent, self._citations = self._sent + unsent, [*marked.citations]
        return unsent

    def feed(self, piece: str) -> str:
        """Add a piece of the answer. Returns: what can be sent now."""
        if self._waits:
            self._written += piece
            return ""
        if not self.passages:
            return self._send(piece)
        self._written += self._unmarked.feed(piece)
        return self._marked_sentences() + self._send_up_to(len(self._written.rstrip()))

    def flush(self) -> str:
        """The answer is over. Returns: what is left to send."""
        marked = ""
        if self.passages and not self._waits:
            self._written += self._unmarked.end()
            marked = self._marked_sentences(is_last=True)
        return marked + self._send_up_to(len(self._written))

    def add_saying(self, saying: NearestSentence) -> str:
        """Add what the files say to the question, where they do not bear out the answer.

        Returns: what can be sent now.
        """
        passage = self.passages[saying.number - 1]
        before = self._send("\n\n" if self._sent else "")
        text = f"Your files say: “{one_line(saying.text, MAX_SAYING)}”"
        citation = Citation(
            number=saying.number,
            strength="verbatim",
            start=len(self._sent),
            end=0,
            path=passage.path,
            title=passage.title,
            place=passage.place,
            quote=saying.text,
            quote_start=passage.start + max(passage.text.find(saying.text), 0),
            content_hash=passage.content_hash,
        )
        return before + self._send(text) + self._send_mark(citation)

    def _marked_sentences(self, *, is_last: bool = False) -> str:
        """Check the sentences that are complete. Returns: them, with their marks behind them."""
        end, sent = len(self._written.rstrip()), ""
        for sentence in sentences_of(self._written):
            if sentence.start < self._checked or (sentence.end == end and not is_last):
                continue
            self._checked = sentence.end
            with suppress(LibraryError, ModelError):
                for citation in check_answer(sentence.text, self.passages, self._check).citations[
                    :1
                ]:
                    sent += self._send_up_to(sentence.end)
                    start = len(self._sent) - (sentence.end - sentence.start)
                    sent += self._send_mark(citation.model_copy(update={"start": start}))
        return sent

    def _send_up_to(self, end: int) -> str:
        text = self._written[self._done : end]
        self._done = max(self._done, end)
        return self._send(text)

    def _send(self, text: str) -> str:
        self._sent += text
        return text

    def _send_mark(self, citation: Citation) -> str:
        mark = self._send(mark_of(citation))
        self._citations.append(citation.model_copy(update={"end": len(self._sent)}))
        return mark
