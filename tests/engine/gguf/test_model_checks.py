"""Every file that is no usable model gets a sentence of its own, and the worker goes on."""

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from assistant.core.errors import (
    AssistantError,
    ModelFileError,
    ModelLoadTimeoutError,
    ModelMemoryError,
)
from assistant.engine.client import LlamaChatModel
from assistant.engine.hardware import llama_cpp_build
from assistant.engine.options import LoadOptions
from tests.support.engine import (
    GREEDY,
    OPTIONS,
    answer,
    engine_home,
    local_models,
    said,
    starter_file,
    workers,
)
from tests.support.gguf_files import Metadata
from tests.support.tiny_models import write_tiny_model

pytestmark = pytest.mark.model

ONE = GREEDY.model_copy(update={"max_tokens": 1})

Damage = Callable[[Path], None]


@pytest.fixture(scope="module")
def lab() -> Iterator[Path]:
    """A home whose worker meets all the bad files of this module."""
    with engine_home() as home:
        (home / "models").mkdir()
        yield home


@pytest.fixture
def copy(lab: Path) -> Iterator[Path]:
    """A copy of the starter model, to be damaged."""
    file = lab / "models" / "copy.gguf"
    shutil.copyfile(starter_file(), file)
    yield file
    file.unlink()


def load(model: LlamaChatModel) -> None:
    for _ in model.load(Event()):
        pass


def refusal(home: Path, path: Path, options: LoadOptions = OPTIONS) -> AssistantError:
    """The error of a load; the worker then has to serve the starter model."""
    models = local_models(home, options)
    with pytest.raises(AssistantError) as refused:
        load(models.open(str(path)))
    sampling = GREEDY.model_copy(update={"max_tokens": 1})
    before = workers(home)
    assert answer(local_models(home).open(None), [said("user", "Hi")], sampling)[0]
    assert workers(home) == before
    return refused.value


def truncate(size: int) -> Damage:
    return lambda path: os.truncate(path, size)


def overwrite(start: int, data: bytes) -> Damage:
    def damage(path: Path) -> None:
        with path.open("r+b") as file:
            file.seek(start if start >= 0 else path.stat().st_size + start)
            file.write(data)

    return damage


def rename_architecture(path: Path) -> None:
    head = path.read_bytes()[:4096]
    at = head.index(b"general.architecture") + len(b"general.architecture") + 4 + 8
    assert head[at : at + 5] == b"llama"
    overwrite(at, b"zebra")(path)


def set_number(key: bytes, value: int) -> Damage:
    def damage(path: Path) -> None:
        at = path.read_bytes()[:16384].index(key) + len(key) + 4
        overwrite(at, value.to_bytes(4, "little"))(path)

    return damage


SIZE = starter_file().stat().st_size

