"""The sequence that a prompt is read into: another conversation's is taken last."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from assistant.core.values.conversation import ChatMessage
from assistant.core.values.events import Finished
from assistant.engine.cache.prompt_cache import REPREFILL_AFTER
from assistant.engine.cache.sequences import MIN_TOGETHER
from assistant.engine.llama.backends import load_backends
from assistant.engine.llama.lora import NO_ADAPTERS
from assistant.engine.llama.native import AbortFlag, NativeLog
from assistant.engine.options import LoadOptions
from assistant.engine.worker.model import LoadedModel
from tests.support.engine import GREEDY, said
from tests.support.tiny_models import write_tiny_model

SYSTEM = said("system", "Responde em português, e diz de onde vem o que afirmas. " * 6)
SHORT = ("Qual é a capital?", "Onde fica o cais?", "Há comboios?")
"""First questions; with the same system prompt before it each is a small part of its prompt."""


@contextmanager
def loaded(folder: Path, sequences: int) -> Iterator[LoadedModel]:
    abort = AbortFlag()
    native = NativeLog(abort)
    load_backends()
    options = LoadOptions(context_window=2048, threads=1, sequences=sequences)
    file = write_tiny_model(folder)
    model = LoadedModel(file, options, native, abort, lambda _: True, None, window=2048)
    yield model
    model.close()
    native.close()


@pytest.fixture
def model(tmp_path: Path) -> Iterator[LoadedModel]:
    with loaded(tmp_path, sequences=3) as model:
        yield model


def asked(question: str) -> list[ChatMessage]:
    return [SYSTEM, said("user", question)]


def answer(model: LoadedModel, messages: Sequence[ChatMessage]) -> tuple[str, Finished]:
    """Answer. Returns: its text, and its end."""
    *pieces, last = model.write(messages, GREEDY.model_copy(update={"max_tokens": 8}), "memory")
    assert isinstance(last, Finished)
    return "".join(getattr(piece, "text", "") for piece in pieces), last


def read(done: Finished) -> int:
    """Tokens of the prompt that had to be read."""
    return done.usage.prompt_tokens - done.usage.cached_tokens


def settle(model: LoadedModel) -> None:
    while model.do_idle_work(REPREFILL_AFTER):
        pass


@pytest.mark.parametrize("is_settled", [True, False])
def test_a_short_conversation_keeps_its_sequence_beside_an_empty_one(
    model: LoadedModel, is_settled: bool
) -> None:
    first = asked(SHORT[0])
    text, _ = answer(model, first)
    if is_settled:
        settle(model)

    answer(model, asked(SHORT[1]))

    goes_on = [*first, said("assistant", text), said("user", "Porquê?")]
    known = len(model.render(first).tokens)
    assert model.render(goes_on).cached >= known


def test_what_two_conversations_begin_with_is_copied_and_not_read_again(
    model: LoadedModel,
) -> None:
    answer(model, asked(SHORT[0]))

    _, second = answer(model, asked(SHORT[1]))

    assert read(second) < len(SYSTEM.content.encode()) // 2
    assert second.usage.cached_tokens >= len(SYSTEM.content.encode())


def test_an_answer_over_a_copied_beginning_is_the_one_over_its_own(
    model: LoadedModel, tmp_path: Path
) -> None:
    answer(model, asked(SHORT[0]))
    over_a_copy, done = answer(model, asked(SHORT[1]))
    with loaded(tmp_path, sequences=1) as fresh:
        over_its_own, anew = answer(fresh, asked(SHORT[1]))

    assert over_a_copy == over_its_own
    assert (done.usage.cached_tokens > 0, anew.usage.cached_tokens) == (True, 0)


def test_the_sequence_of_another_conversation_is_taken_where_none_is_empty(
    tmp_path: Path,
) -> None:
    with loaded(tmp_path, sequences=2) as model:
        for question in SHORT[:2]:
            answer(model, asked(question))

        _, third = answer(model, asked(SHORT[2]))

        assert third.usage.cached_tokens >= len(SYSTEM.content.encode())
        kept = [model.render(asked(question)) for question in SHORT[:2]]
        # Both have as much of the beginning: the one is given up that was not used for longer.
        assert [len(each.tokens) - each.cached <= MIN_TOGETHER for each in kept] == [False, True]


def test_the_first_question_asked_again_is_no_other_conversation(model: LoadedModel) -> None:
    answer(model, asked(SHORT[0]))

    _, again = answer(model, asked(SHORT[0]))

    assert read(again) == MIN_TOGETHER
    pool = model._context.sequences
    assert sum(sequence.is_empty for sequence in pool) == 2


def test_a_later_question_that_is_edited_stays_in_its_sequence(model: LoadedModel) -> None:
    first = asked(SHORT[0])
    text, _ = answer(model, first)
    said_so_far = [*first, said("assistant", text)]
    answer(model, [*said_so_far, said("user", "Porquê?")])

    _, edited = answer(model, [*said_so_far, said("user", "E quando?")])

    assert edited.usage.cached_tokens > len(model.render(first).tokens)
    pool = model._context.sequences
    assert sum(sequence.is_empty for sequence in pool) == 2
    assert next(iter(pool)).adapters == NO_ADAPTERS
