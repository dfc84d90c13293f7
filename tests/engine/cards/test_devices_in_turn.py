"""A conversation on the processor and on a card in turn: neither takes the cache of the other.

Runs on Mesa's software card, see `test_software_card`.
"""

import os
import signal
from pathlib import Path

import pytest

from assistant.core.values.conversation import ChatMessage
from assistant.core.values.events import Loaded
from assistant.engine.client import LlamaChatModel
from tests.support.engine import GREEDY, OPTIONS, answer, load, local_models, said, workers
from tests.support.waiting import until

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif("ASSISTANT_TEST_CARDS" not in os.environ, reason="needs a card"),
]

SHORT = GREEDY.model_copy(update={"max_tokens": 8})
TALK = [
    said("system", "You answer briefly."),
    said("user", "The ferry leaves at noon and takes almost an hour to the island. " * 20),
]


def on(device: str, home: Path) -> LlamaChatModel:
    options = OPTIONS.model_copy(update={"device": device, "lookup": "off"})
    return local_models(home, options).open(None)


def end_engine(home: Path) -> None:
    """As a crash ends it: what it has kept on disk is all that is left."""
    for worker in workers(home):
        os.kill(worker, signal.SIGKILL)
    until(lambda: not workers(home))


def asked_again(model: LlamaChatModel, messages: list[ChatMessage]) -> tuple[str, int]:
    """The answer, and how many tokens were not read for it."""
    text, done = answer(model, messages, SHORT)
    return text, done.usage.cached_tokens


@pytest.mark.parametrize(("first", "second"), [("auto", "cpu"), ("cpu", "auto")])
def test_what_one_device_has_read_the_other_reads_anew(
    own_home: Path, first: str, second: str
) -> None:
    loaded: Loaded = load(on(first, own_home))
    assert (loaded.info.device is not None) == (first == "auto")
    own, _ = asked_again(on(first, own_home), TALK)
    talk = [*TALK, said("assistant", own), said("user", "When does it leave?")]
    until(lambda: len(list((own_home / "snapshots").glob("*.kv"))) == 1, timeout=60)
    end_engine(own_home)

    other, read = asked_again(on(second, own_home), talk)
    assert (bool(other), read) == (True, 0)

    # In one engine: each has a cache of its own.
    back, kept = asked_again(on(first, own_home), talk)
    assert back
    assert kept > 200
