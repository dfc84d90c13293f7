"""JSON, YAML and TOML reader: as text; nothing in them is made into an object of a program."""

import json
import re
from collections.abc import Iterator, Sequence

from assistant.core.values.documents import Document
from assistant.library.limits import UnreadableError
from assistant.library.readers.base.builder import DocumentBuilder, clean
from assistant.library.readers.base.decoding import decode
from assistant.library.readers.base.plain_text import LineBlock, add_pieces, lines_of, split_lines
from assistant.library.readers.base.source import FileSource

_ESCAPE = re.compile(r"\\u[0-9A-Fa-f]{4}")
_MAX_LINE = 1_000
_MAX_PIECE = 2_000
"""Characters after which a piece ends at the next line that is not deeper than its first."""


def read_json(source: FileSource) -> Document:
    """Read JSON or JSON Lines as it was written, or laid out anew where that hides words.

    Raises:
        UnreadableError: it is nested beyond what programs accept (`corrupt`).
    """
    text = clean(decode(source.data))
    builder = DocumentBuilder(source.limits)
    laid_out = _laid_out(text)
    if laid_out is None:
        add_pieces(builder, outline_pieces(split_lines(text)))
    else:
        for piece in outline_pieces(split_lines(laid_out)):
            builder.add(piece.text, piece.kind)
    return builder.build(source.title())


def read_settings(source: FileSource) -> Document:
    """Read YAML, TOML, INI and the like; what stands at the margin begins a block."""
    builder = DocumentBuilder(source.limits)
    add_pieces(builder, outline_pieces(lines_of(source)))
    return builder.build(source.title())


def outline_pieces(lines: Sequence[str]) -> Iterator[LineBlock]:
    """Pieces of lines, each with those that are indented below it."""
    held: list[str] = []
    size = margin = 0
    for line in lines:
        indent = len(line) - len(line.lstrip())
        is_close = not line.isspace() and line.lstrip()[:1] not in "]})"
        if held and is_close and (indent == 0 or (size > _MAX_PIECE and indent <= margin)):
            yield LineBlock("".join(held), "code")
            held, size = [], 0
        if not held:
            margin = max(indent, 2)
        held.append(line)
        size += len(line)
    if held:
        yield LineBlock("".join(held), "code")


def _laid_out(text: str) -> str | None:
    """The same values on lines of their own, in letters instead of escapes; None to leave it."""
    try:
        value = json.loads(text)
    except RecursionError:
        raise UnreadableError("corrupt", "nested too deeply") from None
    except ValueError:
        return None
    needed = _ESCAPE.search(text) or max(map(len, text.split("\n"))) > _MAX_LINE
    return json.dumps(value, ensure_ascii=False, indent=1) if needed else None
