"""Measurements of one machine's bandwidth, the best of which counts.

Other programs only make it slower; one measurement that met them would hold for ever.
"""

from assistant.core.models import Value

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
