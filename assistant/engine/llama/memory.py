"""Memory planning: which models stay loaded beside each other, and how large a window can be.

Arithmetic alone, with what the system says is free. A window that is not given is small at first,
and larger when that is needed.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

import psutil

from assistant.engine.hardware import free_memory

RESERVED_BYTES = 512 * 2**20
"""Bytes that stay free beside several models; one alone may take everything."""


def free_for_models() -> int:
    """Free memory for another model, in bytes.

    The system counts a file that is mapped into memory as free, for it can be read again; a model
    that is kept in memory to be used is not.
    """
    free = free_memory()
    with suppress(AttributeError, psutil.Error):
        # Only some systems tell what is mapped.
        free -= psutil.Process().memory_info().shared
    return max(free, 0)


def models_to_evict(needed: int, free: int, held: Sequence[int], most: int) -> int | None:
    """How many models have to be evicted for another one; None when it would not fit alone.

    Args:
        needed: bytes that the other one takes.
        held: bytes that each of them gives back, in the order in which they leave.
        most: models that may be in memory together.
    """
    for count in range(max(len(held) + 1 - most, 0), len(held) + 1):
        spare = RESERVED_BYTES if count < len(held) else 0
        if needed + spare <= free + sum(held[:count]):
            return count
    return None


MIN_WINDOW = 2048
"""Tokens that a window begins with where memory is short."""

GROWTH_DIVISOR = 2
"""A window that grows may take one in so many parts of the memory there is for it."""


class WindowGrowth(NamedTuple):
    """A window size that fits, and how many other models have to leave for it."""

    window: int
    leave: int


def initial_windows(fixed: int, beginning: int, trained: int) -> list[int]:
    """Window sizes to begin with: the wanted one, then smaller ones for where memory is short.

    Args:
        fixed: what the user wants; 0 is automatic.
        beginning: what an automatic one begins with.
        trained: what the model was trained on; 0 where it does not say.
    """
    windows = [min(fixed or beginning, trained or fixed or beginning)]
    while not fixed and windows[-1] // 2 >= MIN_WINDOW:
        windows.append(windows[-1] // 2)
    return windows


def larger_windows(needed: int, window: int, trained: int) -> list[int]:
    """Window sizes to grow to for a prompt and its answer, the wanted one first."""
    wanted = 1 << max(needed - 1, 1).bit_length()
    found: list[int] = []
    while wanted > window:
        capped = min(wanted, trained)
        if window < capped and capped not in found:
            found.append(capped)
        wanted //= 2
    return found if needed > window else []


def largest_growth(
    wanted: Sequence[int], cost: Callable[[int], int], room: Sequence[int]
) -> WindowGrowth | None:
    """The largest of the wanted windows that fits; None when none does.

    Args:
        wanted: tokens, the largest window first.
        cost: bytes that a window takes.
        room: bytes there are, when no other model leaves, when one does, and so on.
    """
    for window in wanted:
        for leave, size in enumerate(room):
            if cost(window) * GROWTH_DIVISOR <= size:
                return WindowGrowth(window, leave)
    return None
