"""Trust in files and folders: who decides what is in them, and whether they end."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from assistant.language.messages import N_


def distrust(path: Path) -> str | None:
    """Why a file or folder is not to be obeyed, as the end of a sentence about it.

    A group of the user's own, which many systems give to every user, may write.

    Returns: None when only the user and root can write it, or there is nothing.
    """
    stranger = owned_by_another(path)
    if stranger is not None:
        return stranger
    try:
        status = path.stat()
    except OSError:
        return None
    if status.st_mode & stat.S_IWOTH and not _is_sticky_folder(status):
        return N_("can be written by everybody")
    if status.st_mode & stat.S_IWGRP and not _is_own_group(status.st_gid):
        return N_(f"can be written by the group {_group(status.st_gid)}")
    return None


def owned_by_another(path: Path) -> str | None:
    """Whose a file or folder is, as the end of a sentence about it.

    Returns: None when it is the user's own or root's, or there is nothing.
    """
    try:
        owner = path.stat().st_uid
    except OSError:
        return None
    return None if owner in (os.getuid(), 0) else N_(f"belongs to {_user(owner)}")


PIPES_OF_SHELLS = ("/dev/fd/", "/proc/self/fd/", "/dev/stdin")
"""What a shell puts in place of `<(command)`: somebody writes into it."""


def open_file(path: Path) -> BinaryIO:
    """Open a file to read it; a pipe or device, which may never end, is none.

    Raises:
        OSError: it cannot be opened, or is no file.
    """
    if str(path).startswith(PIPES_OF_SHELLS):
        return path.open("rb")
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "It is a pipe or a device and no file", str(path))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _is_sticky_folder(status: os.stat_result) -> bool:
    """As /tmp is: others may add to it, but not replace what is there."""
    return stat.S_ISDIR(status.st_mode) and bool(status.st_mode & stat.S_ISVTX)


def _user(number: int) -> str:
    import pwd  # noqa: PLC0415 -- reads the users of the system, for a sentence only

    try:
        return N_(f"the user {pwd.getpwuid(number).pw_name}")
    except KeyError:
        return N_(f"another user ({number})")


def _is_own_group(number: int) -> bool:
    import grp  # noqa: PLC0415
    import pwd  # noqa: PLC0415

    try:
        return grp.getgrgid(number).gr_name in (pwd.getpwuid(os.getuid()).pw_name, "root")
    except KeyError:
        return False


def _group(number: int) -> str:
    import grp  # noqa: PLC0415

    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
