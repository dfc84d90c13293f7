"""Files and folders that somebody else could have written are not obeyed."""

import os
from pathlib import Path

import pytest

from assistant.core.errors import SettingsError
from assistant.core.trust import distrust
from assistant.settings_source import read_settings_source

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
    assert "not obeyed" in refused.value.message
    assert "chmod" in refused.value.hint


def test_a_pipe_in_place_of_the_settings_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "settings.toml")

    with pytest.raises(SettingsError, match="is no file"):
        read_settings_source(tmp_path / "settings.toml", {})
