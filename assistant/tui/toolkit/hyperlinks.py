"""Hyperlinks (OSC 8): addresses that the terminal follows itself, also where a line breaks them.

Only an address that is shown whole is made one: what a terminal opens is what stands there. It asks
nothing of the program, so it is held to less than what is opened after a question: no names of
users, which can pass for a host, and nothing but plain letters, which look like no others.
"""

import os
import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from textual.content import Content
from textual.style import Style

from assistant.tui.toolkit import text

MAX_ADDRESS: Final = 2_000
"""Characters; terminals drop longer ones."""
VTE: Final = 5_000
"""The first version of the widget of GNOME's terminal and others that knows them."""

_ADDRESS = re.compile(r"https?://[\w.-]+(?::\d{1,5})?(?:[/?#][!-~]*)?", re.ASCII)
_PROGRAMS: Final = (
    *("iTerm.app", "WezTerm", "ghostty", "contour", "vscode", "mintty", "Hyper", "rio", "Tabby"),
    "tmux",  # It passes them on where the terminal around it knows them, and drops them elsewhere.
)
"""Terminals that know them, by what they call themselves."""
_TERMINALS: Final = ("xterm-kitty", "xterm-ghostty", "foot", "alacritty", "contour", "wezterm")
"""The same by their entries in the database of terminals."""
_VARIABLES: Final = ("KITTY_WINDOW_ID", "WT_SESSION", "KONSOLE_VERSION", "TMUX")


def linked(address: str) -> Content:
    """An address, whole, which the terminal can follow."""
    shown = text.block(address)
    return shown.stylize(hyperlink(shown.plain, address))


def hyperlink(shown: str, address: str) -> Style:
    """Style that makes a hyperlink of what is shown; one that does nothing where that is not safe.

    Args:
        shown: the words that stand there.
    """
    if shown != address or not is_plain_address(address) or not _known_here():
        return Style.null()
    return Style(link=address)


def is_plain_address(address: str) -> bool:
    """Whether a terminal may open it when asked to: a web address that looks like what it is."""
    return len(address) <= MAX_ADDRESS and _ADDRESS.fullmatch(address) is not None


@cache
def _known_here() -> bool:
    return knows_hyperlinks(os.environ)


def knows_hyperlinks(environment: Mapping[str, str]) -> bool:
    """Whether a terminal is known to take hyperlinks: others may print what they do not know."""
    if environment.get("STY"):
        return False
    vte = environment.get("VTE_VERSION", "")
    return (
        (vte.isdecimal() and int(vte) >= VTE)
        or any(environment.get(name) for name in _VARIABLES)
        or environment.get("TERM_PROGRAM") in _PROGRAMS
        or environment.get("TERM", "").startswith(_TERMINALS)
    )
