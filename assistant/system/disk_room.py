"""Disk room: why nothing can be written in a place, in words."""

import errno
import os
from pathlib import Path

from assistant.language.messages import N_

FULL_BYTES = 256 * 1024
"""A disk with fewer free bytes counts as full: SQLite alone needs room for an index and a log."""

UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)
"""Errors of a disk that is full or read-only, or of a folder that is not for this user."""


def why_unwritable(path: Path) -> str:
    """Why a file cannot be made or grow here, as a sentence without its full stop.

    Returns: empty when nothing speaks against it.
    """
    folder = nearest_existing(path)
    try:
        disk = os.statvfs(folder)
    except OSError as failure:
        return N_(f"{folder} cannot be used ({failure.strerror})")
    if disk.f_flag & os.ST_RDONLY:
        return N_(f"The disk at {mount_point(folder)} is read-only")
    if disk.f_bavail * disk.f_frsize < FULL_BYTES:
        return full_disk(folder)
    if disk.f_files and not disk.f_favail:
        return N_(f"The disk at {mount_point(folder)} has no room for more files")
    if not os.access(folder, os.W_OK):
        return N_(f"{folder} cannot be written by this user")
    if path.exists() and not os.access(path, os.W_OK):
        return N_(f"{path} cannot be written by this user")
    return ""


def full_disk(path: Path) -> str:
    """Say that the disk on which a file is, or would be, is full."""
    return N_(f"The disk at {mount_point(nearest_existing(path))} is full")


def nearest_existing(path: Path) -> Path:
    """The folder that a path is in, or would be: the nearest above it that is there."""
    return next((each for each in (path, *path.parents) if each.is_dir()), Path("/"))


def mount_point(folder: Path) -> Path:
    """Where the disk of a folder is mounted."""
    real = folder.resolve()
    return next((each for each in (real, *real.parents) if each.is_mount()), real)
