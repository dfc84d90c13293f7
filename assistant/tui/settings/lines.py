"""Text lines of settings: a row of the list, and all that is known of one."""

import json
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, Final

from textual.content import Content
from textual.widgets.option_list import Option

from assistant.settings_reference import DEFAULT, Setting
from assistant.tui.toolkit import text

KEY_HINTS: Final = (
    ("Enter changes", "change"),
    ("Del back to the default", "reset"),
    ("Ctrl+Z undo", "undo"),
    ("/ search", "find"),
    ("Esc back", "leave"),
)
NAME_CELLS: Final = 18


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
            return "yes" if value else "no"
        case str():
            return value
        case tuple() | list():
            return ", ".join(map(str, value))
        case float():
            return f"{value:g}"
    return str(value)


def section_option(section: str, about: str) -> Option:
    """Heading of a section, which cannot be chosen."""
    heading = text.line(section, 60, "bold $text-accent")
    return Option(heading + text.own("  ") + text.line(about, 80, text.MUTED), disabled=True)


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
    yield text.line(setting.description, 1000)
    yield text.own("now       ", text.MUTED) + text.line(value_text(setting.value), 400)
    yield text.own("from      ", text.MUTED) + text.line(origin_text(setting.origin), 400)
    yield text.own("default   ", text.MUTED) + text.line(value_text(setting.default), 400)
    yield text.own("takes     ", text.MUTED) + text.line(setting.allowed, 400)
    when = "at once" if at_once else "from the next start on"
    variable = f" · {setting.variable}" if setting.variable else ""
    yield text.line(f"A change holds {when}{variable}", 200, text.MUTED)


def origin_text(origin: str) -> str:
    """Where a value comes from, in words."""
    if origin == DEFAULT:
        return "the default"
    return f"your {PurePath(origin).name}" if "/" in origin else f"the environment, {origin}"


def matches(setting: Setting, words: list[str]) -> bool:
    """Whether a setting has to do with all words."""
    value = json.dumps(setting.value, default=str, ensure_ascii=False)
    whole = f"{setting.key} {setting.key.replace('_', ' ')} {setting.description} {value}"
    return all(word in whole.casefold() for word in words)
