"""The user's editor gets the terminal, and gives it back."""

import signal
from pathlib import Path

from tests.support.terminal import LEFT, Terminal

MODULE = "tests.support.terminal_app"
SCRIPT = """#!/bin/sh
trap 'echo was interrupted' INT
echo "editing $1 ${2##*/}"
read answer || read answer
echo "edited $answer"
"""


def editor(home: Path) -> str:
    script = home / "an editor"
    script.write_text(SCRIPT)
    script.chmod(0o755)
    return f"'{script}'"


def test_the_editor_has_the_terminal_until_it_ends(home: Path) -> None:
    terminal = Terminal(MODULE, str(home), "reading", EDITOR=editor(home), VISUAL="")
    terminal.until("Once every twelve months.")
    terminal.process.send("\r")
    terminal.until("editing +1 lease.md")
    before = len(terminal.sent)
    assert all(mode in terminal.sent for mode in LEFT)

    terminal.process.sendintr()
    terminal.until("was interrupted")
    terminal.process.send("well\r")
    terminal.until("edited well")
    while b"Once every twelve months." not in terminal.sent[before:]:
        assert terminal.read()

    terminal.process.send("\x11")
    assert terminal.end() == 0
    assert not (home / "logs" / "assistant.log").exists()


TAKEN_BACK = b"\x1b[?1049h"
"""Begins what is drawn once the terminal is the program's again."""


def test_a_signal_after_the_editor_ends_the_program_as_before(home: Path) -> None:
    terminal = Terminal(MODULE, str(home), "reading", EDITOR="true", VISUAL="")
    terminal.until("Once every twelve months.")
    before = len(terminal.sent)
    terminal.process.send("\r")
    # What is drawn before the editor has the terminal tells nothing: keys are for the editor then.
    while b"Once every twelve months." not in terminal.sent[before:].partition(TAKEN_BACK)[2]:
        assert terminal.read()
    terminal.process.send("q")
    while b"Ask anything" not in terminal.sent[before:]:
        assert terminal.read()
    terminal.process.kill(signal.SIGINT)
    assert terminal.end() == 128 + signal.SIGINT


def test_an_editor_that_is_not_there_is_a_sentence(home: Path) -> None:
    terminal = Terminal(MODULE, str(home), "reading", EDITOR="nothing-of-the-kind", VISUAL="")
    terminal.until("Once every twelve months.")
    terminal.process.send("\r")
    terminal.until("The editor 'nothing-of-the-kind' was not found.")
    terminal.process.send("\x11")
    assert terminal.end() == 0
