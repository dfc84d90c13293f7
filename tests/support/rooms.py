"""What has to hold of the folders of the program, said in sentences where it does not."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from docs.rooms import all_rooms, files_in, folders_in, read_room
from tests.support.import_graph import circles, import_graph, siblings

MOST_FILES = 13
"""Of a folder, without `__init__.py`."""

MOST_LINES = 400
"""Of a file."""

TABLES = ("command_table.py",)
"""Tables of data, which may be longer."""


def wrong_lists(package: Path) -> Iterator[str]:
    """Folders whose `__init__.py` is no list of what is in them, or more than that."""
    for room in all_rooms(package):
        file = _named(room.folder / "__init__.py", package)
        if not (room.folder / "__init__.py").exists():
            yield f"{file} is missing: write what the folder is, and a line for each of its files."
            continue
        there = {*files_in(room.folder), *(f"{name}/" for name in folders_in(room.folder))}
        for name in sorted(there - {*room.listed}):
            yield f"{file} does not list `{name}`: add a line `{name}  what it is`."
        for name in sorted({*room.listed} - there):
            yield f"{file} lists `{name}`, which is not there: remove the line or correct the name."
        for name in sorted({name for name in room.listed if room.listed.count(name) > 1}):
            yield f"{file} lists `{name}` twice: remove one of the lines."


def more_than_lists(package: Path) -> Iterator[str]:
    """Statements beside the docstring of an `__init__.py`; the program's version may be one."""
    for room in all_rooms(package):
        file = room.folder / "__init__.py"
        body = ast.parse(file.read_text("utf-8")).body if file.exists() else []
        for statement in body[1:] if read_room(room.folder).says else body:
            if room.folder != package or not _is_version(statement):
                yield (
                    f"{_named(file, package)}:{statement.lineno} does more than list the files:"
                    " move it to the file of the folder that it belongs to."
                )


def too_large(package: Path) -> Iterator[str]:
    """Folders of too many files, and files of too many lines."""
    for room in all_rooms(package):
        files = files_in(room.folder)
        if len(files) > MOST_FILES:
            yield (
                f"{_named(room.folder, package)} holds {len(files)} files, more than {MOST_FILES}:"
                " find the two things that it is, and make a folder of each."
            )
        for name in files:
            file = room.folder / f"{name}.py"
            lines = len(file.read_text("utf-8").splitlines())
            if lines > MOST_LINES and file.relative_to(package).as_posix() not in TABLES:
                yield (
                    f"{_named(file, package)} has {lines} lines, more than {MOST_LINES}:"
                    " find the two things that it is, and make a file of each."
                )


def names_of_several(package: Path) -> Iterator[str]:
    """Names of public classes that more than one class has."""
    places = defaultdict(list)
    for file in sorted(package.rglob("*.py")):
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(f"{_named(file, package)}:{node.lineno}")
    for name, where in sorted(places.items()):
        if len(where) > 1:
            yield f"{name} names {len(where)} classes: {', '.join(where)}; rename all but one."


def circles_of_files(package: Path) -> Iterator[str]:
    """Modules that import each other."""
    for circle in circles(import_graph(package)):
        yield f"{_arrows(circle)}: move what they share to a file that imports none of them."


def circles_of_folders(package: Path) -> Iterator[str]:
    """Folders, and files beside them, that import each other."""
    for level in siblings(import_graph(package)).values():
        for circle in circles(level):
            yield f"{_arrows(circle)}: move what is needed from above to the lower of them."


def _named(path: Path, package: Path) -> str:
    return path.relative_to(package.parent).as_posix()


def _arrows(circle: list[str]) -> str:
    return " → ".join([*circle, circle[0]])


def _is_version(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and statement.targets[0].id == "__version__"
    )
