"""Vocabulary: which texts an embedder can read.

A vocabulary that lacks a script has its letters one by one, or not at all. Vectors of such texts
are near to each other whatever they say, so that words alone have to find them.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

ENOUGH_READ = 0.7
"""The share of a text's letters that stand in tokens of several letters, at least."""

_UNKNOWN = ("<unk>", "[UNK]")
_LETTER = re.compile(r"[^\W\d_]")
_NOT_LATIN = re.compile(r"[^\W\d_a-zA-Zª-ɏᴀ-ỿ]")
_SYLLABLE = re.compile(
    "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Characters that are words or syllables by themselves."""


def can_read(texts: Sequence[str], tokenizer: "Tokenizer") -> list[bool]:
    """Whether a vocabulary has the words of each of some texts, or parts of them.

    What is written in Latin letters is taken to be readable: every embedder knows them.
    """
    return [_is_mostly_latin(text) or _is_read(text, tokenizer) for text in texts]


def _is_mostly_latin(text: str) -> bool:
    if text.isascii():
        return True
    others = len(_NOT_LATIN.findall(text))
    return not others or 2 * others <= len(_LETTER.findall(text))


def _is_read(text: str, tokenizer: "Tokenizer") -> bool:
    encoding = tokenizer.encode(text, add_special_tokens=False)
    unknown = {tokenizer.token_to_id(name) for name in _UNKNOWN}
    read = 0
    for token, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
        letters = len(_LETTER.findall(text[start:end]))
        if token not in unknown and (letters > 1 or _SYLLABLE.search(text[start:end])):
            read += letters
    return read >= ENOUGH_READ * len(_LETTER.findall(text))
