"""How fast this machine reads its memory, which bounds how fast a model writes."""

import ctypes
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

BLOCK = 48 * 2**20
"""Bytes for each thread: more than the caches of usual processors hold."""

ROUNDS = 4
"""The fastest counts: other programs only slow it down."""


def measured_bandwidth(threads: int) -> float:
    """Bytes per second that `threads` threads read together; takes a fraction of a second."""
    blocks = [
        (ctypes.create_string_buffer(BLOCK), ctypes.create_string_buffer(BLOCK))
        for _ in range(threads)
    ]

    def copy(pair: tuple[ctypes.Array[ctypes.c_char], ctypes.Array[ctypes.c_char]]) -> None:
        # Python's lock is not held while it copies.
        ctypes.memmove(pair[0], pair[1], BLOCK)

    best = float("inf")
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(ROUNDS):
            began = perf_counter()
            list(pool.map(copy, blocks))
            best = min(best, perf_counter() - began)
    # A copy reads every byte and writes every byte.
    return 2 * BLOCK * threads / best
