"""The installed program, as a shell runs it, with the real model."""

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from time import monotonic

import pytest

from assistant.core.values.conversation import Message
from assistant.storage.conversations import SqliteConversations
from assistant.system.paths import find_paths
from tests.support.processes import (
    PATIENCE,
    PROGRAM,
    Streaming,
    end_workers,
    on_terminal,
    run,
    workers,
)

STORY = ("--seed", "1", "--temperature", "0", "Write a long story about a fox and a river.")
BRIEFLY = ("--temperature", "0", "--max-tokens", "3", "Tell a story.")
CUT_OFF = re.compile(
    rb"assistant: The answer was cut off after 3 tokens\."
    rb" `assistant chats continue [0-9a-f]{8}` continues it\.\n"
)

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def warm() -> Iterator[Path]:
    """One home for all tests of this module: the worker is started once."""
    folder = Path(tempfile.mkdtemp(prefix="as-", dir="/tmp"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSISTANT_HOME", str(folder))
        yield folder
    end_workers(folder)
    shutil.rmtree(folder)


def newest() -> Message:
    with closing(SqliteConversations(find_paths().chats)) as store:
        return store.branch(store.conversations(limit=1)[0].id)[-1]


def test_a_piped_question_is_answered(warm: Path) -> None:
    done = run(
        "ask", "--seed", "1", "--temperature", "0", stdin=b"What is the capital of France?\n"
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Paris" in done.stdout
    assert done.stdout.endswith(b"\n")
    assert b"\x1b" not in done.stdout


def test_json_of_a_real_answer_has_plausible_figures(warm: Path) -> None:
    question = ("--temperature", "0", "--max-tokens", "8", "--json", "Tell me a story.")
    answer = json.loads(run("ask", *question).stdout)
    again = json.loads(run("ask", *question).stdout)

    assert again["answer"] == answer["answer"]
    assert (answer["stopped"], answer["stop_reason"]) == (False, "length")
    assert answer["usage"]["completion_tokens"] == 8
    assert again["usage"]["cached_tokens"] > 0
    timings = again["timings"]
    assert 0 < timings["first_token_ms"] <= timings["total_ms"]
    assert timings["tokens_per_second"] > 0


def test_the_same_seed_gives_the_same_answer(warm: Path) -> None:
    question = ("ask", "--temperature", "0.9", "--max-tokens", "16", "Tell me something.")

    assert run(*question, "--seed", "5").stdout == run(*question, "--seed", "5").stdout
    assert len({run(*question, "--seed", str(seed)).stdout for seed in range(3)}) > 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)
def test_a_signal_stops_the_answer_and_keeps_what_was_shown(
    warm: Path, sent: signal.Signals, status: int
) -> None:
    asking = Streaming(*STORY)
    asking.wait_for_bytes(40)
    asking.process.send_signal(sent)

    assert asking.end() == status
    assert asking.failure() == ""
    message = newest()
    assert message.state == "stopped"
    assert asking.seen().decode() == f"{message.text.removesuffix(chr(10))}\n"


def test_what_was_stopped_can_be_read_and_gone_on_with(warm: Path) -> None:
    asking = Streaming(*STORY)
    asking.wait_for_bytes(10)
    asking.process.send_signal(signal.SIGINT)
    asking.end()

    shown = json.loads(run("chats", "show", newest().conversation_id, "--json").stdout)
    more = run("ask", "--last", "--max-tokens", "4", "Go on.")

    assert shown[-1]["state"] == "stopped"
    assert shown[-1]["text"]
    assert more.returncode == 0


def test_a_signal_that_nohup_ignores_is_ignored(warm: Path) -> None:
    command = f"trap '' HUP; exec {' '.join(PROGRAM)} ask --max-tokens 60 --seed 1 'Tell a story.'"
    process = subprocess.Popen(
        ["sh", "-c", command], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    )
    assert process.stdout is not None
    assert process.stdout.read(1)

    process.send_signal(signal.SIGHUP)
    process.stdout.read()

    assert process.wait(PATIENCE) == 0


def test_a_reader_that_has_seen_enough_ends_the_answer_quietly(warm: Path) -> None:
    process = subprocess.Popen(
        [*PROGRAM, "ask", *STORY],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.read(1)
    process.stdout.close()

    assert process.wait(PATIENCE) == 141
    assert process.stderr.read() == b""
    assert newest().state == "stopped"


@pytest.mark.parametrize(
    "command", [("chats", "list"), ("--help",), ("ask", "--json", "--max-tokens", "3", "Hi")]
)
def test_no_command_complains_about_a_closed_pipe(warm: Path, command: tuple[str, ...]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*PROGRAM, *command],
        stdin=subprocess.DEVNULL,
        stdout=write,
        stderr=subprocess.PIPE,
        timeout=PATIENCE,
        check=False,
    )
    os.close(write)

    assert (done.returncode, done.stderr) == (141, b"")


def test_a_signal_ends_an_answer_that_nobody_reads(warm: Path) -> None:
    """A pager that is not scrolled lets the pipe fill up: the write waits for ever."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    while True:
        try:
            os.write(write, b"x" * 4096)
        except BlockingIOError:
            break
    os.set_blocking(write, True)
    run("ask", "--max-tokens", "1", "Hello")
    before = newest().id
    process = subprocess.Popen([*PROGRAM, "ask", *STORY], stdin=subprocess.DEVNULL, stdout=write)
    deadline = monotonic() + PATIENCE
    while newest().id == before or not newest().text:
        assert monotonic() < deadline

    process.send_signal(signal.SIGTERM)

    assert process.wait(PATIENCE) == 143
    assert newest().state == "stopped"
    os.close(read)
    os.close(write)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_told_in_one_line(warm: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, "ask", "--max-tokens", "4", "Hello"],
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=PATIENCE,
            check=False,
        )

    assert done.returncode == 1
    assert done.stderr == b"assistant: The output cannot be written: No space left on device.\n"


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_are_no_error(warm: Path, closed: str) -> None:
    question = "--temperature 0 --max-tokens 4 'Tell a story.'"
    command = f"exec {' '.join(PROGRAM)} ask {question} {closed}"
    done = subprocess.run(
        ["sh", "-c", command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )

    assert done.returncode == 0
    said = b"" if "2>&-" in closed else b"assistant: The answer was cut off after 4 tokens."
    assert done.stderr.partition(b" `assistant")[0] == said
    assert bool(done.stdout) == (">&-" not in closed.split())


def test_a_folder_called_assistant_is_not_run_instead(warm: Path, tmp_path: Path) -> None:
    (tmp_path / "assistant").mkdir()
    (tmp_path / "assistant" / "__init__.py").write_text("raise SystemExit('hijacked')")
    script = Path(sys.executable).parent / "assistant"
    end_workers(warm)

    done = subprocess.run(
        [str(script), "ask", *BRIEFLY],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=tmp_path,
        timeout=PATIENCE,
        check=False,
    )

    assert done.returncode == 0
    assert CUT_OFF.fullmatch(done.stderr)


def test_a_relative_home_is_the_same_for_the_worker(warm: Path) -> None:
    done = subprocess.run(
        [*PROGRAM, "ask", *BRIEFLY],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=warm.parent,
        env={**os.environ, "ASSISTANT_HOME": f"./{warm.name}"},
        timeout=PATIENCE,
        check=False,
    )

    assert done.returncode == 0
    assert CUT_OFF.fullmatch(done.stderr)


def test_on_a_terminal_progress_is_shown_and_taken_away(warm: Path) -> None:
    end_workers(warm)
    status, seen = on_terminal("ask", "--temperature", "0", "What is the capital of France?")

    assert status == 0
    assert b"loading" in seen
    progress, _, answer = seen.rpartition(b"\r\x1b[2K")
    assert b"Paris" in answer
    assert b"Paris" not in progress
    assert b"\x1b" not in answer


def test_ctrl_c_on_a_terminal_stops_with_status_130(warm: Path) -> None:
    status, seen = on_terminal("ask", *STORY, keys=b"\x03", after=b"fox")

    assert status == 130
    assert b"Traceback" not in seen
    assert newest().state == "stopped"


def test_a_dumb_terminal_is_told_how_to_ask(warm: Path) -> None:
    status, seen = on_terminal(term="dumb")

    assert status == 2
    assert b"assistant ask" in seen
    assert b"\x1b" not in seen


def test_someone_who_insists_with_ctrl_c_is_obeyed_at_once(warm: Path) -> None:
    asking = Streaming(*STORY)
    asking.wait_for_bytes(10)
    (worker,) = workers(warm)
    worker.suspend()
    deadline = monotonic() + 1.5
    while asking.process.poll() is None and monotonic() < deadline:
        asking.process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            asking.process.wait(0.05)
    end_workers(warm)

    assert asking.process.poll() == -signal.SIGINT
    assert newest().state == "partial"


def test_a_question_can_be_stopped_while_the_engine_starts(warm: Path) -> None:
    end_workers(warm)
    asking = Streaming(*STORY)
    deadline = monotonic() + PATIENCE
    while not workers(warm):
        assert monotonic() < deadline

    asking.process.send_signal(signal.SIGINT)

    assert asking.end() == 130
    assert asking.seen() == b""
    assert (newest().state, newest().text) == ("stopped", "")


def test_ctrl_c_while_the_input_is_awaited_ends_without_a_word(warm: Path) -> None:
    process = subprocess.Popen(
        [*PROGRAM, "ask", "Review this"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(b"the first half")
    process.stdin.flush()
    deadline = monotonic() + PATIENCE
    while unread(process.stdin.fileno()):
        assert monotonic() < deadline

    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)

    assert (process.returncode, out, err) == (130, b"", b"")


def unread(pipe: int) -> int:
    """Bytes in a pipe that nobody has read yet."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


def test_the_screen_opens_and_leaves_with_status_0(warm: Path) -> None:
    status, seen = on_terminal(keys=b"\x11", after=b"Ask anything")

    assert status == 0
    assert seen.endswith(b"\x1b[?1049l") or b"\x1b[?1049l" in seen


def test_the_screen_is_left_for_a_model_that_is_not_there(warm: Path) -> None:
    status, seen = on_terminal("--model", "nope")

    assert status == 4
    # On the user's own screen: the program's has been left before.
    assert b"There is no model called 'nope'" in seen.partition(b"\x1b[?1049l")[2]


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        (".:/usr/bin:bin:/bin:", "/usr/bin:/bin"),
        (":", "/bin:/usr/bin"),
        ("./tools", "/bin:/usr/bin"),
        ("/usr/bin:/bin", "/usr/bin:/bin"),
    ],
)
def test_helper_programs_are_never_taken_from_the_folder_one_stands_in(
    home: Path, path: str, kept: str
) -> None:
    show = (
        "import os, sys; sys.argv[1:] = ['--version']\n"
        "from assistant.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: print(os.environ['PATH'])"
    )

    done = run("-c", show, program=(sys.executable,), environment={"PATH": path})

    assert done.stdout.decode().splitlines()[-1] == kept
