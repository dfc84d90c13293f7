"""What measurements depend on: the processor, the cores of it, and the build of llama.cpp."""

import platform
import re
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def build() -> str:
    """The version of llama-cpp-python, without importing it."""
    try:
        return version("llama-cpp-python")
    except PackageNotFoundError:
        return "unknown"


def processor() -> str:
    """As it calls itself."""
    with suppress(OSError):
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.M)
        if found:
            return found[1].strip()
    return platform.processor() or platform.machine()
