"""Chunking: a document cut into chunks that follow its structure and fit the embedder.

A chunk never crosses a sheet, a heading or the end of a table with named columns, so that its place
holds for all of it, nor a page, unless a paragraph does; and menus are in chunks of their own, as
they bear out nothing. Inside those it ends where a block ends when that is near, else where a
sentence or a line does. Prose overlaps a little with the chunk before it: a sentence that explains
the next one is in both.

A chunk becomes a draft of a passage with its language, its context and the text to embed.
"""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from assistant.core.values.conversation import Place
from assistant.core.values.documents import Block, Chunk, Document
from assistant.library.text.languages import Language, guess_language
from assistant.library.text.pieces import ChunkLimits, TextPiece, TokenCounter, pieces_of
from assistant.library.text.sentences import Span, strip

_MAX_HEADING = 200
_MAX_COLUMN_NAMES = 600
_WHITE = re.compile(r"\s+")


class _Section(NamedTuple):
    """Blocks that may share a chunk."""

    blocks: list[Block]
    headings: tuple[str, ...]


def chunk(document: Document, count_tokens: TokenCounter, limits: ChunkLimits) -> list[Chunk]:
    """Cut a document.

    Every character that is not white space is in at least one chunk; chunks come in order, begin
    and end with a visible character, and each starts and ends later than the one before.
    """
    chunks = []
    line, at = 1, 0
    for section in _sections(document):
        pieces = pieces_of(document.text, section.blocks, count_tokens, limits)
        for start, end in _pack(pieces, limits):
            line, at = line + document.text.count("\n", at, start), start
            begin = max(0, bisect_right(section.blocks, start, key=_start) - 1)
            first = section.blocks[begin]
            page = first.page_at(start)
            page_end = _last_page(section.blocks, begin, end)
            text = document.text[start:end]
            place = Place(
                page=page,
                page_end=page_end if page_end != page else None,
                sheet=first.sheet,
                row=first.row,
                heading=section.headings,
                line_start=line if document.has_lines else None,
                line_end=line + text.count("\n") if document.has_lines else None,
            )
            navigation = first.kind == "navigation"
            chunks.append(
                Chunk(start=start, end=end, text=text, place=place, navigation=navigation)
            )
    return chunks


def _last_page(blocks: list[Block], begin: int, end: int) -> int | None:
    """The last page of blocks up to `end`; a note of an earlier page may stand behind the text."""
    pages: list[int] = []
    while begin < len(blocks) and blocks[begin].start < end:
        page = blocks[begin].page_at(min(end, blocks[begin].end) - 1)
        pages += [] if page is None else [page]
        begin += 1
    return max(pages, default=None)


def _start(block: Block) -> int:
    return block.start


def _sections(document: Document) -> Iterator[_Section]:
    """Runs of blocks on one page, of one sheet, below one heading or in one table."""
    path: list[tuple[int, str]] = []
    columns: tuple[str, ...] = ()
    run: list[Block] = []
    has_body = False
    for block in _with_gaps(document):
        turns = run and _part_of(block) != _part_of(run[-1])
        begins = has_body and block.kind in ("heading", "columns")
        leaves = run and columns and block.kind != "row"
        if turns or begins or leaves:
            yield _Section(run, (*(text for _, text in path), *columns))
            run, has_body = [], False
        if block.kind == "columns":
            columns = (_column_names(document, block),)
        elif block.kind != "row":
            columns = ()
        if block.kind == "heading":
            level = block.level or 1
            path = [(above, text) for above, text in path if above < level]
            path.append((level, _heading(block.label or document.text[block.start : block.end])))
        run.append(block)
        has_body |= block.kind not in ("heading", "columns")
    if run:
        yield _Section(run, (*(text for _, text in path), *columns))


def _column_names(document: Document, block: Block) -> str:
    """The names that go with every row of a table."""
    names = block.label or document.text[block.start : block.end]
    return _WHITE.sub(" ", names).strip()[:_MAX_COLUMN_NAMES]


def _part_of(block: Block) -> tuple[int | None, str | None, bool]:
    return block.page, block.sheet, block.kind == "navigation"


def _with_gaps(document: Document) -> Iterator[Block]:
    """The blocks, and a paragraph for any text that a reader put into none."""
    at = 0
    for block in document.blocks:
        gap = strip(document.text, at, block.start)
        if gap:
            yield Block(start=gap[0], end=gap[1], page=block.page, sheet=block.sheet)
        span = strip(document.text, max(at, block.start), block.end)
        if span:
            yield block.model_copy(update={"start": span[0], "end": span[1]})
        at = max(at, block.end)
    gap = strip(document.text, at, len(document.text))
    if gap:
        yield Block(start=gap[0], end=gap[1])


def _heading(text: str) -> str:
    return _WHITE.sub(" ", text[: _MAX_HEADING * 2]).strip()[:_MAX_HEADING]


