"""Which models stay in memory beside each other. Arithmetic, and what the system says is free."""

from collections.abc import Sequence
from contextlib import suppress

import psutil

from assistant.engine.modelfile import free_memory

SPARE = 512 * 2**20
"""Bytes that stay free beside several models; one alone may take everything."""


def free_for_models() -> int:
    """Bytes that another model could take from the system.

    The system counts a file that is mapped into memory as free, for it can be read again; a model
    that is kept in memory to be used is not.
    """
    free = free_memory()
    with suppress(AttributeError, psutil.Error):
        # Only some systems tell what is mapped.
        free -= psutil.Process().memory_info().shared
    return max(free, 0)


def how_many_leave(needed: int, free: int, held: Sequence[int], most: int) -> int | None:
    """How many models have to leave for another one; None when it would not fit alone.

    Args:
        needed: bytes that the other one takes.
        held: bytes that each of them gives back, in the order in which they leave.
        most: models that may be in memory together.
    """
    for count in range(max(len(held) + 1 - most, 0), len(held) + 1):
        spare = SPARE if count < len(held) else 0
        if needed + spare <= free + sum(held[:count]):
            return count
    return None
