"""Check of an answer: each sentence against each passage, and the unit nearest to the question.

A sentence whose terms all stand in a unit is decided by comparison alone. Meaning is measured only
where words cannot tell: for what is there in part, and for what is said in another language.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from assistant.core.grounding.versions import ComparedText, differing_words
from assistant.core.values.conversation import Strength
from assistant.core.values.library import (
    AnswerCheck,
    CheckedPassage,
    NearestSentence,
    Support,
)
from assistant.library.check.answer_sentence import AnswerSentence
from assistant.library.check.comparison import (
    Finding,
    compare,
    speaks_likewise,
)
from assistant.library.check.coverage import Evidence, begins_with, topic_share, words_around
from assistant.library.check.quantities.values import NumberStyle, style_of
from assistant.library.check.statement import Statement, StatementReader, Term
from assistant.library.check.units import EvidenceUnit, context_of, units_of
from assistant.library.check.vocabulary import CheckVocabulary, language_of, language_of_answer
from assistant.library.check.wordlists import LISTED
from assistant.library.embedding.sentence_transformers import Embedder
from assistant.library.embedding.similarity import Vectors, similarity
from assistant.library.text.analysis import Analyzer
from assistant.library.text.languages import Language, fold, guess_language

WEAK: Final = 0.47
"""From which on a sentence may say in part what a unit says. Fitted on the dev questions of
`benchmarks.citations` with all-MiniLM-L6-v2, where it is a cosine of 0.5."""

SAME: Final = 0.55
"""From which on a sentence in another language says the same, if its names, values and polarity
agree, too. With e5-small-enpt, 96 % of translated questions reach it (median 0.76), and one in a
thousand of other pairs (median 0.23)."""

MAX_COMPARED: Final = 24
"""Units of a passage that are compared: those that share most with the sentence come first."""

MAX_BEFORE: Final = 3
"""Units before one that may say what it is about."""

MIN_SHARE: Final = 0.6
"""Of the terms of a sentence, what has to be there for it to be borne out in part."""

MIN_NEAREST: Final = 0.5
"""Of a question, what the unit has to have that is quoted for it; see `comparison.topic_share`."""

LEADING: Final = 0.15
"""What it counts for a unit that is quoted that it begins with what the question is about."""

_BEGINNING: Final = 4
_AT_ONCE: Final = 8
"""Units whose closeness is measured together."""
_FIRM: Final = frozenset({"verbatim", "supported"})
_ORDER: Final[Mapping[Strength, int]] = {
    "verbatim": 4,
    "supported": 3,
    "contradicted": 2,
    "weak": 1,
}


class AnswerChecker:
    """Checks answers; keeps what it learns of languages and embedders."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._vocabularies: dict[Language, CheckVocabulary] = {}

    def check(
        self,
        sentences: Sequence[str],
        passages: Sequence[CheckedPassage],
        question: str,
        embedder: Embedder,
    ) -> AnswerCheck:
        """Check the sentences of an answer to a question."""
        if not passages:
            return AnswerCheck(support=tuple(() for _ in sentences))
        everything = " ".join([question, *sentences, *(passage.text for passage in passages)])
        spoken = language_of(" ".join([question, *sentences]), guess_language(everything, "en"))
        sources = self._sources(passages, spoken)
        asked = _AskedQuestion(self, question, language_of(question, spoken))
        meter = ClosenessMeter(embedder)
        rows = [
            self._row(
                sentence, language_of_answer(sentence, question, spoken), asked, sources, meter
            )
            for sentence in sentences
        ]
        is_firm = any(each.strength in _FIRM for row in rows for each in row)
        nearest = self._nearest(asked, sources, meter) if question and not is_firm else None
        return AnswerCheck(support=tuple(rows), nearest=nearest)

    def vocabulary(self, language: Language) -> CheckVocabulary:
        known = self._vocabularies.get(language)
        if known is None:
            known = self._vocabularies[language] = CheckVocabulary(language, self._analyzer)
        return known

    def read(self, text: str, language: Language) -> Statement:
        """Read one sentence in its language."""
        return StatementReader(self.vocabulary(language), style_of([text])).read(text)

    def _sources(self, passages: Sequence[CheckedPassage], spoken: Language) -> "list[Source]":
        """The passages, those of one file in one language and one style.

        Args:
            spoken: the language of question and answer, for a text whose own does not show.
        """
        texts = defaultdict[str, list[str]](list)
        for passage in passages:
            texts[passage.path].append(passage.text)
        found = []
        for passage in passages:
            together = "\n".join(texts[passage.path])
            language = guess_language(together, "en")
            if language in LISTED:
                language = language_of(together, spoken)
            style = style_of([together])
            found.append(Source(passage, language, self.vocabulary(language), style))
        return found

    def _row(
        self,
        sentence: str,
        language: Language,
        question: "_AskedQuestion",
        sources: "Sequence[Source]",
        meter: "ClosenessMeter",
    ) -> tuple[Support, ...]:
        """What each passage says to one sentence."""
        statement = self.read(sentence, language)
        asked = AnswerSentence(statement, question.statement, question.asking)
        most = max(map(question.most_words, sources)) if asked.may_be_bare else 0.0
        judged = [self._judge(sentence, asked, question.text, source, most) for source in sources]
        open_units = [
            (at, evidence.unit.text)
            for at, each in enumerate(judged)
            for evidence, _ in each.undecided
        ]
        near: dict[int, list[float]] = defaultdict(list)
        if open_units and not any(each.is_firm for each in judged):
            rows = [sentence, f"{question.text} {sentence}".strip()]
            measured = meter.closeness(rows, [text for _, text in open_units])
            for (at, _), value in zip(open_units, measured.max(axis=0).tolist(), strict=True):
                near[at].append(value)
        return tuple(each.support(near[at]) for at, each in enumerate(judged))

    def _judge(
        self, sentence: str, asked: AnswerSentence, question: str, source: "Source", most: float
    ) -> "_Judged":
        """What the units of a passage say to a sentence.

        Args:
            most: see `compare`.
        """
        statement = asked.statement
        if not statement.told:
            return _Judged([], [])
        language = statement.language
        # Names and values alone are of no language.
        speaks = any(term.kind == "content" for term in statement.told)
        is_same = language == source.language or not speaks
        decided, undecided = list[tuple[Evidence, Finding]](), list[tuple[Evidence, Finding]]()
        for evidence in source.evidence_for(f"{sentence} {question}"):
            if is_same:
                finding = compare(asked, evidence, most)
                if finding.outcome != "in part":
                    decided.append((evidence, finding))
                elif finding.share >= MIN_SHARE:
                    undecided.append((evidence, finding))
                if finding.outcome == "verbatim":
                    break
            elif source.language in LISTED and language in LISTED:
                outcome = speaks_likewise(statement, evidence)
                if outcome is None:
                    undecided.append((evidence, Finding("supported", 1.0)))
                elif outcome == "contradicted":
                    undecided.append((evidence, Finding(outcome, 1.0)))
        return _Judged(decided, undecided, crosses=not is_same)

    def _nearest(
        self, question: "_AskedQuestion", sources: "Sequence[Source]", meter: "ClosenessMeter"
    ) -> NearestSentence | None:
        """The unit that is nearest to the question, about what the question is about."""
        candidates = []
        for number, source in enumerate(sources, 1):
            for evidence in source.evidence_for(question.text):
                share = topic_share(question.topic, evidence)
                if evidence.unit.is_evidence and (share > 0 or not question.topic):
                    about = LEADING * begins_with(question.topic, evidence)
                    candidates.append((share + about, -number, share, evidence.unit))
        candidates.sort(key=lambda each: -each[0])
        best: tuple[tuple[float, int], EvidenceUnit] | None = None
        for first in range(0, len(candidates), _AT_ONCE):
            some = candidates[first : first + _AT_ONCE]
            if best is not None and best[0][0] >= some[0][0] + 1:
                break  # No closeness makes up for what these lack.
            measured = meter.closeness([question.text], [unit.text for *_, unit in some])[0]
            for (score, number, share, unit), close in zip(some, measured.tolist(), strict=True):
                key = (score + close, number)
                if (share >= MIN_NEAREST or close >= WEAK) and (best is None or key > best[0]):
                    best = key, unit
        if best is None:
            return None
        (_, number), unit = best
        # Of versions the newer one comes first among the passages, and it is the one that holds.
        said = ComparedText.of(unit.text)
        versions = (
            (each, other)
            for _, each, _, other in candidates
            if each > number and differing_words(said, ComparedText.of(other.text)) is not None
        )
        number, unit = max(versions, key=lambda each: each[0], default=(number, unit))
        return NearestSentence(number=-number, text=unit.text)


