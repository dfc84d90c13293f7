"""Document builder: the one way to make a Document.

Its offsets are right because they are never given.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.core.sanitize import one_line
from assistant.core.values.documents import (
    Block,
    BlockKind,
    Document,
    PartKind,
    PartReason,
    UnreadParts,
)
from assistant.library.limits import ReadLimits, UnreadableError

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BREAKS = re.compile("[\u00ad\u200b\u2060\ufeff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_MAX_NAME = 100
_MAX_PART_NAMES = 20
"""Unread parts of one kind that are named; of numbered ones, the runs."""
_MAX_UNREAD = 50
"""Kinds, places and reasons of unread parts that are kept."""
_SPACE_OF_A_CELL = 4
"""Characters that part a cell or a row from the next one."""
_SPARE_BLOCKS = 2
"""For the name of a sheet and of its columns."""
_CLOSE_KINDS = frozenset({"row", "list", "navigation"})
"""Kinds that follow each other line by line; others stand apart by an empty line."""


def clean(text: str) -> str:
    """`text` with `\\n` for all line ends and no control characters; no line is won or lost.

    What only says where a word may break goes: it would hide the word from a search.
    """
    if text.isprintable():
        return text
    text = _BREAKS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", _CONTROLS.sub(" ", text))


def _on_one_line(cells: Iterable[str]) -> str:
    """Cells of a row, parted by bars; blank ones at its end are left out."""
    flat = [" ".join(cell.split()) for cell in cells]
    while flat and not flat[-1]:
        flat.pop()
    return " | ".join(flat)


@dataclass
class RowRoom:
    """Room for rows that are not added yet."""

    cells: int
    blocks: int
    chars: int

    def take(self, cells: Sequence[str]) -> bool:
        """Take the room of a row; False when there is none."""
        self.cells -= len(cells)
        self.blocks -= 1
        self.chars -= sum(map(len, cells)) + _SPACE_OF_A_CELL * (len(cells) + 1)
        return self.cells >= 0 and self.blocks >= _SPARE_BLOCKS and self.chars >= 0


class DocumentBuilder:
    """Puts a document together, block after block.

    Set `page` and `sheet` before adding what stands there. Every method that adds raises
    UnreadableError (`too_large`) when the document outgrows its limits.
    """

    def __init__(self, limits: ReadLimits) -> None:
        self._limits = limits
        self._sheet: str | None = None
        self._page: int | None = None
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._cells = 0
        self._has_lines = True
        self._unread: list[UnreadParts] = []
        self._missed: dict[tuple[PartKind, PartReason, str, int | None], _Missed] = {}

    @property
    def page(self) -> int | None:
        """From 1."""
        return self._page

    @page.setter
    def page(self, number: int | None) -> None:
        if number is not None and number > self._limits.pages:
            raise UnreadableError("too_large", f"more than {self._limits.pages:,} pages")
        self._page = number

    def add(
        self,
        text: str,
        kind: BlockKind = "paragraph",
        *,
        level: int | None = None,
        row: int | None = None,
    ) -> None:
        """Add a block of its own; white space around it is dropped, and a blank one is not added.

        The text no longer has the lines of the file.
        """
        self._has_lines = False
        text = clean(text).strip()
        if not text:
            return
        if self._blocks:
            last = self._blocks[-1]
            together = kind in _CLOSE_KINDS and last.kind == kind and last.sheet == self.sheet
            self._write("\n" if together else "\n\n")
        self._add_block(text, kind, level, row)

    def add_across_pages(self, parts: Sequence[tuple[int, str]]) -> None:
        """Add a paragraph that goes on from page to page: its text by page, put together as it
        is."""
        filled = [(page, clean(text)) for page, text in parts]
        filled[0] = filled[0][0], filled[0][1].lstrip()
        self.page = filled[0][0]
        self.add("".join(text for _, text in filled))
        if not self._blocks:
            return
        at, turns = self._blocks[-1].start, []
        for (_, text), (page, _) in pairwise(filled):
            at += len(text)
            turns.append((at, page))
        self._blocks[-1] = self._blocks[-1].model_copy(update={"turns": tuple(turns)})
        self.page = filled[-1][0]

    def add_heading(self, text: str, level: int) -> None:
        """Add a heading as one line; levels beyond 6 count as 6."""
        self.add(" ".join(text.split()), "heading", level=min(max(level, 1), 6))

    def add_columns(self, names: Sequence[str], row: int | None = None) -> None:
        """Add the names of a table's columns, on one line; they go with all its rows."""
        self._count_cells(len(names))
        self.add(_on_one_line(names), "columns", row=row)

    def add_row(self, cells: Iterable[str], row: int | None = None) -> None:
        """Add a row of a table, its cells on one line."""
        cells = list(cells)
        self._count_cells(len(cells))
        self.add(_on_one_line(cells), "row", row=row)

    def add_lines(
        self,
        text: str,
        kind: BlockKind = "paragraph",
        *,
        level: int | None = None,
        row: int | None = None,
        cells: int = 0,
        label: str | None = None,
    ) -> None:
        """Add the next lines of a file as they are, with their line ends.

        The block leaves out white space around it, except the indentation of code.
        """
        self._count_cells(cells)
        text = clean(text)
        body = text.rstrip()
        start = len(body) - len(body.lstrip())
        if kind == "code":
            start = body.rfind("\n", 0, start) + 1
        self._write(text[:start])
        if body:
            self._add_block(body[start:], kind, level, row, label)
        self._write(text[max(start, len(body)) :])

    @property
    def sheet(self) -> str | None:
        """The sheet or the part of a message; a long name is shortened."""
        return self._sheet

    @sheet.setter
    def sheet(self, name: str | None) -> None:
        self._sheet = None if name is None else one_line(name, _MAX_NAME) or None

    def note_unread(
        self,
        kind: PartKind,
        which: int | range | str,
        reason: PartReason,
        *,
        total: int | None = None,
    ) -> None:
        """Note a part that could not be read; it is in the sheet at hand, if there is one.

        Args:
            which: its number, a run of numbers, or its name.
            total: how many parts of this kind there are, where that is known.
        """
        group = (kind, reason, self.sheet or "", total)
        if group not in self._missed:
            if len(self._missed) + len(self._unread) >= _MAX_UNREAD:
                return
            self._missed[group] = _Missed()
        self._missed[group].add(which)

    def begun(self) -> "DocumentBuilder":
        """An empty builder with the same limits, for a part that is included when it is whole."""
        return DocumentBuilder(self._limits)

    @property
    def is_blank(self) -> bool:
        """Whether nothing visible was added."""
        return not self._blocks

    def include(self, document: Document, sheet: str | None) -> None:
        """Add another document, such as an attachment, as the part called `sheet`."""
        self._has_lines = False
        part = None if sheet is None else one_line(sheet, _MAX_NAME)
        end = 0
        if self._blocks:
            self._write("\n\n")
        for block in document.blocks:
            self._write(document.text[end : block.start] if end else "")
            text = document.text[block.start : block.end]
            moved = self._length - block.start
            position = {
                "start": self._length,
                "end": self._length + len(text),
                "sheet": part,
                "turns": tuple((at + moved, page) for at, page in block.turns),
            }
            self._write(text)
            self._keep(block.model_copy(update=position))
            end = block.end
        for unread in document.unread[: _MAX_UNREAD - len(self._unread)]:
            places = [place for place in (unread.within, part) if place]
            within = one_line(", ".join(places), _MAX_NAME)
            self._unread.append(unread.model_copy(update={"within": within}))

    def build(self, title: str, *, has_pictures: bool = False) -> Document:
        """The document.

        Raises:
            UnreadableError: nothing but white space was added: `no_text` when the file has
                pictures, else `empty`.
        """
        if not self._blocks and has_pictures:
            raise UnreadableError("no_text", "pictures only")
        if not self._blocks:
            raise UnreadableError("empty", "no text in it")
        return Document(
            title=title,
            text="".join(self._parts),
            blocks=tuple(self._blocks),
            has_lines=self._has_lines,
            unread=tuple(self._unread_parts())[:_MAX_UNREAD],
        )

    def _unread_parts(self) -> Iterator[UnreadParts]:
        for (kind, reason, within, total), missed in self._missed.items():
            yield UnreadParts(
                kind=kind,
                names=missed.names(),
                count=missed.count,
                reason=reason,
                total=total,
                within=within,
            )
        yield from self._unread

    def room(self) -> "RowRoom":
        """How many rows still fit the limits on a file, with what is added so far."""
        return RowRoom(
            cells=self._limits.cells - self._cells,
            blocks=self._limits.blocks - len(self._blocks),
            chars=self._limits.text_chars - self._length,
        )

    def _count_cells(self, number: int) -> None:
        self._cells += number
        if self._cells > self._limits.cells:
            raise UnreadableError("too_large", f"more than {self._limits.cells:,} cells")

    def _add_block(
        self,
        text: str,
        kind: BlockKind,
        level: int | None,
        row: int | None,
        label: str | None = None,
    ) -> None:
        start = self._length
        self._write(text)
        self._keep(
            Block(
                start=start,
                end=self._length,
                kind=kind,
                level=level,
                page=self._page,
                sheet=self.sheet,
                row=row,
                label=label,
            )
        )

    def _keep(self, block: Block) -> None:
        if len(self._blocks) >= self._limits.blocks:
            raise UnreadableError("too_large", f"more than {self._limits.blocks:,} blocks of text")
        self._blocks.append(block)

    def _write(self, text: str) -> None:
        self._length += len(text)
        if self._length > self._limits.text_chars:
            limit = self._limits.text_chars
            raise UnreadableError("too_large", f"more than {limit:,} characters of text")
        self._parts.append(text)


class _Missed:
    """Parts that could not be read, all of one kind and for one reason."""

    def __init__(self) -> None:
        self.count = 0
        self._names: list[str] = []
        self._runs: list[range] = []

    def add(self, which: int | range | str) -> None:
        if isinstance(which, str):
            self.count += 1
            if len(self._names) < _MAX_PART_NAMES:
                self._names.append(one_line(which, _MAX_NAME))
            return
        run = range(which, which + 1) if isinstance(which, int) else which
        self.count += len(run)
        if self._runs and self._runs[-1].stop == run.start:
            self._runs[-1] = range(self._runs[-1].start, run.stop)
        elif run and len(self._runs) < _MAX_PART_NAMES:
            self._runs.append(run)

    def names(self) -> tuple[str, ...]:
        return (*_spans(self._runs), *self._names)[:_MAX_PART_NAMES]


def _spans(runs: Sequence[range]) -> Iterator[str]:
    """`2–3` for a run of numbers, `7` for a single one."""
    for run in runs:
        yield str(run.start) if len(run) == 1 else f"{run.start}–{run.stop - 1}"
