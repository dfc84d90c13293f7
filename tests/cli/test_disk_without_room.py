"""Commands where nothing can be written: what only reads works, and says so in one line."""

from pathlib import Path

import pytest

from tests.support.small_disk import KEPT, State, commands_on, needs_small_disks

READING = (
    ("chats", "list"),
    ("chats", "search", "lighthouse"),
    ("chats", "trash"),
    ("export", "--all", "OUT"),
    ("ask", "--temporary", "Who kept it?"),
)


@needs_small_disks
@pytest.mark.parametrize("logged", [False, True], ids=["closed", "crashed"])
@pytest.mark.parametrize("state", ["full", "read-only"])
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
        assert f"The disk at {home} is {state}" in errors
        assert len(errors.splitlines()) == 1


@needs_small_disks
@pytest.mark.parametrize("state", ["full", "read-only"])
def test_what_writes_names_the_disk_that_has_no_room(home: Path, state: State) -> None:
    (run,) = commands_on(state, home, ("ask", "Who kept it?"))

    assert run[0] == 7
    assert run[2].startswith(f"assistant: The disk at {home} is {state}: nothing can be stored")
    assert len(run[2].splitlines()) == 1
