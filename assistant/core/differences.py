"""Which words two texts do not share, in order.

Words are compared, white space aside. Texts that have little in common are told as different
throughout: marks on every other word help nobody.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final, NamedTuple

from assistant.core.locating import Span

ALIKE: Final = 0.3
"""The share of words in common below which two texts are different throughout."""
MOST_WORDS: Final = 4_000
"""Of both texts together that are compared word by word; longer texts by their lines."""

_WORD = re.compile(r"\w+|[^\w\s]")
_LINE = re.compile(r"[^\n]*\S[^\n]*")


class Differences(NamedTuple):
    """Spans of characters that the other text does not have."""

    left: Sequence[Span]
    right: Sequence[Span]
    throughout: bool = False
    """Whether the texts have too little in common for spans."""


def differences(left: str, right: str) -> Differences:
    """Compare two texts. Takes some 100 ms for the longest ones."""
    if left == right:
        return Differences((), ())
    pattern = _WORD
    first, second = _parts(pattern, left), _parts(pattern, right)
    if len(first) + len(second) > MOST_WORDS:
        pattern = _LINE
        first, second = _parts(pattern, left), _parts(pattern, right)
    matcher = SequenceMatcher(
        None, [part[0] for part in first], [part[0] for part in second], autojunk=False
    )
    if matcher.quick_ratio() < ALIKE or matcher.ratio() < ALIKE:
        return Differences((), (), throughout=True)
    ours: list[Span] = []
    theirs: list[Span] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            ours += _span(first, a, b)
            theirs += _span(second, c, d)
    return Differences(_joined(left, ours), _joined(right, theirs))


def _parts(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    return list(pattern.finditer(text))


def _span(parts: Sequence[re.Match[str]], first: int, end: int) -> list[Span]:
    return [Span(parts[first].start(), parts[end - 1].end())] if end > first else []


def _joined(text: str, spans: Sequence[Span]) -> list[Span]:
    """Neighbours with nothing but white space between them are one."""
    joined: list[Span] = []
    for span in spans:
        if joined and not text[joined[-1].end : span.start].strip():
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined
