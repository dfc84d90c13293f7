"""The sampler chain: how the next token is chosen from the model's logits."""

import secrets
from collections.abc import Iterable
from types import TracebackType
from typing import Self

import llama_cpp

from assistant.core.models import Sampling

PENALTY_WINDOW = 64
"""Tokens of the answer in which repetition is punished; llama.cpp's default."""


class SamplerChain:
    """One answer's sampler, in llama.cpp's usual order; freed when left.

    Only what the model wrote is punished as repetition, never the prompt: an answer from documents
    has to be able to repeat them.
    """

    def __init__(self, sampling: Sampling, vocabulary_size: int) -> None:
        self._chain = llama_cpp.llama_sampler_chain_init(
            llama_cpp.llama_sampler_chain_default_params()
        )
        if sampling.repeat_penalty != 1:
            self._add(
                llama_cpp.llama_sampler_init_penalties(
                    vocabulary_size, PENALTY_WINDOW, sampling.repeat_penalty, 0, 0
                )
            )
        if sampling.temperature == 0:
            self._add(llama_cpp.llama_sampler_init_greedy())
            return
        seed = sampling.seed if sampling.seed is not None else secrets.randbelow(2**32 - 1)
        self._add(llama_cpp.llama_sampler_init_top_k(sampling.top_k))
        self._add(llama_cpp.llama_sampler_init_top_p(sampling.top_p, 1))
        self._add(llama_cpp.llama_sampler_init_min_p(sampling.min_p, 1))
        self._add(llama_cpp.llama_sampler_init_temp(sampling.temperature))
        self._add(llama_cpp.llama_sampler_init_dist(seed))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        llama_cpp.llama_sampler_free(self._chain)

    def accept(self, tokens: Iterable[int]) -> None:
        """Count tokens as written: the unfinished answer that is gone on with."""
        for token in tokens:
            llama_cpp.llama_sampler_accept(self._chain, token)

    def sample(self, context: llama_cpp.llama_context_p) -> int:
        """The next token, from the logits of the last one evaluated."""
        return int(llama_cpp.llama_sampler_sample(self._chain, context, -1))

    def _add(self, sampler: "llama_cpp.llama_sampler_p") -> None:
        llama_cpp.llama_sampler_chain_add(self._chain, sampler)
