"""Which models stay in memory beside each other. Arithmetic, and what the system says is free.

How large a window is, where it is not given: small at first, larger when that is needed.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

import psutil

from assistant.engine.gguf.model_checks import free_memory

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


LEAST = 2048
"""Tokens that a window begins with where memory is short."""

PART = 2
"""A window that grows may take one in so many parts of the memory there is for it."""


class Growth(NamedTuple):
    """What a window can grow to, and how many other models have to leave for it."""

    window: int
    leave: int


def beginnings(fixed: int, beginning: int, trained: int) -> list[int]:
    """Tokens that a window may begin with: what is wanted, then less for where memory is short.

    Args:
        fixed: what the user wants; 0 is automatic.
        beginning: what an automatic one begins with.
        trained: what the model was trained on; 0 where it does not say.
    """
    windows = [min(fixed or beginning, trained or fixed or beginning)]
    while not fixed and windows[-1] // 2 >= LEAST:
        windows.append(windows[-1] // 2)
    return windows


def steps(needed: int, window: int, trained: int) -> list[int]:
    """Tokens that a window may grow to for a prompt and its answer, what is wanted first."""
    wanted = 1 << max(needed - 1, 1).bit_length()
    found: list[int] = []
    while wanted > window:
        capped = min(wanted, trained)
        if window < capped and capped not in found:
            found.append(capped)
        wanted //= 2
    return found if needed > window else []


def growth(wanted: Sequence[int], cost: Callable[[int], int], room: Sequence[int]) -> Growth | None:
    """The largest of the wanted windows that there is room for; None when there is for none.

    Args:
        wanted: tokens, the largest window first.
        cost: bytes that a window takes.
        room: bytes there are, when no other model leaves, when one does, and so on.
    """
    for window in wanted:
        for leave, size in enumerate(room):
            if cost(window) * PART <= size:
                return Growth(window, leave)
    return None
