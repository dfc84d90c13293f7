"""Where everything is kept."""

import os
import warnings
from pathlib import Path

import pytest

from assistant.system.paths import as_spelled, find_paths
from tests.support.ordinary_user import as_ordinary_user


def test_one_folder_holds_everything_when_it_is_named(tmp_path: Path) -> None:
    paths = find_paths({"ASSISTANT_HOME": str(tmp_path)})

    for folder in (paths.config, paths.data, paths.cache, paths.runtime, paths.logs):
        assert folder == tmp_path or folder.parent == tmp_path


def test_a_relative_home_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)

    assert find_paths({"ASSISTANT_HOME": "x"}).data == tmp_path / "x" / "data"


@pytest.mark.parametrize(
    ("mode", "is_used"), [(0o700, True), (0o755, False), (0o777, False), (None, False)]
)
def test_the_sessions_folder_is_used_when_it_is_the_users_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mode: int | None, is_used: bool
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    session = tmp_path / "session"
    if mode is not None:
        session.mkdir()
        session.chmod(mode)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        paths = find_paths({"XDG_RUNTIME_DIR": str(session)})

    assert paths.runtime.is_relative_to(session) == is_used
    assert paths.runtime.is_relative_to(tmp_path)


def test_a_link_is_no_folder_of_the_session(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")

    paths = find_paths({"XDG_RUNTIME_DIR": str(tmp_path / "link")})

    assert not paths.runtime.is_relative_to(tmp_path)


def test_no_session_at_all_is_no_error() -> None:
    assert find_paths({}).runtime.name == "run"


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Fe\u0301rias.txt", "Férias.txt"),
        ("Férias.txt", "Fe\u0301rias.txt"),
        ("ac\u0327a\u0303o/relato\u0301rio 2.md", "ação/relatório 2.md"),
        ("año/nin\u0303o.txt", "an\u0303o/niño.txt"),
    ],
)
def test_a_name_is_found_however_its_accents_are_typed(
    tmp_path: Path, stored: str, typed: str
) -> None:
    file = tmp_path / stored
    file.parent.mkdir(exist_ok=True)
    file.touch()
    assert Path(as_spelled(str(tmp_path / typed))).samefile(file)


def test_a_name_that_nothing_has_stays_as_it_is(tmp_path: Path) -> None:
    for name in ("férias.txt", "nothing.txt", "á/b/c.txt"):
        assert as_spelled(str(tmp_path / name)) == str(tmp_path / name)
    assert as_spelled("") == ""


def test_sockets_and_logs_lie_elsewhere_when_nothing_can_be_written_at_home(
    home: Path,
) -> None:
    def find() -> None:
        found = find_paths({"ASSISTANT_HOME": str(home)})
        assert found.data == home / "data"
        assert found.runtime == found.logs != home / "run"
        assert os.access(found.runtime.parent, os.W_OK)
        assert found == find_paths({"ASSISTANT_HOME": str(home)})
        other = find_paths({"ASSISTANT_HOME": str(home / "other")})
        assert other.runtime not in (found.runtime, home / "other" / "run")

    home.chmod(0o555)
    assert as_ordinary_user(find) == ""
