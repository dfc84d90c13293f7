"""Backends of llama.cpp: its libraries for processors and graphics cards, found and loaded.

A llama.cpp that was compiled on this machine carries its backends in itself; the packaged one
brings a library for each generation of processors and takes the best that runs, and one for
graphics cards in a folder of its own: it is loaded where a driver is, and not at all where the user
wants none of it.
"""

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path

from assistant.core.errors import EngineError
from assistant.engine.cards.search import backends_folder
from assistant.engine.llama.devices import cards_of, ggml_devices, libggml

BACKENDS_FOLDER = backends_folder()
_VARIANTS = "*ggml-cpu-*"


def load_backends(folder: Path = BACKENDS_FOLDER) -> None:
    """Load the best backend that runs here, once for the process; it reports to llama.cpp's log.

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


def load_card_backends(libraries: Sequence[Path]) -> list[Path]:
    """Load the first library that knows a graphics card; without its driver it knows none.

    Hazardous: a broken driver may end or hang the process.

    Returns: those before it that were refused.
    """
    load = libggml.ggml_backend_load
    load.argtypes, load.restype = [ctypes.c_char_p], ctypes.c_void_p
    refused: list[Path] = []
    for library in libraries:
        if not load(os.fsencode(library)):
            refused.append(library)
        elif cards_of(ggml_devices()):
            break
    return refused
