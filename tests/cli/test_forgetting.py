"""Words that are deleted for good, with the real model: in no file of the program afterwards."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import PATIENCE, end_workers, run, workers
from tests.support.waiting import until

CANARY = "Zwiebelkuchenrezept"
TEXT = f"Remember this: {CANARY}. " + "The onions are cut into rings and steamed in butter. " * 40

pytestmark = pytest.mark.model


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="as-", dir="/tmp"))
    monkeypatch.setenv("ASSISTANT_HOME", str(folder))
    yield folder
    end_workers(folder)
    shutil.rmtree(folder)


def ask(*arguments: str) -> None:
    done = run("ask", "--temperature", "0", "--max-tokens", "8", *arguments)
    assert done.returncode == 0, done.stderr


def end_engine(home: Path) -> None:
    """As a shutdown of the machine does: the engine saves what it holds."""
    for worker in workers(home):
        worker.terminate()
        worker.wait(PATIENCE)


def files_with_canary(home: Path) -> list[str]:
    return sorted(
        str(each.relative_to(home))
        for each in home.rglob("*")
        if each.is_file() and CANARY.lower().encode() in each.read_bytes().lower()
    )


def test_a_conversation_deleted_now_is_in_no_file(home: Path) -> None:
    ask(TEXT)
    until(lambda: any(name.endswith(".kv") for name in files_with_canary(home)))
    found = files_with_canary(home)
    assert "data/chats.db" in " ".join(found)
    ask("--last", "Go on.")
    conversation = json.loads(run("chats", "list", "--json").stdout)[0]["id"]

    done = run("chats", "delete", "--now", conversation, "--json")

    assert [each["id"] for each in json.loads(done.stdout)] == [conversation]
    assert files_with_canary(home) == []
    end_engine(home)
    assert files_with_canary(home) == []
    assert json.loads(run("chats", "trash", "--json").stdout) == []


def test_the_emptied_trash_is_in_no_file(home: Path) -> None:
    ask(TEXT)
    conversation = json.loads(run("chats", "list", "--json").stdout)[0]["id"]
    run("chats", "rename", conversation, f"About the {CANARY}")
    run("chats", "delete", conversation)
    assert files_with_canary(home)

    assert run("chats", "trash", "--empty").returncode == 0

    end_engine(home)
    assert files_with_canary(home) == []
