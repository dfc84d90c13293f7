"""A file is replaced whole or not at all."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.core.atomic import replace_file

ENDING = """
import os, sys
from pathlib import Path
from assistant.core.atomic import replace_file

def parts():
    yield b"half of what was to be"
    os._exit(9)

replace_file(Path(sys.argv[1]), parts(), durable=True)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "kept.json"
    path.write_bytes(b"as it was")
    path.chmod(0o644)
    return path


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What is asked of the disk, in its order: which call, and of what."""
    done: list[tuple[str, str]] = []
    sync, replace = os.fsync, os.replace

    def fsync(descriptor: int) -> None:
        name = Path(f"/proc/self/fd/{descriptor}").readlink()
        done.append(("fsync", "folder" if name.is_dir() else f"{name.suffix} {name.read_text()}"))
        sync(descriptor)

    def rename(source: Path, target: Path) -> None:
        done.append(("replace", f"{source.parent.name} {target.name} {source.read_text()}"))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", rename)
    return done


@pytest.mark.skipif(sys.platform != "linux", reason="descriptors have names on Linux only")
def test_what_has_to_last_is_on_disk_before_it_takes_its_place_and_its_name_after(
    file: Path, steps: list[tuple[str, str]]
) -> None:
    replace_file(file, b"as it is to be", durable=True)
    assert steps == [
        ("fsync", ".new as it is to be"),
        ("replace", f"{file.parent.name} kept.json as it is to be"),
        ("fsync", "folder"),
    ]


def test_what_can_be_made_again_waits_for_no_disk(file: Path, steps: list[tuple[str, str]]) -> None:
    replace_file(file, [b"as it ", b"is to be"], durable=False)
    assert [call for call, _ in steps] == ["replace"]
    assert file.read_bytes() == b"as it is to be"


def test_it_is_for_the_user_alone_whatever_it_was(file: Path) -> None:
    before = os.umask(0)
    try:
        replace_file(file, b"private", durable=False)
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_process_that_ends_in_the_middle_leaves_the_file_as_it_was(file: Path) -> None:
    done = subprocess.run([sys.executable, "-c", ENDING, str(file)], check=False, timeout=60)
    assert done.returncode == 9
    assert file.read_bytes() == b"as it was"


def test_a_content_that_fails_leaves_nothing_beside_the_file(file: Path) -> None:
    def parts() -> Iterator[bytes]:
        yield b"half"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace_file(file, parts(), durable=True)
    assert file.read_bytes() == b"as it was"
    assert list(file.parent.iterdir()) == [file]


def test_an_error_names_the_file_that_was_to_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    with pytest.raises(IsADirectoryError) as raised:
        replace_file(folder, b"x", durable=True)
    assert raised.value.filename == str(folder)
    assert list(tmp_path.iterdir()) == [folder]
    missing = tmp_path / "missing" / "file"
    with pytest.raises(FileNotFoundError) as raised_too:
        replace_file(missing, b"x", durable=True)
    assert raised_too.value.filename == str(missing)
