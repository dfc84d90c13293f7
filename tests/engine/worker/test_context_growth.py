"""A window grows while the weights stay, and nothing that was read is read again."""

import os
import secrets
import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from assistant.core.errors import EngineDiedError
from assistant.core.ports.models import ChatModel
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.events import Loading
from assistant.engine.options import LoadOptions
from tests.support.engine import (
    GREEDY,
    answer,
    collect,
    engine_home,
    free,
    load,
    local_models,
    said,
    workers,
)
from tests.support.tiny_models import write_tiny_model
from tests.support.waiting import until

pytestmark = pytest.mark.model

MIB = 2**20
SHORT = GREEDY.model_copy(update={"max_tokens": 16})
SMALL = LoadOptions(beginning=512, threads=1)
TEXT = "The keeper of the light wrote down the wind, the tide and the names of the ships. "


@pytest.fixture
def tiny(own_home: Path) -> ChatModel:
    """A model that reads a token for each letter, in a window of 512, trained on 4,096."""
    return local_models(own_home, SMALL).open(str(write_tiny_model(own_home)))


@pytest.fixture
def small(own_home: Path) -> ChatModel:
    """The starter model in a window of 1,024."""
    return local_models(own_home, LoadOptions(beginning=1024, threads=1)).open(None)


@pytest.fixture
def fixed() -> Iterator[ChatModel]:
    """The starter model in a window that was always large, and has read nothing."""
    with engine_home() as home:
        yield local_models(home, LoadOptions(context_window=4096, threads=1)).open(None)


def talk(model: ChatModel, word: str) -> list[ChatMessage]:
    """A conversation of a turn, and its next question."""
    messages = [said("system", f"{word}. {TEXT * 15}"), said("user", "Who wrote?")]
    first, _ = answer(model, messages, SHORT)
    return [*messages, said("assistant", first), said("user", "What did he write down?")]


def test_a_window_grows_as_far_as_it_is_asked_and_no_further_than_was_trained(
    tiny: ChatModel,
) -> None:
    assert load(tiny, None).info.context_window == 512
    assert load(tiny, 400).info.context_window == 512
    assert load(tiny, 1000).info.context_window == 1024
    assert load(tiny, 700).info.context_window == 1024
    grown = load(tiny, 100_000)
    assert grown.info.context_window == grown.info.trained_context == 4096
    assert not grown.info.limited
    assert grown.loads == 1
    assert answer(tiny, [said("user", "m" * 3000)], SHORT)[1].usage.prompt_tokens > 3000


def test_who_waits_is_told_that_the_window_grows(tiny: ChatModel) -> None:
    load(tiny, None)
    told = [event for event in tiny.load(Event(), window=2000) if isinstance(event, Loading)]
    assert [event.window for event in told] == [2048]


def test_an_answer_is_the_same_as_in_a_window_that_was_always_large(
    small: ChatModel, fixed: ChatModel
) -> None:
    asked = talk(small, "Recife")
    assert load(small, 3000).info.context_window == 4096

    grown, kept = answer(small, asked, SHORT)
    cold, read = answer(fixed, asked, SHORT)

    assert grown == cold
    assert kept.usage.cached_tokens > kept.usage.prompt_tokens - 60
    assert read.usage.cached_tokens == 0


def test_all_conversations_stay_warm_when_the_window_grows(small: ChatModel) -> None:
    talks = [talk(small, secrets.token_hex(4)) for _ in range(3)]
    load(small, 2000)
    for asked in talks:
        _, done = answer(small, asked, SHORT)
        assert done.usage.cached_tokens > done.usage.prompt_tokens - 60


def test_a_snapshot_of_a_small_window_is_good_for_a_large_one(
    own_home: Path, small: ChatModel, fixed: ChatModel
) -> None:
    asked = talk(small, "Olinda")
    until(lambda: len(list((own_home / "snapshots").glob("*.kv"))) == 1, timeout=60)
    (worker,) = workers(own_home)
    os.kill(worker, signal.SIGKILL)
    until(lambda: not workers(own_home))

    load(small, 4096)
    restored, done = answer(small, asked, SHORT)

    assert done.usage.cached_tokens > done.usage.prompt_tokens - 60
    assert restored == answer(fixed, asked, SHORT)[0]


