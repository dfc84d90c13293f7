"""The embedder that a library's threads share."""

from collections.abc import Sequence

import numpy as np
import pytest

from assistant.library.embedding import serving
from assistant.library.embedding.serving import SharedEmbedder
from tests.support.made_library import WordEmbedder


def _ahead(shared: SharedEmbedder, words: WordEmbedder, texts: Sequence[str]) -> list[str]:
    """What is embedded for texts that a question waits for; their vectors are always right."""
    words.embedded.clear()
    vectors = shared.embed_ahead(texts)
    assert np.allclose(vectors, WordEmbedder().embed(texts))
    return words.embedded.copy()


def test_a_text_of_the_last_questions_is_not_embedded_again() -> None:
    words = WordEmbedder()
    shared = SharedEmbedder(words)

    assert _ahead(shared, words, ["the boat", "the pier"]) == ["the boat", "the pier"]
    assert _ahead(shared, words, ["the pier", "the dusk", "the boat"]) == ["the dusk"]
    assert _ahead(shared, words, []) == []


def test_the_texts_that_are_not_asked_for_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "_RECENT_TEXTS", 2)
    words = WordEmbedder()
    shared = SharedEmbedder(words)

    _ahead(shared, words, ["one", "two"])
    _ahead(shared, words, ["one", "three"])

    assert _ahead(shared, words, ["one", "three"]) == []
    assert _ahead(shared, words, ["two"]) == ["two"]


def test_more_texts_at_once_than_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "_RECENT_TEXTS", 2)
    words = WordEmbedder()

    assert _ahead(SharedEmbedder(words), words, ["one", "two", "three"]) == ["one", "two", "three"]
