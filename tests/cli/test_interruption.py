"""Signals while output is written, or waits for its reader."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from threading import Timer

import pytest

from assistant.cli.interruption import InterruptedWriteError, Interruption


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def fill(descriptor: int) -> None:
    """Until the pipe takes no more."""
    os.set_blocking(descriptor, False)
    with suppress(BlockingIOError):
        while True:
            os.write(descriptor, b"." * 4096)


def test_an_output_that_takes_more_is_never_given_up(pipe: tuple[int, int]) -> None:
    with Interruption([signal.SIGTERM]) as interruption:
        signal.raise_signal(signal.SIGTERM)

        interruption.wait_for_output(pipe[1])

    assert interruption.stop.is_set()
    assert interruption.exit_code == 143


def test_a_signal_ends_the_wait_for_a_reader_that_does_not_read(pipe: tuple[int, int]) -> None:
    fill(pipe[1])
    with Interruption([signal.SIGTERM]) as interruption:
        signal.raise_signal(signal.SIGTERM)

        with pytest.raises(InterruptedWriteError):
            interruption.wait_for_output(pipe[1])


def test_a_signal_that_comes_meanwhile_ends_the_wait(pipe: tuple[int, int]) -> None:
    fill(pipe[1])
    with Interruption([signal.SIGTERM]) as interruption:
        sender = Timer(0.05, os.kill, (os.getpid(), signal.SIGTERM))
        sender.start()

        with pytest.raises(InterruptedWriteError):
            interruption.wait_for_output(pipe[1])
        sender.join()


def test_a_reader_that_goes_on_reading_ends_the_wait(pipe: tuple[int, int]) -> None:
    fill(pipe[1])
    with Interruption([signal.SIGTERM]) as interruption:
        reader = Timer(0.05, os.read, (pipe[0], 65536))
        reader.start()

        interruption.wait_for_output(pipe[1])
        reader.join()

    assert not interruption.stop.is_set()
