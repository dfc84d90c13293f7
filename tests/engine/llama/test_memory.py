"""Which models leave when memory is short, by made-up numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.engine.llama.memory import RESERVED_BYTES, models_to_evict

GIB = 2**30


@pytest.mark.parametrize(
    ("needed", "free", "held", "leave"),
    [
        (1 * GIB, 8 * GIB, [], 0),
        (8 * GIB, 8 * GIB, [], 0),
        (9 * GIB, 8 * GIB, [], None),
        (2 * GIB, 8 * GIB, [1 * GIB, 1 * GIB], 0),
        (8 * GIB, 8 * GIB, [1 * GIB, 1 * GIB], 1),
        (9 * GIB, 8 * GIB, [1 * GIB, 1 * GIB], 2),
        (10 * GIB, 8 * GIB, [1 * GIB, 1 * GIB], 2),
        (11 * GIB, 8 * GIB, [1 * GIB, 1 * GIB], None),
    ],
)
def test_as_few_leave_as_make_room(
    needed: int, free: int, held: list[int], leave: int | None
) -> None:
    assert models_to_evict(needed, free, held, most=3) == leave


def test_no_more_stay_than_may() -> None:
    assert models_to_evict(1, 8 * GIB, [1, 1, 1], most=3) == 1
    assert models_to_evict(1, 8 * GIB, [1, 1, 1], most=1) == 3


@given(st.integers(0, 2**40), st.integers(0, 2**40), st.lists(st.integers(0, 2**38), max_size=5))
def test_what_is_loaded_always_fits(needed: int, free: int, held: list[int]) -> None:
    count = models_to_evict(needed, free, held, most=8)
    if count is None:
        assert needed > free + sum(held)
    else:
        spare = RESERVED_BYTES if count < len(held) else 0
        assert needed + spare <= free + sum(held[:count])
        if count:
            assert needed + RESERVED_BYTES > free + sum(held[: count - 1])
