"""Headers of GGUF files, honest and otherwise."""

import random
import re
from pathlib import Path

import pytest

from assistant.engine.gguf.header import GgufError, read_header
from assistant.engine.gguf.model_checks import context_bytes, memory_error, memory_needed
from tests.support.engine import starter_file

MIB = 2**20


def test_the_starters_header_is_read() -> None:
    header = read_header(starter_file())
    assert header.architecture == "llama"
    assert header.number("block_count") == 30
    assert header.number("attention.head_count_kv") == 3
    assert header.number("nothing.such") == 0
    assert len(header.tensors) == 272
    assert max(t.offset + t.size for t in header.tensors) == header.size


def test_the_cache_is_as_large_as_llama_cpp_makes_it() -> None:
    header = read_header(starter_file())
    attention = 9 * 128 * 8192 * 4
    assert context_bytes(header, 8192) - attention == 180 * MIB
    assert context_bytes(header, 10**9) == context_bytes(header, 8192)


def test_a_model_needs_its_weights_and_its_window() -> None:
    file, header = starter_file(), read_header(starter_file())
    assert 300 * MIB < memory_needed(file, header, 8192) < 512 * MIB
    assert memory_needed(file, header, 512) < 300 * MIB
    told = memory_error(file, 400_000_000, 8192, 300_000_000).message
    assert re.search(r"needs about 400.0 MB with .* 8,192 tokens, and 300.0 MB are free", told)


def test_any_cut_and_any_flip_is_refused_or_read(home: Path) -> None:
    head = starter_file().read_bytes()[:6000]
    chance = random.Random(3)
    file = home / "x.gguf"
    for _ in range(400):
        data = bytearray(head[: chance.randrange(1, len(head))])
        for _ in range(chance.randrange(4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        file.write_bytes(data)
        with pytest.raises(GgufError):
            read_header(file)
