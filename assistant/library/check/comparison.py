"""Comparison of a sentence with one unit of evidence, stage by stage.

Every term of the sentence has to stand in the unit or, as far as it only says what the sentence is
about, in the unit's title, file name and headings; a neighbour may explain what a pronoun stands
for. Terms have to belong together there as they do in the sentence, and both have to agree in what
they deny, condition and allow.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from assistant.library.check import attribution, polarity
from assistant.library.check.polarity import Compared
from assistant.library.check.quantities import agree
from assistant.library.check.statement import BEGINNING, Statement, Term
from assistant.library.check.units import EvidenceUnit
from assistant.library.check.vocabulary import CheckVocabulary

Outcome = Literal["verbatim", "supported", "contradicted", "in part", "foreign"]
"""`in part`: a word is not there, or the unit says a little less or more. `foreign`: it speaks of
something else."""

MIN_OWN_TERMS = 3
"""Terms with which a sentence about `it` still says what it is about."""

MIN_TOPIC = 0.5
"""Of the terms of a question, the share that a unit has which speaks of the same."""

_MIN_VERBATIM = 3
_NAME_PREFIX = 4


@dataclass(frozen=True)
class Evidence:
    """A unit, read, with what counts for it."""

    unit: EvidenceUnit
    statement: Statement
    context: Statement
    """Title, file name, headings and names of columns."""
    before: Sequence[Statement]
    """The units before it in the same block, the nearest first."""
    vocabulary: CheckVocabulary
    columns: Sequence[set[str]] = ()
    passage_words: frozenset[str] = frozenset()
    """All words of the passage, folded."""

    def passage_names(self, topic: Sequence[Term]) -> bool:
        """Whether the names and codes of a question stand somewhere in the passage."""
        return all(
            term.text in self.passage_words or any(places_of(term, self.context))
            for term in topic
            if term.kind == "name" or _labels_a_part(term)
        )

    """The keys of the column's name of each cell."""

    @cached_property
    def explaining(self) -> Statement | None:
        """The unit before it that says what its pronoun, or its bare line, is about."""
        if not (self.statement.has_pronoun or self.unit.kind == "line"):
            return None
        naming = (each for each in self.before if any(t.kind != "content" for t in each.told))
        return next(naming, self.before[0] if self.before else None)


class Coverage(NamedTuple):
    """Where the terms of a sentence stand."""

    places: dict[int, list[Term]]
    """In the unit, by their order in the sentence."""
    elsewhere: set[int]
    """Those that only its context has."""
    missing: list[Term]
    flips: int
    """How many stand there as their opposite."""


class Finding(NamedTuple):
    """What one unit says to a sentence."""

    outcome: Outcome
    share: float
    """Of the terms of the sentence, those that are there, 0 to 1."""


@dataclass(frozen=True)
class AnswerSentence:
    """A sentence of an answer with the question it answers."""

    statement: Statement
    question: Statement | None = None
    asking: frozenset[str] = frozenset()
    """Words that only ask."""
    topic: list[Term] = field(init=False)

    def __post_init__(self) -> None:
        terms = self.question.told if self.question else []
        asked = [term for term in terms if term.text not in self.asking]
        object.__setattr__(self, "topic", asked)

    @property
    def is_short(self) -> bool:
        """Whether it does not say by itself what it is about."""
        told = self.statement.told
        if len(told) < MIN_OWN_TERMS and self.statement.has_pronoun:
            return True
        return len(told) < 2 or all(term.kind == "value" for term in told)

    @cached_property
    def new(self) -> set[int]:
        """The terms that the question does not have."""
        known = {key for term in self.topic for key in term.keys if not key.startswith("=")}
        values = [term.value for term in self.topic if term.value is not None]
        return {
            at
            for at, term in enumerate(self.statement.told)
            if not any(agree(term.value, value) for value in values if term.value is not None)
            and (term.value is not None or known.isdisjoint(term.keys))
        }


