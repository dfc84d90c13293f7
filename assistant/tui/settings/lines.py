"""Text lines of settings: a row of the list, and all that is known of one."""

import json
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, Final

from rich.cells import cell_len
from textual.content import Content
from textual.widgets.option_list import Option

from assistant.language.messages import _, localized, number
from assistant.settings_reference import DEFAULT, Setting
from assistant.tui.toolkit import text

KEY_HINTS: Final = (
    (_("Enter changes"), "change"),
    (_("Del resets"), "reset"),
    (_("Ctrl+Z undo"), "undo"),
    (_("/ search"), "find"),
    (_("Esc back"), "leave"),
)
NAME_CELLS: Final = 18
LABEL_CELLS: Final = 10
"""Cells of the words before a value, at least."""


def key_line() -> Content:
    """Line of key hints, each of which can be clicked."""
    buttons = (text.button(words, f"screen.{do}", style=text.MUTED) for words, do in KEY_HINTS)
    return text.joined(buttons, "   ")


def value_text(value: Any) -> str:
    """A value in few letters."""
    match value:
        case None | "" | () | []:
            return "–"
        case True | False:
            return _("yes") if value else _("no")
        case str():
            return value
        case tuple() | list():
            return ", ".join(map(str, value))
        case float():
            return number(value, "g")
    return str(value)


def section_option(section: str, about: str) -> Option:
    """Heading of a section, which cannot be chosen."""
    heading = text.line(section, 60, "bold $text-accent")
    return Option(heading + text.own("  ") + text.line(_(about), 80, text.MUTED), disabled=True)


def setting_option(setting: Setting) -> Option:
    """Row of one setting; what is not as usual stands out."""
    style = text.MUTED if setting.origin == DEFAULT else text.ACCENT
    name = text.own(f" {setting.path[-1]:<{NAME_CELLS}} ")
    return Option(name + text.line(value_text(setting.value), 200, style))


def details(setting: Setting, *, at_once: bool) -> Content:
    """All that is known of a setting."""
    return text.joined(_details(setting, at_once), "\n")


def _details(setting: Setting, at_once: bool) -> Iterator[Content]:
    yield text.line(setting.key, 200, "bold")
    yield text.line(_(setting.description), 1000)
    rows = (
        (_("now"), value_text(setting.value)),
        (_("from"), origin_text(setting.origin)),
        (_("default"), value_text(setting.default)),
        (_("allowed"), localized(setting.allowed)),
    )
    cells = max(LABEL_CELLS, *(cell_len(label) + 1 for label, _value in rows))
    for label, value in rows:
        yield text.own(label, text.MUTED).pad_right(cells - cell_len(label)) + text.line(value, 400)
    when = _("Changes apply at once") if at_once else _("Changes apply at the next start")
    variable = f" · {setting.variable}" if setting.variable else ""
    yield text.line(f"{when}{variable}", 200, text.MUTED)


def origin_text(origin: str) -> str:
    """Where a value comes from, in words."""
    if origin == DEFAULT:
        return _("the default")
    return (
        _("your {file}", file=PurePath(origin).name)
        if "/" in origin
        else _("the environment, {variable}", variable=origin)
    )


def matches(setting: Setting, words: list[str]) -> bool:
    """Whether a setting has to do with all words."""
    value = json.dumps(setting.value, default=str, ensure_ascii=False)
    about = f"{setting.description} {_(setting.description)}"
    whole = f"{setting.key} {setting.key.replace('_', ' ')} {about} {value}"
    return all(word in whole.casefold() for word in words)
