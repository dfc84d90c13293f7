"""Settings file: settings.toml changed by the program, its comments and its order kept."""

import fcntl
import os
import re
import secrets
import tomllib
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.core.atomic import replace_file
from assistant.core.errors import SettingsError
from assistant.core.trust import distrust
from assistant.settings_source import read_settings_file

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

_ASSIGNMENT = r'[ \t]*[^#\n=]*=[ \t]*"{}"[ \t]*(?P<comment>#[^\n]*)?\r?(?:\n|$)'
"""A line of its own that gives a value to a key."""


def change_setting(file: Path, key: Sequence[str], value: object | None) -> Any:
    """Give a setting a value in the file, or take it out of it.

    Several programs may do so at once: one waits for the other.

    Args:
        key: section and name, as in `("chat", "model")`.
        value: None takes the setting out; TOML has no other meaning for it.

    Returns: the value that stood there; None where there was none.

    Raises:
        SettingsError: the file cannot be read or written, or is not valid; it stays as it is.
    """
    if isinstance(value, tuple):
        value = list(value)
    with _locked(file):
        given = read_settings_file(file)
        before = _at(given, key)
        if before == value and type(before) is type(value):
            return before
        # A link, as those who keep their settings in a repository have, stays one.
        target = Path(os.path.realpath(file))
        text = target.read_bytes().decode() if target.exists() else ""
        changed = _changed(text, key, value)
        if not _is_change(changed, given, key, value):
            raise SettingsError(
                f"`{'.'.join(key)}` cannot be changed in {file} as it is written there.",
                "Change it in an editor.",
            )
        reason = distrust(target.parent)
        if reason is not None:
            raise SettingsError(f"{target.parent} {reason}: settings are not written there.")
        try:
            replace_file(target, changed.encode(), durable=True)
        except OSError as failure:
            raise SettingsError(f"{target} cannot be written: {failure.strerror}.") from None
    return before


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Nobody else changes the file meanwhile. The folder is locked, so that nothing is left."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as failure:
        raise SettingsError(f"{file} cannot be written: {failure.strerror}.") from None
    try:
        # Some network file systems have no locks; the file is replaced in one step anyway.
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _at(values: Mapping[str, Any], key: Sequence[str]) -> Any:
    here: Any = values
    for part in key:
        here = here.get(part) if isinstance(here, Mapping) else None
    return here


def _parsed(text: str) -> "TOMLDocument":
    # Only who changes a setting waits for it.
    import tomlkit  # noqa: PLC0415

    return tomlkit.parse(text)


def _with(text: str, key: Sequence[str], value: object) -> str:
    """The text with a value at a key; a section that is not there comes last."""
    document = _parsed(text)
    here: MutableMapping[str, Any] = document
    import tomlkit  # noqa: PLC0415 -- see `_parsed`

    for depth, part in enumerate(key[:-1]):
        if part not in here:
            # A table that holds only tables has no line of its own.
            here[part] = tomlkit.table(is_super_table=depth < len(key) - 2)
            if depth == 0 and text.strip() and len(key) == 2:
                _set_apart(here[part])
        here = here[part]
    here[key[-1]] = value
    return tomlkit.dumps(document)


def _set_apart(table: Any) -> None:
    """An empty line stands before a new section."""
    table.trivia.indent = "\n"


def _without(text: str, key: Sequence[str]) -> str:
    """The text without a key; a comment behind it stays, and so does a section that has some."""
    mark = secrets.token_hex(16)
    marked = _with(text, key, mark)
    line = re.compile(_ASSIGNMENT.format(mark), re.MULTILINE).search(marked)
    if line is not None:
        comment = line["comment"]
        kept = f"{comment}\n" if comment else ""
        text = marked[: line.start()] + kept + marked[line.end() :]
    else:
        document = _parsed(text)
        here: Any = document
        for part in key[:-1]:
            here = here[part]
        del here[key[-1]]
        text = document.as_string()
    return _without_empty(text, key[:-1])


def _without_empty(text: str, section: Sequence[str]) -> str:
    """The text without a section in which nothing is left, not even a comment."""
    document = _parsed(text)
    tables: list[Any] = [document]
    for part in section:
        tables.append(tables[-1][part])
    for depth in range(len(section), 0, -1):
        if tables[depth].as_string().strip():
            break
        del tables[depth - 1][section[depth - 1]]
        # The empty line that set the section apart goes with it.
        text = document.as_string().rstrip()
        text += "\n" if text else ""
    return text


def _changed(text: str, key: Sequence[str], value: object | None) -> str:
    """The text with a change; empty where it is written so that it cannot be made."""
    try:
        return _without(text, key) if value is None else _with(text, key, value)
    except (TypeError, KeyError, AttributeError):
        # What should be a section is something else.
        return ""


def _is_change(changed: str, given: Mapping[str, Any], key: Sequence[str], value: object) -> bool:
    """Whether a text differs in one setting and nothing else: files are written in many ways."""
    try:
        found = tomllib.loads(changed)
    except tomllib.TOMLDecodeError:
        return False
    return bool(_at(found, key) == value and _others(found, key) == _others(given, key))


def _others(values: Mapping[str, Any], key: Sequence[str]) -> dict[str, Any]:
    """All but one setting; sections in which nothing is left do not count."""
    first, *rest = key
    found = dict(values)
    if not rest:
        found.pop(first, None)
    elif isinstance(found.get(first), Mapping):
        found[first] = _others(found[first], rest)
        if not found[first]:
            del found[first]
    return found
