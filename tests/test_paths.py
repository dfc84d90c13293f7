"""Where everything is kept."""

import warnings
from pathlib import Path

import pytest

from assistant.paths import find_paths


def test_one_folder_holds_everything_when_it_is_named(tmp_path: Path) -> None:
    paths = find_paths({"ASSISTANT_HOME": str(tmp_path)})

    for folder in (paths.config, paths.data, paths.cache, paths.runtime, paths.logs):
        assert folder == tmp_path or folder.parent == tmp_path


def test_a_relative_home_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)

    assert find_paths({"ASSISTANT_HOME": "x"}).data == tmp_path / "x" / "data"


@pytest.mark.parametrize("session", ["", "/run/user/1000"])
def test_without_a_session_the_sockets_are_in_the_users_own_folders(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, session: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", session)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        paths = find_paths({"XDG_RUNTIME_DIR": session})

    assert paths.runtime.is_relative_to(session or tmp_path)
