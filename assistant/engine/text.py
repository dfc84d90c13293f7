"""Token pieces to text: whole characters only, and nothing after the text that ends an answer."""

import codecs


class AnswerText:
    """Takes the bytes of one token after the other and says what can be shown by now."""

    def __init__(self, stop: str | None = None, *, trim: bool = False) -> None:
        """Args:
        stop: ends the answer, for models without a token for that; never shown.
        trim: drop a space before the first word, which some vocabularies always put there.
        """
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stop = stop
        self._trim = trim
        self._held = ""
        self.ended = False
        """Whether the stop text was reached."""

    def feed(self, piece: bytes) -> str:
        """What this token makes ready to be shown; often "" in the middle of a character."""
        text = self._decoder.decode(piece)
        if self._trim and text:
            text, self._trim = text.removeprefix(" "), False
        return self._before_stop(text) if self._stop else text

    def rest(self) -> str:
        """What was held back in vain; half a character at the very end is dropped."""
        return self._held

    def _before_stop(self, text: str) -> str:
        assert self._stop
        self._held += text
        before, found, _ = self._held.partition(self._stop)
        if found:
            self.ended, self._held = True, ""
            return before
        sizes = range(min(len(self._stop) - 1, len(self._held)), 0, -1)
        held = next((n for n in sizes if self._stop.startswith(self._held[-n:])), 0)
        shown = self._held[: len(self._held) - held]
        self._held = self._held[len(shown) :]
        return shown
