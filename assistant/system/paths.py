"""Paths of the program's files: one folder when ASSISTANT_HOME is set, the system's usual else."""

import os
import stat
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.core.trust import distrust
from assistant.system.disk_room import nearest_existing

APP = "assistant"


@dataclass(frozen=True)
class Paths:
    """The program's folders. Created on first use, for the user alone (0700)."""

    config: Path
    """settings.toml and the user's prompts."""
    data: Path
    """chats.db, library.db, models/: what must never be lost."""
    cache: Path
    """What can be made again."""
    runtime: Path
    """Sockets, keys and locks of running workers."""
    logs: Path

    @property
    def settings_file(self) -> Path:
        return self.config / "settings.toml"

    @property
    def chats(self) -> Path:
        return self.data / "chats.db"

    @property
    def library(self) -> Path:
        return self.data / "library.db"

    @property
    def vectors(self) -> Path:
        """Made again from library.db when it is missing."""
        return self.data / "vectors"

    @property
    def models(self) -> Path:
        return self.data / "models"

    @property
    def tunings(self) -> Path:
        """What `assistant bench` found."""
        return self.data / "tunings.json"

    @property
    def keys(self) -> Path:
        """Keys of servers of models."""
        return self.data / "keys"

    @property
    def consents(self) -> Path:
        """To which servers what may be sent."""
        return self.data / "consents.json"

    @property
    def endpoints(self) -> Path:
        """What was found out about servers of models."""
        return self.cache / "endpoints.json"

    @property
    def network_log(self) -> Path:
        return self.logs / "network.log"

    @property
    def snapshots(self) -> Path:
        """What models have read of conversations."""
        return self.cache / "snapshots"

    @property
    def prompts(self) -> Path:
        return self.config / "prompts"

    @property
    def server_key(self) -> Path:
        """What programs show that ask `assistant serve`."""
        return self.config / "serve.key"

    def create(self) -> None:
        """Make the folders, readable by the user alone."""
        for folder in (self.config, self.data, self.cache, self.runtime, self.logs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def find_paths(environment: Mapping[str, str] = os.environ) -> Paths:
    """Folders of this user's files, or those below ASSISTANT_HOME."""
    home = environment.get("ASSISTANT_HOME")
    if home:
        root = Path(home).expanduser().absolute()
        return _with_writable_runtime(
            Paths(
                config=root,
                data=root / "data",
                cache=root / "cache",
                runtime=root / "run",
                logs=root / "logs",
            ),
            environment,
        )
    # Whoever names a folder does not wait for what knows the usual ones.
    from platformdirs import PlatformDirs  # noqa: PLC0415

    dirs = PlatformDirs(APP, appauthor=False)
    return _with_writable_runtime(
        Paths(
            config=dirs.user_config_path,
            data=dirs.user_data_path,
            cache=dirs.user_cache_path,
            runtime=_session(environment) or dirs.user_cache_path / "run",
            logs=dirs.user_log_path,
        ),
        environment,
    )


def _with_writable_runtime(paths: Paths, environment: Mapping[str, str]) -> Paths:
    """The paths; sockets and logs elsewhere when the user's files lie where nothing can be written.

    Every process of the program comes to the same place, as it is named after theirs.
    """
    if _is_writable(paths.runtime) and _is_writable(paths.logs):
        return paths
    import tempfile  # noqa: PLC0415 -- seldom needed, and not small
    from hashlib import sha256  # noqa: PLC0415

    mark = sha256(os.fsencode(paths.runtime)).hexdigest()[:16]
    session = _session(environment)
    if session is not None and _is_writable(session):
        folder = session / f"read-only-{mark}"
    else:
        folder = Path(tempfile.gettempdir()) / f"{APP}-{os.getuid()}-{mark}"
    if distrust(folder):
        return paths
    return replace(paths, runtime=folder, logs=folder)


def _is_writable(folder: Path) -> bool:
    return os.access(nearest_existing(folder), os.W_OK)


def _session(environment: Mapping[str, str]) -> Path | None:
    """The folder of the login session, if there is one that only this user can write.

    platformdirs falls back to a folder in /tmp, where another user may have been first.
    """
    folder = environment.get("XDG_RUNTIME_DIR", "")
    try:
        found = os.lstat(folder)
    except OSError:
        return None
    private = found.st_uid == os.getuid() and not found.st_mode & 0o077
    return Path(folder) / APP if private and stat.S_ISDIR(found.st_mode) else None


def as_spelled(path: str) -> str:
    """A path as the disk spells it: letters with accents may be typed in one piece and stored in
    two, or the other way round. The path itself where nothing is called so. Blocks.
    """
    if path.isascii() or os.path.lexists(path):
        return path
    found = "/" if path.startswith("/") else ""
    for part in filter(None, path.split("/")):
        wanted = os.path.join(found, part)  # noqa: PTH118 - a Path cannot hold every name
        if not os.path.lexists(wanted):
            wanted = _same_letters(found or ".", part)
            if not wanted:
                return path
            wanted = os.path.join(found, wanted)  # noqa: PTH118
        found = wanted
    return found


def _same_letters(folder: str, name: str) -> str:
    """The entry of a folder that has the same letters as a name; empty when there is none."""
    key = unicodedata.normalize("NFC", name)
    try:
        with os.scandir(folder) as entries:
            names = (entry.name for entry in entries)
            return next((each for each in names if unicodedata.normalize("NFC", each) == key), "")
    except OSError:
        return ""
