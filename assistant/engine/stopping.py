"""Ending an answer at a text, for models without a token for it."""


class StopText:
    """Holds back what could become the stop text, so that none of it is ever shown."""

    def __init__(self, stop: str | None) -> None:
        self._stop = stop
        self._held = ""
        self.reached = False

    def feed(self, text: str) -> str:
        """What of the answer can be shown by now."""
        if not self._stop:
            return text
        self._held += text
        before, found, _ = self._held.partition(self._stop)
        if found:
            self.reached, self._held = True, ""
            return before
        held = self._longest_beginning()
        shown, self._held = (
            self._held[: len(self._held) - held],
            self._held[len(self._held) - held :],
        )
        return shown

    def rest(self) -> str:
        """What was held back in vain."""
        return self._held

    def _longest_beginning(self) -> int:
        assert self._stop
        longest = min(len(self._stop) - 1, len(self._held))
        sizes = range(longest, 0, -1)
        return next((n for n in sizes if self._stop.startswith(self._held[-n:])), 0)
