"""Plain text reader, and the line pieces that all formats share which people write by line.

Their documents keep the lines of the file, so that a passage can be opened in an editor: markup
may be taken out of a line, but a line stays a line.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from assistant.core.values.documents import BlockKind, Document
from assistant.library.readers.base.builder import DocumentBuilder, clean
from assistant.library.readers.base.decoding import decode
from assistant.library.readers.base.source import FileSource

_MAX_BLOCK = 4_000
"""Characters after which a block ends at the next line end: a log has no paragraphs."""
BULLET = re.compile(r"\s*(?:[-*+•]|\(?\d{1,3}[.)])\s+\S")


class LineBlock(NamedTuple):
    """Some lines, with their ends, that belong together."""

    text: str
    kind: BlockKind = "paragraph"
    level: int | None = None


def lines_of(source: FileSource, declared: str | None = None) -> list[str]:
    """The lines of a text file, each with its end.

    Raises:
        UnreadableError: it is not text (`corrupt`).
    """
    return split_lines(clean(decode(source.data, declared)))


def split_lines(text: str) -> list[str]:
    """`text` cut after each `\\n`, and nowhere else."""
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines


def add_pieces(builder: DocumentBuilder, pieces: Iterable[LineBlock]) -> None:
    """Add `pieces` that together are all the lines of a file."""
    for piece in pieces:
        builder.add_lines(piece.text, piece.kind, level=piece.level)


def paragraphs(lines: Iterable[str]) -> Iterator[LineBlock]:
    """Plain text: paragraphs parted by empty lines, items of lists each by itself."""
    held: list[str] = []
    size = 0
    for line in lines:
        begins = BULLET.match(line) is not None
        if held and (begins or size > _MAX_BLOCK or (not line.isspace() and held[-1].isspace())):
            yield _piece(held)
            held, size = [], 0
        held.append(line)
        size += len(line)
    if held:
        yield _piece(held)


def _piece(lines: list[str]) -> LineBlock:
    return LineBlock("".join(lines), "list" if BULLET.match(lines[0]) else "paragraph")


def read_plain(source: FileSource) -> Document:
    """Read a text file, paragraph by paragraph."""
    builder = DocumentBuilder(source.limits)
    add_pieces(builder, paragraphs(lines_of(source)))
    return builder.build(source.title())
