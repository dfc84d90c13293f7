"""What surrounds a conversation when it begins: the values of a prompt's built-in variables."""

import platform
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path

Read = Callable[[], str | None]


class Surroundings:
    """Looks up only what a prompt asks for; what is not to be had is missing."""

    def __init__(
        self,
        clipboard: Read = lambda: None,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        self._readers: Mapping[str, Read] = {
            "date": lambda: now().strftime("%Y-%m-%d"),
            "time": lambda: now().strftime("%H:%M"),
            "os": operating_system,
            "cwd": working_folder,
            "clipboard": clipboard,
        }

    def values(
        self, names: Iterable[str], given: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """The values of these variables as they are now; those given go before.

        Args:
            names: see `Prompt.names`.
            given: what the front end knows: `input`, `selection`, the file's own.
        """
        values = dict(given or {})
        for name in names:
            if name not in values and name in self._readers:
                found = self._readers[name]()
                if found is not None:
                    values[name] = found
        return values


def operating_system() -> str:
    """Such as `Debian GNU/Linux 12 (bookworm)` or `macOS 15.1`."""
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        pass
    release = platform.mac_ver()[0]
    return f"macOS {release}" if release else f"{platform.system()} {platform.release()}".strip()


def working_folder() -> str | None:
    try:
        return str(Path.cwd())
    except OSError:
        return None
