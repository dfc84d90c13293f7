"""Whether a source is still what it was."""

import hashlib
import os
from pathlib import Path
from threading import Event

from assistant.core.grounding.references import CHANGED, GONE, Freshness


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def look(path: Path, content_hash: str, known: Freshness | None = None) -> str:
    return (known or Freshness()).check([(str(path), content_hash)], Event()).get(str(path), "")


def test_a_file_that_is_what_it_was_is_not_worth_a_word(tmp_path: Path) -> None:
    file = tmp_path / "lease.md"
    file.write_bytes(b"once")
    assert look(file, sha256(b"once")) == ""
    assert look(file, sha256(b"twice")) == CHANGED
    file.unlink()
    assert look(file, sha256(b"once")) == GONE


def test_a_file_that_was_not_touched_is_not_read_again(
    tmp_path: Path,
) -> None:
    file = tmp_path / "lease.md"
    file.write_bytes(b"once")
    written = file.stat().st_mtime_ns
    known = Freshness()
    assert look(file, sha256(b"once"), known) == ""
    file.write_bytes(b"anew")
    os.utime(file, ns=(written, written))
    assert look(file, sha256(b"once"), known) == "", "only who reads it again sees a difference"
    assert look(file, sha256(b"once")) == CHANGED
    assert look(file, sha256(b"twice"), known) == CHANGED


def test_what_blocks_whoever_opens_it_is_not_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "lease.md"
    os.mkfifo(pipe)
    assert look(pipe, sha256(b"once")) == CHANGED


def test_what_cannot_be_told_is_not_claimed(tmp_path: Path) -> None:
    assert look(tmp_path / "caf\\xe9.md", sha256(b"")) == ""
    assert look(Path("/files/\x00"), sha256(b"")) == ""


def test_a_look_can_be_stopped(tmp_path: Path) -> None:
    file = tmp_path / "lease.md"
    file.write_bytes(b"once")
    stop = Event()
    stop.set()
    assert Freshness().check([(str(file), sha256(b"twice"))], stop) == {}
