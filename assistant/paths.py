"""Where everything is kept: one folder when ASSISTANT_HOME is set, the system's usual ones else."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

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
    def models(self) -> Path:
        return self.data / "models"

    @property
    def prompts(self) -> Path:
        return self.config / "prompts"

    def create(self) -> None:
        """Make the folders, readable by the user alone."""
        for folder in (self.config, self.data, self.cache, self.runtime, self.logs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def find_paths(environment: Mapping[str, str] = os.environ) -> Paths:
    """The folders for this user, or those below ASSISTANT_HOME."""
    home = environment.get("ASSISTANT_HOME")
    if home:
        root = Path(home).expanduser().absolute()
        return Paths(
            config=root,
            data=root / "data",
            cache=root / "cache",
            runtime=root / "run",
            logs=root / "logs",
        )
    dirs = platformdirs.PlatformDirs(APP, appauthor=False)
    session = environment.get("XDG_RUNTIME_DIR") or sys.platform == "darwin"
    return Paths(
        config=dirs.user_config_path,
        data=dirs.user_data_path,
        cache=dirs.user_cache_path,
        # Without a runtime folder of the session, platformdirs warns and takes one in /tmp, where
        # another user may have been first.
        runtime=dirs.user_runtime_path if session else dirs.user_cache_path / "run",
        logs=dirs.user_log_path,
    )
