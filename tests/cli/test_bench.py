"""`assistant bench`: the tiny model, measured for real in the program's own process."""

import json
import os
import subprocess
from collections.abc import Iterator

import psutil
import pytest

from tests.support.processes import CTRL_C, PROGRAM, on_terminal, run
from tests.support.shell import Shell
from tests.support.tiny_models import NAME, write_tiny_model
from tests.support.waiting import until


@pytest.fixture
def tiny(shell: Shell) -> Iterator[Shell]:
    """On one core: threads that wait for a busy one would take minutes."""
    write_tiny_model(shell.home / "data" / "models")
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, [min(cores)])
    yield shell
    os.sched_setaffinity(0, cores)


def test_in_a_pipe_only_the_result_is_told(tiny: Shell) -> None:
    done = run("bench", NAME, "--quick")

    assert (done.returncode, done.stderr) == (0, b"")
    out = done.stdout.decode()
    assert "\x1b" not in out
    assert out.splitlines()[0].split() == ["tokens/s", "±", "times"]
    for what in ("writing", "reading", "at once"):
        assert sum(line.startswith(what) for line in out.splitlines()) == 2


def test_json_is_one_document_with_every_speed(tiny: Shell) -> None:
    told = json.loads(run("bench", NAME, "--quick", "--json").stdout)

    assert told["model"] == NAME
    assert {one["contest"] for one in told["tuning"]["outcomes"]} == {
        "writing",
        "reading",
        "batch",
    }
    assert all(speed > 0 for row in told["speeds"] for speed in row["tokens_per_second"])


def test_what_is_in_use_is_told_by_models_show_and_doctor(tiny: Shell) -> None:
    shown = json.loads(tiny("models", "show", NAME, "--json", ASSISTANT_ENGINE__THREADS="2").out)
    origins = {one["contest"]: (one["value"], one["origin"]) for one in shown["runs_with"]}
    assert origins["writing"] == (2, "your settings")
    assert origins["batch"] == (128, "default")
    assert "128 tokens (default)" in tiny("models", "show", NAME).out
    assert "batch 128 (default)" in tiny("doctor", "--quick").out


def test_forgetting_tells_how_much(tiny: Shell) -> None:
    run("bench", NAME, "--quick")

    assert tiny("bench", "--forget", NAME).out == "Forgot 1 measurement.\n"
    assert json.loads(tiny("bench", "--forget", "--json").out) == {"forgotten": 0}


def test_ctrl_c_ends_it_and_the_terminal_is_left_clean(tiny: Shell) -> None:
    status, seen = on_terminal("bench", NAME, keys=CTRL_C, after=b"measurements")

    assert status == 130
    assert b"tokens/s default" in seen
    _, _, last = seen.rpartition(b"\x1b[2K")
    assert last.strip() == b"Stopped: the earlier result still applies."
    assert not (tiny.home / "data" / "tunings.json").exists()


def test_a_model_that_is_not_there_is_an_error(shell: Shell) -> None:
    assert shell("bench", "nothing").status == 4


def test_who_is_killed_leaves_nothing_that_measures(tiny: Shell) -> None:
    with subprocess.Popen(
        [*PROGRAM, "bench", NAME], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as program:
        until(lambda: psutil.Process(program.pid).children())
        (measuring,) = psutil.Process(program.pid).children()
        program.kill()

    until(lambda: not measuring.is_running() or measuring.status() == psutil.STATUS_ZOMBIE)
