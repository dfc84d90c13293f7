"""What is asked of Chroma."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import chromadb
import numpy as np
import pytest

from assistant.library.vectors.chroma import EF_SEARCH, ChromaVectors

if TYPE_CHECKING:
    from pathlib import Path

    from chromadb.api.client import Client

VECTORS = np.eye(4, dtype=np.float32)


@pytest.fixture
def client(tmp_path: "Path") -> "Iterator[Client]":
    opened = chromadb.PersistentClient(tmp_path)
    yield opened
    opened.close()


def _searched(client: "Client", name: str) -> int:
    graph = client.get_collection(name, embedding_function=None).configuration_json["hnsw"]
    return int(graph["ef_search"])


def test_a_new_collection_is_searched_widely(client: "Client") -> None:
    ChromaVectors(client, "ours-").add(1, [7], VECTORS[:1])

    assert _searched(client, "ours-1") == EF_SEARCH


def test_one_of_an_earlier_version_is_so_once_it_grows_and_loses_nothing(client: "Client") -> None:
    old = client.create_collection(
        "ours-1",
        embedding_function=None,
        configuration={"hnsw": {"space": "cosine", "ef_search": 150}},
    )
    old.add(ids=["7", "8"], embeddings=VECTORS[:2])
    vectors = ChromaVectors(client, "ours-")

    assert vectors.search(VECTORS[0], 1, [1]) == [(7, 1.0)]
    assert _searched(client, "ours-1") == 150
    vectors.add(1, [9], VECTORS[2:3])

    assert _searched(client, "ours-1") == EF_SEARCH
    assert vectors.ids(1) == {7, 8, 9}
    assert vectors.search(VECTORS[2], 1, [1]) == [(9, 1.0)]
