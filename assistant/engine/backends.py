"""llama.cpp's backends, where they are libraries of their own.

A llama.cpp that was compiled on this machine carries its backend in itself; the packaged one
brings a library for each generation of processors and takes the best that runs.
"""

import ctypes
import os
from pathlib import Path

import llama_cpp
from llama_cpp._ggml import libggml

from assistant.core.errors import EngineError

FOLDER = Path(llama_cpp.__file__).parent / "lib"
_VARIANTS = "*ggml-cpu-*"


def load_backends(folder: Path = FOLDER) -> None:
    """Load the best backend, once for the process; what it says goes into llama.cpp's log.

    Raises:
        EngineError: none of them runs here.
    """
    if not any(folder.glob(_VARIANTS)):
        return
    load = libggml.ggml_backend_load_all_from_path
    load.argtypes, load.restype = [ctypes.c_char_p], None
    load(os.fsencode(folder))
    count = libggml.ggml_backend_dev_count
    count.argtypes, count.restype = [], ctypes.c_size_t
    if not count():
        raise EngineError(
            f"None of llama.cpp's libraries in {folder} runs on this processor.",
            "Install the program again; `assistant doctor` tells more.",
        )
