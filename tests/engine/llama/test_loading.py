"""Native code that does not come back."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.core.errors import ModelFileError, ModelMemoryError
from assistant.engine.llama.loading import refused
from tests.support.gguf_files import write_model

HANGING = """
import time
from assistant.engine.llama.loading import Watchdog
with Watchdog({limit}, lambda: print("too long", flush=True)):
    time.sleep({work})
print("came back")
"""


def run(limit: float, work: float) -> tuple[str, int]:
    code = HANGING.format(limit=limit, work=work)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout.strip(), done.returncode


def test_code_that_hangs_is_ended_after_its_last_words() -> None:
    assert run(limit=0.1, work=60) == ("too long", 71)


def test_code_that_comes_back_is_left_alone() -> None:
    assert run(limit=60, work=0.01) == ("came back", 0)


@pytest.mark.parametrize(
    "line",
    [
        "error loading model: mmap failed: Cannot allocate memory",
        "ggml_backend_cpu_buffer_type_alloc_buffer: failed to allocate buffer of size 98304",
        "unable to allocate CPU buffer",
        "std::bad_alloc",
    ],
)
def test_short_memory_is_no_reason_to_get_the_model_again(tmp_path: Path, line: str) -> None:
    error = refused(write_model(tmp_path / "model.gguf"), [line], 2048)

    assert isinstance(error, ModelMemoryError)
    assert "ownload" not in error.hint
    assert re.search(r"it needs about [\d.]+ [KMG]B with a window of 2,048 tokens", error.message)
    assert re.search(r"and [\d.,]+ [MG]B are free, but the system gave no more", error.message)
    assert "close other programs" in error.hint


def test_a_damaged_model_is_to_be_got_again(tmp_path: Path) -> None:
    error = refused(write_model(tmp_path / "model.gguf"), ["tensor data is not within bounds"], 9)

    assert isinstance(error, ModelFileError)
    assert error.hint == "Download it again."
