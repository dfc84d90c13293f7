"""How large a window begins and grows, by made-up numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.engine.llama.memory import (
    WindowGrowth,
    initial_windows,
    larger_windows,
    largest_growth,
)


@pytest.mark.parametrize(
    ("fixed", "trained", "windows"),
    [
        (0, 32768, [8192, 4096, 2048]),
        (0, 4096, [4096, 2048]),
        (0, 3000, [3000]),
        (0, 1024, [1024]),
        (0, 0, [8192, 4096, 2048]),
        (512, 32768, [512]),
        (65536, 32768, [32768]),
        (65536, 0, [65536]),
    ],
)
def test_a_window_begins_small_and_smaller_where_it_must(
    fixed: int, trained: int, windows: list[int]
) -> None:
    assert initial_windows(fixed, 8192, trained) == windows


@pytest.mark.parametrize(
    ("needed", "window", "trained", "windows"),
    [
        (9000, 8192, 131072, [16384]),
        (16384, 8192, 131072, [16384]),
        (16385, 8192, 131072, [32768, 16384]),
        (200_000, 8192, 131072, [131072, 65536, 32768, 16384]),
        (9000, 8192, 10_000, [10_000]),
        (9000, 8192, 8192, []),
        (8192, 8192, 131072, []),
        (1, 8192, 131072, []),
    ],
)
def test_what_is_needed_is_taken_at_once(
    needed: int, window: int, trained: int, windows: list[int]
) -> None:
    assert larger_windows(needed, window, trained) == windows


def test_as_few_models_leave_for_a_window_as_make_room() -> None:
    wanted = [16, 8]
    assert largest_growth(wanted, lambda window: window, [32]) == WindowGrowth(16, 0)
    assert largest_growth(wanted, lambda window: window, [31]) == WindowGrowth(8, 0)
    assert largest_growth(wanted, lambda window: window, [31, 32, 64]) == WindowGrowth(16, 1)
    assert largest_growth(wanted, lambda window: window, [10, 20, 30]) == WindowGrowth(8, 1)
    assert largest_growth(wanted, lambda window: window, [15]) is None
    assert largest_growth([], lambda window: window, [1000]) is None


@given(st.integers(1, 2**20), st.integers(256, 2**18), st.integers(256, 2**18))
def test_a_larger_window_is_larger_and_no_larger_than_was_trained(
    needed: int, window: int, trained: int
) -> None:
    found = larger_windows(needed, window, trained)
    assert all(window < each <= trained for each in found)
    assert found == sorted(found, reverse=True)
    if found:
        assert found[0] >= min(needed, trained)
