"""Reasoning text: what a model thinks before it answers, split off by the markers around it."""

from collections.abc import Iterator
from typing import Final, NamedTuple


class ReasoningMarkers(NamedTuple):
    """The markers around a model's reasoning."""

    opening: str
    closing: str
    bare: str = ""
    """What stands before an answer without any."""


USUAL_MARKERS: Final = ReasoningMarkers("<think>", "</think>")
"""Of models whose template does not mention any."""

KNOWN_MARKERS: Final = (
    ReasoningMarkers(
        "<|channel|>analysis<|message|>",
        "<|end|><|start|>assistant<|channel|>final<|message|>",
        "<|channel|>final<|message|>",
    ),
    ReasoningMarkers("<|channel>thought", "<channel|>"),
    ReasoningMarkers("<|START_THINKING|>", "<|END_THINKING|>"),
    ReasoningMarkers("<seed:think>", "</seed:think>"),
    ReasoningMarkers("[THINK]", "[/THINK]"),
    ReasoningMarkers("◁think▷", "◁/think▷"),
    ReasoningMarkers("<unused94>thought", "<unused95>"),
    ReasoningMarkers("<thinking>", "</thinking>"),
    ReasoningMarkers("<reasoning>", "</reasoning>"),
    ReasoningMarkers("Here are my reasoning steps:", "[BEGIN FINAL RESPONSE]"),
    ReasoningMarkers("<thought>", "</thought>"),
    USUAL_MARKERS,
)


def is_reasoning_open(prompt: str, markers: ReasoningMarkers) -> bool:
    """Whether a prompt ends within reasoning, as where the template itself opens it."""
    return prompt.rstrip().endswith(markers.opening)


class AnswerPiece(NamedTuple):
    """Text of an answer, or of the reasoning before it."""

    text: str
    is_thought: bool


class ReasoningText:
    """Splits the text of an answer, piece by piece, into reasoning and answer."""

    def __init__(
        self,
        markers: ReasoningMarkers = USUAL_MARKERS,
        *,
        begun: bool = False,
        goes_on: bool = False,
    ) -> None:
        """Args:
        begun: the prompt has opened the reasoning already.
        goes_on: it holds some of it, too.
        """
        self._markers = markers
        self._held = ""
        self._state = "thinking" if begun else "beginning"
        self._trims = begun and not goes_on

    @property
    def is_thinking(self) -> bool:
        return self._state == "thinking"

    @property
    def is_beginning(self) -> bool:
        """Whether nothing of the answer has come yet, so that it may still begin with reasoning."""
        return self._state == "beginning"

    def skip(self) -> None:
        """Count all that follows as the answer."""
        self._state = "answering"

    def feed(self, text: str) -> Iterator[AnswerPiece]:
        """Add text, and yield what can be shown by now; half a marker is held back."""
        self._held += text
        state = ""
        # Behind a block of thoughts another one may begin.
        while state != self._state:
            state = self._state
            if state == "beginning":
                self._begin()
            elif state == "thinking":
                yield from self._think()
        if self._state == "answering":
            yield from self._pieces(self._consume(len(self._held)), is_thought=False)

    def flush(self) -> Iterator[AnswerPiece]:
        """Yield what is still held back, at the end of an answer."""
        yield from self._pieces(self._consume(len(self._held)), is_thought=self.is_thinking)

    def _begin(self) -> None:
        start = self._held.lstrip()
        opening, bare = self._markers.opening, self._markers.bare
        for marker, state in ((opening, "thinking"), (bare, "answering")):
            if marker and start.startswith(marker):
                self._held, self._state, self._trims = start[len(marker) :], state, True
                return
        if not (opening.startswith(start) or (bare and bare.startswith(start))):
            self._state = "answering"

    def _think(self) -> Iterator[AnswerPiece]:
        closing = self._markers.closing
        thought, found, after = self._held.partition(closing)
        if found:
            self._held = after
            yield from self._pieces(thought, is_thought=True)
            self._state, self._trims = "beginning", True
            return
        sizes = range(min(len(closing) - 1, len(self._held)), 0, -1)
        held = next((n for n in sizes if closing.startswith(self._held[-n:])), 0)
        yield from self._pieces(self._consume(len(self._held) - held), is_thought=True)

    def _consume(self, size: int) -> str:
        taken, self._held = self._held[:size], self._held[size:]
        return taken

    def _pieces(self, text: str, *, is_thought: bool) -> Iterator[AnswerPiece]:
        if self._trims:
            text = text.lstrip()
        if text:
            self._trims = False
            yield AnswerPiece(text, is_thought)
