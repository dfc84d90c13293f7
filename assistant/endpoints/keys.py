"""Keys of servers: from the system's keyring, an environment variable or a file of mode 0600.

They stand in no settings and no log.
"""

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from assistant.core.atomic import replace_file
from assistant.core.errors import EndpointError
from assistant.core.trust import distrust, open_file
from assistant.language.messages import N_
from assistant.settings import EndpointSettings

SERVICE: Final = "assistant"
"""What the keyring knows keys by, beside the endpoint's name."""

MAX_KEY: Final = 8192
"""Bytes."""


class Keys:
    """Keys of endpoints, by the endpoints' names."""

    def __init__(self, folder: Path, environment: Mapping[str, str] = os.environ) -> None:
        """Args:
        folder: where keys are kept that no keyring takes.
        """
        self._folder = folder
        self._environment = environment

    def read(self, name: str, settings: EndpointSettings) -> str:
        """Key of an endpoint; empty where it has none.

        Raises:
            EndpointError: the settings name a place where none is, or one that is open to others.
        """
        if settings.key_variable:
            key = self._environment.get(settings.key_variable, "").strip()
            if not key:
                raise EndpointError(
                    f"The key of {name} should be in {settings.key_variable}, which is not set.",
                    "Set it, or give the key with `assistant endpoints add`.",
                )
            return _checked(name, key)
        if settings.key_file:
            return _checked(name, _read_file(name, Path(settings.key_file).expanduser()))
        kept = _from_keyring(name)
        if kept is None and (self._folder / name).exists():
            kept = _read_file(name, self._folder / name)
        return _checked(name, kept) if kept else ""

    def place(self, name: str, settings: EndpointSettings) -> str:
        """Where the key of an endpoint is looked for; empty where there is none."""
        if settings.key_variable:
            return f"${settings.key_variable}"
        if settings.key_file:
            return settings.key_file
        if (self._folder / name).exists():
            return str(self._folder / name)
        return N_("the keyring") if _from_keyring(name) is not None else ""

    def keep(self, name: str, key: str) -> str:
        """Keep a key.

        Returns:
            Where it is, in words.

        Raises:
            EndpointError: it is no key, or cannot be kept.
        """
        _checked(name, key)
        if _into_keyring(name, key):
            return N_("the keyring")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(self._folder / name, f"{key}\n".encode(), durable=True)
        except OSError as failure:
            raise EndpointError(
                f"The key cannot be kept: {failure.strerror}.", "Use --key-variable."
            ) from None
        return str(self._folder / name)

    def forget(self, name: str) -> None:
        """Remove a key that was kept; files and variables of the user's own stay."""
        with suppress(OSError):
            (self._folder / name).unlink(missing_ok=True)
        if find_spec("keyring"):
            import keyring  # noqa: PLC0415 -- not part of the program

            with suppress(Exception):
                keyring.delete_password(SERVICE, name)


def _read_file(name: str, path: Path) -> str:
    reason = distrust(path)
    try:
        if reason is None and stat.S_IMODE(path.stat().st_mode) & 0o077:
            reason = N_("can be read by others")
        if reason is not None:
            raise EndpointError(f"{path} {reason}: it is not used as a key.", f"chmod 600 {path}")
        with open_file(path) as file:
            return file.read(MAX_KEY + 1).decode("utf-8", "replace").strip()
    except OSError as failure:
        raise EndpointError(
            f"The key of {name} cannot be read from {path}: {failure.strerror}.",
            "Check key_file in the settings.",
        ) from None


def _checked(name: str, key: str) -> str:
    if len(key) > MAX_KEY or not (key.isascii() and key.isprintable()) or " " in key:
        raise EndpointError(f"The key of {name} is not valid.", "Give it again.")
    return key


def _from_keyring(name: str) -> str | None:
    if not find_spec("keyring"):
        return None
    import keyring  # noqa: PLC0415 -- not part of the program

    try:
        found = keyring.get_password(SERVICE, name)
    except Exception:  # noqa: BLE001 -- what a keyring raises is its own affair
        return None
    return str(found) if found else None


def _into_keyring(name: str, key: str) -> bool:
    if not find_spec("keyring"):
        return False
    import keyring  # noqa: PLC0415 -- not part of the program

    try:
        keyring.set_password(SERVICE, name, key)
    except Exception:  # noqa: BLE001 -- see _from_keyring
        return False
    # A keyring that keeps nothing takes everything.
    return _from_keyring(name) == key
