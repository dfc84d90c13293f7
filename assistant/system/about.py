"""Versions and licences of everything the program stands on, without importing any of it.

The packaged program carries a list of licences that is made with it; elsewhere the list is made
from what the installed distributions say of themselves.
"""

import re
import sqlite3
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution, version
from pathlib import Path

from pydantic import TypeAdapter

from assistant.core.values.base import Value
from assistant.language.messages import N_
from assistant.system.paths import APP

SAFE_SQLITE = (3, 51, 3)
"""The first release whose WAL mode survives two connections that checkpoint at one instant."""

ALWAYS_REQUIRED = ("textual", "llama-cpp-python", "chromadb", "pydantic")
EMBEDDERS = ("sentence-transformers", "onnxruntime")
"""The first is part of an installation from source, the second of every one."""


def version_of(distribution: str) -> str | None:
    """The version of an installed distribution; None when it is not there."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def required_libraries() -> tuple[str, ...]:
    """Distributions that have to be installed.

    Returns:
        Their names; the embedder's runtime is the last.
    """
    runs = next((name for name in EMBEDDERS if version_of(name)), EMBEDDERS[-1])
    return (*ALWAYS_REQUIRED, runs)


def version_summary() -> list[tuple[str, str]]:
    """Versions of the parts that decide what the program can do.

    Returns:
        Pairs of a name and a version.
    """
    *_, embedder = required_libraries()
    parts = {"llama.cpp": "llama-cpp-python", "Chroma": "chromadb", "embedder": embedder}
    found = [(name, f"{part} {version_of(part) or '(missing)'}") for name, part in parts.items()]
    return [*found, ("SQLite", sqlite3.sqlite_version)]


PACKAGED = Path(__file__).parents[1] / "_licenses.json"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_FILE = re.compile(r"(licen[cs]e|copying|notice|copyright|authors|thirdparty)", re.IGNORECASE)
_CODE = (".py", ".pyc", ".so", ".pyi")
_LONGEST_NAME = 60
"""Characters: some distributions give the text where the name of the licence belongs."""


class License(Value):
    """One thing that is shipped or stood on."""

    name: str
    version: str
    license: str
    """An SPDX expression where there is one; what the authors call it else."""
    texts: tuple[str, ...] = ()


Licenses = TypeAdapter(tuple[License, ...])


def licenses() -> tuple[License, ...]:
    """Licences of everything that is shipped or installed, by name."""
    if PACKAGED.is_file():
        return Licenses.validate_json(PACKAGED.read_bytes())
    return sorted_by_name(license_of(found) for found in requirements(APP))


def sorted_by_name(found: Iterable[License]) -> tuple[License, ...]:
    """Licences by name, whatever its case."""
    return tuple(sorted(found, key=lambda one: one.name.casefold()))


def license_of(found: Distribution) -> License:
    """Licence of an installed distribution, as its metadata has it."""
    return License(
        name=found.metadata["Name"],
        version=found.version,
        license=_license_name(found),
        texts=tuple(_texts(found)),
    )


def requirements(name: str) -> list[Distribution]:
    """A distribution and everything it needs that is installed; its extras are left out."""
    found: dict[str, Distribution] = {}
    waiting = [name]
    while waiting:
        normal = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if normal in found:
            continue
        try:
            found[normal] = distribution(normal)
        except PackageNotFoundError:
            continue
        for line in found[normal].requires or ():
            requirement, _, marker = line.partition(";")
            needed = _NAME.match(requirement)
            if needed and "extra ==" not in marker:
                waiting.append(needed[0])
    return list(found.values())


def _license_name(found: Distribution) -> str:
    metadata = found.metadata
    for field in ("License-Expression", "License"):
        value = str((metadata.get_all(field) or [""])[0]).strip()
        if value and "\n" not in value and len(value) <= _LONGEST_NAME and value != "UNKNOWN":
            return value
    prefix = "License :: "
    named = [c for c in metadata.get_all("Classifier") or () if c.startswith(prefix)]
    return " and ".join(c.rpartition(" :: ")[2] for c in named) or N_("see its text")


def _texts(found: Distribution) -> Iterable[str]:
    for file in found.files or ():
        inside = file.parts[0].endswith(".dist-info") or len(file.parts) <= 2
        if inside and _FILE.match(file.name) and file.suffix not in _CODE:
            path = Path(str(found.locate_file(file)))
            if path.is_file():
                yield path.read_text(encoding="utf-8", errors="replace")
