"""Trust in files and folders: whether only the user, or root, decides what is in them."""

import os
import stat
from pathlib import Path


def distrust(path: Path) -> str | None:
    """Why a file or folder is not to be obeyed, as the end of a sentence about it.

    A group of the user's own, which many systems give to every user, may write.

    Returns: None when only the user and root can write it, or there is nothing.
    """
    try:
        status = path.stat()
    except OSError:
        return None
    if status.st_uid not in (os.getuid(), 0):
        return f"belongs to {_user(status.st_uid)}"
    if status.st_mode & stat.S_IWOTH and not _is_sticky_folder(status):
        return "can be written by everybody"
    if status.st_mode & stat.S_IWGRP and not _is_own_group(status.st_gid):
        return f"can be written by the group {_group(status.st_gid)}"
    return None


def _is_sticky_folder(status: os.stat_result) -> bool:
    """As /tmp is: others may add to it, but not replace what is there."""
    return stat.S_ISDIR(status.st_mode) and bool(status.st_mode & stat.S_ISVTX)


def _user(number: int) -> str:
    import pwd  # noqa: PLC0415 -- reads the users of the system, for a sentence only

    try:
        return f"the user {pwd.getpwuid(number).pw_name}"
    except KeyError:
        return f"another user ({number})"


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
