"""Pieces: a text cut into sentences, lines or words, each with its tokens, one by one.

However long a text is and whatever it is made of, the time grows with its length only, and little
of it is in memory: somebody may have written a million words of one letter.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from assistant.core.values.base import Value
from assistant.core.values.documents import Block, BlockKind
from assistant.library.text.sentences import (
    Cutter,
    Span,
    begins_definition,
    halves,
    joined,
    lines,
    runs,
    sentences,
    words,
)

TokenCounter = Callable[[Sequence[str]], Sequence[int]]
"""How many tokens each of some texts has, without the marks an embedder adds around them."""

_COUNTED_AT_ONCE = 2048
CHARS_AT_ONCE = 250_000
"""Of texts that are counted together: a tokenizer's record takes some 450 bytes a token."""
_LONG = 500_000
"""Characters of a block or a sentence; beyond it the shortest neighbours are joined before they are
counted, and a line is cut into runs: it may be millions of words of one letter."""
_RUN = 64
"""Characters of what is joined or cut so; small beside a chunk."""


class ChunkLimits(Value):
    """How large a chunk may be."""

    tokens: int = 208
    """At most; the embedder's limit less the room for title and headings."""
    overlap: int = 32
    """Tokens of prose, at most, that a chunk repeats of the one before it."""
    chars_per_token: int = 16
    """A chunk has at most `tokens` times this many characters: a tokenizer may take a word of
    any length for a single unknown token."""

    @property
    def chars(self) -> int:
        return self.tokens * self.chars_per_token


class TextPiece(NamedTuple):
    """What is never cut any further."""

    start: int
    end: int
    tokens: int
    kind: BlockKind
    ends_part: bool
    """Whether a block, or a function of a program, ends with it."""


def pieces_of(
    text: str, blocks: list[Block], count_tokens: TokenCounter, limits: ChunkLimits
) -> Iterator[TextPiece]:
    """Pieces one by one: there may be millions of them."""
    whole = (piece for block in blocks for piece in _cut(text, block))
    for piece in _counted(text, whole, count_tokens, limits):
        yield from _small_enough(text, piece, count_tokens, limits)


def _cut(text: str, block: Block) -> Iterator[TextPiece]:
    """A block cut where a reader would pause; nothing is counted yet."""
    match block.kind:
        case "code":
            spans = lines(text, block.start, block.end)
        case "row" | "heading" | "columns":
            spans = iter([(block.start, block.end)])
        case _:
            spans = sentences(text, block.start, block.end)
    if block.end - block.start > _LONG:
        spans = joined(spans, _RUN)
    is_code = block.kind == "code"
    return _marked(
        spans, block.kind, lambda after: not after or (is_code and begins_definition(text, after))
    )


def _marked(
    spans: Iterator[Span], kind: BlockKind, ends: Callable[[Span | None], bool]
) -> Iterator[TextPiece]:
    """Spans as pieces; `ends` is asked with the span after each whether a part ends before it."""
    before = next(spans, None)
    while before is not None:
        after = next(spans, None)
        yield TextPiece(*before, 0, kind, ends(after))
        before = after


def _counted(
    text: str, pieces: Iterable[TextPiece], count_tokens: TokenCounter, limits: ChunkLimits
) -> Iterator[TextPiece]:
    """Pieces with their tokens; one that has too many characters is not counted."""
    waiting: list[TextPiece] = []
    chars = 0

    def count() -> Iterator[TextPiece]:
        texts = [text[each.start : each.end] if _fits(each, limits) else "" for each in waiting]
        for piece, tokens in zip(waiting, count_tokens(texts), strict=True):
            # What is nothing to a tokenizer takes room, too.
            yield piece._replace(tokens=max(tokens, 1))

    for piece in pieces:
        if len(waiting) == _COUNTED_AT_ONCE or chars > CHARS_AT_ONCE:
            yield from count()
            waiting, chars = [], 0
        waiting.append(piece)
        chars += piece.end - piece.start if _fits(piece, limits) else 0
    yield from count()


def _fits(piece: TextPiece, limits: ChunkLimits) -> bool:
    return piece.end - piece.start <= limits.chars


def _small_enough(
    text: str, piece: TextPiece, count_tokens: TokenCounter, limits: ChunkLimits
) -> Iterator[TextPiece]:
    """The piece, or the parts of it that fit: lines, else words, else halves."""
    fits = piece.tokens <= limits.tokens and _fits(piece, limits)
    if fits or piece.end - piece.start == 1:
        yield piece
        return
    parts = _marked(
        _parts(text, piece.start, piece.end),
        piece.kind,
        lambda after: piece.ends_part and not after,
    )
    for part in _counted(text, parts, count_tokens, limits):
        yield from _small_enough(text, part, count_tokens, limits)


def _parts(text: str, start: int, end: int) -> Iterator[Span]:
    """At least two parts of a span."""
    if end - start > _LONG:
        has_lines = text.find("\n", start, end) > 0
        return joined(lines(text, start, end), _RUN) if has_lines else runs(text, start, end, _RUN)
    cutters: tuple[Cutter, ...] = (lines, words, halves)
    return iter(next(cut for cutter in cutters if len(cut := [*cutter(text, start, end)]) > 1))