def _pack(pieces: Iterator[TextPiece], limits: ChunkLimits) -> Iterator[Span]:
    held: list[TextPiece] = []
    """From the first of a chunk on; more than fit."""
    begin = 0
    while _fill(held, begin, pieces, limits):
        stop = _chunk_end(held, begin, limits)
        yield held[0].start, held[stop - 1].end
        first = _overlap(held, stop, limits)
        begin = stop - first
        del held[:first]


def _fill(
    held: list[TextPiece], begin: int, pieces: Iterator[TextPiece], limits: ChunkLimits
) -> bool:
    """Hold as many pieces as a chunk needs, and one more where there is one.

    Returns: whether there is one that no chunk has yet.
    """
    tokens = sum(piece.tokens for piece in held)
    while len(held) < begin + 2 or (
        tokens <= limits.tokens and held[-1].end - held[0].start <= limits.chars
    ):
        piece = next(pieces, None)
        if piece is None:
            break
        held.append(piece)
        tokens += piece.tokens
    return len(held) > begin


def _chunk_end(pieces: list[TextPiece], begin: int, limits: ChunkLimits) -> int:
    """Where the chunk ends that holds `pieces[:begin]` already.

    Of what fits, the last end of a part is taken if it leaves the chunk at least half full.
    """
    tokens = sum(piece.tokens for piece in pieces[:begin])
    best = stop = begin
    while stop < len(pieces):
        tokens += pieces[stop].tokens
        chars = pieces[stop].end - pieces[0].start
        if stop > begin and (tokens > limits.tokens or chars > limits.chars):
            break
        stop += 1
        if pieces[stop - 1].ends_part and tokens * 2 >= limits.tokens:
            best = stop
    return stop if stop == len(pieces) or best == begin else best


def _overlap(pieces: list[TextPiece], begin: int, limits: ChunkLimits) -> int:
    """The first piece of the next chunk: some sentences back from `begin`, where there is room."""
    if begin == len(pieces) or pieces[begin].kind not in ("paragraph", "list"):
        return begin
    at, tokens = begin, 0
    while at > 1 and pieces[at - 1].kind in ("paragraph", "list"):
        tokens += pieces[at - 1].tokens
        fits = tokens + pieces[begin].tokens <= limits.tokens
        if tokens > limits.overlap or not fits or not _short(pieces, at - 1, begin, limits):
            break
        at -= 1
    return at


def _short(pieces: list[TextPiece], first: int, last: int, limits: ChunkLimits) -> bool:
    return pieces[last].end - pieces[first].start <= limits.chars


MAX_TITLE = 200
"""Characters of a title that are indexed with every passage."""

KEY_BYTES = 16

_OPENING_LINES = 8
"""Lines of a text among which its own headings are looked for."""


class PassageDraft(NamedTuple):
    """A draft of a passage: what is stored once it is embedded."""

    chunk: Chunk
    language: Language
    context: str
    """Title and headings, which are indexed with the text."""
    key: bytes
    """Names context and text: what has the same key has the same embedding."""


def draft_passages(
    document: Document, count_tokens: TokenCounter, limits: ChunkLimits
) -> list[PassageDraft]:
    """Chunk a document, and detect each chunk's language by its own words where they suffice."""
    language = guess_language(document.text)
    drafts = []
    for piece in chunk(document, count_tokens, limits):
        context = context_of(document.title, piece.place)
        spoken = guess_language(piece.text, otherwise=language)
        drafts.append(PassageDraft(piece, spoken, context, key_of(context, piece.text)))
    return drafts


def context_of(title: str, place: Place) -> str:
    """The context that is embedded with a passage: title and headings, a line each."""
    return "\n".join(line for line in (title[:MAX_TITLE], *place.heading) if line)


def key_of(context: str, text: str) -> bytes:
    named = f"{len(context)}\n{context}\n{text}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(named, digest_size=KEY_BYTES).digest()


def texts_to_embed(
    drafts: Sequence[tuple[str, str]], count_tokens: TokenCounter, max_tokens: int
) -> list[str]:
    """The texts to embed: context and text joined, within what the embedder reads.

    The text goes in whole. Of a context that is too long its beginning goes in, which is the
    title, and a heading that the text begins with is not repeated.

    Args:
        drafts: pairs of context and text.
    """
    contexts = [_without_repeated_heading(context, text) for context, text in drafts]
    sizes = count_tokens(contexts)
    rooms = [max_tokens - size for size in count_tokens([text for _, text in drafts])]
    joined = []
    for (_, text), context, size, room in zip(drafts, contexts, sizes, rooms, strict=True):
        while size > room and context:
            context = context[: min(len(context) - 1, len(context) * max(room, 0) // size)]
            size = count_tokens([context])[0] if context else 0
        joined.append(f"{context}\n{text}" if context else text)
    return joined


def _without_repeated_heading(context: str, text: str) -> str:
    title, *headings = context.split("\n")
    opening = {line.strip() for line in text.split("\n", _OPENING_LINES)[:_OPENING_LINES]}
    return "\n".join([title, *(line for line in headings if line not in opening)])
