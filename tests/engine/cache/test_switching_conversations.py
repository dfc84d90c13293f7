"""Going back to a conversation reads nothing again, also after a restart of everything."""

import os
import secrets
import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.values.conversation import ChatMessage
from assistant.core.values.events import Finished
from assistant.core.values.sampling import Sampling
from assistant.engine.cache.sequences import chunk_size
from assistant.engine.client import LlamaChatModel
from tests.support.engine import GREEDY, answer, collect, engine_home, local_models, said, workers
from tests.support.waiting import until

SHORT = GREEDY.model_copy(update={"max_tokens": 24})
LONG = "The harbour of Recife, its bridges and its rivers were described by many travellers. " * 20


@pytest.fixture
def cold_home() -> Iterator[Path]:
    """Another home, whose engine has read nothing."""
    with engine_home() as home:
        yield home


def conversation(model: LlamaChatModel, word: str) -> list[ChatMessage]:
    """Some hundred tokens and two turns."""
    messages = [said("system", f"{word}. {LONG}"), said("user", f"What is {word} about?")]
    first, _ = answer(model, messages, SHORT)
    messages += [said("assistant", first), said("user", "And in short?")]
    second, _ = answer(model, messages, SHORT)
    return [*messages, said("assistant", second), said("user", "Name three of its bridges.")]


def snapshots(home: Path) -> list[Path]:
    folder = home / "snapshots"
    return sorted(folder.glob("*.kv")) if folder.is_dir() else []


@given(st.integers(2, 2000), st.integers(4, 600), st.sampled_from([2, 3, 32, 128, 512]))
def test_no_token_of_a_prompt_is_evaluated_alone(unread: int, limit: int, together: int) -> None:
    while unread:
        count = chunk_size(unread, limit, together)
        assert 2 <= count <= unread
        if together > 3:
            assert count % together != 1
        unread -= count
        assert unread != 1


@pytest.mark.model
def test_two_conversations_stay_warm_side_by_side(starter: LlamaChatModel) -> None:
    one = conversation(starter, secrets.token_hex(4))
    other = conversation(starter, secrets.token_hex(4))

    for messages in (one, other):
        _, done = answer(starter, messages, SHORT)
        assert done.usage.prompt_tokens - done.usage.cached_tokens < 40


@pytest.mark.model
def test_an_answer_is_the_same_warm_from_disk_and_read_anew(
    own_home: Path, cold_home: Path
) -> None:
    model = local_models(own_home).open(None)
    asked = conversation(model, "Olinda")
    until(lambda: len(snapshots(own_home)) == 1, timeout=60)
    warm, kept = answer(model, asked, SHORT)

    (worker,) = workers(own_home)
    os.kill(worker, signal.SIGKILL)
    until(lambda: not workers(own_home))
    restored, loaded = answer(model, asked, SHORT)
    cold, read = answer(local_models(cold_home).open(None), asked, SHORT)

    assert warm == restored == cold
    assert kept.usage.prompt_tokens - kept.usage.cached_tokens < 20
    assert loaded.usage.prompt_tokens - loaded.usage.cached_tokens < 20
    assert read.usage.cached_tokens == 0


@pytest.mark.model
def test_a_damaged_snapshot_is_read_over(own_home: Path) -> None:
    model = local_models(own_home).open(None)
    asked = conversation(model, "Olinda")
    until(lambda: len(snapshots(own_home)) == 1, timeout=60)
    warm, _ = answer(model, asked, SHORT)
    (worker,) = workers(own_home)
    os.kill(worker, signal.SIGKILL)
    until(lambda: not workers(own_home))
    (file,) = snapshots(own_home)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0x40
    file.write_bytes(data)

    again, done = answer(model, asked, SHORT)

    assert again == warm
    assert done.usage.cached_tokens == 0


@pytest.mark.model
def test_conversations_beyond_what_fits_in_memory_come_back_from_disk(own_home: Path) -> None:
    model = local_models(own_home).open(None)
    talks = [conversation(model, secrets.token_hex(4)) for _ in range(5)]

    for asked in talks:
        _, done = answer(model, asked, SHORT)
        # What was not read once more as a prompt before another one took its place is read again.
        assert done.usage.cached_tokens > done.usage.prompt_tokens * 0.8


@pytest.mark.model
def test_what_is_written_aside_takes_nobodys_place(starter: LlamaChatModel) -> None:
    asked = conversation(starter, secrets.token_hex(4))
    for _ in range(4):
        title = [said("user", f"{secrets.token_hex(4)} Write a title. {LONG}")]
        collect(starter.stream(title, SHORT, Event(), keep="aside"))

    _, done = answer(starter, asked, SHORT)

    assert done.usage.prompt_tokens - done.usage.cached_tokens < 40


@pytest.mark.model
def test_a_conversation_that_is_kept_in_memory_never_reaches_the_disk(own_home: Path) -> None:
    model = local_models(own_home).open(None)
    secret = [said("system", f"Secret. {LONG}"), said("user", "Hello?")]
    first, _ = collect(model.stream(secret, SHORT, Event(), keep="memory"))
    secret += [said("assistant", first), said("user", "Again?")]
    _, done = collect(model.stream(secret, SHORT, Event(), keep="memory"))
    assert done.usage.cached_tokens > 300

    for _ in range(4):
        conversation(model, secrets.token_hex(4))
    until(lambda: len(snapshots(own_home)) >= 4, timeout=60)

    assert not any(b"Secret." in file.read_bytes() for file in snapshots(own_home))


@pytest.mark.model
def test_a_rendered_prompt_tells_its_pieces_and_what_is_cached(starter: LlamaChatModel) -> None:
    asked = conversation(starter, secrets.token_hex(4))

    rendered = starter.render(asked)
    measured = starter.measure(asked)
    other = starter.render([said("system", secrets.token_hex(8)), said("user", "é 👩‍👩‍👧?")])

    assert len(rendered.pieces) == len(rendered.tokens) == measured.total
    assert "".join(rendered.pieces) == rendered.text
    assert rendered.cached > len(rendered.tokens) - 40
    assert other.cached < 8
    assert measured.head + sum(measured.parts) <= measured.total


@pytest.mark.model
def test_what_is_written_aside_gives_way_to_a_question(starter: LlamaChatModel) -> None:
    endless = Sampling(temperature=0, max_tokens=4000, repeat_penalty=1.3)
    ended: list[Finished] = []
    begun = Event()

    def write_aside() -> None:
        for event in starter.stream([said("user", LONG)], endless, Event(), keep="aside"):
            begun.set()
            if isinstance(event, Finished):
                ended.append(event)

    thread = Thread(target=write_aside)
    thread.start()
    assert begun.wait(30)
    started = monotonic()
    _, done = answer(starter, [said("user", "Hello?")], SHORT)
    waited = monotonic() - started
    thread.join(30)

    assert done.reason != "stopped"
    assert [event.reason for event in ended] == ["stopped"]
    assert waited < 20
