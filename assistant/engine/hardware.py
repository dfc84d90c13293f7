"""What measurements depend on: the processor, the cores of it, and the build of llama.cpp.

How many threads compute.

Measurements of one machine's bandwidth, the best of which counts.

Other programs only make it slower; one measurement that met them would hold for ever.
"""

import os
import platform
import re
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from assistant.core.values.base import Value


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


ENOUGH = 3
"""Measurements that are made soon after each other."""

SOON, LATER = 600, 86_400
"""Seconds until the next one, as long as there are fewer, and then."""

KEPT = 5
"""The last ones: a machine can also become slower, by another power plan."""


class Bandwidths(Value):
    """The last measurements, oldest first."""

    measured: tuple[tuple[float, float], ...] = ()
    """When, in seconds since 1970, and how many bytes per second."""

    @property
    def best(self) -> float | None:
        """Bytes per second; None where nothing was measured."""
        return max((value for _, value in self.measured), default=None)

    def are_due(self, now: float) -> bool:
        """Whether it is time for another one, also where the clock was put back."""
        if not self.measured:
            return True
        age = now - self.measured[-1][0]
        return not 0 <= age < (SOON if len(self.measured) < ENOUGH else LATER)

    def with_one(self, value: float, now: float) -> "Bandwidths":
        return Bandwidths(measured=(*self.measured, (now, value))[-KEPT:])
