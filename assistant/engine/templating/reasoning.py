"""What a model thinks before it answers, told apart from the answer by the markers around it."""

from collections.abc import Iterator
from typing import Final, NamedTuple


class Markers(NamedTuple):
    """What stands around a model's reasoning."""

    opening: str
    closing: str
    bare: str = ""
    """What stands before an answer without any."""


USUAL: Final = Markers("<think>", "</think>")
"""Of models whose template does not mention any."""

KNOWN: Final = (
    Markers(
        "<|channel|>analysis<|message|>",
        "<|end|><|start|>assistant<|channel|>final<|message|>",
        "<|channel|>final<|message|>",
    ),
    Markers("<|START_THINKING|>", "<|END_THINKING|>"),
    Markers("<seed:think>", "</seed:think>"),
    Markers("[THINK]", "[/THINK]"),
    Markers("◁think▷", "◁/think▷"),
    Markers("<unused94>thought", "<unused95>"),
    Markers("<thinking>", "</thinking>"),
    Markers("<reasoning>", "</reasoning>"),
    Markers("<thought>", "</thought>"),
    USUAL,
)


def markers_in(template: str, vocabulary: frozenset[str]) -> Markers | None:
    """The markers of a model that reasons; None for one that, as far as is told, does not.

    Args:
        template: the source of its chat template.
        vocabulary: its special and added tokens.
    """
    for markers in KNOWN:
        if markers.closing in template or {markers.opening, markers.closing} <= vocabulary:
            return markers
        if markers.bare and "<|channel|>" in vocabulary and "<|message|>" in vocabulary:
            return markers
    return None


def is_open(prompt: str, markers: Markers) -> bool:
    """Whether a prompt ends within reasoning, as where the template itself opens it."""
    return prompt.rstrip().endswith(markers.opening)


class Piece(NamedTuple):
    """Text of an answer, or of the reasoning before it."""

    text: str
    is_thought: bool


class ReasoningText:
    """Takes the text of an answer, marked reasoning at its beginning included, piece by piece."""

    def __init__(self, markers: Markers = USUAL, *, begun: bool = False) -> None:
        """Args:
        begun: the prompt has opened the reasoning already.
        """
        self._markers = markers
        self._held = ""
        self._state = "thinking" if begun else "beginning"
        self._trims = begun

    @property
    def is_thinking(self) -> bool:
        return self._state == "thinking"

    def skip(self) -> None:
        """Take all that comes for the answer."""
        self._state = "answering"

    def feed(self, text: str) -> Iterator[Piece]:
        """What can be shown by now; half a marker is held back."""
        self._held += text
        if self._state == "beginning":
            self._begin()
        if self._state == "thinking":
            yield from self._think()
        if self._state == "answering":
            yield from self._shown(self._take(len(self._held)), is_thought=False)

    def rest(self) -> Iterator[Piece]:
        """What was held back in vain."""
        yield from self._shown(self._take(len(self._held)), is_thought=self.is_thinking)

    def _begin(self) -> None:
        start = self._held.lstrip()
        opening, bare = self._markers.opening, self._markers.bare
        for marker, state in ((opening, "thinking"), (bare, "answering")):
            if marker and start.startswith(marker):
                self._held, self._state, self._trims = start[len(marker) :], state, True
                return
        if not (opening.startswith(start) or (bare and bare.startswith(start))):
            self._state = "answering"

    def _think(self) -> Iterator[Piece]:
        closing = self._markers.closing
        thought, found, after = self._held.partition(closing)
        if found:
            self._held = after
            yield from self._shown(thought, is_thought=True)
            self._state, self._trims = "answering", True
            return
        sizes = range(min(len(closing) - 1, len(self._held)), 0, -1)
        held = next((n for n in sizes if closing.startswith(self._held[-n:])), 0)
        yield from self._shown(self._take(len(self._held) - held), is_thought=True)

    def _take(self, size: int) -> str:
        taken, self._held = self._held[:size], self._held[size:]
        return taken

    def _shown(self, text: str, *, is_thought: bool) -> Iterator[Piece]:
        if self._trims:
            text = text.lstrip()
        if text:
            self._trims = False
            yield Piece(text, is_thought)
