"""Everything that is stored is removed, and nothing else."""

import os
from pathlib import Path

import pytest

from assistant.core.errors import StorageError
from assistant.forgetting import forget, stored_parts
from assistant.system.paths import find_paths
from tests.support.fake_models import ScriptedModel, ScriptedModels
from tests.support.shell import Shell

CANARY = "Zwiebelkuchenrezept"


@pytest.fixture
def shell(home: Path) -> Shell:
    """A home with a conversation, settings, prompts, logs and a file of the user's own."""
    shell = Shell(home, ScriptedModels(ScriptedModel(f"About the {CANARY}.")))
    shell.asked(f"What is {CANARY}?", f"And {CANARY} again?")
    assert shell("chats", "delete", shell.store().conversations()[0].id).status == 0
    for name in (
        "prompts/mine.md",
        "serve.key",
        "settings.toml",
        "logs/engine.log",
        "cache/snapshots/one.kv",
    ):
        file = home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# {CANARY}")
    (home / "holiday.txt").write_text("The user's own file.")
    return shell


def canaries(home: Path) -> list[Path]:
    word = CANARY.encode().lower()
    return [f for f in home.rglob("*") if f.is_file() and word in f.read_bytes().lower()]


def test_everything_that_is_stored_is_removed_and_said(shell: Shell, home: Path) -> None:
    assert len(canaries(home)) >= 5
    (home / "settings.toml").write_text(f"# {CANARY}\n")

    run = shell("forget", "--everything", "--yes")

    assert run.status == 0, run.err
    for name in ("data", "cache", "logs", "prompts", "serve.key", "settings.toml"):
        assert f"removed  {home / name}  " in run.out
    assert canaries(home) == []
    assert [file.name for file in home.iterdir()] == ["holiday.txt"]
    assert shell("forget", "--everything", "--yes").out == "Nothing is stored.\n"


@pytest.mark.parametrize("answer", ["", "yes", "no", None])
def test_nothing_is_removed_without_the_word(shell: Shell, home: Path, answer: str | None) -> None:
    before = canaries(home)
    if answer is not None:
        shell.ask = lambda _: answer

    run = shell("forget", "--everything")

    assert run.status == 1
    assert "Nothing was removed." in run.err
    assert canaries(home) == before
    assert shell("forget").status == 2


def test_what_links_lead_to_is_removed_as_well(home: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "big disk"
    (elsewhere / "models").mkdir(parents=True)
    (elsewhere / "chats.db").write_text(CANARY)
    (tmp_path / "beside.txt").write_text("stays")
    (home / "data").symlink_to(elsewhere)
    paths = find_paths({"ASSISTANT_HOME": str(home)})

    forget(paths, stored_parts(paths))

    assert canaries(tmp_path) == []
    assert [file.name for file in tmp_path.iterdir()] == ["beside.txt"]
    assert not os.path.lexists(home / "data")


def test_a_link_inside_is_removed_and_what_it_leads_to_stays(home: Path, tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_text("The user's own file.")
    (home / "data" / "models").mkdir(parents=True)
    (home / "data" / "models" / "linked.gguf").symlink_to(tmp_path / "model.gguf")
    (home / "data" / "models" / "folder").symlink_to(tmp_path)
    paths = find_paths({"ASSISTANT_HOME": str(home)})

    forget(paths, stored_parts(paths))

    assert (tmp_path / "model.gguf").exists()
    assert not (home / "data").exists()


def test_what_could_not_be_removed_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = home / "data" / "vectors" / "lock"
    file.parent.mkdir(parents=True)
    file.touch()
    paths = find_paths({"ASSISTANT_HOME": str(home)})
    parts = stored_parts(paths)

    def refuse(path: str, **_: object) -> None:
        raise PermissionError(13, "Permission denied", path)

    with monkeypatch.context() as patch:
        patch.setattr("os.unlink", refuse)
        with pytest.raises(StorageError, match=f"{file} is still there: Permission denied"):
            forget(paths, parts)
