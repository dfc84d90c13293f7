"""A document becomes drafts: chunks with their language, their context and the text to embed."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from assistant.core.documents import Chunk, Document, Place
from assistant.library.chunking import ChunkLimits, TokenCounter, chunk
from assistant.library.languages import Language, guess_language

LONGEST_TITLE = 200
"""Characters of a title that are indexed with every passage."""

KEY_BYTES = 16

_OPENING = 8
"""Lines of a text among which its own headings are looked for."""


class Draft(NamedTuple):
    """A passage before it is stored."""

    chunk: Chunk
    language: Language
    context: str
    """Title and headings, which are indexed with the text."""
    key: bytes
    """Names context and text: what has the same key has the same embedding."""


def prepare(document: Document, count_tokens: TokenCounter, limits: ChunkLimits) -> list[Draft]:
    """Cut a document and tell the language of each piece, by its own words where they suffice."""
    language = guess_language(document.text)
    drafts = []
    for piece in chunk(document, count_tokens, limits):
        context = context_of(document.title, piece.place)
        spoken = guess_language(piece.text, otherwise=language)
        drafts.append(Draft(piece, spoken, context, key_of(context, piece.text)))
    return drafts


def context_of(title: str, place: Place) -> str:
    """Title and headings, a line each."""
    return "\n".join(line for line in (title[:LONGEST_TITLE], *place.heading) if line)


def key_of(context: str, text: str) -> bytes:
    named = f"{len(context)}\n{context}\n{text}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(named, digest_size=KEY_BYTES).digest()


def texts_to_embed(
    drafts: Sequence[tuple[str, str]], count_tokens: TokenCounter, max_tokens: int
) -> list[str]:
    """Context and text joined, within what the embedder reads.

    The text goes in whole. Of a context that is too long its beginning goes in, which is the
    title, and a heading that the text begins with is not repeated.

    Args:
        drafts: pairs of context and text.
    """
    contexts = [_not_repeated(context, text) for context, text in drafts]
    sizes = count_tokens(contexts)
    rooms = [max_tokens - size for size in count_tokens([text for _, text in drafts])]
    joined = []
    for (_, text), context, size, room in zip(drafts, contexts, sizes, rooms, strict=True):
        while size > room and context:
            context = context[: min(len(context) - 1, len(context) * max(room, 0) // size)]
            size = count_tokens([context])[0] if context else 0
        joined.append(f"{context}\n{text}" if context else text)
    return joined


def _not_repeated(context: str, text: str) -> str:
    title, *headings = context.split("\n")
    opening = {line.strip() for line in text.split("\n", _OPENING)[:_OPENING]}
    return "\n".join([title, *(line for line in headings if line not in opening)])
