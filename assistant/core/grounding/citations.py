"""Citations: which passage bears out which sentence of an answer, checked without a model.

What a small model writes after a statement is not to be trusted, and often it writes nothing. So
every sentence is held against every passage by the library's check, and the passage that says most
to it is cited, be it that it says the opposite.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Literal, NamedTuple

from assistant.core.grounding.unconfirmed import (
    CONTRADICTED,
    label_sources,
    prose,
    unmarked,
    unmarked_outside_code,
    was_checked,
)
from assistant.core.values.conversation import Citation, Message, Strength
from assistant.core.values.documents import Passage
from assistant.core.values.library import (
    AnswerCheck,
    CheckedPassage,
    NearestSentence,
    Retrieval,
    Support,
)

_SAYS_MOST: Final[dict[Strength, int]] = {
    "weak": 1,
    "contradicted": 2,
    "supported": 3,
    "verbatim": 4,
}
"""Which passage is cited for a sentence: of several the one that says most to it."""

_BORDER = re.compile(
    r"""(?<![.!?…])(?P<point>[.!?…])[.!?…]*+["'”’»)*_]*+
        (?P<marks>(?:[^\S\n]*\[\d{1,3}(?:[,;–-]\s?\d{1,3})*+(?:\N{NO-BREAK SPACE}✗)?\])*)(?=\s|$)
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
_WORD = re.compile(r"\w+", re.UNICODE)

Check = Callable[[Sequence[str], Sequence[CheckedPassage]], AnswerCheck]
"""`Library.check`: what passages say to sentences."""


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
    for first, last in prose(answer):
        for start, end in cut_sentences(answer, first, last):
            text = _LAID_OUT.sub("", unmarked(answer[start:end]), count=1).strip()
            if _WORD.search(text) and not text.endswith(("?", ":")):
                found.append(Sentence(start, end, text))
    return found


class CheckedAnswer(NamedTuple):
    """Result of the check of an answer against the passages that the model read."""

    citations: tuple[Citation, ...]
    """In the order of the answer: for each sentence the passage that says most to it."""
    nearest: NearestSentence | None
    """What the passages say to the question itself."""


def check_answer(answer: str, passages: Sequence[Passage], check: Check) -> CheckedAnswer:
    """Check an answer against passages."""
    sentences = sentences_of(answer)
    if not passages:
        return CheckedAnswer((), None)
    checked = check(
        [sentence.text for sentence in sentences],
        [CheckedPassage.of(passage) for passage in passages],
    )
    citations = [
        _citation(sentence, number, support, passages[number - 1])
        for sentence, row in zip(sentences, checked.support, strict=False)
        for number, support in _best(row)
    ]
    return CheckedAnswer(tuple(citations), checked.nearest)


def is_borne_out(citations: Sequence[Citation]) -> bool:
    """Whether the passages clearly support at least one sentence of an answer."""
    return any(citation.strength in ("verbatim", "supported") for citation in citations)


def is_contrary(citation: Citation) -> bool:
    """Whether a passage says the opposite of the sentence that it is cited for."""
    return citation.strength == "contradicted"


def annotate(answer: str, citations: Sequence[Citation], *, checked: bool = False) -> str:
    """Answer with a mark behind every sentence that has a citation, and no other marks.

    The mark of a passage that says the opposite has a cross.

    An answer without citations is left as it is, as it may speak of `list[0]`, unless it was
    checked: a mark that nothing confirmed would look like one that was. Sources that the model
    lists itself are labelled as such then.

    Args:
        checked: whether the answer was compared with passages.
    """
    return annotated(answer, citations, checked=checked).text


def checked_text(message: Message, retrieval: Retrieval | None) -> str | None:
    """Text of an answer as the check left it, for other programs: only confirmed marks are in it.

    Returns: None where it was not compared with passages, or has a form that marks would break.
    """
    has_form = message.sampling is not None and message.sampling.constraint is not None
    if has_form or not was_checked(message, retrieval):
        return None
    return annotate(message.text, message.citations, checked=True)


class CitedAnswer(NamedTuple):
    """An answer with its citation marks."""

    text: str
    citations: tuple[Citation, ...]
    """With offsets that hold in `text`."""


def annotated(answer: str, citations: Sequence[Citation], *, checked: bool = False) -> CitedAnswer:
    """Answer with its marks, and its citations moved accordingly; see `annotate`."""
    if not citations and not checked:
        return CitedAnswer(answer, ())
    answer, citations = label_sources(answer, citations)
    text, at, moved = "", 0, []
    for citation in sorted(citations, key=lambda citation: citation.end):
        text += unmarked_outside_code(answer[at : citation.start])
        start = len(text)
        text += f"{unmarked(answer[max(at, citation.start) : citation.end]).rstrip()}"
        text += mark_of(citation)
        moved.append(citation.model_copy(update={"start": start, "end": len(text)}))
        at = citation.end
    return CitedAnswer(text + unmarked_outside_code(answer[at:]), tuple(moved))


def mark_of(citation: Citation) -> str:
    """The mark that stands behind a sentence with this citation."""
    return f" [{citation.number}{CONTRADICTED if is_contrary(citation) else ''}]"


class SentenceCheck(NamedTuple):
    """Verdict of the check on one sentence."""

    sentence: Sentence
    strength: Strength | Literal["unsupported"]
    number: int | None
    """Of the passage that bears it out, or says the opposite."""


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


def cut_sentences(answer: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Cut a text into sentences and lines, without the white space around them.

    Points of abbreviations, initials and numbered lists end no sentence.
    """
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


def _best(row: Sequence[Support]) -> list[tuple[int, Support]]:
    """Number and support of the passage that says most to a sentence; empty when none does."""
    found = [
        (_SAYS_MOST[support.strength], support.score, -number)
        for number, support in enumerate(row, 1)
        if support.strength is not None
    ]
    return [(number := -max(found)[2], row[number - 1])] if found else []


def _citation(sentence: Sentence, number: int, support: Support, passage: Passage) -> Citation:
    assert support.strength is not None
    return Citation(
        number=number,
        strength=support.strength,
        start=sentence.start,
        end=sentence.end,
        path=passage.path,
        title=passage.title,
        place=passage.place,
        quote=passage.text[support.start : support.end] or passage.text,
        quote_start=passage.start + support.start,
        content_hash=passage.content_hash,
    )
