"""The secret that front ends and workers of one user share."""

import os
import secrets
import stat
from pathlib import Path

KEY_BYTES = 32


def read_key(path: Path) -> bytes | None:
    """The key, or None when there is no private, complete one."""
    try:
        with path.open("rb") as stream:
            status = os.fstat(stream.fileno())
            if status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o077:
                return None
            key = stream.read(KEY_BYTES + 1)
    except OSError:
        return None
    return key if len(key) == KEY_BYTES else None


def read_or_make_key(path: Path) -> bytes:
    """The key; a new one where there is none. Call it under the start lock only."""
    key = read_key(path)
    if key is None:
        key = secrets.token_bytes(KEY_BYTES)
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)
        draft.replace(path)
    return key
