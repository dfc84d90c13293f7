"""Safe text for widgets: foreign text cleaned and never markup; amounts in words.

Widgets read `[...]` in a plain `str` as markup, which can end the program or run an action, and
pass escape sequences on to the terminal. So they are given `Content` only, and all `Content` is
made here: foreign text loses what a terminal would obey or hide.
"""

from collections.abc import Iterable
from string import Formatter

from textual.content import Content
from textual.style import Style

from assistant.core.sanitize import one_line, printable
from assistant.language.messages import number

MUTED = "$foreground 60%"
ACCENT = "$accent"

EMPTY = Content("")
TAB = "    "


def block(text: str, style: str = "") -> Content:
    """Foreign text of several lines, cleaned."""
    return Content.styled(printable(text), style)


def line(text: str, limit: int = 200, style: str = "") -> Content:
    """Foreign text on one line of at most `limit` characters, cleaned."""
    return Content.styled(one_line(text, limit), style)


def piece(text: str, style: str = "") -> Content:
    """Foreign text within a line, cleaned: its white space stays, and none of it ends the line."""
    flat = printable(text).replace("\n", " ").replace("\t", TAB)
    return Content.styled(flat, style)


def editable(text: str) -> str:
    """Foreign text, cleaned, for what draws a `str` literally or counts its characters."""
    return printable(text)


def own(text: str, style: str = "") -> Content:
    """Text of the program itself, never markup."""
    return Content.styled(printable(text), style)


def muted(text: str) -> Content:
    """Text of the program itself in the muted style."""
    return own(text, MUTED)


def button(label: str, action: str, *arguments: str, style: str = "") -> Content:
    """Text of the program itself that runs an action when clicked."""
    return own(label, style).stylize(click(action, *arguments))


def click(action: str, *arguments: str) -> Style:
    """Style that runs an action when clicked; the arguments are never parsed."""
    return Style.from_meta({"@click": (action, arguments)})


def filled(message: str, style: str = "", **values: Content | float | str) -> Content:
    """A message of the program itself, `Saved {name}.`, in which values have styles of their own.

    Args:
        message: it, translated, its values not yet in place.
        style: of its words.
        values: contents; numbers and words of the program itself are written as the message says.
    """
    parts = []
    for words, name, spec, _conversion in Formatter().parse(message):
        parts.append(own(words, style))
        if name is not None:
            value = values[name]
            if isinstance(value, int | float):
                value = number(value, spec or "")
            parts.append(own(value, style) if isinstance(value, str) else value)
    return joined(parts)


def joined(parts: Iterable[Content], between: str = "") -> Content:
    """Contents joined in a row."""
    return own(between).join(parts)
