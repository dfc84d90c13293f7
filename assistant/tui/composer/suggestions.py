"""Completion suggestions at the cursor: `@file`, `#collection`, paths, names for commands."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from threading import Event
from typing import Final, Literal

from assistant.core.grounding.mentions import spell_collection, spell_file, unescape_path
from assistant.core.turn import adapters, sampling
from assistant.core.values.library import Collection
from assistant.core.values.prompts import Prompt
from assistant.core.wording import size
from assistant.language.messages import _, ngettext
from assistant.tui.prompts.lines import is_callable
from assistant.tui.services import Services
from assistant.tui.toolkit import disk
from assistant.tui.toolkit.threads import with_timeout

MAX_SUGGESTIONS: Final = 50
"""Suggestions; whoever wants another one types on."""

PATH_COMMANDS: Final = ("/add ", "/import ")
"""Commands that a path follows."""

_FILE = re.compile(r"""(?:^|(?<=[\s(]))@(?:"(?P<quoted>(?:[^"\\]|\\.)*)|(?P<bare>(?!")\S*))$""")
_COLLECTION = re.compile(r"""(?:^|(?<=[\s(]))#(?:"(?P<quoted>[^"]*)|(?P<bare>[^\s"#]*))$""")
_PATH = re.compile(
    r"""(?:^|(?<=\s))(?:"(?P<quoted>(?:[^"\\]|\\.)*)|(?P<bare>(?:[^\s"'\\]|\\.)*))$"""
)
MAX_TYPED = 4096
"""Characters of a line in which something is completed: no path is longer."""
_NEEDS_NO_QUOTES = re.compile(r"[\w@%+=:,./~-]+")

_ARGUMENT = re.compile(r"/(?P<command>role|model|regenerate|adapters|set) +(?P<word>\S*)$")

_ADAPTER = re.compile(r"""/adapters +(?=["']?[/~.])""")
"""An adapter is meant by its name or by a path."""

Kind = Literal["file", "collection", "path", "argument"]


@dataclass(frozen=True)
class IncompleteMention:
    """Incomplete word at the cursor, and its kind."""

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
    """Suggestion to complete it."""

    replacement: str
    name: str
    """For eyes; foreign text."""
    note: str = ""
    goes_on: bool = False
    """Whether it is a folder, in which the next name is completed."""


def typed_at(line: str, row: int, column: int) -> IncompleteMention | None:
    """Incomplete word before this place of a line; None when nothing can be completed."""
    before = line[:column]
    if len(before) > MAX_TYPED:
        return None
    command = next((each for each in PATH_COMMANDS if before.startswith(each)), None)
    if command is None and (adapter := _ADAPTER.match(before)):
        command = adapter.group()
    if row == 0 and command is not None:
        match = _PATH.search(before, len(command))
        return _typed_from_match("path", match, row, r"\\(.)") if match and match.group() else None
    argument = _ARGUMENT.fullmatch(before) if row == 0 else None
    if argument:
        word, start = argument["word"], argument.start("word")
        return IncompleteMention("argument", word, row, start, word, argument["command"])
    for kind, pattern in (("file", _FILE), ("collection", _COLLECTION)):
        match = pattern.search(before)
        if match:
            return _typed_from_match(kind, match, row)  # type: ignore[arg-type]
    return None


def files_for(typed: IncompleteMention) -> list[Suggestion]:
    """File names on the disk that fit; hidden ones only when the name begins with a dot."""
    folder, slash, name = typed.word.rpartition("/")
    above = folder + slash
    if name in ("~", "..") and not (name == "~" and above):
        return [_path_suggestion(typed.kind, f"{above}{name}/", f"{name}/", is_folder=True)]
    key = disk.normalised(name)
    hidden = name.startswith(".")
    begins: list[disk.FolderEntry] = []
    holds: list[disk.FolderEntry] = []
    for entry in disk.listing(disk.absolute(above or ".")):
        if entry.name.startswith(".") and not hidden:
            continue
        if entry.key.startswith(key):
            begins.append(entry)
            if len(begins) == MAX_SUGGESTIONS:
                break
        elif not hidden and key in entry.key and len(holds) < MAX_SUGGESTIONS:
            holds.append(entry)
    return [
        _path_suggestion(
            typed.kind,
            f"{above}{entry.name}{'/' if entry.is_folder else ''}",
            f"{entry.name}{'/' if entry.is_folder else ''}",
            is_folder=entry.is_folder,
        )
        for entry in [*begins, *holds][:MAX_SUGGESTIONS]
    ]


def collections_for(typed: IncompleteMention, known: Sequence[Collection]) -> list[Suggestion]:
    """Collections that fit."""
    key = disk.normalised(typed.word)
    fitting = [each for each in known if key in disk.normalised(each.name)]
    fitting.sort(key=lambda each: not disk.normalised(each.name).startswith(key))
    return [
        Suggestion(
            f"{spell_collection(each.name)} ",
            each.name,
            ngettext("{files:,} file", "{files:,} files", each.files, files=each.files),
        )
        for each in fitting[:MAX_SUGGESTIONS]
    ]


def names_for(typed: IncompleteMention, known: Sequence[Suggestion]) -> list[Suggestion]:
    """Names that fit; those that begin so come first."""
    key = disk.normalised(typed.word)
    fitting = [each for each in known if key in disk.normalised(each.name)]
    fitting.sort(key=lambda each: not disk.normalised(each.name).startswith(key))
    return fitting[:MAX_SUGGESTIONS]


def _path_suggestion(kind: Kind, path: str, name: str, *, is_folder: bool) -> Suggestion:
    spelled = spell_file(path) if kind == "file" else spell_path(path)
    return Suggestion(spelled if is_folder else f"{spelled} ", name, goes_on=is_folder)


def spell_path(path: str) -> str:
    """Path as it is read after a command: see `toolkit.dropped_paths`."""
    if _NEEDS_NO_QUOTES.fullmatch(path):
        return path
    if path.isprintable():
        return '"' + re.sub(r'(["\\$`])', r"\\\1", path) + '"'
    data = path.encode("utf-8", "surrogateescape")
    return "$'" + "".join(f"\\{byte:03o}" for byte in data) + "'"


def _typed_from_match(
    kind: Kind, match: re.Match[str], row: int, escape: str = ""
) -> IncompleteMention:
    quoted, bare = match["quoted"], match["bare"]
    word = bare if quoted is None else quoted
    if escape:
        word = re.sub(escape, r"\1", word)
    elif quoted is not None:
        word = unescape_path(word)
    return IncompleteMention(kind, word, row, match.start(), match.group())


class NameSuggestions:
    """Names that can be typed: of prompts after a slash, and of what commands take."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._prompts: Sequence[Prompt] = ()
        """The library of prompts as it was last read."""
        self._callable: set[str] = set()

    async def read_prompts(self) -> None:
        """Read what changed in the library of prompts."""
        self._prompts, problems = await self._services.run(self._services.prompts.read)
        spoilt = (PurePath(problem.path).stem for problem in problems)
        self._callable = {*self.prompt_names(), *spoilt}

    def has_prompt(self, name: str) -> bool:
        """Whether a slash and this name call a prompt, be it one that cannot be read."""
        return name in self._callable

    def prompt_names(self) -> list[str]:
        """Names of prompts that can be called."""
        return [prompt.name for prompt in self._prompts if is_callable(prompt.name)]

    def prompts_matching(self, typed: str) -> tuple[list[Prompt], list[Prompt]]:
        """Prompts that can be called after a slash.

        Returns: those whose names begin with what was typed, and others that have to do with it.
        """
        key = typed.casefold()
        callable_ = [prompt for prompt in self._prompts if is_callable(prompt.name)]
        first = [prompt for prompt in callable_ if prompt.name.casefold().startswith(key)]
        others = [
            prompt
            for prompt in callable_
            if prompt not in first and key in f"{prompt.name} {prompt.title}".casefold()
        ]
        return first, others

    async def for_command(self, command: str) -> list[Suggestion]:
        """Names that may follow a command, with a word on each."""
        match command:
            case "role":
                prompts, _unused = await self._services.run(self._services.prompts.read)
                return [_name_suggestion(each.name, each.title) for each in prompts]
            case "model":
                models = await self._services.run(self._services.models.models)
                return [
                    _name_suggestion(sampling.DEFAULT_WORD, _("as in your settings")),
                    *(_name_suggestion(each.name, size(each.size)) for each in models),
                ]
            case "regenerate":
                models = await self._services.run(self._services.models.models)
                return [_name_suggestion(each.name, size(each.size)) for each in models]
            case "adapters":
                found = await with_timeout(list, self._services.models.details(Event()))
                return [
                    _name_suggestion(adapters.NONE_WORD, _("no adapters")),
                    _name_suggestion(sampling.DEFAULT_WORD, _("as in your settings")),
                    *(
                        _name_suggestion(each.model.name, each.facts.architecture)
                        for each in adapters.only_adapters(found)
                    ),
                ]
            case "set":
                return [
                    _name_suggestion(name, _(sampling.ALLOWED_VALUES[name]))
                    for name in sampling.FIELDS
                ]
        return []


def _name_suggestion(name: str, note: str) -> Suggestion:
    return Suggestion(f"{name} ", name, note)
