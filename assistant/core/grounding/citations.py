"""Citations: which passage bears out which sentence of an answer, checked without a model.

What a small model writes after a statement is not to be trusted, and often it writes nothing. So
every sentence is held against every passage: it has to share the passage's words, the rare ones
above all, *and* be close to one of its sentences in meaning. Either sign alone attaches sources to
answers that were written without any document.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from assistant.core.values.conversation import Citation, Strength
from assistant.core.values.documents import Passage
from assistant.core.values.library import NearestSentence, Support

SUPPORTED = (0.7, 0.6)
"""Word overlap and cosine from which on a sentence is borne out; see `benchmarks.citations`."""

WEAK = (0.6, 0.5)
"""The same, in part."""

MIN_WORDS = 3
"""Words of a sentence that can be found word for word by more than chance."""

_BORDER = re.compile(
    r"""(?<![.!?…])(?P<point>[.!?…])[.!?…]*+["'”’»)*_]*+(?P<marks>(?:\s*\[\d{1,3}\])*)(?=\s|$)
    | [。！？] | \n""",
    re.VERBOSE,
)
_SHORTENED = re.compile(
    r"""(?<![^\W_])(?:[^\W\d_] | e\.g | i\.e | p\.ex | [ap]\.m | [ad]\.C
    | mrs? | ms | dra? | sra?s? | profa? | st | s[at]a | sto | jr | vs | cf | ca | n[or] | pp? | fig
    | figs | art | arts | vol | cap | ed | eds | av | gen | col | lt | sen | rep | gov | inc | ltd
    | ltda | séc | approx | aprox | al)\.$""",
    re.VERBOSE | re.IGNORECASE,
)
"""A word that a point shortens: the sentence goes on."""
_NUMBERED = re.compile(r"[\s>*+#-]*\d{1,3}\.")
"""The beginning of a line in a list."""
_LAID_OUT = re.compile(r"(?:[>*+#\s-]|\d{1,3}[.)]\s)*(?:\*\*|__)?")
_CODE = re.compile(r"^(?P<fence>```|~~~).*?(?:^(?P=fence)|\Z)", re.DOTALL | re.MULTILINE)
_MARK = re.compile(r"(?P<code>`[^`\n]+`)|(?<!\s)\s*+\[(?P<number>\d{1,3})\]")
_WORD = re.compile(r"\w+", re.UNICODE)

Measure = Callable[[Sequence[str], Sequence[str]], tuple[tuple[Support, ...], ...]]
"""`Library.support`: signs of support for sentences (rows) by texts (columns)."""


class Sentence(NamedTuple):
    """A sentence of an answer."""

    start: int
    end: int
    text: str
    """Without its marks."""


def sentences_of(answer: str) -> list[Sentence]:
    """Sentences that state something, each with the `[n]` that follow it.

    Questions, what only leads to a list, and code state nothing. Points of abbreviations, initials
    and numbered lists end no sentence.
    """
    found = []
    for first, last in _prose(answer):
        for start, end in _cut(answer, first, last):
            text = _LAID_OUT.sub("", _unmarked(answer[start:end]), count=1).strip()
            if _WORD.search(text) and not text.endswith(("?", ":")):
                found.append(Sentence(start, end, text))
    return found


def check_citations(
    answer: str, passages: Sequence[Passage], measure: Measure
) -> tuple[Citation, ...]:
    """Citations of an answer, in its order: for each sentence the passage that fits best."""
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


def is_borne_out(citations: Sequence[Citation]) -> bool:
    """Whether the passages clearly support at least one sentence of an answer."""
    return any(citation.strength != "weak" for citation in citations)


def nearest_sentence(
    question: str, passages: Sequence[Passage], measure: Measure
) -> NearestSentence | None:
    """Sentence of the passages that is nearest to a question.

    It is what the user can hold on to when no sentence of the answer is borne out.

    Returns:
        The sentence and its passage; None without any sentence.
    """
    rows = measure([question], [passage.text for passage in passages])
    found = [
        (support.overlap + support.cosine, -number, text)
        for row in rows
        for number, (passage, support) in enumerate(zip(passages, row, strict=True), 1)
        if (text := _quoted_sentence(passage.text, support))
    ]
    if not found:
        return None
    _, negative, text = max(found)
    return NearestSentence(number=-negative, text=text)


def _quoted_sentence(text: str, support: Support) -> str:
    """The sentence; a heading says nothing without the one that follows it."""
    said = text[support.start : support.end].strip()
    if len(_WORD.findall(said)) >= MIN_WORDS:
        return said
    following = (each.end for each in sentences_of(text) if each.start >= support.end)
    return text[support.start : next(following, support.end)].strip()


def annotate(answer: str, citations: Sequence[Citation]) -> str:
    """Answer with a mark behind every sentence that has a citation, and no other marks.

    An answer without citations is left as it is: it may speak of `list[0]`.
    """
    return annotated(answer, citations).text


class CitedAnswer(NamedTuple):
    """An answer with its citation marks."""

    text: str
    citations: tuple[Citation, ...]
    """With offsets that hold in `text`."""


def annotated(answer: str, citations: Sequence[Citation]) -> CitedAnswer:
    """Answer with its marks, and its citations moved accordingly; see `annotate`."""
    if not citations:
        return CitedAnswer(answer, ())
    text, at, moved = "", 0, []
    for citation in sorted(citations, key=lambda citation: citation.end):
        text += _outside_code(answer[at : citation.start])
        start = len(text)
        text += f"{_unmarked(answer[max(at, citation.start) : citation.end]).rstrip()}"
        text += f" [{citation.number}]"
        moved.append(citation.model_copy(update={"start": start, "end": len(text)}))
        at = citation.end
    return CitedAnswer(text + _outside_code(answer[at:]), tuple(moved))


class SentenceCheck(NamedTuple):
    """Verdict of the check on one sentence."""

    sentence: Sentence
    strength: Strength | Literal["unsupported"]
    number: int | None
    """Of the passage that bears it out."""


def sentence_checks(answer: CitedAnswer) -> list[SentenceCheck]:
    """Verdicts on every sentence of an answer for which passages were read."""
    by_end = {citation.end: citation for citation in answer.citations}
    found = []
    for sentence in sentences_of(answer.text):
        citation = by_end.get(sentence.end)
        found.append(
            SentenceCheck(sentence, citation.strength, citation.number)
            if citation
            else SentenceCheck(sentence, "unsupported", None)
        )
    return found


def _prose(answer: str) -> Iterator[tuple[int, int]]:
    """What stands between blocks of code."""
    at = 0
    for block in _CODE.finditer(answer):
        yield at, block.start()
        at = block.end()
    yield at, len(answer)


def _cut(answer: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Sentences without the white space around them."""
    start = first
    for border in _BORDER.finditer(answer, first, last):
        if border["point"] == "." and _is_inside(answer, start, border):
            continue
        yield from _stripped(answer, start, border.end())
        start = border.end()
    yield from _stripped(answer, start, last)


def _is_inside(answer: str, start: int, border: re.Match[str]) -> bool:
    """Whether a point ends no sentence."""
    if border["marks"]:
        return False
    so_far = answer[start : border.start() + 1]
    return bool(_SHORTENED.search(so_far) or _NUMBERED.fullmatch(so_far))


def _stripped(answer: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    text = answer[start:end]
    if text.strip():
        yield start + len(text) - len(text.lstrip()), start + len(text.rstrip())


def _unmarked(text: str) -> str:
    return _MARK.sub(lambda match: match["code"] or "", text)


def _outside_code(text: str) -> str:
    """Without marks, but for what looks like one in code."""
    pieces, at = [], 0
    for block in _CODE.finditer(text):
        pieces += [_unmarked(text[at : block.start()]), block.group()]
        at = block.end()
    return "".join([*pieces, _unmarked(text[at:])])


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
    # A part of a sentence that only says the question again bears out nothing.
    says_more = support.overlap > 0 or _words(text[support.start : support.end]) in words
    if says_more and len(words.split()) >= MIN_WORDS and words in _words(text):
        return "verbatim"
    if support.overlap >= SUPPORTED[0] and support.cosine >= SUPPORTED[1]:
        return "supported"
    if support.overlap >= WEAK[0] and support.cosine >= WEAK[1]:
        return "weak"
    return None


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))


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
