"""How far a card and the processor are from a model's exact weights, in nats.

Both compute with rounded numbers: the processor rounds what it multiplies a weight by to eight
bits, a card to half precision or not at all. What is exact are the same weights in 32 bits.

usage: python -m tests.support.card_logits
"""

import ctypes
import json
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import llama_cpp
import numpy as np
from llama_cpp import Llama

from assistant.engine.cards.search import card_libraries
from assistant.engine.llama.backends import load_backends, load_card_backends
from assistant.engine.llama.devices import cards_of, ggml_devices
from tests.support.card_answers import QUESTIONS
from tests.support.engine import starter_file

ASKED = [QUESTIONS[number] for number in (6, 7, 9, 11)]
"""Seen were seven places in their answers where a card's best token is another one."""

TOKENS = 12
LIKELY = 50
"""Tokens whose probabilities are compared at each place: the most likely ones."""

Logits = np.ndarray[tuple[int], np.dtype[np.float64]]
"""Log-probabilities of all tokens at one place."""


class Place(NamedTuple):
    """One place of an answer."""

    processor: float
    """How far it is from the exact weights in the probability of a likely token, at most."""
    card: float
    rounding: float
    """How far apart the two are in what separates the processor's best two tokens."""
    gap: float
    """What separates them on the processor."""
    parts: bool
    """Whether the best token of the card is another one."""
    agrees: bool
    """Whether the card's best token is that of the exact weights."""


def main() -> None:
    load_backends()
    processor = _model(starter_file())
    answers = [_answer(processor, question) for question in ASKED]
    ours = list(_read(processor, answers))
    with tempfile.TemporaryDirectory() as folder:
        exact = list(_read(_model(_exact(Path(folder))), answers))
    load_card_backends(card_libraries(()))
    assert cards_of(ggml_devices()), "there is no card"
    card = _read(_model(starter_file(), layers=99), answers)
    places = [_compare(*three)._asdict() for three in zip(ours, card, exact, strict=True)]
    print(json.dumps(places), flush=True)


def _model(file: Path, layers: int = 0) -> Llama:
    return Llama(
        str(file),
        n_ctx=256,
        n_threads=1,
        n_threads_batch=1,
        n_gpu_layers=layers,
        logits_all=True,
        verbose=False,
    )


def _exact(folder: Path) -> Path:
    """The model with its weights in 32 bits."""
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype, parameters.allow_requantize = llama_cpp.LLAMA_FTYPE_ALL_F32, True
    made = folder / "exact.gguf"
    status = llama_cpp.llama_model_quantize(
        bytes(starter_file()), bytes(made), ctypes.byref(parameters)
    )
    assert status == 0
    return made


def _answer(model: Llama, question: str) -> tuple[int, list[int]]:
    """The tokens of a question with the likeliest answer, and how many are the question's."""
    text = f"<|im_start|>user\n{question}<|im_end|>\n<|im_start|>assistant\n"
    tokens = model.tokenize(text.encode(), add_bos=False, special=True)
    asked = len(tokens)
    model.reset()
    model.eval(tokens)
    while len(tokens) < asked + TOKENS:
        token = int(np.argmax(model.scores[model.n_tokens - 1]))
        if token == model.token_eos():
            break
        tokens.append(token)
        model.eval([token])
    return asked, tokens


def _read(model: Llama, answers: Iterable[tuple[int, list[int]]]) -> Iterator[Logits]:
    """Read each answer in one piece: the log-probabilities at each of its places."""
    for asked, tokens in answers:
        model.reset()
        model.eval(tokens)
        logits = model.scores[asked - 1 : len(tokens)].astype(np.float64)
        logits -= logits.max(axis=1, keepdims=True)
        yield from logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))


def _compare(processor: Logits, card: Logits, exact: Logits) -> Place:
    likely = np.argsort(exact)[-LIKELY:]
    first, second = np.argsort(processor)[:-3:-1]
    gap = processor[first] - processor[second]
    best = int(np.argmax(card))
    return Place(
        processor=float(np.abs(processor - exact)[likely].max()),
        card=float(np.abs(card - exact)[likely].max()),
        rounding=float(abs(card[first] - card[second] - gap)),
        gap=float(gap),
        parts=bool(best != first),
        agrees=best == int(np.argmax(exact)),
    )


if __name__ == "__main__":
    main()
