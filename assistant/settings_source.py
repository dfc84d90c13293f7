"""Settings source: what settings.toml and the environment say, before any of it is checked.

The screen is drawn with its theme before there is time for pydantic.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.core.errors import SettingsError
from assistant.core.trust import distrust

PREFIX = "ASSISTANT_"


@dataclass(frozen=True)
class SettingsSource:
    """Values by section and key, and where they are from."""

    file: Path
    values: Mapping[str, Any]
    variables: Mapping[tuple[str, ...], str]
    """By section and key: the environment variable that sets it."""

    def text(self, section: str, key: str) -> str | None:
        """A setting that is a text; None when it is not given, or is something else."""
        values = self.values.get(section)
        value = values.get(key) if isinstance(values, dict) else None
        return value if isinstance(value, str) else None


def read_settings_source(file: Path, environment: Mapping[str, str] = os.environ) -> SettingsSource:
    """Read the settings as they are given.

    Raises:
        SettingsError: the file cannot be read, somebody else could have written it, or a variable
            sets a key of what is no section.
    """
    values = read_settings_file(file)
    variables: dict[tuple[str, ...], str] = {}
    for variable, text in environment.items():
        section, _, key = variable.removeprefix(PREFIX).lower().partition("__")
        if variable.startswith(PREFIX) and key:
            _section(values, section, variable)[key] = text
            variables[(section, key)] = variable
    return SettingsSource(file, values, variables)


def read_settings_file(file: Path) -> dict[str, Any]:
    """Read what the file says; nothing where there is none.

    Raises:
        SettingsError: it cannot be read, is not valid, or somebody else could have written it.
    """
    for path in (file.parent, file, file.parent / "prompts"):
        reason = distrust(path)
        if reason is not None:
            raise SettingsError(
                f"{path} {reason}: settings and prompts of other users are not used.",
                "Make it your own (chown and chmod go-w), or set ASSISTANT_HOME to another folder.",
            )
    try:
        if file.exists() and not (file.is_file() or file.is_dir()):
            raise SettingsError(f"{file} is not a file.", "Settings are kept in a file there.")
        content = file.read_bytes()
    except FileNotFoundError:
        return {}
    except (IsADirectoryError, NotADirectoryError) as failure:
        raise SettingsError(
            f"{file} cannot be read: {failure.strerror}.", "Settings are kept in a file there."
        ) from None
    except OSError as failure:
        raise SettingsError(
            f"{file} cannot be read: {failure.strerror}.", "Check its permissions."
        ) from None
    # Who has set nothing does not wait for it.
    import tomllib  # noqa: PLC0415

    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as failure:
        raise SettingsError(f"{file} is not valid TOML: {failure}.", "Correct the line.") from None


def _section(values: dict[str, Any], name: str, variable: str) -> dict[str, Any]:
    section = values.setdefault(name, {})
    if not isinstance(section, dict):
        raise SettingsError(f"{variable} sets a key of `{name}`, which is not a section.")
    return section
