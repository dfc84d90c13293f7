"""Token pieces to text: never a broken character, never a piece of the stop text."""

import ctypes
from collections.abc import Iterator

import llama_cpp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.engine.generation.decoding import AnswerText
from assistant.engine.llama.vocabulary import Vocabulary
from tests.support.engine import starter_file

HARD = [
    "São João, açaí e coração: é à mão.",
    "日本語の文章、中文字符,한국어.",
    "\N{GRINNING FACE}\N{ROCKET}\N{FLAG IN HOLE}",
    "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER} \N{REGIONAL INDICATOR SYMBOL LETTER B}"
    "\N{REGIONAL INDICATOR SYMBOL LETTER R}",
    "e\u0301\u0323 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 ﷽ \u202e",
]


@pytest.fixture(scope="module")
def vocabulary() -> Iterator[Vocabulary]:
    """The starter model's, without its weights."""
    llama_cpp.llama_log_set(QUIET, ctypes.c_void_p(0))
    parameters = llama_cpp.llama_model_default_params()
    parameters.vocab_only = True
    model = llama_cpp.llama_model_load_from_file(str(starter_file()).encode(), parameters)
    assert model is not None
    yield Vocabulary(model)
    llama_cpp.llama_model_free(model)


QUIET = llama_cpp.llama_log_callback(lambda *_: None)


def shown(pieces: list[bytes], text: AnswerText) -> list[str]:
    return [*(text.feed(piece) for piece in pieces), text.flush()]


@pytest.mark.model
@pytest.mark.parametrize("text", HARD)
def test_characters_split_over_tokens_come_out_whole(vocabulary: Vocabulary, text: str) -> None:
    tokens = vocabulary.tokenize(text.encode())
    pieces = [vocabulary.piece(token) for token in tokens]
    assert b"".join(pieces).decode() == text
    steps = shown(pieces, AnswerText())
    assert "".join(steps) == text
    assert not any("\N{REPLACEMENT CHARACTER}" in step for step in steps)


@pytest.mark.model
def test_these_texts_do_split_characters(vocabulary: Vocabulary) -> None:
    pieces = [vocabulary.piece(t) for text in HARD for t in vocabulary.tokenize(text.encode())]

    def is_broken(piece: bytes) -> bool:
        return piece.decode(errors="replace").encode() != piece

    assert sum(map(is_broken, pieces)) > 20


@given(st.text(max_size=40), st.lists(st.integers(1, 5), max_size=200))
@settings(deadline=None)
def test_any_text_survives_any_cuts(text: str, cuts: list[int]) -> None:
    rest = text.encode()
    pieces = []
    for cut in cuts:
        pieces.append(rest[:cut])
        rest = rest[cut:]
    assert "".join(shown([*pieces, rest], AnswerText())) == text


@pytest.mark.model
def test_the_tokens_of_a_prompt_cover_its_bytes(vocabulary: Vocabulary) -> None:
    prompt = "<|im_start|>user\nolá \N{GRINNING FACE}<|im_end|>\n".encode()
    assert sum(vocabulary.lengths(vocabulary.tokenize(prompt))) == len(prompt)


@pytest.mark.model
def test_the_special_tokens_of_the_starter_are_known(vocabulary: Vocabulary) -> None:
    assert {"<|im_start|>", "<|im_end|>", "<|endoftext|>"} <= vocabulary.special
    assert vocabulary.is_end(vocabulary.tokenize(b"<|im_end|>")[0])
    assert not vocabulary.is_end(vocabulary.tokenize(b"hello")[0])


def test_half_a_character_at_the_end_is_dropped() -> None:
    assert "".join(shown(["olá".encode()[:-1]], AnswerText())) == "ol"


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert "".join(shown([b"a\xff", b"b"], AnswerText())) == "a\N{REPLACEMENT CHARACTER}b"


@pytest.mark.parametrize(
    ("pieces", "text", "ended"),
    [
        ([b"Paris.", b"\nUs", b"er:", b" more"], "Paris.", True),
        ([b"Paris.\nUser: x"], "Paris.", True),
        ([b"The U", b"ser\n", b"Us", b"es"], "The User\nUses", False),
        ([b"\n", b"\n", b"User:"], "\n", True),
        ([b"one\n"], "one\n", False),
    ],
)
def test_the_stop_text_ends_the_answer_and_is_not_shown(
    pieces: list[bytes], text: str, ended: bool
) -> None:
    answer = AnswerText("\nUser:")
    seen = ""
    for piece in pieces:
        seen += answer.feed(piece)
        if answer.ended:
            break
    assert seen + answer.flush() == text
    assert answer.ended is ended


@given(st.text(alphabet="\nUser: x", max_size=30), st.integers(1, 5))
@settings(deadline=None)
def test_only_the_stop_text_is_ever_held_back(text: str, step: int) -> None:
    answer = AnswerText("\nUser:")
    seen = ""
    for start in range(0, len(text), step):
        seen += answer.feed(text[start : start + step].encode())
        if answer.ended:
            break
    assert seen + answer.flush() == text.partition("\nUser:")[0]


def test_the_space_before_the_first_word_is_dropped_once() -> None:
    assert "".join(shown([b" Paris", b" is"], AnswerText(trim=True))) == "Paris is"
