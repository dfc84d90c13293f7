"""However the screen ends: the terminal is as it was, the answer is kept, the status is right."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest

from assistant.storage.conversations import SqliteConversations
from tests.support.terminal import LEFT, ROOT, Terminal
from tests.support.terminal_app import WORDS

MODULE = "tests.support.terminal_app"


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)],
)
def test_a_signal_restores_the_terminal_and_keeps_the_partial_answer(
    home: Path, number: signal.Signals, status: int
) -> None:
    terminal = Terminal(MODULE, str(home), "slow")
    terminal.until("ready")
    terminal.process.send("Count.\r")
    terminal.until("two")
    terminal.process.kill(number)
    assert terminal.end() == status
    _assert_restored(terminal.sent)
    _assert_partial_answer(home)


def test_ctrl_q_ends_with_0_and_keeps_the_partial_answer(home: Path) -> None:
    terminal = Terminal(MODULE, str(home), "slow")
    terminal.until("ready")
    terminal.process.send("Count.\r")
    terminal.until("two")
    terminal.process.send("\x11")
    assert terminal.end() == 0
    _assert_restored(terminal.sent)
    _assert_partial_answer(home)


def test_an_unexpected_error_ends_with_one_line_and_a_log(home: Path) -> None:
    terminal = Terminal(MODULE, str(home), "crash")
    assert terminal.end() == 1
    _assert_restored(terminal.sent)
    after = terminal.sent.partition(b"\x1b[?1049l")[2]
    log = home / "logs" / "assistant.log"
    assert b"assistant: An unexpected error happened." in after
    assert str(log).encode() in after
    assert b"Traceback" not in terminal.sent
    assert b"nobody expected" not in terminal.sent
    assert "nobody expected this [/x]" in log.read_text()


def test_a_terminal_that_is_closed_ends_the_program_and_keeps_the_answer(home: Path) -> None:
    process, master = _without_controlling_terminal(home)
    sent = _read_until(master, b"ready")
    os.write(master, b"Count.\r")
    _read_until(master, b"two", sent)
    os.close(master)
    assert process.wait(20) == 129
    _assert_partial_answer(home)


def _without_controlling_terminal(home: Path) -> tuple["subprocess.Popen[bytes]", int]:
    """The program on a terminal whose end no signal tells of, as over some connections."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", MODULE, str(home), "slow"],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm-256color"},
        start_new_session=True,
    )
    os.close(slave)
    return process, master


def _read_until(master: int, words: bytes, sent: bytes = b"") -> bytes:
    deadline = monotonic() + 30
    while words not in sent:
        assert monotonic() < deadline, sent[-1000:]
        sent += os.read(master, 65536)
    return sent


def _assert_restored(sent: bytes) -> None:
    for sequence in LEFT:
        assert sequence in sent
        opposite = sequence[:-1] + (b"h" if sequence.endswith(b"l") else b"l")
        assert sent.rindex(sequence) > sent.rindex(opposite)


def _assert_partial_answer(home: Path) -> None:
    store = SqliteConversations(home / "chats.db")
    question, answer = store.branch(store.conversations()[0].id)
    store.close()
    assert question.text == "Count."
    assert answer.state == "stopped"
    assert answer.text
    assert WORDS.startswith(answer.text)
