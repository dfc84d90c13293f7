"""Stop texts: an answer ends before the first of them, and nothing of one is ever sent."""

from collections.abc import Sequence


class StopTexts:
    """Cuts an answer that comes in pieces."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = [text for text in texts if text]
        self._held = ""
        self.has_ended = False
        """Whether one of the texts has come."""

    def feed(self, piece: str) -> str:
        """Add a piece of the answer.

        Returns: what can be sent now; what may be the beginning of a stop text is held back.
        """
        if self.has_ended or not self._texts:
            return "" if self.has_ended else piece
        self._held += piece
        places = [at for text in self._texts if (at := self._held.find(text)) >= 0]
        if places:
            self.has_ended = True
            shown, self._held = self._held[: min(places)], ""
            return shown
        held = max(self._beginning(text) for text in self._texts)
        shown = self._held[: len(self._held) - held]
        self._held = self._held[len(shown) :]
        return shown

    def flush(self) -> str:
        """What is still held back when the answer is over."""
        shown, self._held = self._held, ""
        return shown

    def _beginning(self, text: str) -> int:
        """How many characters at the end may begin `text`."""
        sizes = range(min(len(text) - 1, len(self._held)), 0, -1)
        return next((size for size in sizes if text.startswith(self._held[-size:])), 0)
