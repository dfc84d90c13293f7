"""How many threads compute."""

import os
from pathlib import Path

QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""A container's share of the processors: microseconds it may run in so many microseconds."""


def computing_threads(asked: int, quota: Path = QUOTA) -> int:
    """`asked` threads, or for 0 as many as there are usable cores but one.

    llama.cpp's threads spin while they wait for each other: where anything else takes one of
    their cores, decoding collapses.
    """
    if asked:
        return asked
    return max(usable_cores(quota) - 1, 1)


def usable_cores(quota: Path = QUOTA) -> int:
    """Logical ones that this process may use."""
    return max(min(_cores(), _share(quota)), 1)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _share(quota: Path) -> int:
    try:
        allowed, period = quota.read_text().split()
        return max(int(allowed) // int(period), 1)
    except (OSError, ValueError):
        return _cores()
