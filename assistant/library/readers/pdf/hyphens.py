"""Hyphens at line ends: those that part a word go, those of the word's own stay.

Which is which is told by the rest of the document first: it may have the word whole, or its two
parts as words of their own.
"""

import re
from collections import Counter
from collections.abc import Iterable

MARK = "\ufffe"
"""Stands for a hyphen at a line's end, and the line end, until the whole document is known."""
_MARKED = re.compile(rf"([\w'’-]*\w){MARK}(\w[\w'’-]*)")
_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_FIRST_PARTS = (
    "self well half quasi non cross all best high low long short so-called"
    " bem recém pós pré vice segunda terça quarta quinta sexta guarda não"
    " über selbst haut demi mi sous semi contre avant après"
)
"""First parts that hardly ever stand before a word without a hyphen."""
_LINK_WORDS = "of the in and to up by on off out for at de do da d a à e o y la le en"
"""Words within a word with several hyphens."""
_MIN_PART = 4
"""Letters of a part that is taken for a word because it is one elsewhere."""


def meets_hyphen(text: str, following: str) -> bool:
    """Whether a line ends within a word that the next line may go on with."""
    return (
        len(text) > 1 and text[-1] in "-\u2010" and text[-2].isalnum() and following[:1].isalnum()
    )


_OWN_PARTS = frozenset(_FIRST_PARTS.split())
_LINKS = frozenset(_LINK_WORDS.split())


class Hyphens:
    """Decides about the hyphens at a document's line ends."""

    def __init__(self, texts: Iterable[str]) -> None:
        """`texts`: all that the document says."""
        # Most words come back: each is looked at once.
        self._words = Counter("\n".join(texts).casefold().split())
        for piece in [piece for piece in self._words if not piece.isalnum()]:
            times = self._words.pop(piece)
            piece = _MARKED.sub(" ", piece) if MARK in piece else piece
            for word in _WORD.findall(piece):
                self._words[word] += times

    def resolve(self, text: str) -> str:
        """`text` with a hyphen or nothing for each mark."""
        while MARK in text:
            resolved = _MARKED.sub(self._decided, text)
            text = resolved if resolved != text else text.replace(MARK, "-")
        return text

    def _decided(self, found: re.Match[str]) -> str:
        first, second = found[1], found[2]
        return f"{first}-{second}" if self._is_own(first, second) else first + second

    def _is_own(self, first: str, second: str) -> bool:
        if first[-1].isdigit() or second[0].isdigit():
            return True
        if second[0].isupper() and not (first.isupper() and len(first) > 1):
            return True
        before, after = first.casefold(), second.casefold()
        whole, apart = self._words[before + after], self._words[f"{before}-{after}"]
        if whole or apart:
            return apart > whole
        last = re.split("[-'’]", before)[-1]
        if "-" in before and (last in _LINKS or after.split("-")[0] in _LINKS):
            return True
        if last in _OWN_PARTS:
            return True
        start = after.split("-")[0]
        return (
            min(len(last), len(start)) >= _MIN_PART
            and self._words[last] > 0
            and self._words[start] > 0
        )
