"""A disk of its own, small enough to fill, which may become read-only; gone with its process."""

import ctypes
import io
import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from shutil import which
from typing import Literal

import pytest

from assistant.storage.conversations import SqliteConversations
from tests.support.fake_models import ScriptedModels
from tests.support.shell import Shell

State = Literal["full", "read-only", "not for this user"]

MOUNT = 'mount -t tmpfs -o size=4m none "$1" && shift && exec "$@"'
NAMESPACE = ("unshare", "--map-root-user", "--mount")
_CAPABILITIES_VERSION = 0x20080522
KEPT = "The lighthouse keeper's words."


def _can_mount() -> bool:
    if sys.platform != "linux" or which("unshare") is None:
        return False
    tried = subprocess.run([*NAMESPACE, "sh", "-c", MOUNT, "sh", "/mnt", "true"], check=False)
    return tried.returncode == 0


needs_small_disks = pytest.mark.skipif(not _can_mount(), reason="no disk can be mounted here")


def commands_on(
    state: State, folder: Path, *commands: tuple[str, ...], logged: bool = False
) -> list[tuple[int, str, str]]:
    """Status, output and errors of commands on a home that has a conversation and no more room.

    Args:
        folder: an empty folder, where the disk is mounted.
        logged: whether the newest messages are in the write-ahead log alone, as after a crash.
    """
    module = (sys.executable, "-m", "tests.support.small_disk")
    order = json.dumps({"state": state, "commands": commands, "logged": logged})
    done = subprocess.run(
        [*NAMESPACE, "sh", "-c", MOUNT, "sh", folder, *module, str(folder), order],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [(status, out, err) for status, out, err in json.loads(done.stdout)]


def _fill(disk: Path) -> None:
    with (disk / "ballast").open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(4096))
        except OSError:
            return


def _make_home(home: Path, *, logged: bool) -> None:
    """One conversation, made by a process that closes the store or dies."""
    child = os.fork()
    if child == 0:
        store = SqliteConversations(home / "data" / "chats.db")
        store.append(store.create(title="Kept").id, None, "user", KEPT)
        if not logged:
            store.close()
        os._exit(0)
    os.waitpid(child, 0)
    # Whoever comes next may not have room for it.
    (home / "data" / "chats.db-shm").unlink(missing_ok=True)


def _close_to_all(home: Path) -> None:
    """As a home of root's, which an ordinary user may read."""
    for path in (*home.rglob("*"), home):
        path.chmod(0o555 if path.is_dir() else 0o444)
    # Permissions stop only who has none of root's capabilities.
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_VERSION, 0)
    assert ctypes.CDLL(None).capset(header, (ctypes.c_uint32 * 6)()) == 0


def _run(disk: Path, state: State, commands: list[list[str]], *, logged: bool) -> None:
    home = disk / "home"
    os.environ["ASSISTANT_HOME"] = str(home)
    shell = Shell(home, ScriptedModels())
    shell("chats", "list")
    _make_home(home, logged=logged)
    if state == "full":
        _fill(disk)
    elif state == "not for this user":
        _close_to_all(home)
    else:
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    runs = [shell(*command) for command in commands]
    with closing(io.TextIOWrapper(sys.stdout.buffer)) as out:
        json.dump([(run.status, run.out, run.err) for run in runs], out)


if __name__ == "__main__":
    _order = json.loads(sys.argv[2])
    _run(Path(sys.argv[1]), _order["state"], _order["commands"], logged=_order["logged"])