def compare(asked: AnswerSentence, evidence: Evidence) -> Finding:
    """Compare a sentence with a unit in the same language."""
    statement = asked.statement
    told = statement.told
    found = cover(statement, evidence, allowed=set(range(len(told))) - asked.new)
    share = share_of(told, found)
    if any(term.kind != "content" for term in found.missing) or not found.places:
        return Finding("foreign", share)
    if not _is_on_topic(asked, evidence):
        return Finding("in part" if evidence.passage_names(asked.topic) else "foreign", share)
    alignment = attribution.aligned(statement, evidence.statement, found.places)
    words = evidence.vocabulary.words
    if not attribution.is_rightly_joined(statement, evidence.statement, alignment, words):
        return Finding("foreign", share)
    if evidence.unit.cells and not attribution.is_of_its_column(
        statement, evidence.unit, evidence.columns
    ):
        return Finding("foreign", share)
    if not evidence.unit.cells and attribution.is_replaced(
        evidence.statement, alignment, found.elsewhere
    ):
        return Finding("foreign", share)
    pair = Compared(statement, evidence.statement, alignment, found.flips, words)
    agreement = polarity.compare(pair)
    if found.missing:
        return Finding("in part" if agreement in ("agrees", "in part") else "foreign", share)
    match agreement:
        case "opposes":
            return Finding("contradicted", share)
        case "differs":
            return Finding("foreign", share)
        case "in part":
            return Finding("in part", share)
    if evidence.statement.is_question:
        return Finding("in part", share)
    is_verbatim = _stands_word_for_word(statement, evidence.statement)
    return Finding("verbatim" if is_verbatim else "supported", share)


def cover(statement: Statement, evidence: Evidence, allowed: set[int]) -> Coverage:
    """Look for the terms of a sentence in a unit and around it.

    Args:
        allowed: the terms that a neighbour may have in the place of a pronoun.
    """
    places, elsewhere, missing, flips = dict[int, list[Term]](), set[int](), list[Term](), 0
    source, context = evidence.statement, evidence.context
    for at, term in enumerate(statement.told):
        here = list(places_of(term, source, in_table=bool(evidence.unit.cells)))
        if here:
            places[at] = here
        elif opposite := list(_opposites_of(term, source, evidence.vocabulary)):
            places[at], flips = opposite, flips + 1
        elif any(places_of(term, context)) or (
            (at in allowed or term.kind == "name")
            and evidence.explaining is not None
            and any(places_of(term, evidence.explaining))
        ):
            elsewhere.add(at)
        else:
            missing.append(term)
    _need_one_each(statement.told, places, missing)
    return Coverage(places, elsewhere, missing, flips)


def _need_one_each(
    told: Sequence[Term], places: dict[int, list[Term]], missing: list[Term]
) -> None:
    """Take out values that a sentence states more often than the unit does."""
    used = set[int]()
    for at in sorted(places):
        if told[at].value is None:
            continue
        free = [place for place in places[at] if place.at not in used]
        if free:
            used.add(free[0].at)
        else:
            del places[at]
            missing.append(told[at])


def places_of(term: Term, source: Statement, *, in_table: bool = False) -> Iterator[Term]:
    """The terms of a source that say the same as a term."""
    if term.value is not None:
        for other in source.terms:
            if other.value is not None and agree(
                term.value, other.value, unit_is_elsewhere=in_table
            ):
                yield other
        return
    seen = set[int]()
    for key in term.keys:
        if key.startswith("="):
            continue
        for other in source.by_key.get(key, ()):
            # A name is not meant by another word of its family.
            if other.at not in seen and (
                term.kind != "name" or not key.startswith("/") or other.kind == "name"
            ):
                seen.add(other.at)
                yield other


def _opposites_of(term: Term, source: Statement, vocabulary: CheckVocabulary) -> Iterator[Term]:
    """The terms of a source that say the contrary: `closed` for `open`, `unpaid` for `paid`."""
    for other in source.terms if term.sides else ():
        for side in term.sides:
            if any(side.pair == its.pair and side.side != its.side for its in other.sides):
                yield other
                break
    words = vocabulary.words
    if words is None or term.kind == "value":
        return
    for prefix in words.prefixes:
        plain = term.text.removeprefix(prefix)
        spellings = [prefix + term.text] + (
            [plain] if plain != term.text and len(plain) > 3 else []
        )
        for spelling in spellings:
            if spelling[:BEGINNING] in source.beginnings:
                yield from source.by_key.get(vocabulary.stem(spelling), ())