DAMAGES: dict[str, tuple[Damage, str]] = {
    "empty": (truncate(0), "is empty"),
    "cut in the magic": (truncate(3), "is not a GGUF file"),
    "cut in the counts": (truncate(12), "is cut off within its header"),
    "cut in the keys": (truncate(700), "is cut off within its header"),
    "cut in the vocabulary": (truncate(500_000), "is cut off within its header"),
    "cut in the first tensor": (truncate(3_000_000), "is cut off: it has 3.0 MB of 98.4 MB"),
    "cut in the middle": (truncate(SIZE // 2), "is cut off: it has 49.2 MB of 98.4 MB"),
    "one byte short": (truncate(SIZE - 1), "is cut off"),
    "another kind of file": (overwrite(0, b"PK\x03\x04"), "is not a GGUF file"),
    "a version of the future": (overwrite(4, b"\x09"), "has GGUF version 9"),
    "a tail that never arrived": (overwrite(-(SIZE // 8), bytes(SIZE // 8)), "ends in zeros"),
    "a hole in the middle": (overwrite(SIZE // 2, bytes(10**7)), "has only zeros in blk"),
    "absurd counts": (overwrite(8, b"\xff" * 8), "or damaged there"),
    "an unknown architecture": (
        rename_architecture,
        "has the architecture 'zebra', which this llama.cpp "
        f"(llama-cpp-python {llama_cpp_build()}) "
        "does not know; a newer one may.",
    ),
    "a number of layers it has not": (set_number(b"llama.block_count", 31), "cannot be loaded"),
}


VALUES: dict[str, tuple[Metadata, str]] = {
    "no layer": ({"llama.block_count": 0}, "its block_count is 0, not 1 to 512"),
    "absurdly many layers": ({"llama.block_count": 2**31}, "its block_count is 2.14748e+09"),
    "no window": ({"llama.context_length": 0}, "its context_length is 0"),
    "no eps": ({"llama.attention.layer_norm_rms_epsilon": 0.0}, "rms_epsilon is 0, not 1e-30 to 1"),
    "a negative eps": ({"llama.attention.layer_norm_rms_epsilon": -1.0}, "rms_epsilon is -1"),
    "an eps that is no number": (
        {"llama.attention.layer_norm_rms_epsilon": float("nan")},
        "its attention.layer_norm_rms_epsilon is nan",
    ),
    "an endless eps": ({"llama.attention.layer_norm_rms_epsilon": float("inf")}, "epsilon is inf"),
    "another eps": ({"llama.attention.layer_norm_epsilon": float("-inf")}, "epsilon is -inf"),
    "rope without a base": ({"llama.rope.freq_base": 0.0}, "its rope.freq_base is 0"),
    "rope of a negative base": ({"llama.rope.freq_base": -1.0}, "its rope.freq_base is -1"),
    "a negative factor": ({"llama.rope.scaling.factor": -1.0}, "its rope.scaling.factor is -1"),
    "a factor that is none": (
        {"llama.rope.scaling.attn_factor": float("nan")},
        "its rope.scaling.attn_factor is nan",
    ),
    "experts that nobody uses": ({"llama.expert_count": 8}, "it uses 0 of 8 experts"),
    "more experts than there are": ({"llama.expert_used_count": 5}, "it uses 5 of 0 experts"),
    "absurdly many experts": ({"llama.expert_count": 600}, "its expert_count is 600"),
    "a count that is a fraction": ({"llama.block_count": float("inf")}, "its block_count is inf"),
    "no heads": ({"llama.attention.head_count": 0}, "cannot be loaded"),
    "no width": ({"llama.embedding_length": 0}, "cannot be loaded"),
    "fewer words than rows": (
        {"tokenizer.ggml.tokens": ["<unk>"], "tokenizer.ggml.scores": [0.0]},
        "cannot be loaded",
    ),
    "fewer scores than words": ({"tokenizer.ggml.scores": [0.0]}, "cannot be loaded"),
    "fewer kinds than words": ({"tokenizer.ggml.token_type": [1]}, "cannot be loaded"),
}


@pytest.mark.parametrize(("changes", "sentence"), VALUES.values(), ids=VALUES.keys())
def test_values_that_would_end_the_engine_are_refused_with_a_sentence(
    lab: Path, changes: Metadata, sentence: str
) -> None:
    file = write_tiny_model(lab / "models", "odd", changes=changes)
    models = local_models(lab)
    assert answer(models.open(None), [said("user", "Hi")], ONE)[0]
    before = workers(lab)

    with pytest.raises(AssistantError) as refused:
        load(models.open(str(file)))

    assert isinstance(refused.value, ModelFileError)
    assert sentence in refused.value.message
    assert answer(models.open(None), [said("user", "Hi")], ONE)[0]
    assert workers(lab) == before


@pytest.mark.parametrize(("damage", "sentence"), DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_file_is_refused_with_its_reason(
    lab: Path, copy: Path, damage: Damage, sentence: str
) -> None:
    damage(copy)
    error = refusal(lab, copy)
    assert isinstance(error, ModelFileError)
    assert str(copy) in error.message
    assert sentence in error.message
    assert error.hint
    assert "\n" not in error.message


def test_a_file_that_vanished_is_named(lab: Path, copy: Path) -> None:
    model = local_models(lab).open(str(copy))
    hidden = copy.rename(copy.with_suffix(".away"))
    with pytest.raises(ModelFileError, match=r"copy\.gguf was not found"):
        load(model)
    hidden.rename(copy)


def test_a_file_that_was_replaced_is_loaded_again(lab: Path, copy: Path) -> None:
    model = local_models(lab).open(str(copy))
    assert "loading" in [event.kind for event in model.load(Event())]
    assert [event.kind for event in model.load(Event())] == ["loaded"]
    newer = shutil.copyfile(starter_file(), copy.with_suffix(".new"))
    newer.replace(copy)
    assert "loading" in [event.kind for event in model.load(Event())]


def test_a_loaded_model_survives_the_removal_of_its_file(lab: Path, copy: Path) -> None:
    model = local_models(lab).open(str(copy))
    load(model)
    away = copy.rename(copy.with_suffix(".away"))
    assert answer(model, [said("user", "Hi")], GREEDY)[0]
    away.rename(copy)


@pytest.mark.parametrize(
    "name", [b"m\xff.gguf", "São João \N{GRINNING FACE}.gguf".encode(), b"%20.gguf"]
)
def test_any_file_name_will_do(lab: Path, name: bytes) -> None:
    file = lab / "models" / os.fsdecode(name)
    file.symlink_to(starter_file())
    model = local_models(lab).open(file.stem)
    *_, loaded = model.load(Event())
    assert loaded.kind == "loaded"
    assert loaded.info.name.encode()
    assert answer(model, [said("user", "Hi")], GREEDY.model_copy(update={"max_tokens": 1}))[0]
    file.unlink()
    file.write_bytes(b"nothing")
    assert "is not a GGUF file" in refusal(lab, file).message
    file.unlink()


def test_a_folder_is_no_model(lab: Path) -> None:
    (lab / "folder.gguf").mkdir()
    assert "is a folder" in refusal(lab, lab / "folder.gguf").message


def test_a_pipe_is_no_model_and_hangs_nothing(lab: Path) -> None:
    os.mkfifo(lab / "pipe.gguf")
    assert "is not a regular file" in refusal(lab, lab / "pipe.gguf").message


@pytest.mark.skipif(os.getuid() == 0, reason="root can read everything")
def test_a_file_without_permission_is_named(lab: Path, copy: Path) -> None:
    copy.chmod(0)
    assert "cannot be read: Permission denied" in refusal(lab, copy).message


def test_a_model_too_big_for_the_memory_is_refused_with_both_numbers(lab: Path, copy: Path) -> None:
    set_number(b"llama.block_count", 512)(copy)
    set_number(b"llama.attention.head_count_kv", 2**12)(copy)
    error = refusal(lab, copy)
    assert isinstance(error, ModelMemoryError)
    assert "needs about" in error.message
    assert "B are free" in error.message


def test_a_load_that_outlasts_its_limit_is_ended_with_a_sentence(lab: Path, copy: Path) -> None:
    error = refusal(lab, copy, LoadOptions(load_timeout=0.001))
    assert isinstance(error, ModelLoadTimeoutError)
    assert "took longer than 0.001 seconds" in error.message


def test_a_load_that_nobody_wants_any_more_ends(lab: Path, copy: Path) -> None:
    stop = Event()
    loading = local_models(lab).open(str(copy)).load(stop)
    assert next(loading).kind == "loading"
    stop.set()
    assert not any(event.kind == "loaded" for event in loading)
    assert answer(local_models(lab).open(None), [said("user", "Hi")], GREEDY)[0]


def damage_the_header(home: Path, copy: Path, chance: random.Random) -> None:
    """Flip some bytes of the header: an error or a model, and an engine that goes on."""
    for _ in range(chance.randrange(1, 6)):
        overwrite(chance.randrange(1800), bytes([chance.randrange(256)]))(copy)
    models = local_models(home)
    told = ["it loads"]
    try:
        answer(models.open(str(copy)), [said("user", "Hi")], GREEDY)
    except AssistantError as error:
        told = error.message.splitlines()
    assert len(told) == 1
    assert answer(models.open(None), [said("user", "Hi")], GREEDY)[0]


def test_flipped_header_bytes_leave_the_engine_usable(lab: Path, copy: Path) -> None:
    damage_the_header(lab, copy, random.Random(5))


@pytest.mark.slow
def test_forty_damaged_headers_leave_the_engine_usable(lab: Path, copy: Path) -> None:
    for seed in range(40):
        shutil.copyfile(starter_file(), copy)
        damage_the_header(lab, copy, random.Random(seed))
