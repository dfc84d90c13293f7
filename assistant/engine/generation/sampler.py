"""Sampler chain: how the next token is chosen from the model's logits, within a grammar if any.

Answers of a given form are made with llama.cpp's grammar, over all tokens that could come next.
"""

import ctypes
import os
import re
import secrets
import sys
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import inf
from types import TracebackType
from typing import BinaryIO, Self

import llama_cpp
import numpy as np
from llama_cpp.llama_grammar import json_schema_to_gbnf

from assistant.core.errors import ConstraintError, IncompleteAnswerError
from assistant.core.values.sampling import Constraint, Sampling
from assistant.engine.llama.native import NativeLog
from assistant.engine.llama.vocabulary import Vocabulary
from assistant.language.messages import N_

PENALTY_WINDOW = 64
"""Tokens of the answer in which repetition is punished; llama.cpp's default."""

_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
"""`llama_token_data`."""


class SamplerChain:
    """One answer's sampler, in llama.cpp's usual order; freed when left.

    Only what the model wrote is punished as repetition, never the prompt: an answer from documents
    has to be able to repeat them.
    """

    def __init__(
        self,
        sampling: Sampling,
        vocabulary_size: int,
        grammar: "llama_cpp.llama_sampler_p | None" = None,
    ) -> None:
        """Args:
        grammar: what every token has to fit; it is freed with the chain.
        """
        self._size = vocabulary_size
        self._row = ctypes.c_float * vocabulary_size
        self._grammar = grammar
        self._penalty = sampling.repeat_penalty
        self._used: deque[int] = deque(maxlen=PENALTY_WINDOW)
        self._chain = llama_cpp.llama_sampler_chain_init(
            llama_cpp.llama_sampler_chain_default_params()
        )
        self._is_greedy = sampling.temperature == 0
        if self._is_greedy:
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
        if self._grammar is not None:
            llama_cpp.llama_sampler_free(self._grammar)

    def accept(self, tokens: Iterable[int]) -> None:
        """Count tokens as written: those of an unfinished answer that is continued."""
        self._used.extend(tokens)

    def forbid(self, context: llama_cpp.llama_context_p, row: int, token: int) -> None:
        """Keep a token from being sampled next."""
        self._logits(context, row)[token] = -inf

    def sample(
        self, context: llama_cpp.llama_context_p, row: int = -1, *, freely: bool = False
    ) -> int:
        """Sample the next token, from the logits of one that was evaluated; once for each.

        Args:
            row: which of those evaluated together last; -1 is the last of them.
            freely: whether it need not fit the grammar, which does not count it either.

        Raises:
            IncompleteAnswerError: no token fits the grammar.
        """
        logits = self._logits(context, row)
        if self._penalty != 1 and self._used:
            punish(logits, self._used, self._penalty)
        if self._grammar is not None and not freely:
            token = self._sample_fitting(self._grammar, logits)
            llama_cpp.llama_sampler_accept(self._grammar, token)
        elif self._is_greedy:
            # A chain would first list all tokens.
            token = int(np.frombuffer(memoryview(logits), np.float32).argmax())
        else:
            token = int(llama_cpp.llama_sampler_sample(self._chain, context, row))
        self._used.append(token)
        return token

    def _sample_fitting(
        self, grammar: "llama_cpp.llama_sampler_p", logits: "ctypes.Array[ctypes.c_float]"
    ) -> int:
        """Most tokens that are chosen freely fit: only where one does not are all looked at."""
        candidates = np.zeros(self._size, _CANDIDATE)
        candidates["id"] = np.arange(self._size)
        candidates["logit"] = np.frombuffer(memoryview(logits), np.float32)
        chosen = _choose(self._chain, candidates.copy())
        alone = candidates[chosen : chosen + 1].copy()
        _apply(grammar, alone)
        if alone["logit"][0] > -np.inf:
            return chosen
        _apply(grammar, candidates)
        if not (candidates["logit"] > -np.inf).any():
            raise IncompleteAnswerError(
                "The answer cannot be continued: no token of the model fits the schema or grammar.",
                "Use a simpler schema or grammar.",
            )
        return _choose(self._chain, candidates[candidates["logit"] > -np.inf])

    def _logits(
        self, context: llama_cpp.llama_context_p, row: int
    ) -> "ctypes.Array[ctypes.c_float]":
        """Logits of a row, which can be changed, one for each token of the vocabulary."""
        first = llama_cpp.llama_get_logits_ith(context, row)
        return self._row.from_address(ctypes.addressof(first.contents))

    def _add(self, sampler: "llama_cpp.llama_sampler_p") -> None:
        llama_cpp.llama_sampler_chain_add(self._chain, sampler)


