"""Comparison of two documents, section by section: what differs, with both places, and what only
one of them says.

No model is asked. Sentences are the same when they have the same words, or when the library's check
finds that the other document supports them; they differ when they share most words or contradict
each other. Sections belong together by their headings, else by their words.
"""

import re
from collections.abc import Generator, Sequence
from pathlib import PurePath
from threading import Event
from typing import Final, NamedTuple

from assistant.core.ports.library import Library
from assistant.core.summarising.intent import folded
from assistant.core.summarising.outline import DocumentSection, Part, outline
from assistant.core.summarising.points import SummaryLine
from assistant.core.summarising.reading import Said, firm_support, passages_of
from assistant.core.summarising.sentences import all_sentences
from assistant.core.summarising.writing import SummaryText, language_of
from assistant.core.values.documents import Passage
from assistant.core.values.events import Cited, Retrieved, SectionRead, Summarised, Wrote
from assistant.core.values.library import FileText, SearchResult

NEAR: Final = 0.6
"""Of the words of two sentences, how many they share that say the same differently."""

ALIKE: Final = 0.2
"""Of the words of two sections, how many they share at least that belong together."""

MAX_SHOWN: Final = 8
"""Differences that are shown of a section, and sentences of each side."""

_WORD = re.compile(r"[^\W_]+(?:[.,:/-]\d+)*")

ComparisonEvent = SectionRead | Wrote | Cited | Retrieved | Summarised


class ComparedSentence(NamedTuple):
    """A sentence of one of the documents."""

    file: FileText
    start: int
    end: int
    text: str
    words: tuple[str, ...]

    @property
    def line(self) -> SummaryLine:
        said = Said(text=self.text, is_quote=True, strength="verbatim", start=0, end=0, score=1.0)
        return SummaryLine(self.file, self.text, True, said, self.start, self.end)


class ComparedSection(NamedTuple):
    """A section of one of the documents."""

    heading: str
    sentences: tuple[ComparedSentence, ...]
    passages: tuple[Passage, ...]
    words: frozenset[str]


class SectionDifferences(NamedTuple):
    """What sets two sections apart."""

    pairs: tuple[tuple[ComparedSentence, ComparedSentence], ...]
    """What they say differently."""
    first: tuple[ComparedSentence, ...]
    """What only the first says."""
    second: tuple[ComparedSentence, ...]
    same: int
    """Sentences that both have."""


