"""What is being typed at the cursor that can be completed: `@file`, `#collection`, a path, a name
that a command takes.

The names that commands take: of roles, models, and what can be set.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event
from typing import Final, Literal

from assistant.core.grounding.mentions import spell, spell_file, unescaped
from assistant.core.turn import adapters, sampling
from assistant.core.values.library import Collection
from assistant.tui.services import Desk
from assistant.tui.toolkit import disk
from assistant.tui.toolkit.text import count, size
from assistant.tui.toolkit.threads import from_disk

MOST: Final = 50
"""Suggestions; whoever wants another one types on."""

BEFORE_PATHS: Final = ("/add ", "/import ")
"""Commands that a path follows."""

_FILE = re.compile(r"""(?:^|(?<=[\s(]))@(?:"(?P<quoted>(?:[^"\\]|\\.)*)|(?P<bare>(?!")\S*))$""")
_COLLECTION = re.compile(r"""(?:^|(?<=[\s(]))#(?:"(?P<quoted>[^"]*)|(?P<bare>[^\s"#]*))$""")
_PATH = re.compile(
    r"""(?:^|(?<=\s))(?:"(?P<quoted>(?:[^"\\]|\\.)*)|(?P<bare>(?:[^\s"'\\]|\\.)*))$"""
)
_NEEDS_NO_QUOTES = re.compile(r"[\w@%+=:,./~-]+")

_ARGUMENT = re.compile(r"/(?P<command>role|model|adapters|set) +(?P<word>\S*)$")

_ADAPTER = re.compile(r"""/adapters +(?=["']?[/~.])""")
"""An adapter is meant by its name or by a path."""

Kind = Literal["file", "collection", "path", "argument"]


@dataclass(frozen=True)
class Typed:
    """A mention that is not complete."""

    kind: Kind
    word: str
    """What it says so far, without quotes."""
    row: int
    start: int
    """Column where the mention begins, its sign and quotes included."""
    text: str
    """The mention as it stands there."""
    command: str = ""
    """What an argument is for."""


@dataclass(frozen=True)
class Suggestion:
    """What the mention could become."""

    replacement: str
    name: str
    """For eyes; foreign text."""
    note: str = ""
    goes_on: bool = False
    """Whether it is a folder, in which the next name is completed."""


def typed_at(line: str, row: int, column: int) -> Typed | None:
    """What is being typed before this place of a line; None when nothing can be completed."""
    before = line[:column]
    command = next((each for each in BEFORE_PATHS if before.startswith(each)), None)
    if command is None and (adapter := _ADAPTER.match(before)):
        command = adapter.group()
    if row == 0 and command is not None:
        match = _PATH.search(before, len(command))
        return _typed("path", match, row, r"\\(.)") if match and match.group() else None
    argument = _ARGUMENT.fullmatch(before) if row == 0 else None
    if argument:
        word, start = argument["word"], argument.start("word")
        return Typed("argument", word, row, start, word, argument["command"])
    for kind, pattern in (("file", _FILE), ("collection", _COLLECTION)):
        match = pattern.search(before)
        if match:
            return _typed(kind, match, row)  # type: ignore[arg-type]
    return None


def files_for(typed: Typed) -> list[Suggestion]:
    """The names on the disk that fit; hidden ones only when the name begins with a dot."""
    folder, slash, name = typed.word.rpartition("/")
    above = folder + slash
    if name in ("~", "..") and not (name == "~" and above):
        return [_suggestion(typed.kind, f"{above}{name}/", f"{name}/", is_folder=True)]
    key = disk.folded(name)
    hidden = name.startswith(".")
    begins: list[disk.Entry] = []
    holds: list[disk.Entry] = []
    for entry in disk.listing(disk.absolute(above or ".")):
        if entry.name.startswith(".") and not hidden:
            continue
        if entry.key.startswith(key):
            begins.append(entry)
            if len(begins) == MOST:
                break
        elif not hidden and key in entry.key and len(holds) < MOST:
            holds.append(entry)
    return [
        _suggestion(
            typed.kind,
            f"{above}{entry.name}{'/' if entry.is_folder else ''}",
            f"{entry.name}{'/' if entry.is_folder else ''}",
            is_folder=entry.is_folder,
        )
        for entry in [*begins, *holds][:MOST]
    ]


def collections_for(typed: Typed, known: Sequence[Collection]) -> list[Suggestion]:
    """The collections that fit."""
    key = disk.folded(typed.word)
    fitting = [each for each in known if key in disk.folded(each.name)]
    fitting.sort(key=lambda each: not disk.folded(each.name).startswith(key))
    return [
        Suggestion(f"{spell(each.name)} ", each.name, count(each.files, "file"))
        for each in fitting[:MOST]
    ]


def names_for(typed: Typed, known: Sequence[Suggestion]) -> list[Suggestion]:
    """The names that fit; those that begin so come first."""
    key = disk.folded(typed.word)
    fitting = [each for each in known if key in disk.folded(each.name)]
    fitting.sort(key=lambda each: not disk.folded(each.name).startswith(key))
    return fitting[:MOST]


def _suggestion(kind: Kind, path: str, name: str, *, is_folder: bool) -> Suggestion:
    spelled = spell_file(path) if kind == "file" else _spell_path(path)
    return Suggestion(spelled if is_folder else f"{spelled} ", name, goes_on=is_folder)


def _spell_path(path: str) -> str:
    """A path as it is read after a command: see `core.dropped`."""
    if _NEEDS_NO_QUOTES.fullmatch(path):
        return path
    if path.isprintable():
        return '"' + re.sub(r'(["\\$`])', r"\\\1", path) + '"'
    data = path.encode("utf-8", "surrogateescape")
    return "$'" + "".join(f"\\{byte:03o}" for byte in data) + "'"


def _typed(kind: Kind, match: re.Match[str], row: int, escape: str = "") -> Typed:
    quoted, bare = match["quoted"], match["bare"]
    word = bare if quoted is None else quoted
    if escape:
        word = re.sub(escape, r"\1", word)
    elif quoted is not None:
        word = unescaped(word)
    return Typed(kind, word, row, match.start(), match.group())


class Names:
    """Looks them up when somebody types one."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def of(self, command: str) -> list[Suggestion]:
        """What may follow the name of a command, with a word on each."""
        match command:
            case "role":
                prompts, _ = await self._desk.run(self._desk.prompts.read)
                return [_name_suggestion(each.name, each.title) for each in prompts]
            case "model":
                models = await self._desk.run(self._desk.models.models)
                return [
                    _name_suggestion(sampling.DEFAULT, "the one of your settings"),
                    *(_name_suggestion(each.name, size(each.size)) for each in models),
                ]
            case "adapters":
                found = await from_disk(list, self._desk.models.details(Event()))
                return [
                    _name_suggestion(adapters.NONE, "the model as it is"),
                    _name_suggestion(sampling.DEFAULT, "those of your settings"),
                    *(
                        _name_suggestion(each.model.name, each.facts.architecture)
                        for each in adapters.among(found)
                    ),
                ]
            case "set":
                return [_name_suggestion(name, sampling.TAKES[name]) for name in sampling.FIELDS]
        return []


def _name_suggestion(name: str, note: str) -> Suggestion:
    return Suggestion(f"{name} ", name, note)
