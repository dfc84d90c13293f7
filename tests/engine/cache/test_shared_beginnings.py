"""What conversations begin with, as their system prompt, is not read anew for each of them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from assistant.core.values.conversation import ChatMessage, Keep
from assistant.core.values.events import Finished
from assistant.engine import snapshot_files
from assistant.engine.cache.prompt_cache import REPREFILL_AFTER, SAVE_AFTER
from assistant.engine.cache.sequences import MIN_TOGETHER
from assistant.engine.cache.snapshots import Snapshots
from assistant.engine.llama.backends import load_backends
from assistant.engine.llama.native import AbortFlag, NativeLog
from assistant.engine.options import LoadOptions
from assistant.engine.worker.model import LoadedModel
from tests.support.engine import GREEDY, said
from tests.support.tiny_models import write_tiny_model

SYSTEM = said("system", "Responde em português, e diz de onde vem o que afirmas. " * 6)
TOKENS = len(SYSTEM.content.encode())
"""The tiny model has a token for each byte."""
WINDOW = 2048


@pytest.fixture
def model(tmp_path: Path) -> Iterator[LoadedModel]:
    """One that keeps on disk what it has read."""
    with loaded(tmp_path, sequences=2) as model:
        yield model


@contextmanager
def loaded(folder: Path, sequences: int) -> Iterator[LoadedModel]:
    abort = AbortFlag()
    native = NativeLog(abort)
    load_backends()
    snapshots = Snapshots(folder / "kv", 10**9)
    options = LoadOptions(context_window=WINDOW, threads=1, sequences=sequences)
    file = write_tiny_model(folder)
    model = LoadedModel(file, options, native, abort, lambda _: True, snapshots, window=WINDOW)
    yield model
    model.close()
    snapshots.close()
    native.close()


def conversation(question: str) -> Sequence[ChatMessage]:
    """One of which the beginning is less than half."""
    return SYSTEM, said("user", question * (TOKENS * 2 // len(question)))


def cached(
    model: LoadedModel, messages: Sequence[ChatMessage], keep: Keep = "disk", most: int = 4
) -> int:
    """Answer. Returns: how many tokens of the prompt were not read for it."""
    *_, last = model.write(messages, GREEDY.model_copy(update={"max_tokens": most}), keep)
    assert isinstance(last, Finished)
    return last.usage.cached_tokens


def rest(model: LoadedModel) -> None:
    """All that is done while nobody asks."""
    while model.do_idle_work(SAVE_AFTER):
        pass


def test_an_answer_that_is_half_read_again_leaves_the_beginning_to_the_next_conversation(
    model: LoadedModel,
) -> None:
    cached(model, conversation("Qual é a capital?"), "memory", most=300)
    cached(model, conversation("Onde fica o cais?"), "memory", most=300)
    assert model.do_idle_work(REPREFILL_AFTER)

    assert cached(model, conversation("Quem escreveu isto?"), "memory") > TOKENS
    assert cached(model, conversation("Há comboios?"), "memory") > TOKENS


@pytest.mark.parametrize("keep", ["disk", "memory"])
def test_a_sequence_that_a_title_has_emptied_reads_the_beginning(
    model: LoadedModel, keep: Keep
) -> None:
    cached(model, conversation("Qual é a capital?"), keep)
    cached(model, conversation("Onde fica o cais?"), keep)
    cached(model, [said("user", "Um título?")], "aside")
    rest(model)

    assert cached(model, conversation("Quem escreveu isto?"), keep) >= TOKENS
    known = cached(model, conversation("Onde fica o cais?"), keep)
    assert known == len(model.render(conversation("Onde fica o cais?")).tokens) - MIN_TOGETHER


def test_the_beginning_of_what_is_private_never_reaches_the_disk(tmp_path: Path) -> None:
    with loaded(tmp_path, sequences=3) as model:
        for question in ("Qual é a capital?", "Onde fica o cais?"):
            cached(model, conversation(question), "memory")
        rest(model)
        assert model.render(conversation("Quem escreveu isto?")).cached >= TOKENS

    assert not list((tmp_path / "kv").glob("*.kv"))


def test_a_beginning_is_forgotten_with_all_that_was_read(
    model: LoadedModel, tmp_path: Path
) -> None:
    cached(model, conversation("Qual é a capital?"))
    cached(model, conversation("Onde fica o cais?"))
    snapshot_files.remove_all(tmp_path / "kv")
    cached(model, [said("user", "Um título?")], "aside")
    rest(model)

    assert cached(model, conversation("Quem escreveu isto?")) < TOKENS
