"""What the library's tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.made_library import MadeLibrary

if TYPE_CHECKING:
    from assistant.library.embedding.sentence_transformers import Embedder


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """The embedder that comes with the program; loaded once."""
    from assistant.library.embedding.sentence_transformers import starter_folder
    from assistant.library.embedding.serving import open_embedder

    folder = starter_folder()
    if folder is None:
        pytest.skip("the starter embedder is not installed")
    return open_embedder(folder)


@pytest.fixture
def made(home: Path) -> Iterator[MadeLibrary]:
    """An empty library with one collection."""
    library = MadeLibrary(home)
    yield library
    library.close()
