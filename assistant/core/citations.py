"""Which passage bears out which sentence of an answer, checked without a model.

What a small model writes after a statement is not to be trusted, and often it writes nothing. So
every sentence is held against every passage: it has to share the passage's words, the rare ones
above all, *and* be close to one of its sentences in meaning. Either sign alone attaches sources to
answers that were written without any document.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from assistant.core.documents import Passage
from assistant.core.library import Support
from assistant.core.models import Citation, Strength

SUPPORTED = (0.6, 0.5)
"""Word overlap and cosine from which on a sentence is borne out."""

WEAK = (0.4, 0.35)
"""The same, in part."""

FEWEST_WORDS = 3
"""Words of a sentence that can be found word for word by more than chance."""

_SENTENCE = re.compile(r"\S.*?(?:[.!?…](?=[\s\[\"'”’)]|$)[\"'”’)]*|(?=\n)|$)(?:\s*\[\d+\])*", re.S)
_MARK = re.compile(r"\s*\[(\d{1,3})\]")
_SPOKEN = re.compile(r"\w+", re.UNICODE)

Measure = Callable[[Sequence[str], Sequence[str]], tuple[tuple[Support, ...], ...]]
"""`Library.support`: signs of support for sentences (rows) by texts (columns)."""


class Sentence(NamedTuple):
    """A sentence of an answer."""

    start: int
    end: int
    text: str
    """Without its marks."""


def sentences_of(answer: str) -> list[Sentence]:
    """The sentences that state something, each with the `[n]` that follow it."""
    found = []
    for match in _SENTENCE.finditer(answer):
        text = _MARK.sub("", match.group()).strip()
        if _SPOKEN.search(text) and not text.endswith("?"):
            found.append(Sentence(match.start(), match.end(), text))
    return found


def check(answer: str, passages: Sequence[Passage], measure: Measure) -> tuple[Citation, ...]:
    """The citations of an answer, in its order: for each sentence the passage that fits best."""
    sentences = sentences_of(answer)
    if not sentences or not passages:
        return ()
    rows = measure([sentence.text for sentence in sentences], [p.text for p in passages])
    citations = []
    for sentence, row in zip(sentences, rows, strict=False):
        best = _best(sentence.text, passages, row)
        if best is not None:
            number, strength = best
            citations.append(
                _citation(sentence, number, strength, passages[number - 1], row[number - 1])
            )
    return tuple(citations)


def annotate(answer: str, citations: Sequence[Citation]) -> str:
    """The answer with a mark behind every sentence that has a citation, and no other marks.

    An answer without citations is left as it is: it may speak of `list[0]`.
    """
    if not citations:
        return answer
    pieces, at = [], 0
    for citation in sorted(citations, key=lambda citation: citation.end):
        sentence = _MARK.sub("", answer[at : citation.end])
        pieces.append(f"{sentence.rstrip()} [{citation.number}]")
        at = citation.end
    return "".join([*pieces, _MARK.sub("", answer[at:])])


def _best(
    sentence: str, passages: Sequence[Passage], row: Sequence[Support]
) -> tuple[int, Strength] | None:
    """Number and strength of the passage that bears the sentence out best; None when none does."""
    order: dict[Strength, int] = {"verbatim": 2, "supported": 1, "weak": 0}
    found = [
        (order[strength], support.overlap + support.cosine, -number, strength)
        for number, (passage, support) in enumerate(zip(passages, row, strict=True), 1)
        if (strength := _strength(sentence, passage.text, support)) is not None
    ]
    if not found:
        return None
    _, _, negative, strength = max(found)
    return -negative, strength


def _strength(sentence: str, text: str, support: Support) -> Strength | None:
    words = _words(sentence)
    if len(words.split()) >= FEWEST_WORDS and words in _words(text):
        return "verbatim"
    if support.overlap >= SUPPORTED[0] and support.cosine >= SUPPORTED[1]:
        return "supported"
    if support.overlap >= WEAK[0] and support.cosine >= WEAK[1]:
        return "weak"
    return None


def _words(text: str) -> str:
    return " ".join(_SPOKEN.findall(text.casefold()))


def _citation(
    sentence: Sentence, number: int, strength: Strength, passage: Passage, support: Support
) -> Citation:
    return Citation(
        number=number,
        strength=strength,
        start=sentence.start,
        end=sentence.end,
        path=passage.path,
        title=passage.title,
        place=passage.place,
        quote=passage.text[support.start : support.end] or passage.text,
        quote_start=passage.start + support.start,
        content_hash=passage.content_hash,
    )