class _AskedQuestion:
    """A question, read in its language."""

    def __init__(self, checker: AnswerChecker, text: str, language: Language) -> None:
        self.text = text
        self.statement = checker.read(text, language) if text else None
        words = checker.vocabulary(language).words
        self.asking = words.asking if words else frozenset[str]()

    def most_words(self, source: "Source") -> float:
        """The largest share of its words that a unit of a passage has."""
        shares = (words_around(self.topic, each) for each in source.evidence_for(self.text))
        return max(shares, default=0.0)

    @cached_property
    def topic(self) -> list[Term]:
        read = self.statement
        return AnswerSentence(read, read, self.asking).topic if read else []


@dataclass
class Source:
    """A passage, read as far as it is needed."""

    passage: CheckedPassage
    language: Language
    vocabulary: CheckVocabulary
    style: NumberStyle

    @cached_property
    def units(self) -> list[EvidenceUnit]:
        return units_of(self.passage)

    @cached_property
    def _reader(self) -> StatementReader:
        return StatementReader(self.vocabulary, self.style)

    @cached_property
    def _beginnings(self) -> list[set[str]]:
        return [_beginnings(unit.text) for unit in self.units]

    @cached_property
    def _statements(self) -> dict[int, Statement]:
        return {}

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(re.findall(r"[^\W_]+(?:-[^\W_]+)*", fold(self.passage.text)))

    @cached_property
    def _context(self) -> Statement:
        return self._reader.read(context_of(self.passage))

    def evidence_for(self, text: str) -> Iterator[Evidence]:
        """The units that share most with a text, those with most first."""
        wanted = _beginnings(text)
        places = [at for at, unit in enumerate(self.units) if unit.is_evidence]
        places.sort(key=lambda at: -len(wanted & self._beginnings[at]))
        for at in places[:MAX_COMPARED]:
            yield self._evidence(at)

    def _statement(self, at: int) -> Statement:
        if at not in self._statements:
            self._statements[at] = self._reader.read(self.units[at].text)
        return self._statements[at]

    def _evidence(self, at: int) -> Evidence:
        unit = self.units[at]
        before = [
            self._statement(earlier)
            for earlier in range(at - 1, max(-1, at - 1 - MAX_BEFORE), -1)
            if self.units[earlier].block == unit.block
        ]
        goes_on = at + 1 < len(self.units) and self.units[at + 1].block == unit.block
        following = self._statement(at + 1) if goes_on and unit.kind == "sentence" else None
        context, columns = self._context, list[set[str]]()
        if any(cell.column for cell in unit.cells):
            named = ". ".join(cell.column for cell in unit.cells)
            context = self._reader.read(f"{context_of(self.passage)}. {named}")
            columns = [
                {key for word in cell.column.lower().split() for key in self.vocabulary.keys(word)}
                for cell in unit.cells
            ]
        return Evidence(
            unit,
            self._statement(at),
            context,
            before,
            self.vocabulary,
            following,
            columns,
            self._words,
        )


