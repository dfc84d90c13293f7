"""`assistant ask --temporary`: nothing of it stays."""

import json
from pathlib import Path

import pytest

from tests.support.fake_models import ScriptedModel, ScriptedModels
from tests.support.processes import PROGRAM, end_workers
from tests.support.shell import Shell
from tests.support.strace import needs_strace, written

SECRET = "Zwiebelkuchen"


def test_a_temporary_question_is_answered_and_forgotten(home: Path) -> None:
    models = ScriptedModels(ScriptedModel(f"{SECRET} is a cake."))
    shell = Shell(home, models)

    run = shell("ask", "--temporary", "--json", f"What is {SECRET}?")

    assert json.loads(run.out)["answer"] == f"{SECRET} is a cake."
    assert [question.keep for question in models.default.questions] == ["memory"]
    assert json.loads(shell("chats", "list", "--json").out) == []
    assert json.loads(shell("chats", "search", SECRET, "--json").out) == []
    for path in home.rglob("*"):
        assert path.is_dir() or SECRET.encode() not in path.read_bytes()


def test_other_questions_are_kept_on_disk(shell: Shell) -> None:
    shell("ask", "Hello")

    assert [question.keep for question in shell.models.default.questions] == ["disk"]


@pytest.mark.parametrize("other", [("--last",), ("--conversation", "x")])
def test_a_temporary_question_goes_on_with_nothing(shell: Shell, other: tuple[str, ...]) -> None:
    assert shell("ask", "--temporary", *other, "Hello").status == 2


@pytest.mark.model
@needs_strace
def test_no_process_writes_a_temporary_question_into_a_file(home: Path, tmp_path: Path) -> None:
    question = f"Tell me of {SECRET}. " * 80
    ask = [*PROGRAM, "ask", "--max-tokens", "8", question]
    environment = {
        "ASSISTANT_ENGINE__IDLE_EXIT": "0.5",
        "ASSISTANT_ENGINE__IDLE_UNLOAD": "0.2",
    }

    kept, files = written(ask, tmp_path / "kept", environment)
    assert kept.returncode == 0, kept.stderr
    assert any(SECRET in data for data in files.values())
    snapshots = set(home.rglob("*.kv"))

    done, files = written([*ask, "--temporary"], tmp_path / "temporary", environment)

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert [name for name, data in files.items() if SECRET in data] == []
    assert set(home.rglob("*.kv")) == snapshots
    end_workers(home)
