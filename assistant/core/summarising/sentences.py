"""Sentences that can stand for a part: whole ones that say something without what is before them.

English, Portuguese and Spanish; what a language has for it are its words.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from assistant.core.grounding.citations import cut_sentences
from assistant.core.summarising.outline import Part
from assistant.core.values.documents import Document

MIN_WORDS: Final = 6
MAX_CHARS: Final = 420
"""Characters of a sentence that is quoted."""

ENOUGH: Final = 3
"""Sentences of a part that stand on their own from which on the others are left alone."""

_MIN_LETTERS = 0.7
"""Of the characters of a sentence, how many are letters or spaces."""

_DANGLING_WORDS = (
    "sendo apesar former latter this that these those it he she they his her their its such"
    " however but and so also thus then therefore moreover furthermore instead otherwise"
    " here there both for since while although additionally similarly likewise consequently"
    " nevertheless finally another ele ela eles elas isso isto esse essa esses essas este"
    " esta estes estas aquele aquela seu sua seus suas mas porém e também assim então"
    " portanto além entretanto contudo todavia no nesse nessa neste nesta disso dessa desse"
    " ainda ambos aí ali outro outra él ellos ellas eso esto ese esa esos esas estos estas"
    " su sus pero y también así entonces además sin"
)
_DANGLING: Final = frozenset(_DANGLING_WORDS.split())
"""First words that lean on the sentence before."""

_ARTICLES: Final = frozenset(["the", "o", "a", "os", "as"])
"""What may stand before a word that leans on the sentence before."""

_ENDS = re.compile(r"""[.。][\])"'”’»]*$""")
_WORD = re.compile(r"[^\W\d_]+")
_LEADERS = re.compile(r"\.{4,}|(?:\. ){4,}|…{2,}")
_ITEM = re.compile(r"^\s*(?:[-*+•–▪◦]|\(?\d{1,3}[.)]|\(?[a-z]\))\s+")
_WHITE = re.compile(r"\s+")


class Candidate(NamedTuple):
    """A sentence of a document; `text` is on one line."""

    start: int
    end: int
    text: str


def candidates(document: Document, part: Part) -> list[Candidate]:
    """The sentences that can stand for a part, in order; of those that can none, its lines."""
    found = all_sentences(document, part)
    whole = [each for each in found if _is_whole(each.text)]
    alone = [each for each in whole if stands_alone(each.text)]
    if len(alone) >= ENOUGH:
        return alone
    return whole or found


def all_sentences(document: Document, part: Part) -> list[Candidate]:
    """All sentences, rows and lines of a part that hold several words, in order."""
    return [each for each in _sentences(document, part) if len(_WORD.findall(each.text)) > 1]


def stands_alone(text: str) -> bool:
    """Whether a sentence says something without the one before it."""
    return _first_word(text) not in _DANGLING


def _sentences(document: Document, part: Part) -> Iterator[Candidate]:
    for block in part.blocks:
        if block.kind in ("heading", "columns", "code"):
            continue
        text = document.text[block.start : block.end]
        if block.kind == "row":
            yield Candidate(block.start, block.end, on_one_line(text))
            continue
        if block.kind == "paragraph":
            # A line ends where the page was full, not where the sentence does.
            text = _without_breaks(text)
        for start, end in cut_sentences(text, 0, len(text)):
            item = _ITEM.match(text[start:end])
            start += item.end() if item else 0
            if start < end:
                line = on_one_line(text[start:end])
                yield Candidate(block.start + start, block.start + end, line)


def _without_breaks(text: str) -> str:
    """A text whose single line breaks are spaces, as long as it was."""
    return re.sub(r"(?<!\n)\n(?!\n)", " ", text)


def on_one_line(text: str) -> str:
    """A text with all its white space made single spaces."""
    return _WHITE.sub(" ", text).strip()


def _is_whole(text: str) -> bool:
    words = _WORD.findall(text)
    letters = sum(each.isalpha() or each.isspace() for each in text)
    return (
        len(words) >= MIN_WORDS
        and len(text) <= MAX_CHARS
        and letters >= _MIN_LETTERS * len(text)
        and (text[0].isupper() or not text[0].isalpha())
        and _ENDS.search(text) is not None
        and not _LEADERS.search(text)
        and text.count("(") == text.count(")")
    )


def _first_word(text: str) -> str:
    words = [word.lower() for word in _WORD.findall(text)[:2]]
    article = len(words) > 1 and words[0] in _ARTICLES
    return words[article] if words else ""
