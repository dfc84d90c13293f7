"""Poor terminals: few colours, none, no room."""

import re
from pathlib import Path
from time import sleep

import pytest
from rich.color import ColorSystem
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from textual.color import Color
from textual.events import Key
from textual.theme import Theme

from assistant.tui.terminal import AnswerParser
from assistant.tui.themes import is_light, themes_for
from tests.support.driver import Setting, opened, scripted
from tests.support.terminal import Terminal

READABLE = 4.5
"""Contrast of text that everybody can read, as WCAG 2 has it."""
MODULE = "tests.support.terminal_app"
CHOSEN = re.compile(rb"\x1b\[(?:[0-9]+;)*44m/new")
"""The first command of the menu, on blue."""
REVERSED = re.compile(rb"\x1b\[(?:[0-9]+;)*7[;m](?:[0-9;]+m)?/new")
QUESTION = "\x1b]11;?\x1b\\"
LIGHT_BACKGROUND = "48;2;251;250;248"
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


@pytest.mark.parametrize(
    "theme", themes_for(few_colours=True, no_colours=False), ids=["dark", "light"]
)
def test_what_is_typed_in_a_field_is_read_in_16_colours(theme: Theme) -> None:
    assert theme.panel
    assert theme.foreground
    text, field = Color.parse(theme.foreground), Color.parse(theme.panel)
    # Textual tints a field that has the focus; the terminal has the nearest of its colours.
    tinted = field.blend(text, 0.05).rich_color.downgrade(ColorSystem.STANDARD)
    shown = tinted.get_truecolor(DEFAULT_TERMINAL_THEME)
    bright, dark = sorted((_luminance(*text.rgb), _luminance(*shown)), reverse=True)
    assert (bright + 0.05) / (dark + 0.05) >= READABLE


def _luminance(*colour: int) -> float:
    """Relative luminance as WCAG 2 has it."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (each / 255 for each in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_no_color_paints_nothing_and_marks_by_reversing(home: Path) -> None:
    terminal = Terminal(MODULE, str(home), "slow", NO_COLOR="1")
    terminal.until("ready")
    terminal.process.send("/")
    terminal.until("/rename title")
    terminal.process.send("\x1b")
    terminal.until("Ask anything")
    terminal.process.send("\x11")
    assert terminal.end() == 0
    assert REVERSED.search(terminal.sent)
    assert not COLOUR.search(terminal.sent)
    assert not re.search(rb"\x1b\[(?:[0-9]+;)*4[0-7]m", terminal.sent)


@pytest.mark.parametrize(
    ("answer", "is_asked"),
    [
        ("\x1b]11;rgb:fafa/fafa/f8f8\x1b\\", True),
        ("\x1b]11;rgb:ff/ff/ff\x07", True),
        ("\x1b]11;rgb:0000/0000/0000\x1b\\", False),
    ],
)
def test_auto_follows_the_background_that_the_terminal_tells(
    home: Path, answer: str, is_asked: bool
) -> None:
    terminal = Terminal(MODULE, str(home), "slow")
    terminal.until(QUESTION)
    # In two pieces, and typed around it: nothing of it is a key, and no key is lost.
    terminal.process.send("ab" + answer[:9])
    terminal.process.send(answer[9:] + "cd")
    terminal.until("abcd")
    if is_asked:
        terminal.until(LIGHT_BACKGROUND)
    terminal.process.send("\x11")
    assert terminal.end() == 0
    assert (LIGHT_BACKGROUND.encode() in terminal.sent) == is_asked
    assert terminal.sent.count(QUESTION.encode()) == 1


def test_what_a_terminal_answers_about_its_background() -> None:
    assert is_light("rgb:ffff/ffff/ffff") is True
    assert is_light("rgb:f/f/f") is True
    assert is_light("rgba:1616/1818/1d1d/ffff") is False
    assert is_light("rgb:0000/0000/ffff") is False
    assert is_light("?") is None


def test_alt_and_a_bracket_are_a_key_when_no_answer_comes() -> None:
    awaited = [True]
    told: list[str] = []
    parser = AnswerParser(told.append, lambda: awaited[0])
    assert list(parser.feed("\x1b]")) == []
    awaited[0] = False
    keys: list[Key] = []
    while not keys:
        # It waits a moment whether more follows the escape.
        keys += [event for event in parser.tick() if isinstance(event, Key)]
        sleep(0.02)
    assert keys[-1].key == "right_square_bracket"
    assert told == []


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
