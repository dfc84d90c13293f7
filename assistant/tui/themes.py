"""Colour themes: one accent, calm greys, for dark and for light terminals."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

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
        panel=few.frame,
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


def first_theme(wanted: str, environment: Mapping[str, str]) -> Theme:
    """Theme at the start; `auto` believes COLORFGBG, which some terminals set."""
    if wanted == "auto":
        background = environment.get("COLORFGBG", "").rpartition(";")[2]
        wanted = "light" if background in ("7", "15") else "dark"
    return LIGHT if wanted == "light" else DARK
