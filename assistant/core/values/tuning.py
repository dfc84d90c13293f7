"""Tuning: measurements of what makes a model fastest on this machine, and what was chosen."""

from datetime import datetime
from typing import Final, Literal

from assistant.core.values.base import Value
from assistant.core.values.events import Loading
from assistant.language.messages import N_, _, ngettext

Contest = Literal["layers", "attention", "writing", "reading", "batch"]
"""What is compared: layers on graphics cards, whether these use flash attention (1) or not (0),
threads while an answer is written, threads while a prompt is read, or tokens of a prompt that are
computed together. The first two take part only where a card computes."""

CONTEST_TITLES: Final[dict[Contest, str]] = {
    "layers": N_("on the card"),
    "attention": N_("flash attention"),
    "writing": "writing",
    "reading": "reading",
    "batch": N_("at once"),
}
"""Contests as people are shown them."""


class CandidateMeasured(Value):
    """One candidate was measured once more."""

    kind: Literal["tried"] = "tried"
    contest: Contest
    value: int
    usual: bool
    """Whether it is what holds without a measurement."""
    speed: float
    """Tokens per second."""
    done: int
    """Measurements so far."""
    total: int


class ContestOutcome(Value):
    """Result of a contest."""

    contest: Contest
    usual: int
    best: int
    """The usual one, where none is faster by more than the noise."""
    gain: float = 0
    """How much faster the best is than the usual: 0.1 is a tenth."""
    noise: float = 0
    """By how much the comparison swayed from round to round, likewise."""
    speed: float = 0
    """Of the best, in tokens per second."""


class Tuning(Value):
    """Tuning of a model, as remembered."""

    measured: datetime
    outcomes: tuple[ContestOutcome, ...]


class Tuned(Value):
    """The measurement has ended and is remembered."""

    kind: Literal["tuned"] = "tuned"
    model: str
    tuning: Tuning


Trying = Loading | CandidateMeasured | Tuned


class TunedOption(Value):
    """One of the values that a model is run with."""

    contest: Contest
    value: int
    origin: Literal["your settings", "assistant bench", "default"]


def candidate_text(contest: Contest, value: int) -> str:
    """`1 thread`, `512 tokens`, `33 layers`, `on`."""
    if contest == "attention":
        return _("on") if value else _("off")
    if contest == "batch":
        return ngettext("{n} token", "{n} tokens", value, n=value)
    if contest == "layers":
        return ngettext("{n} layer", "{n} layers", value, n=value)
    return ngettext("{n} thread", "{n} threads", value, n=value)
