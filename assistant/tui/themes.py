"""Colour themes: one accent, calm greys, for dark and for light terminals; none for NO_COLOR."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual import color
from textual.filter import LineFilter, NoColor
from textual.theme import Theme

DARK = Theme(
    name="assistant-dark",
    dark=True,
    primary="#8ab4f8",
    secondary="#8ab4f8",
    accent="#8ab4f8",
    foreground="#d7dae0",
    background="#16181d",
    surface="#1b1e24",
    panel="#252932",
    success="#8fc9a0",
    warning="#e0b878",
    error="#ea8a92",
    variables={
        "border": "#8ab4f8",
        "border-blurred": "#343a46",
        "block-cursor-foreground": "#d7dae0",
        "block-cursor-background": "#2f3848",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-foreground": "#d7dae0",
        "block-cursor-blurred-background": "#252932",
        "input-selection-background": "#8ab4f8 30%",
        "scrollbar": "#343a46",
        "scrollbar-hover": "#4a5263",
        "scrollbar-active": "#8ab4f8",
        "scrollbar-background": "#16181d",
        "scrollbar-background-hover": "#16181d",
        "scrollbar-background-active": "#16181d",
        "scrollbar-corner-color": "#16181d",
    },
)

LIGHT = Theme(
    name="assistant-light",
    dark=False,
    primary="#1f5fbf",
    secondary="#1f5fbf",
    accent="#1f5fbf",
    foreground="#25282e",
    background="#fbfaf8",
    surface="#f4f2ee",
    panel="#e8e5df",
    success="#2c7a4b",
    warning="#8a5a00",
    error="#b3303c",
    variables={
        "border": "#1f5fbf",
        "border-blurred": "#d3cfc7",
        "block-cursor-foreground": "#25282e",
        "block-cursor-background": "#d6e2f5",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-foreground": "#25282e",
        "block-cursor-blurred-background": "#e8e5df",
        "input-selection-background": "#1f5fbf 25%",
        "scrollbar": "#d3cfc7",
        "scrollbar-hover": "#b9b4aa",
        "scrollbar-active": "#1f5fbf",
        "scrollbar-background": "#fbfaf8",
        "scrollbar-background-hover": "#fbfaf8",
        "scrollbar-background-active": "#fbfaf8",
        "scrollbar-corner-color": "#fbfaf8",
    },
)


@dataclass(frozen=True)
class AnsiColours:
    """Palette for a terminal of 16 colours."""

    text: str
    background: str
    accent: str
    frame: str
    cursor: str
    success: str
    warning: str
    error: str


_FEW_DARK = AnsiColours(
    "#ffffff", "#000000", "#00ffff", "#808080", "#000080", "#00ff00", "#ffff00", "#ff0000"
)
_FEW_LIGHT = AnsiColours(
    "#000000", "#ffffff", "#000080", "#808080", "#c0c0c0", "#008000", "#800080", "#800000"
)


def with_few_colours(theme: Theme) -> Theme:
    """Theme for a terminal of 16 colours: no shades, they would all be the same."""
    few = _FEW_DARK if theme.dark else _FEW_LIGHT
    bars = {name for name in theme.variables if name.startswith("scrollbar")}
    flat = {name: few.background if "background" in name else few.frame for name in bars}
    return replace(
        theme,
        primary=few.accent,
        secondary=few.accent,
        accent=few.accent,
        foreground=few.text,
        background=few.background,
        surface=few.background,
        panel=few.cursor,
        success=few.success,
        warning=few.warning,
        error=few.error,
        variables=flat
        | {
            "border": few.accent,
            "border-blurred": few.frame,
            "block-cursor-foreground": few.text,
            "block-cursor-background": few.cursor,
            "block-cursor-blurred-foreground": few.text,
            "block-cursor-blurred-background": few.cursor,
            "input-selection-background": few.frame,
        },
    )


def without_colours(theme: Theme) -> Theme:
    """Theme for NO_COLOR: what is chosen is marked as much where the focus is elsewhere."""
    chosen = theme.variables["block-cursor-background"]
    return replace(theme, variables=theme.variables | {"block-cursor-blurred-background": chosen})


def themes_for(*, few_colours: bool, no_colours: bool) -> list[Theme]:
    """The two themes for a terminal."""
    shown = [with_few_colours(each) if few_colours else each for each in (DARK, LIGHT)]
    return [without_colours(each) for each in shown] if no_colours else shown


BRIGHT: Final = 0.5
"""How bright a background is, from 0 to 1, that is taken for a light one."""

_ANSWER = re.compile(r"rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})")


def is_light(answer: str) -> bool | None:
    """Whether a terminal's background is light, by its answer to OSC 11; None for no answer."""
    found = _ANSWER.match(answer)
    if found is None:
        return None
    red, green, blue = (int(part, 16) / (16.0 ** len(part) - 1) for part in found.groups())
    return 0.299 * red + 0.587 * green + 0.114 * blue >= BRIGHT


class Colourless(LineFilter):
    """Filter for NO_COLOR: no colours, and what a background marks is reversed."""

    def apply(self, segments: list[Segment], background: color.Color) -> list[Segment]:  # noqa: ARG002
        return [
            Segment(text, _colourless(style) if style else style, control)
            for text, style, control in segments
        ]


@lru_cache(maxsize=2048)
def _colourless(style: Style) -> Style:
    marked = _marks(style.bgcolor)
    return style + NoColor.DEFAULT_COLORS + Style(reverse=marked != bool(style.reverse))


SATURATED: Final = 16
SHADE: Final = 6
"""Of 255: how much further than those of mere surfaces the colours of marks are apart."""


def _marks(background: Color | None) -> bool:
    """Whether a background marks something, and is no mere surface."""
    if background is None or background.triplet is None:
        return False
    channels = background.triplet
    if max(channels) - min(channels) >= SATURATED:
        return True
    bright = sum(channels) / 3
    surfaces = [color.Color.parse(theme.panel or "#000000").rgb for theme in (DARK, LIGHT)]
    dark, light = (sum(surface) / 3 for surface in surfaces)
    return dark + SHADE < bright < light - SHADE


def first_theme(wanted: str, environment: Mapping[str, str]) -> Theme:
    """Theme at the start; `auto` believes COLORFGBG, which some terminals set."""
    if wanted == "auto":
        background = environment.get("COLORFGBG", "").rpartition(";")[2]
        wanted = "light" if background in ("7", "15") else "dark"
    return LIGHT if wanted == "light" else DARK
