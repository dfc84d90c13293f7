"""Helper processes: asked, stopped, dead, and started again."""

import sys
from collections.abc import Iterator
from contextlib import closing
from threading import Event

import pytest

from assistant.ipc.one_shot import HelperProcess, ask_process
from tests.support.echo_client import is_alive

PATIENT = 60.0

ECHO = """
import os, sys
for line in sys.stdin:
    word = line.strip()
    if word == "die":
        os._exit(3)
    if word == "hang":
        sys.stdin.read()
    print(os.getpid(), len(word), flush=True)
"""
COUNT = """
import os, sys
sys.stdin.readline()
print(os.getpid(), flush=True)
for number in range(1000):
    print(number)
"""
STALL = """
import os, sys
sys.stdin.readline()
print(os.getpid(), flush=True)
sys.stdin.read()
"""


def python(script: str) -> tuple[str, ...]:
    return (sys.executable, "-c", script)


@pytest.fixture
def echo() -> Iterator[HelperProcess]:
    with HelperProcess(python(ECHO)) as helper:
        yield helper


def ask(helper: HelperProcess, word: str, timeout: float = PATIENT) -> tuple[int, int]:
    line = helper.answer(word, Event(), timeout)
    assert line is not None
    pid, length = line.split()
    return int(pid), int(length)


def test_one_process_answers_many_requests(echo: HelperProcess) -> None:
    first, _ = ask(echo, "hello")
    assert ask(echo, "again") == (first, 5)


def test_a_request_larger_than_a_pipe_holds_arrives_whole(echo: HelperProcess) -> None:
    assert ask(echo, "x" * 3_000_000)[1] == 3_000_000


def test_a_process_that_dies_gives_no_answer_and_another_one_takes_its_place(
    echo: HelperProcess,
) -> None:
    first, _ = ask(echo, "hello")
    assert echo.answer("die", Event(), PATIENT) is None
    assert ask(echo, "hello")[0] != first
    assert not is_alive(first)


def test_a_process_that_is_too_slow_is_ended(echo: HelperProcess) -> None:
    first, _ = ask(echo, "hello")
    assert echo.answer("hang", Event(), 0.2) is None
    assert not is_alive(first)


def test_it_is_gone_with_whoever_asked() -> None:
    with HelperProcess(python(ECHO)) as helper:
        pid, _ = ask(helper, "hello")
    assert not is_alive(pid)


def test_a_process_is_asked_once_and_all_its_lines_come() -> None:
    pid, *numbers = ask_process(python(COUNT), "count", Event())
    assert numbers == [b"%d" % number for number in range(1000)]
    assert not is_alive(int(pid))


def test_a_stop_ends_the_process_that_has_nothing_to_say() -> None:
    stop = Event()
    with closing(ask_process(python(STALL), "begin", stop)) as lines:
        pid = int(next(lines))
        stop.set()
        assert list(lines) == []
    assert not is_alive(pid)


def test_a_process_that_takes_no_request_is_told_apart() -> None:
    with pytest.raises(BrokenPipeError):
        list(ask_process(python(""), "x" * 3_000_000, Event()))


def test_how_a_process_ended_is_known() -> None:
    with HelperProcess(python(ECHO)) as helper:
        assert list(helper.answers("die", Event(), PATIENT)) == []
        assert helper.wait(PATIENT) == 3
