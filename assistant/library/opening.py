"""Opening a file that may be anything: only a regular file is read, and never by way of a link."""

import errno
import os
import stat
from typing import BinaryIO

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY


def open_regular(path: bytes) -> BinaryIO:
    """Open `path` for reading.

    Raises:
        OSError: it cannot be opened, is a link (ELOOP), or is no regular file (EINVAL). A pipe or
            device is neither waited for nor set going.
    """
    descriptor = os.open(path, _FLAGS)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", os.fsdecode(path))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise
