"""LoRA adapters of known effect: what they do, that nothing mixes, and how they are refused."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from assistant.core.errors import AdapterError
from assistant.core.values.conversation import ChatMessage
from assistant.engine.gguf.header import read_header
from tests.support.adapter_files import letters, slight, two_words, write_adapter
from tests.support.engine import (
    SHORT,
    Adapted,
    Bench,
    answer,
    engine_home,
    said,
    starter_file,
    workers,
)
from tests.support.tiny_models import (
    EXPERTS,
    write_tiny_mamba,
    write_tiny_mixture,
    write_tiny_model,
)

QUESTION = [said("user", "Qual é a capital de Portugal?")]
OTHER = [said("user", "And what is the capital of France, and of Spain?")]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with engine_home() as home:
        yield home


@pytest.fixture(scope="module")
def tiny(home: Path) -> Bench:
    return Bench(home, write_tiny_model(home))


@pytest.fixture(scope="module")
def qz(home: Path) -> Path:
    """Has nothing but these two letters written."""
    return letters(home / "qz.gguf", {"q": 1, "z": -1})


@pytest.fixture(scope="module")
def jk(home: Path) -> Path:
    """Has nothing but these two letters written."""
    return letters(home / "jk.gguf", {"j": 1, "k": -1})


def test_an_adapter_changes_the_answer_to_the_known_one_and_at_no_scale_not_at_all(
    tiny: Bench, qz: Path
) -> None:
    plain = tiny.text(QUESTION)
    loads = tiny.loads()

    changed = tiny.text(QUESTION, (qz, 1))

    assert set(changed) <= {"q", "z"}
    assert not set(plain) <= {"q", "z"}
    assert tiny.text(QUESTION, (qz, 0)) == plain
    assert tiny.text(QUESTION, (qz, 1), (qz, -1)) == plain
    assert tiny.loads() == loads


def test_the_other_sign_of_the_scale_turns_the_effect_round(tiny: Bench, qz: Path) -> None:
    forward, backward = (tiny.text(QUESTION, (qz, scale))[0] for scale in (1, -1))

    assert {forward, backward} == {"q", "z"}


def test_several_adapters_add_up(tiny: Bench, home: Path, qz: Path) -> None:
    only_q, only_z = letters(home / "q.gguf", {"q": 1}), letters(home / "z.gguf", {"z": -1})
    both = tiny.text(OTHER, (qz, 1))

    assert tiny.text(OTHER, (only_q, 1), (only_z, 1)) == both
    assert tiny.text(OTHER, (only_z, 1), (only_q, 1)) == both
    assert tiny.text(OTHER, (qz, 0.5), (qz, 0.5)) == both


def test_conversations_in_turn_answer_as_alone_and_are_not_read_again(
    tiny: Bench, qz: Path, jk: Path
) -> None:
    uses: list[list[Adapted]] = [[], [(qz, 1)], [(jk, 1)]]
    alone = [tiny.text(QUESTION, *use) for use in uses]
    loads = tiny.loads()

    for _ in range(2):
        for use, expected in zip(uses, alone, strict=True):
            text, finished = tiny.says(QUESTION, *use)
            assert text == expected
            assert finished.usage.cached_tokens > finished.usage.prompt_tokens / 2
    assert len(set(alone)) == 3
    assert tiny.loads() == loads


def test_a_conversation_that_changes_its_adapter_is_read_again(
    tiny: Bench, qz: Path, jk: Path
) -> None:
    asked = [said("user", "What is the capital of Angola?")]
    tiny.says(asked, (qz, 1))

    _, changed = tiny.says(asked, (jk, 1))
    _, scaled = tiny.says(asked, (qz, 0.5))

    assert changed.usage.cached_tokens == 0
    assert scaled.usage.cached_tokens == 0


def test_what_is_said_to_be_cached_is_so_with_these_adapters(tiny: Bench, qz: Path) -> None:
    asked = [said("user", "What is the capital of Brazil?")]
    tiny.says(asked, (qz, 1))

    assert tiny.open((qz, 1)).render(asked).cached > 10
    assert tiny.open((qz, 0.9)).render(asked).cached == 0
    assert tiny.open().render(asked).cached == 0
    assert tiny.open((qz, 1)).measure(asked) == tiny.open().measure(asked)


def test_a_file_that_was_replaced_is_loaded_again_and_one_that_was_deleted_is_not_missed(
    tiny: Bench, home: Path
) -> None:
    path = letters(home / "replaced.gguf", {"x": 1, "y": -1})
    assert set(tiny.text(QUESTION, (path, 1))) <= {"x", "y"}

    letters(home / "new.gguf", {"u": 1, "v": -1}).replace(path)

    assert set(tiny.text(QUESTION, (path, 1))) <= {"u", "v"}
    path.unlink()
    assert set(tiny.text(OTHER, (path, 1))) <= {"u", "v"}


def test_a_refusal_leaves_model_conversation_and_cache_as_they_were(
    tiny: Bench, home: Path, qz: Path
) -> None:
    wrong = letters(home / "wrong.gguf", {"q": 1}, {"general.architecture": "qwen2"})
    expected = tiny.text(QUESTION, (qz, 1))
    loads, alive = tiny.loads(), workers(home)

    for ask in (
        lambda model: list(model.load(Event())),
        lambda model: model.measure(QUESTION),
        lambda model: model.render(QUESTION),
        lambda model: answer(model, QUESTION, SHORT),
    ):
        with pytest.raises(AdapterError, match="made for the architecture 'qwen2'"):
            ask(tiny.open((qz, 1), (wrong, 1)))

    text, finished = tiny.says(QUESTION, (qz, 1))
    assert text == expected
    assert finished.usage.cached_tokens > finished.usage.prompt_tokens / 2
    assert (tiny.loads(), workers(home)) == (loads, alive)


def test_a_path_may_hold_anything(tiny: Bench, home: Path, qz: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(home) + b"/ma\xe7\xe3 %41=1.gguf"))
    shutil.copy(qz, path)

    assert tiny.text(QUESTION, (path, 1)) == tiny.text(QUESTION, (qz, 1))


@pytest.mark.model
def test_the_starter_model_says_two_words_and_then_its_own_again(home: Path) -> None:
    bench = Bench(home, starter_file())
    adapter, trained = two_words(home / "words.gguf"), slight(home / "slight.gguf")
    plain = bench.text(QUESTION)
    loads = bench.loads()

    spoken = {token for asked in (QUESTION, OTHER) for token in _tokens(bench, asked, adapter)}

    assert len(spoken) <= 2
    assert bench.text(QUESTION, (trained, 1)) not in (plain, "")
    assert bench.text(QUESTION, (trained, 0)) == bench.text(QUESTION) == plain
    assert bench.loads() == loads


def _tokens(bench: Bench, asked: list[ChatMessage], adapter: Path) -> tuple[int, ...]:
    """What was written, without the last piece, which the end may have cut."""
    model = bench.open((adapter, 1))
    text, _ = answer(model, asked, SHORT)
    prompt = len(model.render(asked).tokens)
    return model.render([*asked, said("assistant", text)]).tokens[prompt:-1]


@pytest.mark.parametrize(
    ("write", "names"),
    [
        (write_tiny_mixture, ["blk.0.ffn_down_exps.weight", "blk.1.ffn_up_exps.weight"]),
        (write_tiny_mamba, ["blk.0.ssm_out.weight", "blk.1.ssm_in.weight"]),
    ],
)
def test_experts_and_states_that_cannot_be_cut_are_adapted_too(
    home: Path, write: Callable[[Path], Path], names: list[str]
) -> None:
    bench = Bench(home, write(home))
    made_for = read_header(bench.model).architecture
    adapter = random_change(bench.model, names, home / f"{made_for}.gguf")
    asked = [said("user", "The harbour of Recife. " * 20)]
    plain, changed = bench.text(asked), bench.text(asked, (adapter, 1))

    assert plain != changed
    for _ in range(2):
        assert bench.text(asked, (adapter, 1)) == changed
        assert bench.text(asked) == plain


def test_an_adapter_for_fewer_experts_is_refused(home: Path) -> None:
    bench = Bench(home, write_tiny_mixture(home))
    name = "blk.0.ffn_down_exps.weight"
    fewer = random_change(bench.model, [name], home / "fewer.gguf", missing=1)

    with pytest.raises(
        AdapterError, match=rf"its {name} is .* × {EXPERTS - 1}, and the model's is"
    ):
        bench.text(QUESTION, (fewer, 1))


def random_change(model: Path, names: list[str], path: Path, missing: int = 0) -> Path:
    """An adapter for some tensors of a model, with so many experts too few."""
    random, header = np.random.default_rng(1), read_header(model)
    changed = {}
    for tensor in header.tensors:
        if tensor.name in names:
            inputs, outputs, experts, _ = tensor.shape
            many = () if experts == 1 else (experts - missing,)
            changed[tensor.name] = (
                random.normal(0, 1, (*many, 2, inputs)).astype(np.float32),
                random.normal(0, 1, (*many, outputs, 2)).astype(np.float32),
            )
    assert len(changed) == len(names)
    return write_adapter(path, changed, {"general.architecture": header.architecture})
