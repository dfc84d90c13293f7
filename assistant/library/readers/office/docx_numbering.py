"""DOCX numbering: the automatic numbers of headings, clauses and lists (ECMA-376 part 1, 17.9)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from assistant.library.readers.base.archive import Element, attribute, below, first, local
from assistant.library.readers.office.list_numbers import (
    LEVELS,
    Counters,
    letter,
    ordinal,
    roman,
)

_PLACE = re.compile(r"%([1-9])")
_MAX_LABEL = 100
_MAX_DEFINITIONS = 20_000
_FORMATS: Final[dict[str, Callable[[int], str]]] = {
    "decimalZero": lambda value: f"{value:02}",
    "lowerLetter": letter,
    "lowerRoman": roman,
    "none": lambda _: "",
    "numberInDash": lambda value: f"- {value} -",
    "ordinal": ordinal,
    "upperLetter": lambda value: letter(value).upper(),
    "upperRoman": lambda value: roman(value).upper(),
}
"""How numbers are shown; those of other names as decimal ones."""


class NumberingMark(NamedTuple):
    """What a paragraph or a style says about its number."""

    list_id: str | None
    """The number of its list; `0` for none, None where it says nothing."""
    level: int | None


class _Level(NamedTuple):
    format: str = "decimal"
    text: str = ""
    start: int = 1
    restart: int | None = None
    """The levels above that begin it anew, as their count; None for all."""
    is_legal: bool = False
    """Whether all numbers of its text are decimal."""
    style: str = ""


@dataclass
class _List:
    counters: Counters
    levels: dict[int, _Level]
    starts: dict[int, int] = field(default_factory=dict)
    """Where levels begin anew when the list is first used."""
    is_begun: bool = False


class DocxNumbering:
    """Counts the paragraphs of a part in their order."""

    def __init__(self, root: Element | None, list_of_style: Callable[[str], str]) -> None:
        """Read the definitions.

        Args:
            root: of the part of numbering, if there is one.
            list_of_style: the list of a style of lists.
        """
        self._lists: dict[str, _List] = {}
        if root is None:
            return
        abstract = {
            attribute(one, "abstractNumId"): one
            for one, _ in zip(below(root, "abstractNum"), range(_MAX_DEFINITIONS), strict=False)
        }
        numbers = {
            attribute(one, "numId"): one
            for one, _ in zip(below(root, "num"), range(_MAX_DEFINITIONS), strict=False)
        }
        self._counters = {name: Counters() for name in abstract}
        self._levels = {name: dict(_levels(one)) for name, one in abstract.items()}
        for list_id, number in numbers.items():
            name = _value(number, "abstractNumId")
            link = _value(abstract[name], "numStyleLink") if name in abstract else ""
            linked = numbers.get(list_of_style(link)) if link else None
            if linked is not None:
                name = _value(linked, "abstractNumId")
            if name in abstract:
                self._lists[list_id] = self._list(number, name)

    def _list(self, number: Element, name: str) -> _List:
        levels = dict(self._levels[name])
        starts = {}
        for override in below(number, "lvlOverride"):
            level = _level_number(override)
            levels.update(_levels(override))
            start = _value(override, "startOverride")
            if start.isdecimal() and len(start) < 10:
                starts[level] = int(start)
        return _List(self._counters[name], levels, starts)

    def label(self, mark: NumberingMark, style: str) -> str:
        """Count a paragraph.

        Returns: what stands before its text, without the space between; empty for none.
        """
        found = self._lists.get(mark.list_id or "")
        if found is None:
            return ""
        level = mark.level
        if level is None:
            level = next((at for at, one in found.levels.items() if one.style == style), 0)
        if not found.is_begun:
            found.is_begun = True
            for at in found.starts:
                found.counters.restart(at)
        level = min(level, LEVELS - 1)
        shown = found.levels.get(level, _Level())
        found.counters.step(level, found.starts.get(level, shown.start))
        for deeper in range(level + 1, LEVELS):
            restart = found.levels.get(deeper, _Level()).restart
            if restart is None or level < restart:
                found.counters.restart(deeper)
        if shown.format == "bullet":
            return ""
        return self._shown(found, shown)[:_MAX_LABEL]

    @staticmethod
    def _shown(found: _List, shown: _Level) -> str:
        def number(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            level = found.levels.get(at, _Level())
            value = found.counters.values[at]
            if value is None:
                value = found.starts.get(at, level.start)
            if shown.is_legal and level.format != "none":
                return str(value)
            return _FORMATS.get(level.format, str)(value)

        return " ".join(_PLACE.sub(number, shown.text).split())


def _levels(definition: Element) -> Iterator[tuple[int, _Level]]:
    for level in definition:
        if local(level) != "lvl":
            continue
        start, restart = _value(level, "start"), _value(level, "lvlRestart")
        legal = first(level, "isLgl")
        yield (
            _level_number(level),
            _Level(
                format=_value(level, "numFmt") or "decimal",
                text=_value(level, "lvlText")[:_MAX_LABEL],
                start=int(start) if start.isdecimal() and len(start) < 10 else 0,
                restart=int(restart) if restart.isdecimal() and len(restart) < 3 else None,
                is_legal=legal is not None and attribute(legal, "val") not in ("0", "false"),
                style=_value(level, "pStyle"),
            ),
        )


def numbering_mark(element: Element | None) -> NumberingMark | None:
    """What the properties of a paragraph or a style say about its number."""
    if element is None:
        return None
    list_id, level = first(element, "numId"), _value(element, "ilvl")
    return NumberingMark(
        None if list_id is None else attribute(list_id, "val"),
        int(level) if level.isdecimal() and len(level) < 3 else None,
    )


def _level_number(element: Element) -> int:
    level = attribute(element, "ilvl")
    return int(level) if level.isdecimal() and len(level) < 3 else 0


def _value(element: Element, name: str) -> str:
    found = first(element, name)
    return "" if found is None else attribute(found, "val")
