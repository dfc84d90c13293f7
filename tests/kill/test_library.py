"""kill -9 of the library worker while it indexes: nothing is lost, and nothing is there twice."""

import json
import random
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest

from assistant.library.embedding import starter_folder
from assistant.paths import find_paths
from tests.processes import PROGRAM, end_workers, run, workers

FILES_PER_KILL = 60

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(starter_folder() is None, reason="the starter embedder is not installed"),
]


@pytest.fixture
def corpus(kills: int) -> Iterator[Path]:
    """Files of several passages each, all different; enough of them to be interrupted."""
    folder = Path(tempfile.mkdtemp(prefix="corpus-", dir="/tmp"))
    chance = random.Random(3)
    nouns = ["harbour", "ferry", "lighthouse", "museum", "bakery", "garden", "bridge", "tower"]
    for number in range(FILES_PER_KILL * kills):
        parts = [
            f"## Part {part}\n\nIn file {number} the {chance.choice(nouns)} and the"
            f" {chance.choice(nouns)} were seen {chance.randrange(1000)} times."
            for part in range(6)
        ]
        (folder / f"{number:03}.md").write_text(f"# File {number}\n\n" + "\n\n".join(parts))
    (folder / "empty.txt").write_text("")
    yield folder
    shutil.rmtree(folder)


def state() -> dict[str, list[tuple[object, ...]]]:
    """Everything that the library holds, but for numbers that no user ever sees."""
    with closing(sqlite3.connect(find_paths().library)) as connection:
        asked = {
            "files": "SELECT display, state, passages, sha256 FROM files ORDER BY display",
            "texts": "SELECT display, position, text, language FROM passages JOIN texts"
            " ON passage_id = passages.id JOIN files ON files.id = file_id"
            " ORDER BY display, position",
            "keywords": "SELECT count(*) FROM keywords",
            "embeddings": "SELECT hex(key) FROM embeddings ORDER BY key",
            "being read": "SELECT count(*) FROM files WHERE reading",
        }
        return {what: connection.execute(query).fetchall() for what, query in asked.items()}


def found(question: str) -> list[tuple[str, str, float]]:
    passages = json.loads(run("search", question, "--json", "--limit", "5").stdout)
    return [(p["path"], p["text"], round(p["dense_score"], 2)) for p in passages]


def undisturbed(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[dict[str, list[tuple[object, ...]]], list[tuple[str, str, float]]]:
    """What a library holds and finds that was never killed."""
    folder = Path(tempfile.mkdtemp(prefix="as-", dir="/tmp"))
    with monkeypatch.context() as patch:
        patch.setenv("ASSISTANT_HOME", str(folder))
        subprocess.run([*PROGRAM, "add", str(corpus)], check=True, capture_output=True)
        whole = state(), found("Which paragraph speaks of the lighthouse?")
        end_workers(folder)
    shutil.rmtree(folder)
    return whole


def add_and_kill(home: Path, corpus: Path, kills: int, seed: int) -> list[dict[str, object]]:
    """Index the corpus; the worker is killed again and again, each time after some more files."""
    chance, wanted = random.Random(seed), kills
    process = subprocess.Popen(
        [*PROGRAM, "add", str(corpus), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    events: list[dict[str, object]] = []
    lives = False
    for line in process.stdout:
        assert line != b"{\n", process.stderr.read() if process.stderr else ""
        events.append(json.loads(line))
        # What was said before a death is still read after it.
        lives = lives or events[-1]["event"] == "planned"
        if lives and events[-1]["event"] == "indexed" and kills and chance.random() < 0.5:
            kills -= kill_library(home)
            lives = False
    assert process.wait(60) == 0
    # Files come in bursts of a batch: on a quick machine the last kills come too late.
    assert kills < wanted, "nobody was killed"
    return events


def kill_library(home: Path) -> int:
    """How many workers were killed: none when the last one has not been replaced yet."""
    killed = 0
    for worker in workers(home):
        with suppress(psutil.Error):
            if "library" in worker.cmdline() and worker.is_running():
                worker.kill()
                worker.wait(60)
                killed += 1
    return killed


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(5, marks=pytest.mark.timeout(900)),
        pytest.param(20, marks=[pytest.mark.timeout(3600), pytest.mark.slow]),
    ],
)
def test_a_killed_library_goes_on_where_it_was(
    home: Path, corpus: Path, kills: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, hits = undisturbed(corpus, monkeypatch)

    events = add_and_kill(home, corpus, kills, seed=kills)

    told = [event["path"] for event in events if event["event"] == "indexed"]
    assert len(told) == len(set(told)), "no file is indexed twice"
    assert events[-1]["event"] == "done"
    assert state() == whole
    assert found("Which paragraph speaks of the lighthouse?") == hits
    verified = run("library", "verify", "--json")
    assert (verified.returncode, json.loads(verified.stdout)["problems"]) == (0, [])
    again = [json.loads(line) for line in run("add", str(corpus), "--json").stdout.splitlines()]
    assert again[0] == {"event": "planned", "files": 0, "bytes": 0}
    end_workers(home)
