"""Fake card: llama.cpp's library for a graphics card, `fake_card.c`, that can be had fail."""

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from assistant.engine.cards.search import backends_folder

NAME = "Radeon RX 7800"
SOURCE = Path(__file__).with_suffix(".c")

needs_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")


def make_card(folder: Path, kind: str = "vulkan", *, without: str = "") -> Path:
    """Compile the library into a folder. It computes where any file is named as a driver's.

    Args:
        without: a library that it needs and that is not there, as `cudart` may not be.
    """
    library = folder / f"libggml-{kind}.so"
    found = find_spec("llama_cpp")
    assert found is not None
    assert found.origin is not None
    headers = Path(found.origin).parents[1] / "include"
    compile_ = ["cc", "-shared", "-fPIC", "-O1", "-o"]
    link = [f"-L{backends_folder()}", "-lggml", "-lggml-base"]
    needed = folder / f"lib{without}.so"
    if without:
        subprocess.run(
            [*compile_, str(needed), "-x", "c", "/dev/null", f"-Wl,-soname,lib{without}.so"],
            check=True,
        )
        link += ["-Wl,--no-as-needed", f"-L{folder}", f"-l{without}"]
    subprocess.run(
        [*compile_, str(library), f"-I{headers}", str(SOURCE), *link],
        check=True,
    )
    needed.unlink(missing_ok=True)
    return library