def punish(logits: "ctypes.Array[ctypes.c_float]", used: Iterable[int], penalty: float) -> None:
    """Make tokens less likely that were used lately, as llama.cpp does.

    Its own sampler looks for each token of the vocabulary among those used, which takes four times
    as long as all the rest of the chain. They are few: numpy takes three times as long, too.

    Args:
        logits: one for each token of the vocabulary; changed.
        penalty: above 0; 1 changes nothing.
    """
    penalty = ctypes.c_float(penalty).value
    for token in set(used):
        logit = logits[token]
        logits[token] = logit * penalty if logit <= 0 else logit / penalty


def _choose(chain: "llama_cpp.llama_sampler_p", candidates: np.ndarray) -> int:
    """The token that a chain takes from candidates, whose order it changes."""
    array = _apply(chain, candidates)
    return int(candidates["id"][array.selected])


def _apply(
    sampler: "llama_cpp.llama_sampler_p", candidates: np.ndarray
) -> llama_cpp.llama_token_data_array:
    array = llama_cpp.llama_token_data_array(
        data=candidates.ctypes.data_as(ctypes.POINTER(llama_cpp.llama_token_data)),
        size=len(candidates),
        selected=-1,
        sorted=False,
    )
    llama_cpp.llama_sampler_apply(sampler, ctypes.byref(array))
    return array


ROOT_RULE = b"root"

MAX_GRAMMAR_BYTES = 2**18
"""Bytes of a grammar. Larger ones take seconds for each token."""

MAX_GRAMMAR_DEPTH = 100
"""Groups within groups; llama.cpp reads them by recursion, without a limit of its own."""

_REASON = re.compile(r"error parsing grammar: (.*)")
_CALL = re.compile(r"^\w+: ")
_QUOTED = re.compile(r'"(?:\\.?|[^"\\])*+(?:"|\Z)|\[(?:\\.?|[^\]\\])*+(?:\]|\Z)', re.DOTALL)


def grammar_of(constraint: Constraint) -> str:
    """The GBNF grammar of a constraint.

    Raises:
        ConstraintError: the schema holds what no grammar can express.
    """
    if constraint.kind == "grammar":
        return constraint.text
    try:
        grammar: str = json_schema_to_gbnf(constraint.text)
    except RecursionError:
        raise _refused("schema", N_("it is nested too deeply")) from None
    except (AssertionError, ValueError) as failure:
        reason = str(failure).partition(" (use")[0].partition("\n")[0][:200]
        raise _refused("schema", reason or N_("no grammar can express it")) from None
    except Exception:  # noqa: BLE001 - foreign code trips over what it does not expect
        raise _refused("schema", N_("no grammar can express it")) from None
    return grammar


def grammar_sampler(
    constraint: Constraint, vocabulary: Vocabulary, native: NativeLog
) -> "llama_cpp.llama_sampler_p":
    """A sampler that leaves only tokens that fit a constraint; whoever asks for it frees it.

    Raises:
        ConstraintError: with llama.cpp's reason.
    """
    grammar = grammar_of(constraint)
    if not grammar.strip():
        raise _refused(constraint.kind, N_("it is empty"))
    if "\0" in grammar:
        raise _refused(constraint.kind, N_("it is not text"))
    if len(grammar.encode()) > MAX_GRAMMAR_BYTES:
        raise _refused(constraint.kind, N_(f"it is larger than {MAX_GRAMMAR_BYTES // 1000} KB"))
    if _depth(grammar) > MAX_GRAMMAR_DEPTH:
        raise _refused(constraint.kind, N_("it is nested too deeply"))
    native.clear()
    sampler: llama_cpp.llama_sampler_p | None
    with _captured_stderr() as said:
        sampler = llama_cpp.llama_sampler_init_grammar(
            vocabulary.native, grammar.encode(), ROOT_RULE
        )
        said.seek(0)
        found = _REASON.search(said.read().decode("utf-8", "replace"))
    if sampler:
        return sampler
    lines = [found[1]] if found else native.errors()
    reason = _CALL.sub("", lines[-1])[:200].strip() if lines else N_("llama.cpp gave no reason")
    raise _refused(constraint.kind, reason)


def _depth(grammar: str) -> int:
    deepest = depth = 0
    for mark in re.findall(r"[()]", _QUOTED.sub("", grammar)):
        depth += 1 if mark == "(" else -1
        deepest = max(deepest, depth)
    return deepest


@contextmanager
def _captured_stderr() -> Iterator[BinaryIO]:
    """What is written to it meanwhile: the parser of grammars tells its reason nowhere else."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as caught:
        os.dup2(caught.fileno(), 2)
        try:
            yield caught
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _refused(kind: str, reason: str) -> ConstraintError:
    what = "JSON schema" if kind == "schema" else "grammar"
    return ConstraintError(f"The {what} cannot be used: {reason}.", "Correct it, and ask again.")
