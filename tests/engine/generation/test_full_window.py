"""An answer that fills the window is an answer like any other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.core.values.conversation import ChatMessage, StopReason
from assistant.core.values.events import Finished, Wrote
from assistant.engine.cache.prompt_cache import SAVE_AFTER
from assistant.engine.llama.backends import load_backends
from assistant.engine.llama.native import AbortFlag, NativeLog
from assistant.engine.options import LoadOptions
from assistant.engine.worker.model import LoadedModel
from tests.support.engine import GREEDY, said
from tests.support.tiny_models import write_tiny_model

WINDOW = 512


@pytest.fixture
def model(home: Path) -> Iterator[LoadedModel]:
    load_backends()
    abort = AbortFlag()
    native = NativeLog(abort)
    options = LoadOptions(context_window=WINDOW, threads=1)
    loaded = LoadedModel(
        write_tiny_model(home), options, native, abort, lambda _: True, window=WINDOW
    )
    yield loaded
    loaded.close()
    native.close()


def ask(model: LoadedModel, *messages: ChatMessage) -> tuple[str, StopReason]:
    text, reason = "", None
    for event in model.write(messages, GREEDY):
        match event:
            case Wrote(text=piece):
                text += piece
            case Finished():
                reason = event.reason
    assert reason is not None
    return text, reason


def test_there_is_nothing_to_read_again_where_there_is_no_room_for_it(model: LoadedModel) -> None:
    question = said("user", "Tell me everything.")
    first, reason = ask(model, question)
    assert reason == "length"
    assert model.measure([question, said("assistant", first), said("user", "")]).total > WINDOW

    while model.do_idle_work(SAVE_AFTER):
        pass

    assert ask(model, question) == (first, "length")
