"""Poor terminals: few colours, none, no room."""

import re
from pathlib import Path

import pytest

from tests.support.driver import Setting, opened, scripted
from tests.support.terminal import Terminal

MODULE = "tests.support.terminal_app"
CHOSEN = re.compile(rb"\x1b\[(?:[0-9]+;)*44m/new")
"""The first command of the menu, on blue."""
COLOUR = re.compile(rb"[34]8;(?:2;(\d+);(\d+);(\d+)|5;(\d+))")


def test_16_colours_mark_the_chosen_line_without_a_shade(home: Path) -> None:
    terminal = Terminal(MODULE, str(home), "slow", TERM="xterm", COLORTERM="")
    terminal.until("ready")
    terminal.process.send("/")
    terminal.until("/rename title")
    terminal.process.send("\x1b")
    terminal.process.send("\x11")
    assert terminal.end() == 0
    assert CHOSEN.search(terminal.sent)
    assert not COLOUR.search(terminal.sent)


def test_no_color_leaves_greys_only(home: Path) -> None:
    terminal = Terminal(MODULE, str(home), "slow", NO_COLOR="1")
    terminal.until("ready")
    terminal.process.send("Count.\r")
    terminal.until("two")
    terminal.process.send("\x11")
    assert terminal.end() == 0
    colours = {match.groups() for match in COLOUR.finditer(terminal.sent)}
    assert colours
    for red, green, blue, number in colours:
        assert number is None
        assert red == green == blue


@pytest.mark.parametrize("size", [(1, 1), (8, 3), (20, 5), (30, 8)])
async def test_no_window_is_too_small_to_survive(home: Path, size: tuple[int, int]) -> None:
    answer = "A [link](https://example.org), `code`\n\n- x\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    async with opened(Setting(home, scripted(answer)), size=(80, 24)) as driver:
        await driver.ask("Hello?")
        await driver.pilot.resize_terminal(*size)
        for key in ("ctrl+b", "ctrl+b", "slash", "escape", "f1", "escape", "f3", "escape"):
            await driver.pilot.press(key)
            await driver.pilot.pause()
        await driver.pilot.resize_terminal(80, 24)
        await driver.until_shown("A link, code")
