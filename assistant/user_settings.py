"""User settings: what holds while the program runs, and changes that are kept in the file."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.core.errors import SettingsError
from assistant.core.values.base import Value
from assistant.settings import SECTIONS, Settings, checked_settings, value_of
from assistant.settings_file import change_setting
from assistant.settings_reference import variable_of
from assistant.settings_source import SettingsSource, read_settings_source


@dataclass(frozen=True)
class SettingChange:
    """A change to the user's file: what stands there now, and what stood there before."""

    path: tuple[str, ...]
    before: Any
    """None where the setting was not given."""
    after: Any


class UserSettings:
    """Settings of the running program. Its methods block: they read and write the file."""

    def __init__(
        self, now: Settings, file: Path, environment: Mapping[str, str] = os.environ
    ) -> None:
        self.now = now
        """What holds; another value after a change."""
        self.file = file
        self._environment = environment

    def source(self) -> SettingsSource:
        """What the file and the environment say at this moment.

        Raises:
            SettingsError: the file cannot be read.
        """
        return read_settings_source(self.file, self._environment)

    def covered_by(self, path: tuple[str, ...]) -> str:
        """The environment variable that goes before the file; empty without one."""
        variable = variable_of(path)
        return variable if variable in self._environment else ""

    def change(self, path: tuple[str, ...], value: object | None) -> SettingChange:
        """Give a setting a value that holds from now on; None takes it out of the file.

        Raises:
            SettingsError: the file cannot be changed.
        """
        before = change_setting(self.file, path, value)
        self._update(path, value)
        return SettingChange(path, before, value)

    def undo(self, change: SettingChange) -> None:
        """Give the file what it said before.

        Raises:
            SettingsError: the file cannot be changed.
        """
        change_setting(self.file, change.path, change.before)
        self._update(change.path, change.before)

    def _update(self, path: tuple[str, ...], value: object | None) -> None:
        try:
            kept = checked_settings(self.source())
        except SettingsError:
            # Another setting was spoilt meanwhile; the next start tells which.
            kept = Settings()
        section, field = path[0], path[1]
        if section in SECTIONS:
            here = _fields(getattr(self.now, section))
            here.pop(field, None)
            if value is not None:
                here[field] = value
            else:
                given = _fields(getattr(kept, section))
                here |= {field: given[field]} if field in given else {}
            chosen: object = SECTIONS[section].model_validate(here)
        else:
            chosen = getattr(kept, section)
        self.now = self.now.model_copy(update={section: chosen})


def _fields(section: Value) -> dict[str, Any]:
    """Fields of a section that were given."""
    return {name: value_of(section, name) for name in section.model_fields_set}
