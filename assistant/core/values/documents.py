"""Documents, chunks and passages: the text of a user's file and where each piece stands."""

from typing import Literal

from assistant.core.values.base import Value
from assistant.core.values.conversation import Place as Place

BlockKind = Literal["heading", "paragraph", "list", "code", "row"]

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
    row: int | None = None
    """From 1, as the program that wrote the file numbers it."""


class Document(Value):
    """A file, read."""

    title: str
    """The document's own title where it has one, else the file's name."""
    text: str
    blocks: tuple[Block, ...]
    has_lines: bool
    """Whether line numbers of `text` are those of the file: true for plain text and code."""


class Chunk(Value):
    """A piece of a document, small enough for the embedder: `text == document.text[start:end]`."""

    start: int
    end: int
    text: str
    place: Place


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
