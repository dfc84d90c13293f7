"""How repetition is punished, against llama.cpp's own sampler."""

import ctypes

import llama_cpp
import numpy as np
import pytest

from assistant.engine.generation.sampler import PENALTY_WINDOW, punish

VOCABULARY = 500


def punished_by_llama_cpp(logits: np.ndarray, used: list[int], penalty: float) -> np.ndarray:
    candidates = np.zeros(
        VOCABULARY, np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
    )
    candidates["id"] = np.arange(VOCABULARY)
    candidates["logit"] = logits
    sampler = llama_cpp.llama_sampler_init_penalties(VOCABULARY, PENALTY_WINDOW, penalty, 0, 0)
    for token in used:
        llama_cpp.llama_sampler_accept(sampler, token)
    array = llama_cpp.llama_token_data_array(
        data=candidates.ctypes.data_as(ctypes.POINTER(llama_cpp.llama_token_data)),
        size=VOCABULARY,
        selected=-1,
        sorted=False,
    )
    llama_cpp.llama_sampler_apply(sampler, ctypes.byref(array))
    llama_cpp.llama_sampler_free(sampler)
    return candidates["logit"]


@pytest.mark.parametrize("penalty", [1.1, 1.9, 0.5])
def test_repetition_is_punished_to_the_bit_as_llama_cpp_does(penalty: float) -> None:
    random = np.random.default_rng(7)
    logits = (random.normal(size=VOCABULARY) * 5).astype(np.float32)
    used = [int(token) for token in random.integers(0, 40, 30)]
    logits[used[0]] = 0

    expected = punished_by_llama_cpp(logits, used, penalty)
    ours = logits.copy()
    punish((ctypes.c_float * VOCABULARY).from_buffer(ours.data), used, penalty)

    assert (ours != logits).sum() > 10
    np.testing.assert_array_equal(ours, expected)
