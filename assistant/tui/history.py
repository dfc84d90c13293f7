"""The questions asked before, to be walked through like a shell's."""


class History:
    """Remembers questions and where in them one is."""

    def __init__(self) -> None:
        self._questions: dict[str, None] = {}
        self._place = 0
        self._unsent = ""

    def remember(self, *questions: str) -> None:
        """Add questions, the last one as the newest; the walk begins anew."""
        for question in questions:
            self._questions.pop(question, None)
            self._questions[question] = None
        self._place = len(self._questions)

    def walk(self, step: int, current: str) -> str | None:
        """The question `step` further; None at the ends. `current` is what is typed now."""
        place = self._place + step
        if not 0 <= place <= len(self._questions):
            return None
        if self._place == len(self._questions):
            self._unsent = current
        self._place = place
        return list(self._questions)[place] if place < len(self._questions) else self._unsent
