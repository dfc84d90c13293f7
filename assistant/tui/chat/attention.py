"""Attention: a bell or a notification when a long answer is done and nobody looks."""

import os
from collections.abc import Mapping
from time import monotonic
from typing import Final

from assistant.language.messages import _

LONG_SECONDS: Final = 10.0
"""Seconds of an answer after which one may look elsewhere."""
IDLE_SECONDS: Final = 30.0
"""Seconds without a key after which nobody looks, where the terminal does not tell."""
BELL: Final = "\a"
READY: Final = _("The answer is ready.")

_NOTIFYING: Final = ("iTerm.app", "WezTerm", "ghostty", "contour")
"""Terminals that show OSC 9, by what they call themselves."""


def ring(notify: str, began: float, acted: float, *, focused: bool | None) -> str:
    """What is sent to the terminal when an answer is done; empty for nothing.

    Args:
        notify: the setting.
        began: when its question was asked.
        acted: when a key was pressed last, or the mouse moved.
        focused: whether the window has the focus; None where the terminal does not tell.
    """
    now = monotonic()
    return call(notify, os.environ) if is_due(now - began, now - acted, focused=focused) else ""


def is_due(took: float, idle: float, *, focused: bool | None) -> bool:
    """Whether to ring.

    Args:
        took: seconds from the question to the end of the answer.
        idle: seconds since the last key.
        focused: whether the window has the focus; None where the terminal does not tell.
    """
    is_away = idle >= IDLE_SECONDS if focused is None else not focused
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