def test_a_private_conversation_stays_off_the_disk_when_the_window_grows(
    own_home: Path, small: ChatModel
) -> None:
    secret = [said("system", f"Secret. {TEXT * 15}"), said("user", "Who wrote?")]
    collect(small.stream(secret, SHORT, Event(), keep="memory"))
    load(small, 2000)
    for _ in range(4):
        talk(small, secrets.token_hex(4))
    until(lambda: len(list((own_home / "snapshots").glob("*.kv"))) >= 4, timeout=60)

    kept = [file.read_bytes() for file in (own_home / "snapshots").iterdir()]
    assert not any(b"Secret." in data for data in kept)


def test_a_fixed_window_stays_as_it_is(own_home: Path) -> None:
    options = LoadOptions(context_window=512, threads=1)
    model = local_models(own_home, options).open(str(write_tiny_model(own_home)))
    assert load(model, 4000).info.context_window == 512


def test_where_memory_is_short_a_window_grows_as_far_as_there_is_room(
    own_home: Path, tiny: ChatModel
) -> None:
    free(own_home, 500 * MIB)
    load(tiny, None)
    free(own_home, 10 * MIB)

    half = load(tiny, 4000).info
    assert (half.context_window, half.limited) == (2048, True)

    free(own_home, 100 * MIB)
    whole = load(tiny, 4000).info
    assert (whole.context_window, whole.limited) == (4096, False)


def test_where_there_is_no_memory_nothing_is_lost(own_home: Path, tiny: ChatModel) -> None:
    asked = [said("user", "m" * 300)]
    answer(tiny, asked, SHORT)
    free(own_home, 0)

    same = load(tiny, 4000).info

    assert (same.context_window, same.limited) == (512, True)
    _, done = answer(tiny, asked, SHORT)
    assert done.usage.cached_tokens > 290


def test_a_window_that_llama_cpp_cannot_make_leaves_the_old_one(own_home: Path) -> None:
    huge = write_tiny_model(own_home, trained=2**21)
    model = local_models(own_home, SMALL).open(str(huge))
    asked = [said("user", "m" * 300)]
    free(own_home, 2**40)
    first, _ = answer(model, asked, SHORT)
    (own_home / "limit").write_text(str(200 * MIB))

    same = load(model, 2**21)

    assert (same.info.context_window, same.info.limited, same.loads) == (512, True, 1)
    again, done = answer(model, asked, SHORT)
    assert again == first
    assert done.usage.cached_tokens > 290
    assert load(model, 2000).info.context_window == 2048


def test_a_model_begins_with_less_where_memory_is_short(own_home: Path) -> None:
    models = local_models(own_home, LoadOptions(threads=1))
    free(own_home, 300 * MIB)
    info = load(models.open(None), None).info
    assert (info.context_window, info.limited) == (2048, True)


def test_other_models_leave_for_a_window_only_when_they_must(own_home: Path) -> None:
    models = local_models(own_home, SMALL)
    files = [write_tiny_model(own_home, name, seed) for seed, name in enumerate("ab", 1)]
    one, other = (models.open(str(file)) for file in files)
    free(own_home, 2000 * MIB)
    load(one, None)
    assert load(other, 2000).loads == 2
    assert load(one, None).loads == 2

    free(own_home, 0)
    assert load(other, 4000).info.context_window == 4096

    free(own_home, 2000 * MIB)
    assert load(one, None).loads == 3
    assert load(other, None).loads == 3


def test_a_worker_killed_while_the_window_grows_is_started_again(
    own_home: Path, small: ChatModel
) -> None:
    asked = talk(small, "Natal")
    (worker,) = workers(own_home)

    def kill_when_it_grows() -> None:
        for event in small.load(Event(), window=8000):
            if isinstance(event, Loading) and event.window:
                os.kill(worker, signal.SIGKILL)

    with pytest.raises(EngineDiedError):
        kill_when_it_grows()

    assert answer(small, asked, SHORT)[0]
    assert load(small, 8000).info.context_window == 8192


def test_who_does_not_wait_for_the_window_loses_nothing(small: ChatModel) -> None:
    asked = talk(small, "Natal")
    stop = Event()
    for event in small.load(stop, window=8000):
        if isinstance(event, Loading):
            stop.set()

    _, done = answer(small, asked, SHORT)

    assert done.usage.cached_tokens > done.usage.prompt_tokens - 60
    assert load(small, None).info.context_window == 8192
