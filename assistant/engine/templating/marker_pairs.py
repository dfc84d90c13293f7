"""Marker pairs: the text that begins thoughts, found by the one that ends them."""

import re
from typing import Final

from assistant.engine.templating.reasoning import KNOWN_MARKERS, ReasoningMarkers
from assistant.engine.templating.role_markers import marker_texts

PAIRED_WORDS: Final = (
    ("</", "<"),
    ("[/", "["),
    ("◁/", "◁"),
    ("<|/", "<|"),
    ("END", "START"),
    ("end", "begin"),
    ("close", "open"),
    ("suffix", "prefix"),
)
"""How the text that ends thoughts differs from the one that begins them."""

_MIRRORED: Final = re.compile(r"<([^<>|\s]+)\|>")
"""It ends what `<|this>` begins."""

MAX_NAME: Final = 32
"""Characters that may stand within a marker of two parts, such as the name of a channel."""


def opening_for(closing: str) -> str:
    """The text that begins thoughts, by what is written behind them."""
    return opening_of(next(iter(marker_texts(closing)), closing.strip()))


def opening_of(closing: str) -> str:
    """The text that begins thoughts, by the one that ends them."""
    if mirrored := _MIRRORED.fullmatch(closing):
        return f"<|{mirrored[1]}>"
    return next(
        (closing.replace(last, first, 1) for last, first in PAIRED_WORDS if last in closing), ""
    )


def empty_block(rest: str) -> tuple[str, str] | None:
    """What stands around thoughts in a text that holds none between two markers."""
    tags = list(marker_texts(rest))
    if len(tags) < 2:
        return None
    first, second = rest.index(tags[0]) + len(tags[0]), rest.rindex(tags[1])
    between = rest[first:second]
    if second < first or len(between) > MAX_NAME:
        return None
    cut = first + len(between.rstrip()) + (len(between) - len(between.rstrip()) + 1) // 2
    return rest[:cut], rest[cut:]


def known_by(opening: str, closing: str) -> ReasoningMarkers:
    """The markers that begin with this opening: of a channel, the name belongs to it."""
    for markers in KNOWN_MARKERS:
        if markers.closing == closing and markers.opening.startswith(opening):
            return markers
    return ReasoningMarkers(opening, closing)
