"""How much of a text is drawn richly; the rest is plain and folded.

Drawing is work of the one thread that also reads the keys. The limits keep the longest answer
below a fifth of a second.
"""

from typing import Final

CHARS: Final = 65_536
UNITS: Final = 400
"""Lines of text and cells of tables; four lines of code count as one."""

_FENCES = ("```", "~~~")
_LINES_OF_CODE: Final = 4


def rich_length(source: str) -> int:
    """The length of the beginning of `source` that is drawn richly: whole lines, if there are."""
    units = 0.0
    offset = 0
    in_code = False
    while offset < len(source):
        end = source.find("\n", offset) + 1 or len(source)
        line = source[offset : min(end, offset + 400)].lstrip()
        if line.startswith(_FENCES):
            in_code = not in_code
        units += _units(line, in_code)
        if units > UNITS:
            return offset
        if end > CHARS:
            return offset or _last_blank(source[:CHARS])
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


def _units(line: str, in_code: bool) -> float:
    if not line:
        return 0
    if in_code:
        return 1 / _LINES_OF_CODE
    return max(1, line.count("|") - 1)


def _last_blank(text: str) -> int:
    return text.rfind(" ") + 1 or len(text)
