"""Source code reader: cut where functions and classes begin, with the lines of the file.

Our own: a definition is recognised by its line in any language, and a line stays a line (see
`base.plain_text`).
"""

import re
from collections.abc import Iterator, Sequence

from assistant.core.values.documents import Document
from assistant.library.readers.base.builder import DocumentBuilder
from assistant.library.readers.base.plain_text import LineBlock, add_pieces, lines_of
from assistant.library.readers.base.source import FileSource

_WORDS = (
    r"def|class|function|func|fn|fun|sub|proc|procedure|struct|enum|union|record|interface|trait"
    r"|impl|module|mod|namespace|package|type|object|protocol|extension|macro_rules!|defmodule"
    r"|defp|data|instance|newtype|create\s+\w+|@interface"
)
_MODIFIERS = (
    r"(?:(?:pub(?:\([^)]*\))?|public|private|protected|internal|static|final|abstract|async|export"
    r"|default|virtual|override|sealed|partial|inline|extern|unsafe|const|open|data|suspend|local"
    r"|readonly|synchronized|native|template\s*<[^>]*>)\s+)*"
)
_DEFINITION = re.compile(
    rf"[ \t]{{0,8}}{_MODIFIERS}(?:{_WORDS})\b[^;=]*(?:[=({{:<]|$)"
    # A method of Java, C# or C++, a function of C: a type, a name, parameters, no semicolon.
    r"|[ \t]{0,8}(?:(?:public|private|protected|internal|static|virtual|override)\s+)+"
    r"[\w<>\[\],.\s?]+\([^;]*$"
    r"|[A-Za-z_][\w\s*&:<>,~]*\([^;]*\)?\s*\{?\s*$"
    # A function of JavaScript that has a name only by assignment.
    r"|[ \t]{0,8}(?:export\s+)?(?:const|let|var)\s+\w+\s*=\s*(?:async\s*)?(?:function\b|\([^;]*=>)",
    re.IGNORECASE,
)
_NOT_ONE = re.compile(r"\s*(?:if|for|while|switch|catch|return|else|elif|with|match|do|try)\b")
_LEADING = re.compile(
    r"\s*(?:@|#(?!include|define|if|endif|else|pragma)|//|/\*|\*|--|\[\w+.*\]\s*$|\"\"\"\s*$)"
)
_MIN_PIECE = 200
"""Characters below which a piece takes the next definition in: accessors, constants."""


def read_code(source: FileSource) -> Document:
    """Read a source file; a definition is a block, with the comments and decorators above it."""
    builder = DocumentBuilder(source.limits)
    add_pieces(builder, _pieces(lines_of(source)))
    return builder.build(source.title())


def _pieces(lines: Sequence[str]) -> Iterator[LineBlock]:
    start = 0
    for position, line in enumerate(lines):
        if _NOT_ONE.match(line) or not _DEFINITION.match(line):
            continue
        begin = _with_leading(lines, start, position)
        if sum(map(len, lines[start:begin])) >= _MIN_PIECE:
            yield LineBlock("".join(lines[start:begin]), "code")
            start = begin
    yield LineBlock("".join(lines[start:]), "code")


def _with_leading(lines: Sequence[str], start: int, position: int) -> int:
    """Where the comments and decorators of the definition at `position` begin."""
    while position > start and _LEADING.match(lines[position - 1]):
        position -= 1
    return position
