"""reStructuredText reader, with the lines of the file.

Our own: markup may be taken out of a line, but a line stays a line (see `base.plain_text`).
"""

import re
from collections.abc import Iterator, Sequence

from assistant.core.values.documents import Document
from assistant.library.readers.base.builder import DocumentBuilder
from assistant.library.readers.base.plain_text import LineBlock, add_pieces, lines_of, paragraphs
from assistant.library.readers.base.source import FileSource

_ADORNMENT = re.compile(r"([!-/:-@[-`{-~])\1{2,}[ \t]*\n?$")
_CODE = re.compile(r"(?:(?!\.\.\s).*::|\.\.\s+(?:code|code-block|sourcecode|highlight)::.*)\s*$")


def read_rst(source: FileSource) -> Document:
    """Read a reStructuredText file; the order of the adornments gives the levels."""
    builder = DocumentBuilder(source.limits)
    pieces = list(_pieces(lines_of(source)))
    add_pieces(builder, pieces)
    title = next((piece.text for piece in pieces if piece.kind == "heading"), None)
    return builder.build(source.title(title))


def _pieces(lines: Sequence[str]) -> Iterator[LineBlock]:
    levels: dict[str, int] = {}
    held: list[str] = []
    position = 0
    while position < len(lines):
        size, style, title = _heading_at(lines, position)
        if size:
            yield from paragraphs(held)
            held = []
            level = levels.setdefault(style, len(levels) + 1)
            before = "\n" if size == 3 else ""
            yield LineBlock(f"{before}{title.strip()}\n\n", "heading", min(level, 6))
            position += size
        elif _CODE.match(lines[position]):
            held.append(lines[position])
            end = _indented_end(lines, position + 1)
            yield from paragraphs(held)
            held = []
            yield LineBlock("".join(lines[position + 1 : end]), "code")
            position = end
        else:
            held.append(lines[position])
            position += 1
    yield from paragraphs(held)


def _heading_at(lines: Sequence[str], position: int) -> tuple[int, str, str]:
    """Lines that a heading takes (0: none), the style of its adornment, and its text."""
    above, middle, below = (*lines[position : position + 3], "", "", "")[:3]
    adorned = _ADORNMENT.match(above)
    if adorned and below.strip() == above.strip() and middle.strip():
        return 3, f"over {adorned[1]}", middle
    before = lines[position - 1] if position else "\n"
    adorned = _ADORNMENT.match(middle)
    fits = len(middle.strip()) >= len(above.strip()) - 2
    if adorned and fits and before.isspace() and above.strip() and not above[0].isspace():
        return 2, adorned[1], above
    return 0, "", ""


def _indented_end(lines: Sequence[str], start: int) -> int:
    """Where the indented block ends that may begin at `start`."""
    end = position = start
    while position < len(lines) and (lines[position].isspace() or lines[position][:1].isspace()):
        position += 1
        if not lines[position - 1].isspace():
            end = position
    return end
