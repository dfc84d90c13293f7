"""Files and folders that somebody else could have written are not obeyed."""

import os
from pathlib import Path

import pytest

from assistant.core.errors import SettingsError
from assistant.core.trust import distrust, open_file
from assistant.settings_source import read_settings_source
from tests.support.fake_models import ScriptedModels
from tests.support.shell import Shell

as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root gives files to others")
STRANGER = 54_321


@pytest.mark.parametrize(
    ("mode", "reason"),
    [(0o600, None), (0o644, None), (0o666, "can be written by everybody"), (0o602, "everybody")],
)
def test_a_file_is_trusted_as_long_as_others_cannot_write_it(
    tmp_path: Path, mode: int, reason: str | None
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("")
    file.chmod(mode)

    found = distrust(file)

    assert found is None if reason is None else reason in str(found)


def test_what_is_not_there_is_no_reason(tmp_path: Path) -> None:
    assert distrust(tmp_path / "nothing") is None


def test_a_folder_as_tmp_is_trusted_and_one_open_to_all_is_not(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    assert distrust(tmp_path) is None
    tmp_path.chmod(0o777)
    assert distrust(tmp_path) == "can be written by everybody"


@as_root
def test_what_another_user_or_group_owns_is_named(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("")
    os.chown(file, STRANGER, -1)
    assert distrust(file) == f"belongs to another user ({STRANGER})"
    os.chown(file, os.getuid(), STRANGER)
    assert distrust(file) is None
    file.chmod(0o660)
    assert distrust(file) == f"can be written by the group {STRANGER}"


@pytest.mark.parametrize("place", [".", "settings.toml", "prompts"])
def test_settings_and_prompts_that_all_can_write_are_refused_with_a_sentence(
    tmp_path: Path, place: str
) -> None:
    (tmp_path / "settings.toml").write_text('[chat]\nmodel = "x"\n')
    (tmp_path / "prompts").mkdir()
    assert read_settings_source(tmp_path / "settings.toml", {}).text("chat", "model") == "x"
    (tmp_path / place).chmod(0o777)

    with pytest.raises(SettingsError) as refused:
        read_settings_source(tmp_path / "settings.toml", {})

    assert str(tmp_path / place) in refused.value.message
    assert "are not used" in refused.value.message
    assert "chmod" in refused.value.hint


def test_a_pipe_in_place_of_the_settings_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "settings.toml")

    with pytest.raises(SettingsError, match="is not a file"):
        read_settings_source(tmp_path / "settings.toml", {})


def test_a_pipe_that_nobody_writes_into_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")

    for name in ("pipe", "link", "/dev/zero"):
        with pytest.raises(OSError, match="a pipe or a device"):
            open_file(tmp_path / name)
    with pytest.raises(IsADirectoryError):
        open_file(tmp_path)


def test_what_a_shell_pipes_in_under_a_name_is_read(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"words")
    os.close(writing)

    with open_file(Path(f"/dev/fd/{reading}")) as file:
        assert file.read() == b"words"
    os.close(reading)


@pytest.mark.parametrize(
    "command",
    [
        ("import", "PIPE"),
        ("eval", "PIPE"),
        ("ask", "--schema", "PIPE", "hello"),
        ("ask", "--grammar", "PIPE", "hello"),
    ],
    ids=lambda command: command[0],
)
def test_no_command_waits_for_a_pipe(home: Path, command: tuple[str, ...]) -> None:
    home.mkdir(exist_ok=True)
    os.mkfifo(home / "pipe")
    shell = Shell(home, ScriptedModels())

    run = shell(*(str(home / "pipe") if part == "PIPE" else part for part in command))

    assert run.status != 0
    assert "pipe or a device" in run.err


def test_settings_that_are_a_pipe_are_refused(home: Path) -> None:
    os.mkfifo(home / "settings.toml")

    run = Shell(home, ScriptedModels())("chats", "list")

    assert run.status == 2
    assert "is not a file" in run.err
