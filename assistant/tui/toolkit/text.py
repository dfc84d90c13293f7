"""The only way text becomes something that a widget draws.

Widgets read `[...]` in a plain `str` as markup, which can end the program or run an action, and
pass escape sequences on to the terminal. So they are given `Content` only, and all `Content` is
made here: foreign text loses what a terminal would obey or hide.

How many, how large, how long: in words.
"""

from collections.abc import Iterable

from textual.content import Content
from textual.style import Style

from assistant.core.sanitize import one_line, printable

MUTED = "$foreground 60%"
ACCENT = "$accent"

NOTHING = Content("")
TAB = "    "


def block(text: str, style: str = "") -> Content:
    """Foreign text with its lines."""
    return Content.styled(printable(text), style)


def line(text: str, limit: int = 200, style: str = "") -> Content:
    """Foreign text on one line of at most `limit` characters."""
    return Content.styled(one_line(text, limit), style)


def piece(text: str, style: str = "") -> Content:
    """Foreign text within a line: its white space stays, and none of it ends the line."""
    flat = printable(text).replace("\n", " ").replace("\t", TAB)
    return Content.styled(flat, style)


def editable(text: str) -> str:
    """Foreign text for what draws a `str` literally, or is to count its characters."""
    return printable(text)


def own(text: str, style: str = "") -> Content:
    """A text of the program itself; never markup either."""
    return Content.styled(printable(text), style)


def muted(text: str) -> Content:
    """A text of the program itself that stands back."""
    return own(text, MUTED)


def button(label: str, action: str, *arguments: str, style: str = "") -> Content:
    """A text of the program itself that runs one of its own actions when clicked."""
    return own(label, style).stylize(click(action, *arguments))


def click(action: str, *arguments: str) -> Style:
    """The style of something that runs an action; the arguments are never parsed."""
    return Style.from_meta({"@click": (action, arguments)})


def joined(parts: Iterable[Content], between: str = "") -> Content:
    """Several contents in a row."""
    return own(between).join(parts)


def count(number: int, thing: str) -> str:
    """`1 file`, `1,204 files`."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def size(number: int) -> str:
    """Bytes, rounded."""
    if number < 1000:
        return f"{number} bytes"
    if number < 1_000_000:
        return f"{number / 1000:,.0f} KB"
    if number < 1_000_000_000:
        return f"{number / 1_000_000:,.1f} MB"
    return f"{number / 1_000_000_000:,.1f} GB"


def duration(seconds: float) -> str:
    """`40 s`, `3 min 20 s`, `2 h 5 min`; never less than a second."""
    minutes, rest = divmod(max(round(seconds), 1), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
    return f"{rest} s"
