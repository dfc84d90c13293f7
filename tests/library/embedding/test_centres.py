"""Vectors as seen from the centre of their language."""

from pathlib import Path

import numpy as np
import pytest

from assistant.library.embedding.centres import CENTRES_FILE, Centres
from assistant.library.embedding.similarity import Vectors

ENGLISH, PORTUGUESE = (0.9, 0.0, 0.0, 0.0), (0.55, 0.7, 0.0, 0.0)
CENTRES = Centres(passages=(ENGLISH, PORTUGUESE), questions=(PORTUGUESE,))


def around(centre: tuple[float, ...], *topic: float) -> Vectors:
    vector = np.array([*centre[:2], *topic], dtype=np.float32)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def test_what_is_said_counts_and_not_the_language() -> None:
    harbour, storm = (0.4, 0.0), (0.0, 0.4)
    raw = np.array(
        [
            around(ENGLISH, *harbour),
            around(PORTUGUESE, *harbour),
            around(ENGLISH, *storm),
            around(PORTUGUESE, *storm),
        ]
    )
    assert raw[1] @ raw[3] > raw[1] @ raw[0], "a language is nearer to itself"

    seen = CENTRES.take_from_passages(raw)

    assert seen[1] @ seen[0] > 0.9
    assert abs(float(seen[1] @ seen[3])) < 0.1
    assert seen.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(seen, axis=1), 1, atol=1e-6)


def test_questions_have_centres_of_their_own() -> None:
    vector = around(ENGLISH, 0.4, 0.0)[None]
    assert CENTRES.take_from_questions(vector)[0] @ CENTRES.take_from_passages(vector)[0] < 0.9


def test_without_centres_vectors_stay_as_they_are(tmp_path: Path) -> None:
    vectors = np.eye(4, dtype=np.float32)
    assert Centres.of(tmp_path, 4) == Centres()
    np.testing.assert_array_equal(Centres().take_from_passages(vectors), vectors)


def test_a_text_in_the_very_middle_has_a_vector_that_can_be_compared() -> None:
    middle = Centres(passages=((1.0, 0.0, 0.0, 0.0),), questions=())
    seen = middle.take_from_passages(np.eye(4, dtype=np.float32)[:1])
    assert np.isfinite(seen).all()


def test_they_are_kept_in_the_folder_of_the_embedder(tmp_path: Path) -> None:
    (tmp_path / CENTRES_FILE).write_text(CENTRES.model_dump_json())
    assert Centres.of(tmp_path, 4) == CENTRES


@pytest.mark.parametrize("text", ["", "[]", '{"passages": [["a"]]}', CENTRES.model_dump_json()])
def test_what_is_damaged_or_of_another_embedder_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / CENTRES_FILE).write_text(text)
    with pytest.raises(ValueError):
        Centres.of(tmp_path, 384)
