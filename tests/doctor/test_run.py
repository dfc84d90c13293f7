"""`assistant doctor`: what is broken is found, and nothing is changed."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import pytest

from assistant.doctor import components
from assistant.doctor.machine import CHECKSUM_FILE, package, terminal
from assistant.doctor.report import Check
from assistant.doctor.run import RunEnvironment, run_checks
from assistant.settings import Settings
from assistant.storage.conversations import SqliteConversations
from assistant.system.paths import find_paths
from tests.support.fake_models import ScriptedModels
from tests.support.shell import Shell

QUIET: Mapping[str, str] = {"TERM": "xterm-256color"}


def found(home: Path, **environment: str) -> dict[str, Check]:
    """The quick checks of a home, by name."""
    place = RunEnvironment(
        find_paths({"ASSISTANT_HOME": str(home)}), {**QUIET, **environment}, False
    )
    return {check.name: check for check in run_checks(place, quick=True)}


def test_a_fresh_home_has_nothing_to_fix_and_stays_empty(home: Path) -> None:
    checks = found(home)

    assert [check.name for check in checks.values() if check.status == "fail"] == []
    assert list(home.iterdir()) == []


def test_whatever_is_not_ok_says_how_to_fix_it(home: Path) -> None:
    (home / "settings.toml").write_text("[engine]\nthreads = -1\n")
    (home / "data").write_text("no folder")

    for check in found(home).values():
        assert (check.status == "ok") == (check.fix == ""), check


def test_a_wrong_setting_fails_and_keeps_no_other_check_from_running(home: Path) -> None:
    (home / "settings.toml").write_text("[engine]\nthreads = 'many'\n")

    checks = found(home)

    assert checks["settings"].status == "fail"
    assert "engine.threads" in checks["settings"].detail
    assert checks["python"].status == "ok"


def test_a_sound_database_is_measured(home: Path) -> None:
    path = find_paths().chats
    path.parent.mkdir()
    store = SqliteConversations(path)
    conversation = store.create()
    store.append(conversation.id, None, "user", "Hello")
    store.close()

    check = found(home)["conversations"]

    assert check.status == "ok"
    assert "conversations: 1" in check.detail


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\0" + b"x" * 9000])
def test_a_damaged_database_fails_and_is_not_touched(home: Path, content: bytes) -> None:
    path = find_paths().chats
    path.parent.mkdir()
    path.write_bytes(content)

    check = found(home)["conversations"]

    assert check.status == "fail"
    assert "is damaged" in check.detail
    assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_others_can_look_into_is_told(home: Path) -> None:
    (home / "data").mkdir()
    (home / "data").chmod(0o755)

    check = found(home)["folders"]

    assert check.status == "warn"
    assert check.fix == f"chmod 700 {home / 'data'}"


def test_a_model_that_is_not_there_fails(home: Path) -> None:
    check = found(home, ASSISTANT_CHAT__MODEL="nope")["model"]

    assert check.status == "fail"
    assert "nope" in check.detail


def test_a_default_prompt_that_is_not_there_fails(home: Path) -> None:
    assert found(home, ASSISTANT_CHAT__PROMPT="nope")["prompts"].status == "fail"


@pytest.mark.parametrize(
    ("environment", "status", "words"),
    [
        ({"TERM": "dumb"}, "warn", "cannot move the cursor"),
        ({}, "warn", "not set"),
        ({"TERM": "xterm-256color"}, "ok", "256 colours"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "ok", "16 million"),
        ({"TERM": "xterm", "NO_COLOR": "1"}, "ok", "no colours"),
    ],
)
def test_the_terminal_is_judged_by_what_it_says(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], status: str, words: str
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LINES", "30")

    check = terminal(environment, is_terminal=True)

    assert check.status == status
    assert words in check.detail


def test_a_small_window_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")

    assert terminal(QUIET, is_terminal=True).status == "warn"


@pytest.fixture
def packaged(tmp_path: Path) -> Path:
    """A folder as packages have it."""
    folder = tmp_path / "é program"
    (folder / "_internal").mkdir(parents=True)
    files = {"assistant": b"program", "_internal/libllama.so": b"library"}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    lines = [f"{sha256(content).hexdigest()}  {name}\n" for name, content in files.items()]
    (folder / CHECKSUM_FILE).write_text("".join(lines))
    return folder


def test_a_whole_package_is_told_so(packaged: Path) -> None:
    check = package(packaged, quick=False)

    assert (check.status, check.fix) == ("ok", "")
    assert "2 files are unchanged" in check.detail


def test_a_changed_file_of_the_package_is_found_when_files_are_read(packaged: Path) -> None:
    (packaged / "assistant").write_bytes(b"progrAm")

    assert package(packaged, quick=True).status == "ok"
    check = package(packaged, quick=False)
    assert check.status == "fail"
    assert "assistant is damaged" in check.detail


def test_a_missing_file_of_the_package_is_found_at_once(packaged: Path) -> None:
    (packaged / "_internal" / "libllama.so").unlink()

    check = package(packaged, quick=True)

    assert check.status == "fail"
    assert "libllama.so is missing" in check.detail


@pytest.mark.parametrize("content", [None, b"not a list\n", b"\xff"])
def test_a_package_without_a_list_of_its_files_is_broken(
    packaged: Path, content: bytes | None
) -> None:
    (packaged / CHECKSUM_FILE).unlink() if content is None else (
        packaged / CHECKSUM_FILE
    ).write_bytes(content)

    assert package(packaged, quick=True).status == "fail"


def test_only_the_packaged_program_is_compared_with_a_list(home: Path, packaged: Path) -> None:
    place = RunEnvironment(find_paths(), QUIET, False, packaged)

    assert "package" in [check.name for check in run_checks(place, quick=True)]
    assert "package" not in found(home)


def test_the_command_fails_when_something_has_to_be_fixed(home: Path) -> None:
    shell = Shell(home, ScriptedModels())

    fine = shell("doctor", "--quick", "--json")
    broken = shell("doctor", "--quick", ASSISTANT_CHAT__MODEL="nope")

    report = json.loads(fine.out)
    assert (fine.status, report["ok"]) == (0, True)
    assert set(report["checks"][0]) == {"name", "status", "detail", "fix"}
    assert broken.status == 1
    assert "fail  model" in broken.out


def test_a_template_that_cannot_be_used_is_told(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = ScriptedModels()
    models.default.template_problem = "its template cannot be used: no; written as ChatML"
    monkeypatch.setattr(components, "model_catalog", lambda *_: models)

    told = components.model(Settings(), find_paths(), load=True)

    assert told.status == "warn"
    assert told.detail.endswith("; its template cannot be used: no; written as ChatML")
    assert told.fix


@pytest.mark.model
def test_the_model_is_loaded_unless_it_has_to_be_quick(home: Path) -> None:
    from tests.support.processes import end_workers, run

    done = run("doctor", "--json")
    end_workers(home)

    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert done.returncode == 0
    assert "loaded in" in checks["model"]["detail"]
    assert "running" in checks["engine"]["detail"]
    assert checks["library"]["status"] == "ok"


@pytest.mark.model
def test_a_broken_embedder_fails(home: Path, tmp_path: Path) -> None:
    from tests.support.processes import end_workers, run

    broken = tmp_path / "embedder"
    broken.mkdir()
    (broken / "embedder.json").write_text(
        '{"name": "it", "identity": "it", "dimensions": 384, "max_tokens": 256}'
    )
    (broken / "model.onnx").write_bytes(b"nothing")
    (home / "settings.toml").write_text(f"[library]\nembedder = '{broken}'\n")
    done = run("doctor", "--json")
    end_workers(home)

    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert done.returncode == 1
    assert checks["library"]["status"] == "fail"
    assert str(broken) in checks["library"]["detail"]
