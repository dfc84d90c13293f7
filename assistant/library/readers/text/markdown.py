"""Markdown reader (CommonMark with tables and front matter), with the lines of the file.

Our own: markup may be taken out of a line, but a line stays a line (see `base.plain_text`).
"""

import re
from collections.abc import Iterator, Sequence

from assistant.core.values.documents import Document
from assistant.library.readers.base.builder import DocumentBuilder
from assistant.library.readers.base.plain_text import (
    BULLET,
    LineBlock,
    add_pieces,
    lines_of,
    paragraphs,
)
from assistant.library.readers.base.source import FileSource

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))??(?:[ \t]+#+)?[ \t]*\n?$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*\n?$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[^`]*$")
_RULE = re.compile(r"[\s|:+=-]+$")
_FRONT_TITLE = re.compile(r"title\s*[:=]\s*[\"']?(.*?)[\"']?\s*$", re.IGNORECASE)


def read_markdown(source: FileSource) -> Document:
    """Read a Markdown file. The title is that of the front matter, or the first heading."""
    lines = lines_of(source)
    builder = DocumentBuilder(source.limits)
    pieces = list(markdown_pieces(lines))
    add_pieces(builder, pieces)
    first = next((piece for piece in pieces if not piece.text.isspace()), None)
    heading = first.text if first is not None and first.kind == "heading" else None
    return builder.build(source.title(_front_title(lines), heading))


def markdown_pieces(lines: Sequence[str]) -> Iterator[LineBlock]:
    """The pieces of a Markdown text; headings come without their marks."""
    position = _front_matter_end(lines)
    if position:
        yield LineBlock("".join(lines[:position]), "code")
    held: list[str] = []
    while position < len(lines):
        line = lines[position]
        if found := _HEADING.match(line):
            yield from paragraphs(held)
            held = []
            yield LineBlock(f"{found[2] or ''}\n", "heading", len(found[1]))
        elif (found := _FENCE.match(line)) is not None:
            yield from paragraphs(held)
            held = []
            end = _fence_end(lines, position, found[1])
            yield _fenced(lines[position:end])
            position = end
            continue
        elif (found := _UNDERLINE.match(line)) is not None and _can_be_heading(held):
            yield from paragraphs(held[:-1])
            yield LineBlock(f"{held[-1].strip()}\n\n", "heading", 1 if found[1][0] == "=" else 2)
            held = []
        elif line.lstrip().startswith("|"):
            yield from paragraphs(held)
            held = []
            yield LineBlock("\n" if _RULE.match(line) else line, "row")
        else:
            held.append(line)
        position += 1
    yield from paragraphs(held)


def _can_be_heading(held: Sequence[str]) -> bool:
    return bool(held) and not held[-1].isspace() and BULLET.match(held[-1]) is None


def _fence_end(lines: Sequence[str], start: int, fence: str) -> int:
    for position in range(start + 1, len(lines)):
        line = lines[position].strip()
        if line.startswith(fence) and not line.strip(fence[0]):
            return position + 1
    return len(lines)


def _fenced(lines: Sequence[str]) -> LineBlock:
    """A block of code; the fences become empty lines."""
    inner = list(lines)
    inner[0] = "\n"
    if len(inner) > 1 and _FENCE.match(inner[-1]):
        inner[-1] = "\n" if inner[-1].endswith("\n") else ""
    return LineBlock("".join(inner), "code")


def _front_matter_end(lines: Sequence[str]) -> int:
    if lines[0].rstrip() not in {"---", "+++"}:
        return 0
    for position, line in enumerate(lines[1:200], start=2):
        if line.rstrip() in {lines[0].rstrip(), "..."}:
            return position
    return 0


def _front_title(lines: Sequence[str]) -> str | None:
    for line in lines[: _front_matter_end(lines)]:
        if found := _FRONT_TITLE.match(line):
            return found[1]
    return None
