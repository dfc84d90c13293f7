"""Sampling that a model file recommends is read, within bounds, from any file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.values.sampling import SamplingChanges
from assistant.engine.gguf.recommended import recommended_sampling
from tests.support.gguf_files import write_model
from tests.support.transcripts import patient


def test_what_the_file_recommends_is_read_wherever_its_keys_stand(tmp_path: Path) -> None:
    sampling = {"temp": 0.6, "top_k": 20, "top_p": 0.95, "min_p": 0.0, "penalty_repeat": 1.05}
    behind = {f"general.sampling.{key}": value for key, value in sampling.items()}

    found = recommended_sampling(write_model(tmp_path / "a.gguf", behind))

    assert found == SamplingChanges(
        temperature=0.6, top_k=20, top_p=0.95, min_p=0.0, repeat_penalty=1.05
    )


def test_a_file_that_recommends_nothing_and_one_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "text.gguf").write_text("GGUF, they say")

    for path in (write_model(tmp_path / "a.gguf"), tmp_path / "text.gguf", tmp_path / "none.gguf"):
        assert recommended_sampling(path) == SamplingChanges()


@pytest.mark.parametrize(("key", "value"), [("temp", 99.0), ("top_p", 0.0), ("top_k", -1)])
def test_values_out_of_bounds_are_not_taken_and_the_others_are(
    tmp_path: Path, key: str, value: float
) -> None:
    changes = {f"general.sampling.{key}": value, "general.sampling.min_p": 0.25}

    found = recommended_sampling(write_model(tmp_path / "a.gguf", changes))

    assert found == SamplingChanges(min_p=0.25)


@given(st.data())
@patient
def test_a_damaged_file_recommends_no_more_than_it_says(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    content = bytearray(write_model(folder / "a.gguf", {"general.sampling.temp": 0.6}).read_bytes())
    head = min(len(content), 2_000)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(4, head - 1))] = data.draw(st.integers(0, 255))
    damaged = folder / "b.gguf"
    damaged.write_bytes(content[: data.draw(st.integers(0, head))])

    assert isinstance(recommended_sampling(damaged), SamplingChanges)
