"""OpenDocument numbering: the automatic numbers of headings and lists (OpenDocument 1.3, 16.30)."""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from assistant.library.readers.base.archive import Element, attribute, below, local
from assistant.library.readers.office.list_numbers import LEVELS, Counters, letter, ordinal, roman

_PLACE = re.compile(r"%(\d{1,2})%")
_MAX_LABEL = 100
_FORMATS: Final[dict[str, Callable[[int], str]]] = {
    "": lambda _: "",
    "01, 02, 03, ...": lambda value: f"{value:02}",
    "1st, 2nd, 3rd, ...": ordinal,
    "A": lambda value: letter(value).upper(),
    "I": lambda value: roman(value).upper(),
    "a": letter,
    "i": roman,
}
"""How numbers are shown; those of other names as decimal ones."""
_OUTLINE = "\0outline"
"""The list of all headings."""


class _Level(NamedTuple):
    format: str = "1"
    prefix: str = ""
    suffix: str = ""
    start: int = 1
    shown_levels: int = 1
    pattern: str = ""
    """Such as `%1%.%2%`; where it is given, the rest is for older programs."""
    is_bullet: bool = False


class _Open(NamedTuple):
    """A list that is being read."""

    style: str
    level: int
    counters: Counters


class OdfNumbering:
    """Counts the items of lists and the headings of a text in their order."""

    def __init__(self) -> None:
        self._styles: dict[str, dict[int, _Level]] = {}
        self._list_of_style: dict[str, str] = {}
        """The list style of styles of paragraphs; empty for one that is in no list."""
        self._open: list[_Open] = []
        self._by_id: dict[str, Counters] = {}
        self._last: dict[str, Counters] = {}
        """The newest list of each style."""
        self._outline = Counters()
        self._label = ""
        """Of the item that begins, until its first paragraph takes it."""

    def read_styles(self, root: Element) -> None:
        """Read the styles of lists and the numbering of headings in a part."""
        for style in below(root, "list-style", "outline-style"):
            name = _OUTLINE if local(style) == "outline-style" else attribute(style, "name")
            self._styles[name] = dict(_levels(style))
        for style in below(root, "style"):
            for key, listed in style.attrib.items():
                if str(key).endswith("}list-style-name"):
                    self._list_of_style[attribute(style, "name")] = str(listed)

    def open_list(self, element: Element) -> None:
        """A list begins."""
        style = attribute(element, "style-name")
        if self._open:
            above = self._open[-1]
            level = min(above.level + 1, LEVELS - 1)
            self._open.append(_Open(style or above.style, level, above.counters))
            return
        style = style or self._style_of_paragraphs(element)
        continued = self._by_id.get(attribute(element, "continue-list"))
        if continued is None and attribute(element, "continue-numbering") == "true":
            continued = self._last.get(style)
        counters = continued or Counters()
        self._open.append(_Open(style, 0, counters))
        self._last[style] = counters
        if identity := attribute(element, "id"):
            self._by_id[identity] = counters

    def _style_of_paragraphs(self, element: Element) -> str:
        paragraph = next(below(element, "p", "h"), None)
        name = "" if paragraph is None else attribute(paragraph, "style-name")
        return self._list_of_style.get(name, "")

    def close_list(self) -> None:
        """The list that began last ends."""
        self._open.pop()

    def open_item(self, item: Element) -> None:
        """An item of a list begins; one that only holds an inner list has no number."""
        inner = next(iter(item), None)
        if not self._open or inner is None or local(inner) not in ("p", "h"):
            self._label = ""
            return
        style, level, counters = self._open[-1]
        style = attribute(item, "style-override") or style
        start = attribute(item, "start-value")
        if start.isdecimal() and len(start) < 10:
            counters.values[level] = int(start) - 1
        self._label = self._count(style, level, counters)

    def take_label(self) -> str:
        """What stands before the next paragraph; empty after the first one of an item."""
        label, self._label = self._label, ""
        return label

    def heading_label(self, element: Element, level: int) -> str:
        """What stands before a heading of `level`, from 1, that is in no list."""
        levels = self._styles.get(_OUTLINE, {})
        is_out = attribute(element, "is-list-header") == "true" or (
            self._list_of_style.get(attribute(element, "style-name")) == ""
        )
        if is_out or not 0 < level <= LEVELS or level - 1 not in levels:
            return ""
        if attribute(element, "restart-numbering") == "true":
            self._outline.restart(level - 1)
        return self._count(_OUTLINE, level - 1, self._outline)

    def _count(self, style: str, level: int, counters: Counters) -> str:
        levels = self._styles.get(style, {})
        shown = levels.get(level, _Level(format=""))
        counters.step(level, shown.start)
        for deeper in range(level + 1, LEVELS):
            counters.restart(deeper)
        if shown.is_bullet:
            return ""

        def number(at: int) -> str:
            other = levels.get(at, _Level())
            value = counters.values[at]
            return _FORMATS.get(other.format, str)(other.start if value is None else value)

        if shown.pattern:
            label = _PLACE.sub(lambda place: number(_index(place[1])), shown.pattern)
        elif not shown.format:
            label = shown.prefix + shown.suffix
        else:
            begin = max(0, level - shown.shown_levels + 1)
            numbers = [text for at in range(begin, level + 1) if (text := number(at))]
            label = shown.prefix + ".".join(numbers) + shown.suffix
        return " ".join(label.split())[:_MAX_LABEL]


def _index(level: str) -> int:
    return min(max(int(level) - 1, 0), LEVELS - 1)


def _levels(style: Element) -> Iterator[tuple[int, _Level]]:
    for level in style:
        number = attribute(level, "level")
        if not number.isdecimal() or not 0 < int(number[:3]) <= LEVELS:
            continue
        yield (
            int(number[:3]) - 1,
            _Level(
                format=attribute(level, "num-format"),
                prefix=attribute(level, "num-prefix"),
                suffix=attribute(level, "num-suffix"),
                start=_whole(attribute(level, "start-value"), 1),
                shown_levels=_whole(attribute(level, "display-levels"), 1),
                pattern=attribute(level, "num-list-format")[:_MAX_LABEL],
                is_bullet=local(level) not in ("list-level-style-number", "outline-level-style"),
            ),
        )


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise
