"""Key of the server: 32 random bytes in a file for the user alone."""

import os
import secrets
import stat
from hmac import compare_digest
from pathlib import Path

from assistant.core.errors import AssistantError

BYTES = 32
MAX_LENGTH = 1000
"""Characters of a key that somebody has put there."""


class ServerKey:
    """The key that every request has to show."""

    def __init__(self, text: str) -> None:
        self._key = text.encode()

    def fits(self, shown: str) -> bool:
        """Whether this is the key; how long it takes tells nothing about it."""
        return compare_digest(shown.encode("utf-8", "replace"), self._key)


def open_key(file: Path) -> ServerKey:
    """Read the key, or make one.

    Raises:
        AssistantError: the file cannot be used, or others can read it.
    """
    try:
        return ServerKey(_read(file) or _made(file))
    except OSError as failure:
        raise AssistantError(
            f"The key in {file} cannot be used: {failure.strerror}.",
            "Delete the file, and a new key is made.",
        ) from None


def _made(file: Path) -> str:
    text = secrets.token_urlsafe(BYTES)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        # Another server was first.
        return _read(file) or text
    with os.fdopen(made, "w") as stream:
        stream.write(text + "\n")
    return text


def _read(file: Path) -> str:
    """The key in the file; empty where there is no file.

    Raises:
        AssistantError: it is no key, or others can read it.
    """
    try:
        opened = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return ""
    with os.fdopen(opened, "rb") as stream:
        found = os.fstat(stream.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.getuid():
            raise AssistantError(f"{file} is not your own file.", "Delete it; a new key is made.")
        if found.st_mode & 0o077:
            raise AssistantError(
                f"The key in {file} can be read by others.", "Delete it; a new key is made."
            )
        text = stream.read(MAX_LENGTH).decode("utf-8", "replace").strip()
    if len(text) < BYTES or not text.isascii():
        raise AssistantError(
            f"{file} has no valid key: a key has {BYTES} characters or more, without accents.",
            "Delete it; a new key is made.",
        )
    return text
