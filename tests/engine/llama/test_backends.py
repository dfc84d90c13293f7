"""llama.cpp's backends as libraries of their own, and processors that are too old."""

import builtins
from pathlib import Path
from typing import Any

import pytest

from assistant.core.errors import EngineError
from assistant.engine.llama.backends import BACKENDS_FOLDER, load_backends
from assistant.system.processor import LEVEL_2, ProcessorError, require_processor


def test_a_llama_cpp_that_carries_its_backend_loads_nothing(home: Path) -> None:
    assert not any(BACKENDS_FOLDER.glob("*ggml-cpu-*"))

    load_backends()
    load_backends(home)


def test_libraries_that_are_none_are_told_apart_from_a_processor_that_works(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Nothing:
        argtypes: list[Any]
        restype: Any

        def __call__(self, *arguments: object) -> int:
            return 0

    class Ggml:
        ggml_backend_load_all_from_path = Nothing()
        ggml_backend_dev_count = Nothing()

    (home / "libggml-cpu-x64.so").write_bytes(b"no library")
    monkeypatch.setattr("assistant.engine.llama.backends.libggml", Ggml())

    with pytest.raises(EngineError, match="runs on this processor"):
        load_backends(home)


def test_a_processor_without_an_instruction_is_told_which(home: Path) -> None:
    cpuinfo = home / "cpuinfo"
    cpuinfo.write_text(f"vendor_id\t: x\nflags\t\t: fpu {' '.join(LEVEL_2)} avx\n")
    require_processor(cpuinfo)
    cpuinfo.write_text(f"flags\t\t: fpu {' '.join(LEVEL_2 - {'sse4_1'})}\n")

    with pytest.raises(ProcessorError, match="lacks sse4_1"):
        require_processor(cpuinfo)
    require_processor(home / "not there")


def test_a_processor_that_is_too_old_gets_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def old(name: str, *arguments: Any, **named: Any) -> Any:
        if name == "numpy":
            raise RuntimeError("NumPy was built with baseline optimizations:\n(X86_V2)")
        return original(name, *arguments, **named)

    require_processor()
    monkeypatch.setattr(builtins, "__import__", old)

    with pytest.raises(ProcessorError, match=r"too old.*X86_V2"):
        require_processor()
