"""Commands where nothing can be written: what only reads works, and says so in one line."""

import json
import os
from pathlib import Path

import pytest

from tests.support.fake_models import ScriptedModels
from tests.support.shell import Shell
from tests.support.small_disk import KEPT, State, commands_on, needs_small_disks

STRANGER = 54_321
READING = (
    ("chats", "list"),
    ("chats", "search", "lighthouse"),
    ("chats", "trash"),
    ("export", "--all", "OUT"),
    ("ask", "--temporary", "Who kept it?"),
)

REASONS: dict[State, str] = {
    "full": "The disk at {disk} is full",
    "read-only": "The disk at {disk} is read-only",
    "not for this user": "{disk}/home/data cannot be written by this user",
}


@needs_small_disks
@pytest.mark.parametrize("logged", [False, True], ids=["closed", "crashed"])
@pytest.mark.parametrize("state", REASONS)
def test_conversations_are_read_without_room_for_anything(
    home: Path, tmp_path: Path, state: State, logged: bool
) -> None:
    out = str(tmp_path / "out")
    commands = [tuple(out if part == "OUT" else part for part in each) for each in READING]

    listed, searched, trash, exported, asked = commands_on(state, home, *commands, logged=logged)

    assert "Kept" in listed[1]
    assert KEPT in searched[1]
    assert asked[1].strip()
    assert any(KEPT in file.read_text() for file in (tmp_path / "out").glob("*.md"))
    for status, _, errors in (listed, searched, trash, exported, asked):
        assert status == 0, errors
        assert REASONS[state].format(disk=home) in errors
        assert len(errors.splitlines()) == 1


@needs_small_disks
@pytest.mark.parametrize("state", REASONS)
def test_what_writes_names_the_disk_that_has_no_room(home: Path, state: State) -> None:
    (run,) = commands_on(state, home, ("ask", "Who kept it?"))

    assert run[0] == 7
    reason = REASONS[state].format(disk=home)
    assert run[2].startswith(f"assistant: {reason}: nothing can be stored")
    assert len(run[2].splitlines()) == 1


@needs_small_disks
@pytest.mark.parametrize("logged", [False, True], ids=["closed", "crashed"])
@pytest.mark.parametrize("state", REASONS)
def test_doctor_calls_no_file_damaged_that_only_has_no_room(
    home: Path, state: State, logged: bool
) -> None:
    (run,) = commands_on(state, home, ("doctor", "--quick", "--json"), logged=logged)

    (told,) = (each for each in json.loads(run[1])["checks"] if each["name"] == "conversations")
    sound = "conversations: 1"
    reason = f"cannot be checked: {REASONS[state].format(disk=home)}"
    assert sound in told["detail"] or reason in told["detail"]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize(
    "command",
    [
        ("chats", "list"),
        ("ask", "Who kept it?"),
        ("settings", "list"),
        ("library", "list"),
        ("add", "."),
        ("search", "lighthouse"),
        ("forget", "--everything", "--yes"),
    ],
    ids=" ".join,
)
def test_the_home_of_another_user_is_neither_obeyed_nor_emptied(
    home: Path, command: tuple[str, ...]
) -> None:
    shell = Shell(home, ScriptedModels())
    shell.asked("Who kept it?")
    before = _give_away(home)

    run = shell(*command)

    assert run.status in (2, 7)
    assert f"belongs to another user ({STRANGER})" in run.err
    assert len(run.err.splitlines()) == 1
    assert _give_away(home) == before


def _give_away(home: Path) -> dict[Path, bytes]:
    """Give all files of a home to another user.

    Returns: what is in them.
    """
    for path in (home, *home.rglob("*")):
        os.chown(path, STRANGER, STRANGER)
    return {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
