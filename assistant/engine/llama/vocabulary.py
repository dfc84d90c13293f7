"""Vocabulary of a loaded model: text to tokens and back, through the model's own vocabulary."""

import ctypes
from collections.abc import Sequence
from typing import NamedTuple, Self

import llama_cpp

_PIECE_BYTES = 256

_CONTROL = llama_cpp.LLAMA_TOKEN_ATTR_CONTROL | llama_cpp.LLAMA_TOKEN_ATTR_UNKNOWN
_USER_DEFINED = llama_cpp.LLAMA_TOKEN_ATTR_USER_DEFINED


class Vocabulary:
    """The vocabulary of a loaded model; valid as long as the model is."""

    def __init__(self, model: llama_cpp.llama_model_p) -> None:
        vocab = llama_cpp.llama_model_get_vocab(model)
        assert vocab is not None
        self.native = vocab
        """As llama.cpp's own functions take it."""
        self._pieces: dict[int, bytes] = {}
        self._lengths: dict[int, int] = {}
        self._buffer = ctypes.create_string_buffer(_PIECE_BYTES)
        self.size = llama_cpp.llama_vocab_n_tokens(vocab)
        self.prefixes_space = sum(self.lengths(self.tokenize(b"a"))) > 1
        """Whether a space is put before text that begins a prompt or follows a special token."""
        self.adds_bos = bool(llama_cpp.llama_vocab_get_add_bos(vocab))
        self.bos_token = llama_cpp.llama_vocab_bos(vocab)
        self.bos = self._text(self.bos_token)
        self.eos = self._text(llama_cpp.llama_vocab_eos(vocab))
        self.special = _texts(vocab, _CONTROL)
        """Texts that become tokens no plain text should be able to produce."""
        self.user_defined = _texts(vocab, _USER_DEFINED)
        """Texts that were added to the vocabulary, be they role markers or HTML tags."""
        self._ends: set[int] = set()

    def tokenize(self, text: bytes) -> list[int]:
        """Tokens of UTF-8 text; texts of special tokens become those. Adds none of its own."""
        room = len(text) + 16
        tokens = (llama_cpp.llama_token * room)()
        count = llama_cpp.llama_tokenize(self.native, text, len(text), tokens, room, False, True)
        if count < 0:
            room = -count
            tokens = (llama_cpp.llama_token * room)()
            count = llama_cpp.llama_tokenize(
                self.native, text, len(text), tokens, room, False, True
            )
        return list(tokens[:count])

    def bos_tokens(self, prompt: bytes) -> list[int]:
        """The tokens that begin every prompt (BOS); none where the template has written it."""
        if not self.adds_bos or prompt.startswith(self.bos.encode()):
            return []
        return [self.bos_token]

    def before_special(self, text: bytes) -> bytes:
        """A text up to its last special token; b"" where there is none."""
        return text[: max([0, *(text.rfind(special.encode()) for special in self.special)])]

    def piece(self, token: int) -> bytes:
        """The bytes that a written token adds to the answer; b"" for control tokens."""
        piece = self._pieces.get(token)
        if piece is None:
            piece = self._pieces[token] = self._to_piece(token, special=False)
        return piece

    def reveal(self, markers: str) -> None:
        """Have the special tokens that `markers` is made of written like any other."""
        for token in self.tokenize(markers.encode()):
            self._pieces[token] = self._to_piece(token, special=True)

    def add_end(self, marker: str) -> None:
        """Count a special token as the end of an answer, whatever the file says of it."""
        tokens = self.tokenize(marker.encode())
        self._ends.update(token for token in tokens if self._text(token) == marker)

    def marker_token(self, marker: str) -> int | None:
        """The token that a marker begins with, where that is one for markers alone."""
        first = next(iter(self.tokenize(marker.encode())), None)
        if first is None or self._text(first) not in self.special | self.user_defined:
            return None
        return first

    def display_text(self, token: int) -> str:
        """A prompt token's text for people; bytes that are no text are escaped."""
        return self._to_piece(token, special=True).decode("utf-8", "backslashreplace")

    def lengths(self, tokens: Sequence[int]) -> list[int]:
        """Bytes of prompt text that each token stands for."""
        known = self._lengths
        for token in set(tokens) - known.keys():
            known[token] = len(self._to_piece(token, special=True))
        return [known[token] for token in tokens]

    def is_end(self, token: int) -> bool:
        """Whether the model ends its answer with this token."""
        return token in self._ends or bool(llama_cpp.llama_vocab_is_eog(self.native, token))

    def _to_piece(self, token: int, special: bool) -> bytes:
        buffer = self._buffer
        size = llama_cpp.llama_token_to_piece(self.native, token, buffer, len(buffer), 0, special)
        if size < 0:
            buffer = ctypes.create_string_buffer(-size)
            size = llama_cpp.llama_token_to_piece(
                self.native, token, buffer, len(buffer), 0, special
            )
        return buffer.raw[:size]

    def _text(self, token: int) -> str:
        return _text(self.native, token)


class SpecialTexts(NamedTuple):
    """Texts of special tokens, as a chat template and what stands in for one need them."""

    all: frozenset[str]
    bos: str
    eos: str

    @classmethod
    def of(cls, model: llama_cpp.llama_model_p) -> Self:
        """Those of a model whose vocabulary may be too damaged to make tokens with."""
        vocab = llama_cpp.llama_model_get_vocab(model)
        return cls(
            _texts(vocab, _CONTROL),
            _text(vocab, llama_cpp.llama_vocab_bos(vocab)),
            _text(vocab, llama_cpp.llama_vocab_eos(vocab)),
        )


def _text(vocab: "llama_cpp.llama_vocab_p", token: int) -> str:
    if token < 0:
        return ""
    text: bytes = llama_cpp.llama_vocab_get_text(vocab, token)
    return text.decode("utf-8", "replace")


def _texts(vocab: "llama_cpp.llama_vocab_p", wanted: int) -> frozenset[str]:
    attributes = llama_cpp.llama_vocab_get_attr
    every = range(llama_cpp.llama_vocab_n_tokens(vocab))
    ids = (token for token in every if attributes(vocab, token) & wanted)
    return frozenset(text for token in ids if (text := _text(vocab, token)))
