"""What every Embedder does, the fake included: sentence-transformers, ONNX Runtime, words."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from assistant.core.errors import ModelFileError, ModelNotFoundError
from assistant.library.embedding.sentence_transformers import Embedder
from assistant.library.embedding.serving import identity_in, open_embedder
from assistant.library.embedding.similarity import similarity
from tests.support.embedders import RealEmbedder, real_embedder
from tests.support.made_library import WordEmbedder

REAL = [pytest.param(kind, marks=pytest.mark.model) for kind in ("sentence-transformers", "onnx")]

TEXTS = [
    "The cat sleeps on the warm stone wall behind the bakery.",
    "A tenant may give notice in writing thirty days before leaving the flat.",
    "O gato dorme às três da manhã; ninguém o acorda.",
    "naïve façade – coöperate 北京 東京 🙂 ﷺ",
    "def f(x):\n\treturn x**2  # ²",
    "word " * 1000,
    "x" * 5000,
    "",
    "   ",
    "\x00\x01 a \ud800 b",
]

Open = Callable[..., Embedder]


@pytest.fixture(scope="module", params=REAL)
def real(request: pytest.FixtureRequest) -> RealEmbedder:
    return found_or_skipped(request.param)


@pytest.fixture(scope="module", params=["words", *REAL])
def open_one(request: pytest.FixtureRequest) -> Open:
    """Opens an embedder."""
    if request.param == "words":
        return WordEmbedder
    real = found_or_skipped(request.param)
    return lambda: real.open(real.folder)


@pytest.fixture(scope="module")
def embedder(open_one: Open) -> Embedder:
    return open_one()


@pytest.fixture
def copied(real: RealEmbedder, home: Path) -> Path:
    """A copy of the folder, to do harm to."""
    return Path(shutil.copytree(real.folder, home / "embedder"))


def found_or_skipped(kind: str) -> RealEmbedder:
    found = real_embedder(kind)
    if isinstance(found, str):
        pytest.skip(found)
    return cast(RealEmbedder, found)


def test_vectors_have_length_one_and_come_in_the_order_of_the_texts(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)

    assert vectors.shape == (len(TEXTS), embedder.dimensions)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for text, vector in zip(TEXTS, vectors, strict=True):
        np.testing.assert_allclose(embedder.embed([text])[0], vector, atol=1e-4)


def test_no_text_gives_no_vector(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.dimensions)
    assert embedder.count_tokens([]) == []


def test_text_beyond_what_is_read_changes_nothing(embedder: Embedder) -> None:
    read = "word " * embedder.max_tokens
    vectors = embedder.embed([read, read + "elephant"])
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-4)

    shorter = embedder.embed(["word " * (embedder.max_tokens - 1) + "elephant"])
    assert np.abs(shorter[0] - vectors[0]).max() > 1e-4


def test_tokens_are_counted_beyond_what_is_read(embedder: Embedder) -> None:
    assert embedder.count_tokens(["", "cat", "cat cat", "cat" + " cat" * 999]) == [0, 1, 2, 1000]


def test_lone_surrogates_and_control_characters_are_taken(embedder: Embedder) -> None:
    assert np.isfinite(embedder.embed(["a \ud800 b", "\x00\x01"])).all()
    assert np.isfinite(embedder.embed_question("\udfff")).all()


def test_a_question_has_a_vector_of_length_one(embedder: Embedder) -> None:
    vector = embedder.embed_question("When may a tenant leave?")

    assert vector.shape == (embedder.dimensions,)
    assert vector.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vector), 1, atol=1e-5)


def test_the_caller_can_give_up_between_batches(open_one: Open) -> None:
    calls = 0

    def pause() -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        open_one().embed(["cat " * 300] * 10, pause)
    assert calls == 2


def test_a_question_finds_what_is_about_the_same_in_other_words(real: RealEmbedder) -> None:
    embedder = real.open(real.folder)
    cat, bank, other = embedder.embed(["The cat sleeps.", "Banks lend money.", "A cat is asleep."])

    near, far = (similarity(float(cat @ one), embedder.unrelated_cosine) for one in (other, bank))
    assert near > 0.6 > 0.3 > far


def test_it_tells_what_it_can_read(real: RealEmbedder) -> None:
    embedder = real.open(real.folder)
    strange = [
        "Кто закрывает школу вечером?",
        "Ποιος κλειδώνει το σχολείο;",
        "학교는 누가 닫습니까?",
    ]
    assert embedder.can_read(["Who locks up?", "Quem fecha a escola à noite? É o João."]) == [
        True,
        True,
    ]
    assert embedder.can_read(strange) == [False] * len(strange)
    assert embedder.can_read(["", "12:30", "\ud800"]) == [True] * 3


def test_its_identity_is_told_without_loading_it(real: RealEmbedder) -> None:
    assert identity_in(real.folder) == real.open(real.folder).identity


def test_a_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(ModelNotFoundError, match="nowhere"):
        open_embedder(Path("/tmp/nowhere"))


def test_a_folder_without_a_model_is_refused(home: Path) -> None:
    folder = home / "embedder"
    folder.mkdir()

    with pytest.raises(ModelFileError, match="embedder"):
        open_embedder(folder)


def test_damaged_weights_are_refused_with_their_folder(real: RealEmbedder, copied: Path) -> None:
    weights = copied / real.weights
    os.truncate(weights, weights.stat().st_size // 2)

    with pytest.raises(ModelFileError, match="embedder cannot be loaded"):
        open_embedder(copied)


def test_missing_weights_are_refused(real: RealEmbedder, copied: Path) -> None:
    (copied / real.weights).unlink()

    with pytest.raises(ModelFileError):
        open_embedder(copied)
