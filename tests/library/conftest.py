"""What the library's tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from assistant.library.embedding import SentenceTransformerEmbedder


@pytest.fixture(scope="session")
def embedder() -> SentenceTransformerEmbedder:
    """The embedder that comes with the program; loaded once."""
    from assistant.library.embedding import SentenceTransformerEmbedder, starter_folder

    folder = starter_folder()
    if folder is None:
        pytest.skip("the starter embedder is not installed")
    return SentenceTransformerEmbedder(folder)
