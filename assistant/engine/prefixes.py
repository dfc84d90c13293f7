"""How much two sequences have in common from their beginning on."""

from collections.abc import Sized
from typing import Any, Protocol


class Sliceable(Sized, Protocol):
    """A sequence whose slices can be compared with the other's: both lists, bytes or arrays."""

    def __getitem__(self, part: slice, /) -> Any: ...


def common(left: Sliceable, right: Sliceable) -> int:
    """Length of the common beginning; compares slices, which is faster than item by item."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
