"""Answers of a given form: llama.cpp's grammar over all tokens that could come next."""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import llama_cpp
from llama_cpp.llama_grammar import json_schema_to_gbnf

from assistant.core.errors import ConstraintError
from assistant.core.models import Constraint
from assistant.engine.native import NativeLog
from assistant.engine.vocabulary import Vocabulary

ROOT = b"root"

LONGEST = 2**18
"""Bytes of a grammar. Larger ones take seconds for each token."""

DEEPEST = 100
"""Groups within groups; llama.cpp reads them by recursion, without a limit of its own."""

_REASON = re.compile(r"error parsing grammar: (.*)")
_CALL = re.compile(r"^\w+: ")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|\[(?:\\.|[^\]\\])*\]')


def grammar_of(constraint: Constraint) -> str:
    """The grammar of a constraint, in GBNF.

    Raises:
        ConstraintError: the schema holds what no grammar can express.
    """
    if constraint.kind == "grammar":
        return constraint.text
    try:
        grammar: str = json_schema_to_gbnf(constraint.text)
    except RecursionError:
        raise _refused("schema", "it is nested too deeply") from None
    except (AssertionError, ValueError) as failure:
        reason = str(failure).partition(" (use")[0].partition("\n")[0][:200]
        raise _refused("schema", reason or "no grammar can express it") from None
    except Exception:  # noqa: BLE001 - foreign code trips over what it does not expect
        raise _refused("schema", "no grammar can express it") from None
    return grammar


def grammar_sampler(
    constraint: Constraint, vocabulary: Vocabulary, native: NativeLog
) -> "llama_cpp.llama_sampler_p":
    """A sampler that leaves only what fits; freed by whoever asks for it.

    Raises:
        ConstraintError: with llama.cpp's reason.
    """
    grammar = grammar_of(constraint)
    if not grammar.strip():
        raise _refused(constraint.kind, "it is empty")
    if "\0" in grammar:
        raise _refused(constraint.kind, "it is not text")
    if len(grammar.encode()) > LONGEST:
        raise _refused(constraint.kind, f"it is larger than {LONGEST // 1024} KiB")
    if _depth(grammar) > DEEPEST:
        raise _refused(constraint.kind, "it is nested too deeply")
    native.forget()
    sampler: llama_cpp.llama_sampler_p | None
    with _standard_error() as said:
        sampler = llama_cpp.llama_sampler_init_grammar(vocabulary.native, grammar.encode(), ROOT)
        said.seek(0)
        found = _REASON.search(said.read().decode("utf-8", "replace"))
    if sampler:
        return sampler
    lines = [found[1]] if found else native.errors()
    reason = _CALL.sub("", lines[-1])[:200].strip() if lines else "llama.cpp gave no reason"
    raise _refused(constraint.kind, reason)


def _depth(grammar: str) -> int:
    deepest = depth = 0
    for mark in re.findall(r"[()]", _QUOTED.sub("", grammar)):
        depth += 1 if mark == "(" else -1
        deepest = max(deepest, depth)
    return deepest


@contextmanager
def _standard_error() -> Iterator[BinaryIO]:
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
