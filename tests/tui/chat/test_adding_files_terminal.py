"""Files dropped on a real terminal."""

import shlex
from pathlib import Path

import pytest
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

from assistant.command_table import COMMANDS
from tests.support.dropped_files import folder
from tests.support.terminal import LEFT, Terminal

PASTE = "\x1b[200~{}\x1b[201~"


@pytest.mark.parametrize(
    "name", ["housing", "my notes", "a[∕b].txt", "Férias 日本", "\x1b]0;x\x07"]
)
def test_a_folder_that_is_dropped_is_asked_about_whatever_its_name(home: Path, name: str) -> None:
    made = folder(home).rename(home / name)
    terminal = Terminal("tests.support.terminal_app", str(home), "files")
    terminal.until("ready")
    terminal.process.send(PASTE.format(made.as_uri() + "\r"))
    terminal.until("Collection")
    terminal.until("Nothing to read.")
    terminal.process.send("t")
    terminal.until("file://")
    terminal.process.send("\x11")
    assert terminal.end() == 0, terminal.sent[-2000:]
    assert all(sequence in terminal.sent for sequence in LEFT)
    assert b"\x1b]0;x" not in terminal.sent
    assert not (home / "logs" / "assistant.log").exists()


def test_several_quoted_paths_are_one_question(home: Path) -> None:
    made = folder(home, "it's.txt", "b c.txt")
    terminal = Terminal("tests.support.terminal_app", str(home), "files")
    terminal.until("ready")
    quoted = " ".join(shlex.quote(str(made / name)) for name in ("it's.txt", "b c.txt"))
    terminal.process.send(PASTE.format(f"{quoted} "))
    terminal.until("and 1 other")
    terminal.process.send("\x1b")
    terminal.until("Ask anything")
    terminal.process.send("\x11")
    assert terminal.end() == 0, terminal.sent[-2000:]


def test_text_that_is_pasted_stays_text_and_in_order(home: Path) -> None:
    made = folder(home)
    terminal = Terminal("tests.support.terminal_app", str(home), "files")
    terminal.until("ready")
    terminal.process.send(PASTE.format(f"{made} is a folder") + " indeed")
    terminal.until("folder indeed")
    terminal.process.send("\x11")
    assert terminal.end() == 0, terminal.sent[-2000:]


LETTERS = [command.key for command in COMMANDS if len(command.key) == len("alt+x")]


@pytest.mark.parametrize("key", [key for key in LETTERS if key.startswith("alt+")])
def test_no_key_with_alt_is_another_key_to_a_terminal(key: str) -> None:
    assert f"\x1b{key[-1]}" not in ANSI_SEQUENCES_KEYS
