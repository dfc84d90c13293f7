"""How much of a text is drawn richly; the rest is plain and folded.

Drawing is work of the one thread that also reads the keys. The limits keep the longest answer
below a fifth of a second.
"""

from typing import Final

CHARS: Final = 65_536
PARAGRAPH: Final = 16_384
"""Characters without a blank line between them."""
UNITS: Final = 400
"""Lines of text and cells of tables; a block of code counts as four and its lines as halves."""

_FENCES = ("```", "~~~")
_FENCE: Final = 4.0
_LINE_OF_CODE: Final = 0.5
_LOOKED_AT: Final = 400
"""Characters of a line that are looked at."""


def rich_length(source: str) -> int:
    """The length of the beginning of `source` that is drawn richly: whole lines, if there are."""
    units = 0.0
    offset = paragraph = 0
    in_code = False
    while offset < len(source):
        end = source.find("\n", offset) + 1 or len(source)
        line = source[offset : min(end, offset + _LOOKED_AT)].strip()
        if line.startswith(_FENCES):
            in_code = not in_code
            units += _FENCE if in_code else 0
        else:
            units += _LINE_OF_CODE if in_code else _units(line)
        if not line:
            paragraph = end
        limit = min(CHARS, CHARS if in_code else paragraph + PARAGRAPH)
        if units > UNITS or end > limit:
            return offset if units > UNITS else offset or _last_blank(source[:limit])
        offset = end
    return len(source)


def plain_length(source: str, lines: int = 200, chars: int = 16_384) -> int:
    """The length of the beginning of `source` that is shown at once as plain text."""
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
