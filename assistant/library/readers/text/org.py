"""Org reader, with the lines of the file.

Our own: markup may be taken out of a line, but a line stays a line (see `base.plain_text`).
"""

import re
from collections.abc import Iterator, Sequence

from assistant.core.values.documents import Document
from assistant.library.readers.base.builder import DocumentBuilder
from assistant.library.readers.base.plain_text import LineBlock, add_pieces, lines_of, paragraphs
from assistant.library.readers.base.source import FileSource

_HEADING = re.compile(r"(\*+)[ \t]+(?:(?:TODO|DONE)[ \t]+)?(.*?)(?:[ \t]+:[\w@#%:]+:)?[ \t]*\n?$")
_BEGIN = re.compile(r"[ \t]*#\+begin_(src|example)\b", re.IGNORECASE)
_END = re.compile(r"[ \t]*#\+end_(src|example)\b", re.IGNORECASE)
_TITLE = re.compile(r"#\+title:[ \t]*(.*)", re.IGNORECASE)
_KEYWORD = re.compile(r"[ \t]*#\+\w+:?[ \t]*|[ \t]*:[A-Z_]+:[ \t]*")


def read_org(source: FileSource) -> Document:
    """Read an Org file."""
    lines = lines_of(source)
    builder = DocumentBuilder(source.limits)
    add_pieces(builder, _pieces(lines))
    title = next((found[1] for line in lines if (found := _TITLE.match(line))), None)
    return builder.build(source.title(title))


def _pieces(lines: Sequence[str]) -> Iterator[LineBlock]:
    held: list[str] = []
    code: list[str] | None = None
    for line in lines:
        if code is not None:
            ended = _END.match(line) is not None
            code.append("\n" if ended else line)
            if ended:
                yield LineBlock("".join(code), "code")
                code = None
            continue
        heading = _HEADING.match(line)
        begun = _BEGIN.match(line) is not None
        is_row = line.lstrip().startswith("|")
        if heading or begun or is_row:
            yield from paragraphs(held)
            held = []
        if heading:
            yield LineBlock(f"{heading[2]}\n", "heading", min(len(heading[1]), 6))
        elif begun:
            code = ["\n"]
        elif is_row:
            yield LineBlock("\n" if line.lstrip().startswith("|-") else line, "row")
        else:
            held.append(_KEYWORD.sub("", line, count=1))
    yield from paragraphs(held)
    if code is not None:
        yield LineBlock("".join(code), "code")
