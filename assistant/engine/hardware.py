"""Hardware: processor, usable cores, threads to compute with, free memory, measured bandwidth.

Measurements hold for one processor and one build of llama.cpp. Of those of the bandwidth the best
counts: other programs only make it slower, and one measurement that met them would hold for ever.
"""

import os
import platform
import re
from contextlib import suppress
from pathlib import Path

from assistant.core.values.base import Value
from assistant.system.installed import installed_version


def llama_cpp_build() -> str:
    """The version of llama-cpp-python, without importing it."""
    return installed_version("llama-cpp-python") or "unknown"


def processor_name() -> str:
    """The processor's name, as it calls itself."""
    with suppress(OSError):
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.M)
        if found:
            return found[1].strip()
    return platform.processor() or platform.machine()


CPU_QUOTA_FILE = Path("/sys/fs/cgroup/cpu.max")
"""A container's share of the processors: microseconds it may run in so many microseconds."""


def computing_threads(asked: int, quota: Path = CPU_QUOTA_FILE) -> int:
    """Threads to compute with: `asked`, or for 0 as many as there are usable cores but one.

    llama.cpp's threads spin while they wait for each other: where anything else takes one of
    their cores, decoding collapses.
    """
    if asked:
        return asked
    return max(usable_cores(quota) - 1, 1)


def usable_cores(quota: Path = CPU_QUOTA_FILE) -> int:
    """Logical cores that this process may use."""
    return max(min(_affinity_cores(), _quota_cores(quota)), 1)


def _affinity_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quota_cores(quota: Path) -> int:
    try:
        allowed, period = quota.read_text().split()
        return max(int(allowed) // int(period), 1)
    except (OSError, ValueError):
        return _affinity_cores()


def free_memory() -> int:
    """Free memory in bytes: what the system has left, or the container's limit."""
    # Front ends name processor and threads at their start, when memory is no question yet.
    import psutil  # noqa: PLC0415

    free = int(psutil.virtual_memory().available)
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text()
        used = Path("/sys/fs/cgroup/memory.current").read_text()
        return min(free, int(limit) - int(used))
    except (OSError, ValueError):
        return free


FIRST_MEASUREMENTS = 3
"""Measurements that are made soon after each other."""

FIRST_INTERVAL, LATER_INTERVAL = 600, 86_400
"""Seconds until the next one, as long as there are fewer, and then."""

KEPT_MEASUREMENTS = 5
"""The last ones: a machine can also become slower, by another power plan."""


class BandwidthMeasurements(Value):
    """Measurements of one machine's memory bandwidth, oldest first."""

    measured: tuple[tuple[float, float], ...] = ()
    """When, in seconds since 1970, and how many bytes per second."""

    @property
    def best(self) -> float | None:
        """The highest measured bandwidth in bytes per second; None where nothing was measured."""
        return max((value for _, value in self.measured), default=None)

    def are_due(self, now: float) -> bool:
        """Whether another measurement is due, also where the clock was put back."""
        if not self.measured:
            return True
        age = now - self.measured[-1][0]
        return (
            not 0
            <= age
            < (FIRST_INTERVAL if len(self.measured) < FIRST_MEASUREMENTS else LATER_INTERVAL)
        )

    def with_one(self, value: float, now: float) -> "BandwidthMeasurements":
        return BandwidthMeasurements(measured=(*self.measured, (now, value))[-KEPT_MEASUREMENTS:])
