"""Embeddings: texts to vectors, with the embedder that searches the user's files."""

import base64
import struct
from typing import Any, Final, NamedTuple

from assistant.core.values.library import TextVectors
from assistant.serve.api.fields import Fields
from assistant.serve.http.errors import ApiError, wrong_field

MAX_TEXTS: Final = 2048
QUESTIONS: Final = ("query", "search_query", "question")
"""What services call a text that looks for others."""


class EmbeddingsRequest(NamedTuple):
    """Request for vectors."""

    texts: list[str]
    as_base64: bool
    questions: bool
    dimensions: int | None


def read_embeddings(fields: Fields, embedder: str) -> EmbeddingsRequest:
    """Read a request for vectors.

    Args:
        embedder: the name of the only model there is for it.

    Raises:
        ApiError: a field will not do.
    """
    model = fields.text("model")
    if model is not None and model.casefold() != embedder.casefold():
        raise ApiError(
            404,
            f"{model[:200]!r} makes no vectors here: {embedder or 'no model'} does.",
            code="model_not_found",
            param="model",
        )
    texts = fields.texts("input")
    if not texts or not all(texts):
        raise fields.wrong("input", "a text, or an array of texts, none of them empty")
    if len(texts) > MAX_TEXTS:
        raise fields.wrong("input", f"{MAX_TEXTS:,} texts at most")
    encoding = fields.text("encoding_format") or "float"
    if encoding not in ("float", "base64"):
        raise fields.wrong("encoding_format", "float or base64")
    return EmbeddingsRequest(
        texts,
        encoding == "base64",
        (fields.text("input_type") or "") in QUESTIONS,
        fields.whole("dimensions", 1, 1_000_000),
    )


def embeddings_object(request: EmbeddingsRequest, found: TextVectors) -> dict[str, Any]:
    """The vectors as a reply.

    Raises:
        ApiError: they have not as many numbers as was asked for.
    """
    size = len(found.vectors[0]) if found.vectors else 0
    if request.dimensions not in (None, size):
        raise wrong_field("dimensions", f"dimensions has to be {size}: the vectors have as many.")
    return {
        "object": "list",
        "model": found.embedder,
        "data": [
            {"object": "embedding", "index": at, "embedding": _encoded(vector, request)}
            for at, vector in enumerate(found.vectors)
        ],
        "usage": {"prompt_tokens": found.tokens, "total_tokens": found.tokens},
    }


def _encoded(vector: tuple[float, ...], request: EmbeddingsRequest) -> list[float] | str:
    if not request.as_base64:
        return list(vector)
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()
