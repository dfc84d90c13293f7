"""The embedder that comes with the program."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from assistant.core.errors import ModelFileError, ModelNotFoundError
from assistant.library.embedding.sentence_transformers import (
    SentenceTransformerEmbedder,
    starter_folder,
)

pytestmark = pytest.mark.model

TEXTS = ["The cat sleeps.", "Banks lend money. " * 40, "O gato dorme.", "", "A cat is asleep."]


def test_vectors_have_length_one_and_come_in_the_order_of_the_texts(
    embedder: SentenceTransformerEmbedder,
) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (5, embedder.dimensions) == (5, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for text, vector in zip(TEXTS, vectors, strict=True):
        np.testing.assert_allclose(embedder.embed([text])[0], vector, atol=1e-5)
    assert vectors[0] @ vectors[4] > 0.7 > vectors[0] @ vectors[1]


def test_no_text_gives_no_vector(embedder: SentenceTransformerEmbedder) -> None:
    assert embedder.embed([]).shape == (0, 384)
    assert embedder.count_tokens([]) == []


def test_text_beyond_what_is_read_changes_nothing(embedder: SentenceTransformerEmbedder) -> None:
    assert embedder.max_tokens == 254
    read = "word " * embedder.max_tokens
    vectors = embedder.embed([read, read + "elephant"])
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-5)
    shorter = embedder.embed(["word " * (embedder.max_tokens - 1) + "elephant"])
    assert np.abs(shorter[0] - vectors[0]).max() > 1e-4


def test_tokens_are_counted_beyond_what_is_read(embedder: SentenceTransformerEmbedder) -> None:
    assert embedder.count_tokens(["", "cat", "cat cat", "cat " * 1000]) == [0, 1, 2, 1000]


def test_lone_surrogates_and_control_characters_are_taken(
    embedder: SentenceTransformerEmbedder,
) -> None:
    vectors = embedder.embed(["a \ud800 b", "\x00\x01"])
    assert np.isfinite(vectors).all()
    assert np.isfinite(embedder.embed_question("\udfff")).all()


def test_the_caller_can_give_up_between_batches() -> None:
    folder = starter_folder()
    assert folder is not None
    embedder = SentenceTransformerEmbedder(folder, tokens_at_once=20)
    calls = 0

    def pause() -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        embedder.embed(["cat " * 10] * 10, pause)
    assert calls == 2


def test_the_hub_is_never_asked(embedder: SentenceTransformerEmbedder) -> None:
    assert os.environ["HF_HUB_OFFLINE"] == os.environ["TRANSFORMERS_OFFLINE"] == "1"


def test_a_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(ModelNotFoundError, match="nowhere"):
        SentenceTransformerEmbedder(Path("/tmp/nowhere"))


def test_a_folder_without_a_model_is_refused(home: Path) -> None:
    folder = home / "embedder"
    folder.mkdir()
    with pytest.raises(ModelFileError, match="embedder"):
        SentenceTransformerEmbedder(folder)


def test_truncated_weights_are_refused(home: Path) -> None:
    original = starter_folder()
    assert original is not None
    folder = home / "embedder"
    shutil.copytree(original, folder)
    os.truncate(folder / "model.safetensors", 1_000_000)
    with pytest.raises(ModelFileError, match="cannot be loaded"):
        SentenceTransformerEmbedder(folder)


def test_other_weights_are_another_embedder(
    embedder: SentenceTransformerEmbedder, home: Path
) -> None:
    original = starter_folder()
    assert original is not None
    folder = home / "embedder"
    shutil.copytree(original, folder)
    assert SentenceTransformerEmbedder(folder).identity == embedder.identity
    config = folder / "1_Pooling" / "config.json"
    config.write_text(config.read_text().replace("true", "false ", 1))
    assert SentenceTransformerEmbedder(folder).identity != embedder.identity


def test_a_package_that_is_not_installed_has_no_folder() -> None:
    assert starter_folder("no_such_package_anywhere") is None
