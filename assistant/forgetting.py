"""Forgetting everything: the program's files on this machine, and their removal."""

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.core.errors import StorageError
from assistant.core.trust import owned_by_another
from assistant.ipc.join import Joiner
from assistant.ipc.messages import StartError
from assistant.language.messages import _
from assistant.system.paths import Paths
from assistant.workers import engine_worker, library_worker


@dataclass(frozen=True)
class StoredPart:
    """A part of what the program has stored."""

    path: Path
    what: str
    size: int
    """Bytes."""


def stored_parts(paths: Paths) -> list[StoredPart]:
    """What the program has stored for this user, as far as it is there.

    A folder that ASSISTANT_HOME names may hold other files, too: these are left.
    """
    found = [
        (paths.data, _("conversations, the index of your files, models")),
        (paths.cache, _("what models have read, and other things that can be made again")),
        (paths.logs, _("logs")),
        (paths.runtime, _("sockets and keys")),
        (paths.prompts, _("your own prompts")),
        (paths.server_key, _("the key of `assistant serve`")),
        (paths.settings_file, _("settings")),
    ]
    return [
        StoredPart(path, what, _bytes_of(path)) for path, what in found if os.path.lexists(path)
    ]


def forget(paths: Paths, parts: Sequence[StoredPart]) -> None:
    """End the workers and remove parts of what is stored; nothing brings it back.

    Raises:
        StorageError: something is still there, or is another user's.
    """
    for part in parts:
        stranger = owned_by_another(part.path)
        if stranger is not None:
            raise StorageError(
                f"Nothing was removed: {part.path} {stranger}.",
                "Let its owner do that, or set ASSISTANT_HOME to another folder.",
            )
    try:
        for worker in (engine_worker(paths), library_worker(paths)):
            Joiner(worker).end_worker()
        for part in parts:
            _remove(part.path)
        with suppress(OSError):
            # Whoever keeps other files there keeps the folder.
            paths.config.rmdir()
    except StartError as failure:
        raise StorageError(f"Nothing was removed: {failure}.", "Try again.") from None
    except OSError as failure:
        raise StorageError(
            f"{failure.filename} is still there: {failure.strerror}.",
            "Remove it yourself, or fix that and try again.",
        ) from None


def _remove(path: Path) -> None:
    """Remove a file or folder; of a link what it leads to, and the link."""
    if path.is_symlink():
        target = path.resolve()
        path.unlink()
        path = target
    if path.is_dir():
        shutil.rmtree(path, onerror=_name_whole)
    else:
        path.unlink(missing_ok=True)


def _name_whole(function: object, path: str, failed: tuple[Any, BaseException, Any]) -> None:  # noqa: ARG001
    """Raise what `rmtree` met, with the whole path: it names files as they are in their folder."""
    failure = failed[1]
    if isinstance(failure, OSError):
        raise OSError(failure.errno, failure.strerror, path)
    raise failure


def _bytes_of(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(
        os.lstat(f"{folder}/{name}").st_size
        for folder, _folders, names in os.walk(path)
        for name in names
        if os.path.lexists(f"{folder}/{name}")
    )
