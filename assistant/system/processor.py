"""Processor check: native libraries that cannot run here end in a sentence, not in a signal."""

import platform
from pathlib import Path

from assistant.core.errors import AssistantError
from assistant.language.messages import N_

CPUINFO = Path("/proc/cpuinfo")
LEVEL_2 = frozenset({"cx16", "lahf_lm", "pni", "popcnt", "sse4_1", "sse4_2", "ssse3"})
"""What x86-64-v2 adds, in Linux's names; numpy is compiled for it, llama.cpp needs none of it."""


class ProcessorError(AssistantError):
    """The processor lacks instructions that every build of a library is compiled for."""

    exit_code = 6


def require_processor(cpuinfo: Path = CPUINFO) -> None:
    """Raise ProcessorError if the native libraries cannot run here."""
    missing = missing_instructions(cpuinfo)
    if missing:
        raise _error(N_(f"it lacks {', '.join(sorted(missing))}"))
    try:
        # It asks the processor itself, where nothing else tells, and is imported anyhow.
        import numpy  # noqa: F401, PLC0415 -- what it raises is what is asked for
    except RuntimeError as failure:
        raise _error(" ".join(str(failure).split()).rstrip(".")) from None


def missing_instructions(cpuinfo: Path = CPUINFO) -> frozenset[str]:
    """Instructions that the native libraries need and this processor lacks.

    Returns:
        Their Linux names; empty where the system does not list them.
    """
    if platform.machine() not in ("x86_64", "AMD64"):
        return frozenset()
    try:
        lines = cpuinfo.read_text(errors="replace").splitlines()
    except OSError:
        return frozenset()
    flags = next((line for line in lines if line.startswith("flags")), None)
    return LEVEL_2 - set(flags.split()) if flags else frozenset()


def _error(reason: str) -> ProcessorError:
    return ProcessorError(
        f"This processor is too old for the libraries the program stands on: {reason}.",
        "One of the level x86-64-v2 is needed (Intel since 2009, AMD since 2011).",
    )