def _beginnings(text: str) -> set[str]:
    return {word[:_BEGINNING] for word in fold(text).replace("|", " ").split()}


@dataclass
class _Judged:
    """What the units of one passage say to a sentence."""

    decided: list[tuple[Evidence, Finding]]
    undecided: list[tuple[Evidence, Finding]]
    """Those of which only the meaning can tell."""
    crosses: bool = False
    """Whether they are in another language."""

    @property
    def is_firm(self) -> bool:
        return any(finding.outcome in _FIRM for _, finding in self.decided)

    def support(self, near: Sequence[float]) -> Support:
        """The best of the units.

        Args:
            near: the closeness of those that are undecided; empty when it was not measured.
        """
        best, best_key = None, (0, 0.0)
        for evidence, finding in self.decided:
            if finding.outcome in ("verbatim", "supported", "contradicted"):
                strength: Strength = finding.outcome
                best, best_key = _better(best, best_key, evidence.unit, strength, finding.share)
        for (evidence, finding), close in zip(self.undecided, near, strict=False):
            strength_ = self._by_meaning(finding, close)
            if strength_ is not None:
                best, best_key = _better(best, best_key, evidence.unit, strength_, close)
        return best or Support(strength=None, score=0, start=0, end=0)

    def _by_meaning(self, finding: Finding, close: float) -> Strength | None:
        if self.crosses:
            says: Strength = "contradicted" if finding.outcome == "contradicted" else "supported"
            return says if close >= SAME else None
        return "weak" if finding.share >= MIN_SHARE and close >= WEAK else None


def _better(
    best: Support | None,
    key: tuple[int, float],
    unit: EvidenceUnit,
    strength: Strength,
    score: float,
) -> tuple[Support | None, tuple[int, float]]:
    new = (_ORDER[strength], score)
    if new <= key:
        return best, key
    return Support(strength=strength, score=score, start=unit.start, end=unit.end), new


class ClosenessMeter:
    """Measures texts of one answer and its passages; embeds none of them twice."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Vectors] = {}

    def closeness(self, rows: Sequence[str], columns: Sequence[str]) -> Vectors:
        """Closeness of texts, shape (rows, columns)."""
        new = [text for text in dict.fromkeys([*rows, *columns]) if text not in self._known]
        if new:
            self._known.update(zip(new, self._embedder.embed(new), strict=True))
        ours, theirs = (np.array([self._known[text] for text in each]) for each in (rows, columns))
        return similarity(ours @ theirs.T, self._embedder.unrelated_cosine)