class DocumentComparison:
    """Compares two documents, and writes down in what they differ."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def run(
        self, paths: Sequence[str], existing: str, stop: Event
    ) -> Generator[ComparisonEvent, None, bool]:
        """Compare two documents.

        Args:
            existing: what the answer holds already, of a run that was stopped.

        Returns:
            Whether it came to its end.
        """
        files = [file for path in paths[:2] if (file := self._library.read(path, stop))]
        if len(files) < 2 or stop.is_set():
            return False
        first, second = files
        text = SummaryText(language_of(first.document.text[:4000]), existing)
        sides = _sections(first), _sections(second)
        for section in (*sides[0], *sides[1]):
            text.know(section.passages)
        pairs = aligned(*sides)
        same, whole = 0, 0
        done = 0
        for one, other in pairs:
            heading = one.heading if one else other.heading if other else ""
            yield SectionRead(done=done, total=len(pairs), name=heading)
            differences = section_differences(self._library, one, other, stop)
            if differences is None or stop.is_set():
                break
            same += differences.same
            whole += len(one.sentences) if one else 0
            for piece in _written(heading, differences, first, second, text):
                yield Wrote(text=piece)
            yield Cited(citations=text.citations)
            done += 1
        ended = not stop.is_set()
        if ended:
            told = text.label("same", same, whole, PurePath(first.path).name)
            gap = "" if text.is_empty else "\n\n"
            if piece := text.write(f"{gap}{told}"):
                yield Wrote(text=piece)
        yield Summarised(
            parts=len(pairs), read=done, left=len(pairs) - done, written=0, supported=0
        )
        yield Cited(citations=text.citations)
        if text.used:
            result = SearchResult(evidence=1.0, sufficient=True)
            yield Retrieved(result=result, used=text.used, collections=())
        return ended


def aligned(
    first: Sequence[ComparedSection], second: Sequence[ComparedSection]
) -> list[tuple[ComparedSection | None, ComparedSection | None]]:
    """The sections of two documents, in the order of the first; what belongs together is a pair."""
    left = list(second)
    partners: list[ComparedSection | None] = []
    for section in first:
        near = max(left, key=lambda each: _nearness(section, each), default=None)
        if near is not None and _nearness(section, near) >= ALIKE:
            left.remove(near)
            partners.append(near)
        else:
            partners.append(None)
    found: list[tuple[ComparedSection | None, ComparedSection | None]] = []
    found += zip(first, partners, strict=True)
    return [*found, *((None, section) for section in left)]


def section_differences(
    library: Library, one: ComparedSection | None, other: ComparedSection | None, stop: Event
) -> SectionDifferences | None:
    """What sets two sections apart; None when stopped."""
    if one is None or other is None:
        first, second = one.sentences if one else (), other.sentences if other else ()
        return SectionDifferences((), first, second, 0)
    second_left = list(other.sentences)
    first_left: list[ComparedSentence] = []
    same = 0
    for sentence in one.sentences:
        twin = next((each for each in second_left if each.words == sentence.words), None)
        if twin is None:
            first_left.append(sentence)
        else:
            second_left.remove(twin)
            same += 1
    pairs = _near_pairs(first_left, second_left)
    for mine, theirs in pairs:
        first_left.remove(mine)
        second_left.remove(theirs)
    alone = _unsupported(library, first_left, other.passages, stop)
    others = _unsupported(library, second_left, one.passages, stop)
    if alone is None or others is None:
        return None
    same += len(first_left) - len(alone)
    return SectionDifferences(tuple(pairs), tuple(alone), tuple(others), same)


def _near_pairs(
    first: Sequence[ComparedSentence], second: Sequence[ComparedSentence]
) -> list[tuple[ComparedSentence, ComparedSentence]]:
    """Sentences that say the same differently: those that share most words come together first."""
    scored = sorted(
        (
            (share, -at, -there, mine, theirs)
            for at, mine in enumerate(first)
            for there, theirs in enumerate(second)
            if (share := _shared(frozenset(mine.words), frozenset(theirs.words))) >= NEAR
        ),
        key=lambda each: each[:3],
        reverse=True,
    )
    pairs: list[tuple[ComparedSentence, ComparedSentence]] = []
    for _, _, _, mine, theirs in scored:
        if all(mine is not one and theirs is not other for one, other in pairs):
            pairs.append((mine, theirs))
    return sorted(pairs, key=lambda pair: pair[0].start)


def _unsupported(
    library: Library,
    sentences: Sequence[ComparedSentence],
    passages: Sequence[Passage],
    stop: Event,
) -> list[ComparedSentence] | None:
    """The sentences that the other document does not say in other words; None when stopped."""
    support = firm_support(library, [each.text for each in sentences], passages, stop)
    if support is None:
        return None
    return [each for each, found in zip(sentences, support, strict=True) if found is None]


def _sections(file: FileText) -> list[ComparedSection]:
    return [_section(file, section) for section in outline(file.document)]


def _section(file: FileText, section: DocumentSection) -> ComparedSection:
    sentences = [each for part in section.parts for each in _sentences(file, part)]
    passages = [each for part in section.parts for each in passages_of(file, part)]
    words = frozenset(word for each in sentences for word in each.words)
    return ComparedSection(section.heading, tuple(sentences), tuple(passages), words)


def _sentences(file: FileText, part: Part) -> list[ComparedSentence]:
    return [
        ComparedSentence(file, each.start, each.end, each.text, _words(each.text))
        for each in all_sentences(file.document, part)
    ]


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(folded(text)))


def _nearness(one: ComparedSection, other: ComparedSection) -> float:
    shared = _shared(one.words, other.words)
    heading = _words(one.heading)
    return shared + 1 if heading and heading == _words(other.heading) else shared


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / (len(one | other) or 1)


def _written(
    heading: str,
    differences: SectionDifferences,
    first: FileText,
    second: FileText,
    text: SummaryText,
) -> list[str]:
    """The differences of a section as text; nothing where there are none."""
    pieces: list[str] = []
    named = False

    def head(label: str) -> None:
        nonlocal named
        if heading and not named:
            pieces.append(text.heading(heading))
        named = True
        break_ = "\n\n" if not text.is_empty else ""
        pieces.append(text.write(f"{break_}{label}:\n"))

    names = [PurePath(file.path).name for file in (first, second)]
    if differences.pairs:
        head(text.label("differs"))
        for number, (mine, theirs) in enumerate(differences.pairs[:MAX_SHOWN], 1):
            pieces.append(text.line(mine.line, f"{number}. {names[0]}:"))
            pieces.append(text.line(theirs.line, f"   {names[1]}:"))
        pieces.append(_more(len(differences.pairs), text))
    for name, sentences in zip(names, (differences.first, differences.second), strict=True):
        if sentences:
            head(text.label("only", name))
            pieces += [text.line(each.line) for each in sentences[:MAX_SHOWN]]
            pieces.append(_more(len(sentences), text))
    return [piece for piece in pieces if piece]


def _more(count: int, text: SummaryText) -> str:
    left = count - MAX_SHOWN
    return text.write(f"\n- {text.label('more', left)}") if left > 0 else ""