def share_of(told: Sequence[Term], found: Coverage) -> float:
    """Of the terms of a sentence, those that are there; names and values count twice."""
    whole = sum(map(_weight, told))
    return 1 - sum(map(_weight, found.missing)) / whole if whole else 0.0


def _weight(term: Term) -> int:
    return 1 if term.kind == "content" else 2


def topic_share(topic: Sequence[Term], evidence: Evidence) -> float:
    """Of the terms of a question, the share that a unit has, with what counts for it; 0 when it
    lacks a name or a value of the question."""
    whole = sum(map(_weight, topic))
    if not whole:
        return 1.0
    have = 0
    for term in topic:
        if is_around(term, evidence):
            have += _weight(term)
        elif term.kind != "content":
            return 0.0
    return have / whole


def begins_with(topic: Sequence[Term], evidence: Evidence) -> bool:
    """Whether the first thing that a unit names is one that the question names: it is about it,
    where others only mention it."""
    first = evidence.statement.told[:1]
    return any(place in first for term in topic for place in places_of(term, evidence.statement))


def is_around(term: Term, evidence: Evidence) -> bool:
    """Whether a term stands in a unit, its context, or what explains it."""
    around: Iterable[Statement | None] = (evidence.statement, evidence.context, evidence.explaining)
    return any(any(places_of(term, each)) for each in around if each is not None)


def _is_on_topic(asked: AnswerSentence, evidence: Evidence) -> bool:
    """Whether a unit speaks of what was asked, where the sentence does not say it itself."""
    if not asked.topic:
        return True
    if any(_labels_a_part(term) and not is_around(term, evidence) for term in asked.topic):
        return False
    return not asked.is_short or topic_share(asked.topic, evidence) >= MIN_TOPIC


def _labels_a_part(term: Term) -> bool:
    """Whether a term of a question picks one of many: a code, or a number such as 2.2."""
    if term.value is None:
        return False
    is_numbered = (
        term.value.kind == "number"
        and "." in term.value.spelling
        and not (term.value.unit.dimension)
    )
    return term.value.kind == "code" or is_numbered


def _stands_word_for_word(statement: Statement, source: Statement) -> bool:
    """Whether the words of a sentence are a sentence or a clause of the source."""
    said = [token.form for token in statement.tokens if not token.is_mark]
    if len(said) < _MIN_VERBATIM:
        return False
    words = [(at, token.form) for at, token in enumerate(source.tokens) if not token.is_mark]
    for start in range(len(words) - len(said) + 1):
        if [form for _, form in words[start : start + len(said)]] == said:
            first, last = words[start][0], words[start + len(said) - 1][0]
            begins = start == 0 or not source.borders.isdisjoint({first, first - 1})
            ends = start + len(said) == len(words) or last + 1 in source.borders
            if begins and ends:
                return True
    return False


def speaks_likewise(statement: Statement, evidence: Evidence) -> Outcome | None:
    """Compare a sentence with a unit in another language: names, values and polarity.

    Returns: None when only the meaning can tell.
    """
    for term in statement.told:
        if term.kind == "value" and not is_around(term, evidence):
            return "foreign"
        if term.kind == "name" and not _is_named(term, evidence):
            return "foreign"
    pair = Compared(statement, evidence.statement, {}, 0, evidence.vocabulary.words)
    match polarity.compare(pair):
        case "opposes":
            return "contradicted"
        case "agrees":
            return None
        case _:
            return "foreign"


def _is_named(term: Term, evidence: Evidence) -> bool:
    """Whether a name stands there, in this language or nearly so in the other."""
    if is_around(term, evidence):
        return True
    others = [*evidence.statement.terms, *evidence.context.terms]
    return any(other.text[:_NAME_PREFIX] == term.text[:_NAME_PREFIX] for other in others)
