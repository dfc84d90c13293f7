"""A server with the starter model and the corpus's files, for all tests of a file."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.corpus import write_corpus
from tests.support.processes import end_workers, run
from tests.support.serving import RunningServer


@pytest.fixture(scope="module")
def server_home() -> Iterator[Path]:
    """An ASSISTANT_HOME for all tests of a file."""
    home = Path(tempfile.mkdtemp(prefix="as-", dir="/tmp"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSISTANT_HOME", str(home))
        patch.setenv("ASSISTANT_ENGINE__THREADS", "1")
        yield home
    end_workers(home)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def server(server_home: Path) -> Iterator[RunningServer]:
    """A server that has no files."""
    running = RunningServer.start()
    yield running
    assert running.end() == 0


@pytest.fixture(scope="module")
def corpus_server(server_home: Path) -> Iterator[RunningServer]:
    """A server with files in the collection `trip`."""
    write_corpus(server_home / "files")
    done = run("add", str(server_home / "files"), "--collection", "trip")
    assert done.returncode == 0, done.stderr
    running = RunningServer.start()
    yield running
    assert running.end() == 0
