"""The rooms of the program: what each folder is and holds, read off docstrings and contracts."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_MEMBER = re.compile(r"^([a-z_]+/?)  +\S")
"""A line of a docstring that lists a file, or a folder with a slash behind it."""


class Room(NamedTuple):
    """A folder of Python files."""

    folder: Path
    says: str
    """The first line of its docstring; empty without one."""
    listed: tuple[str, ...]
    """What its docstring lists, in this order: files without their ending, folders with a slash."""


def read_room(folder: Path) -> Room:
    """A folder by the docstring of its `__init__.py`."""
    file = folder / "__init__.py"
    text = (ast.get_docstring(ast.parse(file.read_text("utf-8"))) if file.exists() else "") or ""
    lines = text.splitlines()
    found = [match[1] for line in lines[1:] if (match := _MEMBER.match(line))]
    return Room(folder, lines[0] if lines else "", tuple(found))


def folders_in(folder: Path) -> list[str]:
    """The folders right below that hold Python files, however deep; by name."""
    below = (entry for entry in folder.iterdir() if entry.is_dir() and any(entry.rglob("*.py")))
    return sorted(entry.name for entry in below)


def files_in(folder: Path) -> list[str]:
    """The Python files of a folder without their ending and without `__init__`; by name."""
    return sorted(file.stem for file in folder.glob("*.py") if file.name != "__init__.py")


def all_rooms(folder: Path) -> Iterator[Room]:
    """A folder and all below it, each before those that it lists, in the order of its list."""
    room = read_room(folder)
    yield room
    order = {name.rstrip("/"): place for place, name in enumerate(room.listed)}
    for name in sorted(folders_in(folder), key=lambda name: (order.get(name, len(order)), name)):
        yield from all_rooms(folder / name)


def map_of_rooms(package: Path) -> Iterator[str]:
    """The lines of a Markdown table: every room, what it is, and its files."""
    yield "| room | what it is | its files, in the order of the flow |"
    yield "| --- | --- | --- |"
    for room in all_rooms(package):
        name = room.folder.relative_to(package.parent).as_posix()
        files = " ".join(f"`{name}`" for name in room.listed if not name.endswith("/"))
        yield f"| `{name}/` | {room.says.rstrip('.')} | {files} |"


def rooms_in_words(package: Path) -> Iterator[str]:
    """The lines of a document: every room with all that its docstring says."""
    for room in all_rooms(package):
        name = room.folder.relative_to(package.parent).as_posix()
        yield from ("", f"{'#' * min(name.count('/') + 3, 5)} `{name}/`", "")
        yield from _docstring_as_markdown(room.folder / "__init__.py")


def _docstring_as_markdown(file: Path) -> Iterator[str]:
    """A docstring whose list of files is a list."""
    lines = (ast.get_docstring(ast.parse(file.read_text("utf-8"))) or "").splitlines()
    is_listing = False
    for line in lines:
        member = _MEMBER.match(line)
        if member is not None:
            name, _, says = line.partition(" ")
            yield f"- `{name}` – {says.strip()}"
        elif is_listing and line.startswith("  "):
            yield f"  {line.strip()}"
        else:
            yield line
        is_listing = member is not None or (is_listing and bool(line.strip()))


def layers(project: Path) -> Iterator[str]:
    """The lines of a list: what of the program may import what, from the top."""
    settings = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
    for contract in settings["tool"]["importlinter"]["contracts"]:
        if contract["type"] == "layers" and contract["containers"] == ["assistant"]:
            for number, layer in enumerate(contract["layers"], 1):
                names = ", ".join(f"`{name.strip()}`" for name in layer.split("|"))
                yield f"{number}. {names}"
