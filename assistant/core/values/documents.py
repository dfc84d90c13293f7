"""Documents, chunks and passages: the text of a user's file and where each piece stands."""

from datetime import datetime
from typing import Literal

from assistant.core.values.base import Value
from assistant.core.values.conversation import Place as Place

BlockKind = Literal["heading", "paragraph", "list", "code", "columns", "row", "navigation"]
"""`columns`: the names of a table's columns; `row`: a row of it; `navigation`: menus, footers and
banners, which lead elsewhere and bear out nothing."""

SkipReason = Literal[
    "empty",
    "no_text",
    "encrypted",
    "corrupt",
    "too_large",
    "timeout",
    "unsupported",
    "unreadable",
]
"""Why a file is not in the library. `no_text`: pictures only, such as a scan."""

PartKind = Literal[
    "page", "slide", "sheet", "row", "column", "cell", "object", "attachment", "message", "chapter"
]
"""A kind of part that a file has. `object`: a file embedded in a document."""

PartReason = SkipReason | Literal["pictures", "no_meaning", "no_value", "too_deep", "hidden"]
"""Why a part of a file is not read. `no_meaning`: nothing tells which letters its signs stand for,
as in some PDFs; `no_value`: a formula whose result was never stored; `too_deep`: inside too many
others; `hidden`: whoever wrote the file hid it."""


class Block(Value):
    """A run of a document's text that belongs together.

    `start` and `end` are offsets in characters into `Document.text`. Blocks do not overlap and
    come in order; between them stands white space only.
    """

    start: int
    end: int
    kind: BlockKind = "paragraph"
    level: int | None = None
    """1 to 6, for headings."""
    page: int | None = None
    """From 1. Slides of a presentation count as pages."""
    sheet: str | None = None
    """The sheet of a workbook or the part of an e-mail."""
    turns: tuple[tuple[int, int], ...] = ()
    """Where a paragraph goes on on another page: offsets into `Document.text`, and the pages."""
    row: int | None = None
    """From 1, as the program that wrote the file numbers it."""
    label: str | None = None
    """Of a heading or the names of columns: what goes with all that stands below them, where that
    is not the text itself."""

    def page_at(self, offset: int) -> int | None:
        """The page on which the character at `offset` stands."""
        return next((page for start, page in reversed(self.turns) if start <= offset), self.page)


class UnreadParts(Value):
    """Parts of a file that could not be read: of one kind, in one place, for one reason."""

    kind: PartKind
    names: tuple[str, ...]
    """What they are called, the first of them: `2–3` and `7`, `broken.pdf`, `B4`."""
    count: int
    """How many they are; there may be more than are named."""
    reason: PartReason
    total: int | None = None
    """How many parts of this kind the file has, read or not; None when that is not known."""
    within: str = ""
    """The sheet, attachment or message that they are in; empty for the file itself."""


class Document(Value):
    """A file, read."""

    title: str
    """The document's own title where it has one, else the file's name."""
    text: str
    blocks: tuple[Block, ...]
    has_lines: bool
    """Whether line numbers of `text` are those of the file: true for plain text and code."""
    unread: tuple[UnreadParts, ...] = ()
    """What of it could not be read; empty when all of it was."""


class Chunk(Value):
    """A piece of a document, small enough for the embedder: `text == document.text[start:end]`."""

    start: int
    end: int
    text: str
    place: Place
    navigation: bool = False
    """Whether all of it leads elsewhere, as a menu does."""


class Passage(Value):
    """A chunk that was found for a question, with how well it fits."""

    id: str
    path: str
    """Printable form of the file's path."""
    title: str
    text: str
    place: Place
    start: int
    end: int
    content_hash: str
    """SHA-256 of the file when it was read."""
    score: float
    """Fused, 0 to 1."""
    dense_score: float
    """Cosine of question and passage."""
    keyword_score: float
    """BM25, larger is better."""
    unread: tuple[UnreadParts, ...] = ()
    """What of its file could not be read."""
    navigation: bool = False
    """Whether it only leads elsewhere, as a menu does, and bears out nothing."""
    modified: datetime | None = None
    """When its file was changed last; None where that is not known."""
    file_passages: int = 0
    """How many passages its file has; 0 where that is not known."""
