"""The library's commands as a shell runs them: worker, readers and embedder are real."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.library.embedding.sentence_transformers import starter_folder
from tests.support.corpus import write_corpus
from tests.support.processes import end_workers, run

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(starter_folder() is None, reason="the starter embedder is not installed"),
]


@pytest.fixture(scope="module")
def corpus() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="as-", dir="/tmp"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSISTANT_HOME", str(home))
        write_corpus(home / "files")
        yield home / "files"
    end_workers(home)
    shutil.rmtree(home)


def test_add_reports_every_file_and_ends_with_status_0(corpus: Path) -> None:
    done = run("add", str(corpus), "--collection", "trip", "--json")

    assert (done.returncode, done.stderr) == (0, b"")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert events[0].keys() == {"event", "files", "bytes"}
    assert {e["reason"] for e in events if e["event"] == "skipped"} == {"empty", "corrupt"}
    assert all(
        e.keys() == {"event", "path", "reason", "detail"} for e in events if e["event"] == "skipped"
    )
    assert sum(e["passages"] for e in events if e["event"] == "indexed") >= 5
    assert events[-1].keys() == {
        "event",
        "indexed",
        "skipped",
        "removed",
        "seconds",
        "partial",
    }
    assert (events[-1]["event"], events[-1]["indexed"], events[-1]["skipped"]) == ("done", 3, 2)


def test_search_names_page_heading_and_lines(corpus: Path) -> None:
    run("add", str(corpus), "--collection", "trip")

    (bread, *_) = json.loads(run("search", "price of rye bread", "--json").stdout)
    (ferry, *_) = json.loads(run("search", "when does the ferry leave", "--json").stdout)

    assert (bread["heading"], bread["line_end"], bread["page"]) == ("The bakery > Prices", 9, None)
    assert (ferry["page"], ferry["line_start"]) == (2, None)
    assert 0 < bread["score"] <= 1


def test_the_library_is_told_in_json(corpus: Path) -> None:
    run("add", str(corpus), "--collection", "trip")

    (collection,) = json.loads(run("library", "list", "--json").stdout)
    status = json.loads(run("library", "status", "--json").stdout)
    verified = json.loads(run("library", "verify", "--json").stdout)

    assert (collection["name"], collection["files"]) == ("trip", 5)
    assert (status["indexed"], status["skipped"], status["paused"]) == (3, 2, False)
    assert verified["ok"]


def test_what_cannot_be_added_is_told_in_one_line(corpus: Path) -> None:
    done = run("add", str(corpus / "nowhere"))

    assert done.returncode == 3
    assert done.stderr.startswith(b"assistant: ")
    assert done.stderr.count(b"\n") == 1
    assert run("search", "x", "--collection", "nothing").returncode == 3
