"""Limits of rich drawing: how much of a text is drawn as Markdown, the rest plain and folded.

Drawing is work of the one thread that also reads the keys. The limits keep the longest answer
below a fifth of a second.
"""

from typing import Final

MAX_RICH_CHARACTERS: Final = 65_536
MAX_PARAGRAPH_CHARACTERS: Final = 16_384
"""Characters without a blank line between them."""
MAX_UNITS: Final = 400
"""Lines of text and cells of tables; a block of code counts as four and its lines as halves."""

_FENCES = ("```", "~~~")
_FENCE_UNITS: Final = 4.0
_CODE_LINE_UNITS: Final = 0.5
_MAX_LINE_CHARACTERS: Final = 400
"""Characters of a line that are looked at."""


def rich_length(source: str) -> int:
    """Length of the beginning that is drawn richly: whole lines, if there are."""
    units = 0.0
    offset = paragraph = 0
    in_code = False
    while offset < len(source):
        end = source.find("\n", offset) + 1 or len(source)
        line = source[offset : min(end, offset + _MAX_LINE_CHARACTERS)].strip()
        if line.startswith(_FENCES):
            in_code = not in_code
            units += _FENCE_UNITS if in_code else 0
        else:
            units += _CODE_LINE_UNITS if in_code else _units(line)
        if not line:
            paragraph = end
        limit = min(
            MAX_RICH_CHARACTERS,
            MAX_RICH_CHARACTERS if in_code else paragraph + MAX_PARAGRAPH_CHARACTERS,
        )
        if units > MAX_UNITS or end > limit:
            return offset if units > MAX_UNITS else offset or _last_blank(source[:limit])
        offset = end
    return len(source)


def plain_length(source: str, lines: int = 200, chars: int = 16_384) -> int:
    """Length of the beginning that is shown at once as plain text."""
    offset = 0
    for _ in range(lines):
        end = source.find("\n", offset) + 1 or len(source)
        if end > chars:
            return offset or _last_blank(source[:chars])
        offset = end
        if offset == len(source):
            break
    return offset


def _units(line: str) -> float:
    return max(1, line.count("|") - 1) if line else 0


def _last_blank(text: str) -> int:
    return text.rfind(" ") + 1 or len(text)
