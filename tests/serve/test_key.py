"""The key of the server."""

import os
from pathlib import Path

import pytest

from assistant.core.errors import AssistantError
from assistant.serve.http.key import ServerKey, open_key


def test_a_key_is_made_once_for_the_user_alone(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "serve.key"

    first, again = open_key(file), open_key(file)
    text = file.read_text().strip()

    assert file.stat().st_mode & 0o777 == 0o600
    assert len(text) >= 43
    assert first.fits(text)
    assert again.fits(text)
    assert not again.fits(text[:-1])
    assert not again.fits("")


def test_every_home_has_another_key(tmp_path: Path) -> None:
    open_key(tmp_path / "a")
    open_key(tmp_path / "b")

    assert (tmp_path / "a").read_text() != (tmp_path / "b").read_text()


def test_a_key_of_the_users_own_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "serve.key"
    file.write_text("a" * 40 + "\n")
    file.chmod(0o600)

    assert open_key(file).fits("a" * 40)


@pytest.mark.parametrize("text", ["", "short", "é" * 40])
def test_what_is_no_key_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "serve.key"
    file.write_text(text)
    file.chmod(0o600)

    with pytest.raises(AssistantError, match="has no valid key"):
        open_key(file)


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "serve.key"
    open_key(file)
    file.chmod(0o640)

    with pytest.raises(AssistantError, match="can be read by others"):
        open_key(file)


def test_a_link_and_a_pipe_are_no_key(tmp_path: Path) -> None:
    open_key(tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    os.mkfifo(tmp_path / "pipe", 0o600)

    for name in ("link", "pipe"):
        with pytest.raises(AssistantError, match=r"cannot be used|not your own file"):
            open_key(tmp_path / name)


def test_what_is_shown_may_be_any_text() -> None:
    assert not ServerKey("k" * 40).fits("\ud800é")
