"""Attention: a bell or a notification when a long answer is done and nobody looks."""

from collections.abc import Mapping
from typing import Final

LONG_SECONDS: Final = 10.0
"""Seconds of an answer after which one may look elsewhere."""
IDLE_SECONDS: Final = 30.0
"""Seconds without a key after which nobody looks, where the terminal does not tell."""
BELL: Final = "\a"
READY: Final = "The answer is ready."

_NOTIFYING: Final = ("iTerm.app", "WezTerm", "ghostty", "contour")
"""Terminals that show OSC 9, by what they call themselves."""


def is_due(took: float, *, focused: bool, reported: bool, idle: float) -> bool:
    """Whether to ring.

    Args:
        took: seconds from the question to the end of the answer.
        focused: whether the window has the focus, as far as is known.
        reported: whether the terminal tells that.
        idle: seconds since the last key.
    """
    is_away = not focused if reported else idle >= IDLE_SECONDS
    return took >= LONG_SECONDS and is_away


def call(notify: str, environment: Mapping[str, str]) -> str:
    """What is sent to the terminal; no word of what was asked. Empty for nothing.

    Args:
        notify: the setting: `auto`, `bell` or `off`.
    """
    if notify == "off":
        return ""
    # What is between keeps notifications from the terminal, and passes a bell on.
    is_nested = bool(environment.get("TMUX") or environment.get("STY") or environment.get("ZELLIJ"))
    if notify == "bell" or is_nested:
        return BELL
    if environment.get("KITTY_WINDOW_ID") or environment.get("TERM") == "xterm-kitty":
        return f"\x1b]99;;{READY}\x1b\\"
    if environment.get("TERM_PROGRAM") in _NOTIFYING or environment.get("LC_TERMINAL") == "iTerm2":
        return f"\x1b]9;{READY}\a"
    if environment.get("TERM", "").startswith(("foot", "rxvt")):
        return f"\x1b]777;notify;assistant;{READY}\x1b\\"
    return BELL
