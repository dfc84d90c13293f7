"""Units of evidence: a passage cut into what can be quoted for a sentence.

Those are sentences of prose, rows of tables with the names of their columns, and lines of lists,
settings, logs and code. Headings, header rows and menus are none.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import PurePath
from typing import Final, Literal, NamedTuple

from assistant.core.grounding.citations import cut_sentences
from assistant.core.values.library import CheckedPassage
from assistant.library.text.languages import fold, stop_words
from assistant.library.text.sentences import Span, strip

UnitKind = Literal["sentence", "row", "line", "heading"]

CODE: Final = frozenset(
    [
        "py",
        "js",
        "ts",
        "jsx",
        "tsx",
        "java",
        "kt",
        "c",
        "h",
        "cc",
        "cpp",
        "hpp",
        "cs",
        "go",
        "rs",
        "rb",
        "php",
        "swift",
        "scala",
        "sh",
        "bash",
        "zsh",
        "ps1",
        "sql",
        "r",
        "lua",
        "pl",
        "toml",
        "ini",
        "cfg",
        "conf",
        "env",
        "properties",
        "yaml",
        "yml",
        "json",
        "log",
        "css",
        "scss",
        "tf",
        "gradle",
        "cmake",
        "mk",
        "diff",
        "patch",
    ]
)
"""Endings of files whose lines mean something each."""

_LISTED = re.compile(r"\s*(?:[-*+•–▪◦]|\(?\d{1,3}[.)]|\(?[a-z]\)|\[[ xX]\])\s+")
_SETTING = re.compile(r"\s*+\w[\w .()/-]{0,40}[:=]\s*+\S")
_MARKUP_HEADING = re.compile(r"\s*(?:#{1,6}\s|=+\s|\*+\s\w.*\*$)")
_RULE = re.compile(r"[\s|:+=-]{3,}")
_SENTENCE_END = re.compile(r"[.!?…。！？:;][\"'”’»)\]*_]*$")
_WORD = re.compile(r"[^\W\d_]+")
_HUMP = re.compile(r"(?<=[a-zà-ÿ])(?=[A-Z])|[_\-.\s]+")
_CELL_MARKS: Final = (" | ", "\t", ";", ",")
_FULL_LINE: Final = 60
"""Characters from which on a line is likely to be broken because it was full."""
_MENU_WORDS: Final = 3
_MAX_NAME: Final = 60
"""Characters of the name of a column."""


class Cell(NamedTuple):
    """A cell of a row."""

    column: str
    """The name of its column; empty when it has none."""
    text: str


class EvidenceUnit(NamedTuple):
    """What can be quoted for a sentence."""

    start: int
    end: int
    text: str
    kind: UnitKind
    block: int
    """The paragraph, list or table that it stands in."""
    cells: tuple[Cell, ...] = ()

    @property
    def is_evidence(self) -> bool:
        return self.kind != "heading"


def units_of(passage: CheckedPassage) -> list[EvidenceUnit]:
    """The units of a passage, in order; none of one that only leads elsewhere."""
    if passage.navigation:
        return []
    found: list[EvidenceUnit] = []
    is_code = PurePath(passage.path).suffix.lower().lstrip(".") in CODE
    headings = {_plain(heading) for heading in passage.headings}
    columns, mark = _columns_of(passage.headings)
    for block, (start, end) in enumerate(_blocks(passage.text)):
        for line in _lines(passage.text, start, end, is_code=is_code):
            text = passage.text[slice(*line)]
            cells = _cells(text, mark)
            if len(cells) > 1 and _RULE.fullmatch(text) is None:
                if not columns and _is_header(passage.text, line, end, mark):
                    columns = tuple(cells)
                    kind: UnitKind = "heading"
                else:
                    kind = "heading" if _plain(text) in headings else "row"
                named = _with_columns(cells, columns)
                found.append(EvidenceUnit(*line, text, kind, block, named))
                continue
            columns = columns if mark else ()
            found += _prose(passage.text, line, block, headings, is_code=is_code)
    return [unit for unit in found if _WORD.search(unit.text) or any(map(str.isdigit, unit.text))]


def context_of(passage: CheckedPassage) -> str:
    """What counts for attribution beside a unit: title, file name and folders, headings."""
    path = PurePath(passage.path)
    name = " ".join(_HUMP.split(path.stem))
    folder = " ".join(_HUMP.split(path.parent.name))
    return ". ".join(filter(None, (passage.title, path.name, name, folder, *passage.headings)))


def _prose(
    text: str, line: Span, block: int, headings: set[str], *, is_code: bool
) -> Iterator[EvidenceUnit]:
    if is_code:
        yield EvidenceUnit(*line, text[slice(*line)], "line", block)
        return
    flowing = text.replace("\n", " ")
    for start, end in cut_sentences(flowing, *line):
        said = text[start:end]
        is_line = (start, end) == line and "\n" not in said and not _SENTENCE_END.search(said)
        kind: UnitKind = "line" if is_line else "sentence"
        if _MARKUP_HEADING.match(said) or _plain(said) in headings or (is_line and _is_menu(said)):
            kind = "heading"
        yield EvidenceUnit(start, end, said, kind, block)


def _blocks(text: str) -> Iterator[Span]:
    at = 0
    for gap in re.finditer(r"\n[^\S\n]*\n\s*", text):
        if span := strip(text, at, gap.start()):
            yield span
        at = gap.end()
    if span := strip(text, at, len(text)):
        yield span


def _lines(text: str, start: int, end: int, *, is_code: bool) -> Iterator[Span]:
    """Lines of a block, those put together that only the width of the page parts."""
    begun, at = start, start
    while at < end:
        line_end = text.find("\n", at, end)
        if line_end < 0:
            break
        following = text[line_end + 1 : end].partition("\n")[0]
        if is_code or _parts(text[at:line_end], following):
            if span := strip(text, begun, line_end):
                yield span
            begun = line_end + 1
        at = line_end + 1
    if span := strip(text, begun, end):
        yield span


def _parts(line: str, following: str) -> bool:
    """Whether the end of a line parts what stands before and after it."""
    if " | " in line or " | " in following or _LISTED.match(following):
        return True
    if _MARKUP_HEADING.match(line) or _SETTING.match(following) or _RULE.fullmatch(following):
        return True
    begins = following.lstrip()[:1]
    if begins.islower():
        return False
    return len(line) < _FULL_LINE or bool(_SENTENCE_END.search(line.rstrip()))


def _columns_of(headings: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """The names of columns among headings, and the mark between cells; the last ones hold."""
    for heading in reversed(headings):
        for mark in _CELL_MARKS:
            cells = [cell.strip().strip('"') for cell in heading.split(mark)]
            named = len(cells) > 1 and all(0 < len(cell) < _MAX_NAME for cell in cells)
            if named and (mark != "," or all(len(cell.split()) < 5 for cell in cells)):
                return tuple(cells), mark
    return (), ""


def _cells(line: str, mark: str) -> list[str]:
    stripped = line.strip()
    if " | " in stripped or (stripped.startswith("|") and stripped.endswith("|")):
        return [cell.strip() for cell in stripped.strip("|").split("|")]
    if mark and mark != " | " and mark in stripped:
        return [cell.strip().strip('"') for cell in stripped.split(mark)]
    return [stripped]


def _is_header(text: str, line: Span, end: int, mark: str) -> bool:
    """Whether the first row of a table names its columns: names, and values below them."""
    first = _cells(text[slice(*line)], mark)
    rest = [row for row in text[line[1] : end].split("\n") if row.strip()]
    if rest and _RULE.fullmatch(rest[0]):
        return True
    named = all(cell and not any(map(str.isdigit, cell)) for cell in first)
    below = [_cells(row, mark) for row in rest[:3]]
    return (
        named
        and len(set(first)) == len(first)
        and bool(below)
        and any(any(any(map(str.isdigit, cell)) for cell in row) for row in below)
    )


def _with_columns(cells: Sequence[str], columns: Sequence[str]) -> tuple[Cell, ...]:
    known = columns if len(columns) >= len(cells) else [""] * len(cells)
    return tuple(Cell(column, text) for column, text in zip(known, cells, strict=False))


def _is_menu(line: str) -> bool:
    """Whether a line only names things: no sentence goes without words such as `the` or `of`."""
    words = _WORD.findall(fold(line))
    if len(words) < _MENU_WORDS or any(map(str.isdigit, line)) or _SETTING.match(line):
        return False
    return not any(word in _joining() for word in words)


@cache
def _joining() -> frozenset[str]:
    languages = ("en", "pt", "es", "fr", "de", "it")
    return frozenset().union(*(stop_words(language) for language in languages))  # type: ignore[arg-type]


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(fold(text)))
