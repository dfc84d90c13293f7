"""Adapter files that cannot be used: each refused with its reason, and the engine lives on."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from assistant.core.errors import AdapterError
from assistant.engine.gguf.adapter_checks import AdapterBaseModel, check_adapter
from tests.support.adapter_files import STARTER_WIDTH, letters, write_adapter
from tests.support.engine import SHORT, Bench, engine_home, said, starter_file, workers
from tests.support.gguf_files import Metadata, Tensor, write_model
from tests.support.tiny_models import INNER, WIDTH, write_tiny_model

QUESTION = [said("user", "Olá?")]
WORDS = 260
ALIGNMENT = 32
"""What a file ends in may be nothing but room."""
DOWN = "blk.0.ffn_down.weight"


def numbers(*shape: int, kind: str = "float32") -> Tensor:
    return np.ones(shape, kind)


def pair(inputs: int, outputs: int, rank: int = 1) -> tuple[Tensor, Tensor]:
    return numbers(rank, inputs), numbers(outputs, rank)


MISFITS: dict[str, tuple[dict[str, tuple[Tensor, Tensor]], str]] = {
    "inputs": ({DOWN: pair(96, WIDTH)}, f"its {DOWN} is 96 × 64, and the model's is 128 × 64"),
    "outputs": ({DOWN: pair(INNER, 32)}, f"its {DOWN} is 128 × 32, and the model's is 128 × 64"),
    "layer": ({"blk.9.ffn_down.weight": pair(INNER, WIDTH)}, "blk.9.ffn_down.weight, which the"),
    "ranks": ({DOWN: (numbers(2, INNER), numbers(WIDTH, 3))}, "have the ranks 2 and 3"),
    "axes": (
        {"output.weight": (numbers(3, 1, WIDTH), numbers(3, WORDS, 1))},
        "its output.weight is 64 × 260 × 3, and the model's is 64 × 260",
    ),
    "half the axes": (
        {"output.weight": (numbers(1, WIDTH), numbers(3, WORDS, 1))},
        "the halves of its output.weight are 64 × 1 and 1 × 260 × 3",
    ),
    "embedding": (
        {"token_embd.weight": (numbers(WORDS, 2), numbers(WIDTH, 1))},
        "the halves of its token_embd.weight have the ranks 2 and 1",
    ),
    "whole numbers": (
        {DOWN: (numbers(1, INNER, kind="int32"), numbers(WIDTH, 1))},
        f"its {DOWN}.lora_a is of the kind i32, which is not multiplied with",
    ),
    "doubles": (
        {DOWN: (numbers(1, INNER), numbers(WIDTH, 1, kind="float64"))},
        f"its {DOWN}.lora_b is of the kind f64",
    ),
}

WRONG: dict[str, tuple[Metadata, str]] = {
    "architecture": (
        {"general.architecture": "qwen2"},
        "was made for the architecture 'qwen2', and the model tiny-llama.gguf is of the"
        " architecture 'llama'",
    ),
    "type": ({"general.type": "controlvector"}, "is of the type 'controlvector' and no adapter"),
    "no type": ({"general.type": ["adapter"]}, "is a model and no adapter"),
    "form": ({"adapter.type": "dora"}, "is of the type 'dora', and only LoRA is known"),
    "alpha as text": ({"adapter.lora.alpha": "1"}, "has no usable adapter.lora.alpha"),
    "alpha as whole number": ({"adapter.lora.alpha": 1}, "has no usable adapter.lora.alpha"),
    "alpha as list": ({"adapter.lora.alpha": [1.0, 2.0]}, "has no usable adapter.lora.alpha"),
    "no number": ({"adapter.lora.alpha": float("nan")}, "has no usable adapter.lora.alpha"),
    "invocation": ({"adapter.alora.invocation_tokens": [5, 6]}, "is an activated LoRA"),
    "far invocation": ({"adapter.alora.invocation_tokens": [5] * 2000}, "is an activated LoRA"),
}


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with engine_home() as home:
        yield home


@pytest.fixture(scope="module")
def bench(home: Path) -> Bench:
    return Bench(home, write_tiny_model(home))


def refusal(bench: Bench, adapter: Path) -> str:
    """What the engine says; it and its model are still there afterwards."""
    loads, alive = bench.loads(), workers(bench.home)
    with pytest.raises(AdapterError) as refused:
        bench.says(QUESTION, (adapter, 1))
    assert (bench.loads(), workers(bench.home)) == (loads, alive)
    assert refused.value.hint
    return refused.value.message


@pytest.mark.parametrize("case", MISFITS)
def test_tensors_that_do_not_fit_are_named_with_both_sizes(bench: Bench, case: str) -> None:
    changed, reason = MISFITS[case]

    said = refusal(bench, write_adapter(bench.home / "misfit.gguf", changed))

    assert reason in said
    assert said.startswith("The adapter misfit.gguf does not fit tiny-llama.gguf: ")


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_adapter_for_this_model_is_refused_by_its_header(
    bench: Bench, case: str
) -> None:
    changes, reason = WRONG[case]

    assert reason in refusal(bench, letters(bench.home / "wrong.gguf", {"q": 1}, changes))


def test_half_a_change_and_none_at_all_are_refused(bench: Bench) -> None:
    first, second = pair(INNER, WIDTH)
    half = bench.home / "half.gguf"
    write_adapter(half, {DOWN: (first, second), "blk.1.attn_q.weight": pair(WIDTH, WIDTH)})
    other = b"blk.1.attn_norm.weight.a_b"
    half.write_bytes(half.read_bytes().replace(b"blk.1.attn_q.weight.lora_a", other))
    nothing = write_adapter(bench.home / "nothing.gguf", {})

    assert "has a tensor blk.1.attn_norm.weight.a_b, which is no part of a LoRA" in refusal(
        bench, half
    )
    assert "it changes nothing of a model" in refusal(bench, nothing)


def test_a_model_is_no_adapter(bench: Bench) -> None:
    assert "is a model and no adapter" in refusal(bench, write_model(bench.home / "model.gguf"))


def test_files_that_are_no_gguf_or_not_there_are_named(bench: Bench, home: Path) -> None:
    (home / "text.gguf").write_text("An adapter")
    (home / "empty.gguf").touch()

    assert "is not a GGUF file" in refusal(bench, home / "text.gguf")
    assert "is empty" in refusal(bench, home / "empty.gguf")
    assert "is a folder" in refusal(bench, home)
    assert f"The adapter file {home / 'gone.gguf'} was not found." == refusal(
        bench, home / "gone.gguf"
    )


def test_an_adapter_that_is_cut_off_anywhere_is_refused(bench: Bench, home: Path) -> None:
    whole = letters(home / "whole.gguf", {"q": 1}).read_bytes()
    cut = home / "cut.gguf"
    base = AdapterBaseModel(bench.model)
    for size in range(0, len(whole) - ALIGNMENT, 13):
        cut.write_bytes(whole[:size])
        with pytest.raises(AdapterError):
            check_adapter(cut, base)

    cut.write_bytes(whole[:-100])
    assert "is cut off" in refusal(bench, cut)


def test_flipped_bytes_of_a_header_leave_the_engine_usable(bench: Bench, home: Path) -> None:
    whole = letters(home / "whole.gguf", {"q": 1}).read_bytes()
    alive = workers(home)
    flipped = home / "flipped.gguf"
    for place in range(4, 600, 17):
        data = bytearray(whole)
        data[place] ^= 0xFF
        flipped.write_bytes(data)
        with suppress(AdapterError):
            bench.says(QUESTION, (flipped, 1))

    assert bench.text(QUESTION)
    assert workers(home) == alive


def test_a_download_that_holds_only_zeros_is_no_adapter(bench: Bench, home: Path) -> None:
    rank = 256
    path = write_adapter(home / "zeros.gguf", {"output.weight": pair(WIDTH, WORDS, rank)})
    data = bytearray(path.read_bytes())
    data[-WORDS * rank * 4 :] = bytes(WORDS * rank * 4)
    path.write_bytes(data)

    assert "its download is not complete" in refusal(bench, path)


def test_an_embedding_is_changed_where_the_output_is_another_tensor(bench: Bench) -> None:
    sparse = numbers(WORDS, 1) * 0
    sparse[100:110] = 50
    path = write_adapter(
        bench.home / "embedding.gguf", {"token_embd.weight": (sparse, numbers(WIDTH, 1))}
    )
    asked = [said("user", "abcdefghijklmnopqrstuvwxyz")]

    assert bench.text(asked, (path, 1)) != bench.text(asked)


@pytest.mark.model
def test_an_embedding_that_is_the_output_too_is_not_changed(home: Path) -> None:
    words = 49152
    path = write_adapter(
        home / "tied.gguf", {"token_embd.weight": (numbers(words, 1), numbers(STARTER_WIDTH, 1))}
    )

    said = refusal(Bench(home, starter_file()), path)

    assert "changes token_embd.weight, which this model uses for its output, too" in said


def test_the_model_that_is_left_answers_as_before(bench: Bench) -> None:
    before = bench.text(QUESTION)
    refusal(bench, write_model(bench.home / "model.gguf"))

    text, finished = bench.says(QUESTION)

    assert text == before
    assert finished.usage.cached_tokens > 5
    assert finished.usage.completion_tokens == SHORT.max_tokens
