"""Document builder: the one way to make a Document.

Its offsets are right because they are never given.
"""

import re
from collections.abc import Iterable

from assistant.core.sanitize import one_line
from assistant.core.values.documents import Block, BlockKind, Document
from assistant.library.limits import ReadLimits, UnreadableError

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BREAKS = re.compile("[\u00ad\u200b\u2060\ufeff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_MAX_NAME = 100
_CLOSE_KINDS = frozenset({"row", "list"})
"""Kinds that follow each other line by line; others stand apart by an empty line."""


def clean(text: str) -> str:
    """`text` with `\\n` for all line ends and no control characters; no line is won or lost.

    What only says where a word may break goes: it would hide the word from a search.
    """
    text = _BREAKS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", _CONTROLS.sub(" ", text))


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

    def add_heading(self, text: str, level: int) -> None:
        """Add a heading as one line; levels beyond 6 count as 6."""
        self.add(" ".join(text.split()), "heading", level=min(max(level, 1), 6))

    def add_row(self, cells: Iterable[str], row: int | None = None) -> None:
        """Add a row of a table, its cells on one line."""
        flat = [" ".join(cell.split()) for cell in cells]
        self._count_cells(len(flat))
        while flat and not flat[-1]:
            flat.pop()
        self.add(" | ".join(flat), "row", row=row)

    def add_lines(
        self,
        text: str,
        kind: BlockKind = "paragraph",
        *,
        level: int | None = None,
        row: int | None = None,
        cells: int = 0,
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
            self._add_block(body[start:], kind, level, row)
        self._write(text[max(start, len(body)) :])

    @property
    def sheet(self) -> str | None:
        """The sheet or the part of a message; a long name is shortened."""
        return self._sheet

    @sheet.setter
    def sheet(self, name: str | None) -> None:
        self._sheet = None if name is None else one_line(name, _MAX_NAME) or None

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
            position = {"start": self._length, "end": self._length + len(text), "sheet": part}
            self._write(text)
            self._keep(block.model_copy(update=position))
            end = block.end

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
        )

    def _count_cells(self, number: int) -> None:
        self._cells += number
        if self._cells > self._limits.cells:
            raise UnreadableError("too_large", f"more than {self._limits.cells:,} cells")

    def _add_block(self, text: str, kind: BlockKind, level: int | None, row: int | None) -> None:
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
