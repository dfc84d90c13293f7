"""What is not there now, and what that says: deleted, or on a disk that is not plugged in."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.library.files.scan import is_unmounted, mount_point_above
from tests.support.checkout import CHECKOUT
from tests.support.disk import Disk
from tests.support.made_library import MadeLibrary


@pytest.fixture
def disk(made: MadeLibrary) -> Disk:
    return Disk(made)


def test_a_root_that_is_not_there_keeps_its_files(disk: Disk) -> None:
    disk.put("a.txt", "in/b.txt")
    root = disk.root()
    disk.scan(root)
    shutil.rmtree(disk.place)

    assert disk.scan(root).removed == 0
    assert disk.names() == ["a.txt", "b.txt"]


def test_a_root_that_goes_away_while_it_is_scanned_keeps_its_files(
    disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk.put("a.txt", "in/b.txt")
    root = disk.root()
    disk.scan(root)
    away = disk.place.with_name("away")
    listed = os.scandir

    def then_gone(path: bytes) -> "os._ScandirIterator[bytes]":
        listing = listed(path)
        disk.place.rename(away)
        return listing

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", then_gone)
        assert disk.scan(root).removed == 0
    assert disk.names() == ["a.txt", "b.txt"]

    away.rename(disk.place)
    assert disk.scan(root).removed == 0
    assert disk.names() == ["a.txt", "b.txt"]


def test_a_root_that_was_emptied_loses_its_files(disk: Disk) -> None:
    disk.put("a.txt", "in/b.txt")
    root = disk.root()
    disk.scan(root)
    shutil.rmtree(disk.place)
    disk.place.mkdir()

    assert disk.scan(root).removed == 2
    assert disk.names() == []


def test_an_empty_folder_where_a_disk_was_keeps_the_disk_s_files(disk: Disk) -> None:
    disk.put("a.txt", "in/b.txt")
    root = disk.root()
    disk.scan(root)
    disk.mounts.keep(root.id, {root.path})
    shutil.rmtree(disk.place)
    disk.place.mkdir()

    assert disk.scan(root).removed == 0
    assert disk.names() == ["a.txt", "b.txt"]

    disk.put("in/b.txt")
    assert disk.scan(root).removed == 1, "something is there again, and one file is not"
    assert disk.names() == ["b.txt"]


def test_a_disk_inside_a_root_keeps_its_files_and_no_others(disk: Disk) -> None:
    disk.put("a.txt", "stick/b.txt", "stick/in/c.txt")
    root = disk.root()
    disk.scan(root)
    disk.mounts.keep(root.id, {root.path + b"/stick"})
    shutil.rmtree(disk.place / "stick")
    (disk.place / "a.txt").unlink()

    assert disk.scan(root).removed == 1
    assert disk.names() == ["b.txt", "c.txt"]


def test_a_single_file_that_was_deleted_goes_and_one_whose_folder_is_away_stays(
    disk: Disk,
) -> None:
    disk.put("a.txt", "b.txt")
    here, there = disk.root("a.txt"), disk.root("b.txt")
    disk.scan(here)
    disk.scan(there)
    (disk.place / "a.txt").unlink()
    assert disk.scan(here).removed == 1

    shutil.rmtree(disk.place)
    assert disk.scan(there).removed == 0
    assert disk.names() == ["b.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_cannot_be_read_keeps_its_files_look_after_look(disk: Disk) -> None:
    disk.put("closed/a.txt", "b.txt")
    root = disk.root()
    disk.scan(root)
    (disk.place / "closed").chmod(0)
    try:
        assert [disk.scan(root).removed for _ in range(3)] == [0, 0, 0]
    finally:
        (disk.place / "closed").chmod(0o700)


def test_mount_points_are_kept_with_whatever_bytes_their_names_have(disk: Disk) -> None:
    strange = {b"/media/\xff\n", "/media/ação".encode()}
    disk.mounts.keep(7, strange)
    assert disk.mounts.mounts_of(7) == strange
    disk.mounts.keep(7, set())
    assert disk.mounts.mounts_of(7) == set()


def test_the_whole_system_s_disk_is_no_mount_point_to_wait_for() -> None:
    assert mount_point_above(b"/") is None
    assert not is_unmounted(b"/")


MOUNTING = """
import os, subprocess, sys
from pathlib import Path
from assistant.library.files.scan import KnownMounts
from tests.support.made_library import MadeLibrary
from tests.support.disk import Disk
made = MadeLibrary(Path(sys.argv[1]))
disk = Disk(made)
disk.place.mkdir(parents=True)
subprocess.run(["mount", "-t", "tmpfs", "none", str(disk.place)], check=True)
disk.put("a.txt", "in/b.txt")
root = disk.root()
disk.scan(root)
assert disk.mounts.mounts_of(root.id) == {root.path}
subprocess.run(["umount", str(disk.place)], check=True)
assert disk.place.is_dir() and not list(disk.place.iterdir())
print(disk.scan(root).removed, disk.names())
"""


def test_a_disk_that_is_really_unmounted_keeps_its_files(home: Path) -> None:
    unshare = shutil.which("unshare")
    command = [unshare or "", "-Urm"]
    if not unshare or subprocess.run([*command, "true"], capture_output=True).returncode:
        pytest.skip("mounting is not allowed here")

    told = subprocess.run(
        [*command, sys.executable, "-c", MOUNTING, str(home)],
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
    )

    assert told.stdout.strip() == "0 ['a.txt', 'b.txt']", told.stderr


@pytest.mark.slow
def test_a_folder_of_100_000_files_is_scanned_whole_and_again_without_a_change(disk: Disk) -> None:
    disk.put("first.txt")
    for part in range(100):
        folder = disk.place / f"{part:03}"
        folder.mkdir()
        for number in range(1_000):
            (folder / f"{number:04}.txt").touch()
    root = disk.root()
    disk.scan(root)

    assert len(disk.names()) == 100_001
    again = disk.scan(root)
    assert again.unchanged
    assert again.removed == 0
