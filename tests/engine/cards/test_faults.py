"""Cards that end the engine: a note tells them from what else ends it, and the answer goes on."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest

from assistant.core.errors import EngineDiedError
from assistant.core.values.events import CardFailed, Finished, ModelEvent, Wrote
from assistant.core.values.sampling import Constraint
from assistant.engine.cards.faults import FAULT_FILE, card_fault
from tests.support.checkout import CHECKOUT
from tests.support.engine import GREEDY, answer, local_models, said, workers

QUESTION = [said("user", "Tell me a story about a fox and a river.")]
SHORT = GREEDY.model_copy(update={"max_tokens": 24})
CARD = "Radeon RX 7800"

BEGIN = (
    "import faulthandler, os, pathlib, signal, sys, time\n"
    "from assistant.engine.cards.faults import FaultNote\n"
    "note = FaultNote(pathlib.Path(sys.argv[1]))\n"
    f"note.begin({CARD!r})\n"
)
EXIT = "__import__('ctypes').CDLL(None).exit(1)"
"""As a driver ends a process: Python is told of nothing."""
HANG = (
    "from assistant.engine.cards.search import CardPlaces\n"
    "from assistant.engine.llama.cards import CardAccess\n"
    "places = CardPlaces(command=(), added=(), kept=pathlib.Path('/'),"
    " runtime=pathlib.Path(sys.argv[1]), silence=float(sys.argv[2]))\n"
    "cards = CardAccess(places)\n"
    f"cards.begin({CARD!r})\n"
)


def run(code: str, folder: Path, silence: float = 60) -> int:
    return subprocess.run(
        [sys.executable, "-c", code, str(folder), str(silence)],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stderr=subprocess.DEVNULL,
        check=False,
    ).returncode


@pytest.mark.parametrize(
    ("crash", "status"),
    [
        ("os.abort()", -signal.SIGABRT),
        ("os.kill(os.getpid(), signal.SIGSEGV)", -signal.SIGSEGV),
        (EXIT, 1),
        (EXIT.replace("(1)", "(0)"), 0),
        (f"import threading; threading.Thread(target=lambda: {EXIT}).start(); time.sleep(60)", 1),
    ],
)
def test_a_crash_while_a_card_computes_is_the_cards(home: Path, crash: str, status: int) -> None:
    assert run(BEGIN + crash, home) == status

    fault = card_fault(home)
    assert fault is not None
    assert fault.card == CARD


@pytest.mark.parametrize(
    "end",
    [
        "os.kill(os.getpid(), signal.SIGKILL)",
        "note.end()",
        "note.end(); os.abort()",
        f"note.end(); {EXIT}",
        "pass",
        "sys.exit(1)",
        "raise OSError",
    ],
)
def test_any_other_end_is_not(home: Path, end: str) -> None:
    run(BEGIN + end, home)

    assert card_fault(home) is None


def test_an_engine_that_ends_by_itself_takes_the_note_away(home: Path) -> None:
    run(BEGIN + "os.abort()", home)
    run(BEGIN.replace(f"note.begin({CARD!r})\n", "") + "note.end()", home)

    assert card_fault(home) is None
    assert not (home / FAULT_FILE).exists()


def test_an_engine_that_is_killed_after_one_that_a_card_ended_is_not_the_cards(home: Path) -> None:
    run(BEGIN + EXIT, home)
    run(BEGIN + "os.kill(os.getpid(), signal.SIGKILL)", home)

    assert card_fault(home) is None


def test_a_card_that_does_not_come_back_ends_the_process(home: Path) -> None:
    code = BEGIN.partition("note =")[0] + HANG
    code += "with cards.watched() as came_back:\n    time.sleep(60)\n"

    assert run(code, home, silence=0.2) == 71
    fault = card_fault(home)
    assert fault is not None
    assert fault.card == CARD


def test_one_that_does_is_let_alone(home: Path) -> None:
    code = BEGIN.partition("note =")[0] + HANG
    code += "with cards.watched() as came_back:\n    came_back()\n"

    assert run(code, home) == 0
    assert card_fault(home) is None


def crash_card(home: Path) -> None:
    """End the worker of a home as a card would end it."""
    (pid,) = workers(home)
    (home / "run" / FAULT_FILE).write_text(f"{CARD}\nFatal Python error: Aborted\n")
    os.kill(pid, signal.SIGKILL)


@pytest.mark.model
@pytest.mark.parametrize("after", [1, 7])
def test_an_answer_goes_on_without_the_card(own_home: Path, after: int) -> None:
    model = local_models(own_home).open(None)
    whole, ended = answer(model, QUESTION, SHORT)
    seen: list[ModelEvent] = []
    before = ""
    for event in model.stream(QUESTION, SHORT, Event()):
        seen.append(event)
        if sum(isinstance(one, Wrote) for one in seen) == after and isinstance(event, Wrote):
            before = "".join(one.text for one in seen if isinstance(one, Wrote))
            crash_card(own_home)

    assert [one for one in seen if isinstance(one, CardFailed)] == [CardFailed(card=CARD)]
    # What was written stays; read in one piece it may be gone on with in other words.
    text = "".join(one.text for one in seen if isinstance(one, Wrote))
    assert text.startswith(before)
    assert whole.startswith(before)
    assert len(text) > len(before)
    last = seen[-1]
    assert isinstance(last, Finished)
    assert last.reason == ended.reason
    assert last.usage.completion_tokens == ended.usage.completion_tokens


@pytest.mark.model
def test_a_formed_answer_that_has_begun_cannot_go_on(own_home: Path) -> None:
    model = local_models(own_home).open(None)
    form = Constraint(kind="grammar", text='root ::= [a-z ]+ "."')
    formed = SHORT.model_copy(update={"constraint": form})

    def watch() -> None:
        for event in model.stream(QUESTION, formed, Event()):
            if isinstance(event, Wrote) and workers(own_home):
                crash_card(own_home)

    with pytest.raises(EngineDiedError):
        watch()
