"""The sign that an answer is being written, between real processes."""

import fcntl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from assistant.ipc.activity import LOCK_FILE, AnsweringSignal
from tests.support.checkout import CHECKOUT

PATIENCE = 30.0

WRITER = """
import sys
from pathlib import Path
from assistant.ipc.activity import AnsweringSignal
with AnsweringSignal(Path(sys.argv[1])).hold():
    print("shown", flush=True)
    sys.stdin.readline()
print("over", flush=True)
sys.stdin.readline()
"""


@contextmanager
def writer(runtime: Path) -> "Iterator[subprocess.Popen[str]]":
    """A process that shows the sign until it gets a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(runtime)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "shown\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def finish(process: "subprocess.Popen[str]") -> None:
    """Have it end its answer, and wait for that."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "over\n"


def test_the_sign_is_seen_while_an_answer_is_written_and_no_longer(tmp_path: Path) -> None:
    sign = AnsweringSignal(tmp_path)
    assert not sign.is_held()
    with writer(tmp_path) as process:
        assert sign.is_held()
        finish(process)
        assert not sign.is_held()


def test_the_sign_goes_with_a_process_that_is_killed(tmp_path: Path) -> None:
    with writer(tmp_path) as process:
        assert AnsweringSignal(tmp_path).is_held()
        process.kill()
        process.wait(PATIENCE)

        deadline = monotonic() + PATIENCE
        while AnsweringSignal(tmp_path).is_held():
            assert monotonic() < deadline
            sleep(0.01)


def test_the_sign_stays_until_the_last_of_several_answers(tmp_path: Path) -> None:
    sign = AnsweringSignal(tmp_path)
    with writer(tmp_path) as first, writer(tmp_path) as second:
        finish(first)
        assert sign.is_held()
        finish(second)
        assert not sign.is_held()


def test_who_looks_and_then_hangs_does_not_hold_an_answer_up(tmp_path: Path) -> None:
    with (tmp_path / LOCK_FILE).open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        with AnsweringSignal(tmp_path).hold():
            pass


def test_an_answer_is_written_where_no_sign_can_be_shown(tmp_path: Path) -> None:
    nowhere = AnsweringSignal(tmp_path / "missing")
    with nowhere.hold():
        assert not nowhere.is_held()
