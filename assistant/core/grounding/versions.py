"""Versions: passages that say nearly the same, and the words in which they differ.

Two states of one text, or two copies of one form: which of them holds is for the reader to say, so
both are shown, with their dates and with what sets them apart.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import combinations
from typing import NamedTuple

from assistant.core.values.documents import Passage
from assistant.language.messages import _

MAX_DIFFERING = 12
"""Words in which versions differ at most, on either side."""

MIN_COMMON = 0.75
"""The share of their words that versions have in common at least, in order."""

SAME_SCORE = 0.02
"""Scores that differ by no more are the same."""

MAX_WORDS = 600
"""Words of a passage that are compared."""

_INSIGNIFICANT = frozenset(
    {"a", "an", "the", "and", "of", "o", "os", "as", "um", "uma", "e", "de", "do", "da", "dos"}
    | {"das", "el", "la", "los", "las", "un", "una", "y", "del"}
)
"""Words by whose absence a text stays the same; folded."""

_WORD = re.compile(r"[^\W_]+(?:[.,:/-]\d+)*")


class Disagreement(NamedTuple):
    """Two passages of a list that say nearly the same."""

    first: int
    """Its number in the list, from 1."""
    second: int
    first_words: str
    """What only the first has; empty where it only lacks something."""
    second_words: str
    newer: int | None
    """The number of the one whose file is newer; None when they are of one time."""

    @property
    def text(self) -> str:
        """In a sentence, as the model reads it."""
        told = [
            f"[{number}] “{words}”" if words else f"[{number}] without it"
            for number, words in ((self.first, self.first_words), (self.second, self.second_words))
        ]
        newer = f" [{self.newer}] is newer." if self.newer is not None else ""
        differ = ", ".join(told)
        return (
            f"[{self.first}] and [{self.second}] say nearly the same and differ: {differ}.{newer}"
        )


def disagreement_text(each: Disagreement) -> str:
    """What two versions of a passage say differently, as the user reads it."""
    one, other = (
        _("[{number}] “{words}”", number=at, words=words)
        if words
        else _("[{number}] without it", number=at)
        for at, words in ((each.first, each.first_words), (each.second, each.second_words))
    )
    told = _(
        "[{first}] and [{second}] are nearly the same, but differ: {one}, {other}.",
        first=each.first,
        second=each.second,
        one=one,
        other=other,
    )
    if each.newer is None:
        return told
    return f"{told} {_('[{number}] is newer.', number=each.newer)}"


class ComparedText(NamedTuple):
    """A text that is compared with others."""

    words: Sequence[str]
    keys: Sequence[str]
    """The words, folded."""
    different: frozenset[str]
    """The keys, each once."""

    @classmethod
    def of(cls, text: str) -> "ComparedText":
        words = _WORD.findall(text)[:MAX_WORDS]
        keys = [_folded(word) for word in words]
        return cls(words, keys, frozenset(keys))


def disagreements(passages: Sequence[Passage]) -> list[Disagreement]:
    """The pairs of passages of different files that are versions of each other."""
    texts = [ComparedText.of(passage.text) for passage in passages]
    found = []
    for (first, one), (second, other) in combinations(enumerate(passages, 1), 2):
        if one.path == other.path:
            continue
        differing = differing_words(texts[first - 1], texts[second - 1])
        if differing is not None and any(differing):
            found.append(Disagreement(first, second, *differing, _newer(first, one, second, other)))
    return found


def disputed(passages: Sequence[Passage], quotes: Iterable[tuple[int, str]]) -> list[Disagreement]:
    """The disagreements about what passages are quoted for: a version does not say it so.

    Args:
        quotes: numbers of passages, from 1, each with what of it is quoted.
    """
    told = {(number, _words_alone(quote)) for number, quote in quotes}
    return [
        each
        for each in (disagreements(passages) if told else [])
        if any(
            number == quoted and words not in _words_alone(passages[other - 1].text)
            for quoted, words in told
            for number, other in ((each.first, each.second), (each.second, each.first))
        )
    ]


def newest_first(passages: Sequence[Passage]) -> list[Passage]:
    """The passages in their order, but of two versions with the same score the newer one first."""
    ordered: list[Passage] = []
    for passage in passages:
        older = (at for at, each in enumerate(ordered) if _replaces(passage, each))
        at = next(older, len(ordered))
        score = ordered[at].score if at < len(ordered) else passage.score
        ordered.insert(at, passage.model_copy(update={"score": score}))
    return ordered


def differing_words(one: ComparedText, other: ComparedText) -> tuple[str, str] | None:
    """What only one of two texts says, and only the other; both empty where they say the same.

    Returns: None when they are no versions of each other.
    """
    if one.keys == other.keys:
        return "", ""
    most = max(len(one.different), len(other.different), 1)
    if len(one.different & other.different) < MIN_COMMON * most:
        return None
    matcher = SequenceMatcher(None, one.keys, other.keys, autojunk=False)
    if matcher.ratio() < MIN_COMMON:
        return None
    mine: list[str] = []
    theirs: list[str] = []
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        if kind != "equal":
            mine += _significant(one.words[start:end])
            theirs += _significant(other.words[other_start:other_end])
    if max(len(mine), len(theirs)) > MAX_DIFFERING:
        return None
    return " ".join(mine), " ".join(theirs)


def _replaces(one: Passage, other: Passage) -> bool:
    """Whether a passage is the newer version of another that fits as well."""
    return (
        one.modified is not None
        and other.modified is not None
        and one.modified > other.modified
        and one.path != other.path
        and abs(one.score - other.score) <= SAME_SCORE
        and differing_words(ComparedText.of(one.text), ComparedText.of(other.text)) is not None
    )


def _significant(words: Sequence[str]) -> list[str]:
    return [word for word in words if _folded(word) not in _INSIGNIFICANT]


def _newer(first: int, one: Passage, second: int, other: Passage) -> int | None:
    if one.modified is None or other.modified is None or one.modified == other.modified:
        return None
    return first if one.modified > other.modified else second


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()


def _words_alone(text: str) -> str:
    """A text without what only sets its words: capitals and white space."""
    return " ".join(text.casefold().split())
