"""Coverage: where the terms of a sentence or a question stand in a unit of evidence and around it.

A term stands in the unit itself or, as far as it only says what the sentence is about, in the
unit's title, file name and headings; a neighbour may explain what a pronoun stands for.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from assistant.library.check.quantities.values import agree
from assistant.library.check.statement import BEGINNING, Statement, Term
from assistant.library.check.units import EvidenceUnit
from assistant.library.check.vocabulary import CheckVocabulary


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
    following: Statement | None = None
    """The unit after it in the same block."""
    columns: Sequence[set[str]] = ()
    """The keys of the column's name of each cell."""
    passage_words: frozenset[str] = frozenset()
    """All words of the passage, folded."""

    def passage_names(self, topic: Sequence[Term]) -> bool:
        """Whether the names and codes of a question stand somewhere in the passage."""
        return all(
            term.text in self.passage_words or any(places_of(term, self.context))
            for term in topic
            if term.kind == "name" or labels_a_part(term)
        )

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
        if term.value.kind != "ordinal":
            return
    # An ordinal may be part of a name: `Second` in `the Second World War`.
    names_only = term.value is not None
    seen = set[int]()
    for key in term.keys:
        if key.startswith("="):
            continue
        for other in source.by_key.get(key, ()):
            # A name is not meant by another word of its family.
            if names_only and other.kind != "name":
                continue
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
    whole = sum(map(weight, told))
    return 1 - sum(map(weight, found.missing)) / whole if whole else 0.0


def weight(term: Term) -> int:
    return 1 if term.kind == "content" else 2


def topic_share(topic: Sequence[Term], evidence: Evidence) -> float:
    """Of the terms of a question, the share that a unit has, with what counts for it; 0 when it
    lacks a name or a value of the question."""
    whole = sum(map(weight, topic))
    if not whole:
        return 1.0
    have = 0
    for term in topic:
        if is_around(term, evidence):
            have += weight(term)
        elif term.kind != "content":
            return 0.0
    return have / whole


def words_around(topic: Sequence[Term], evidence: Evidence) -> float:
    """Of the words of a question, the share that a unit has, with what counts for it: of the
    neighbour that explains it only what it names."""
    whole = sum(map(weight, topic))
    have = (
        weight(term)
        for term in topic
        if any(places_of(term, evidence.statement))
        or any(places_of(term, evidence.context))
        or (term.kind == "name" and is_around(term, evidence))
    )
    return sum(have) / (whole or 1)


def begins_with(topic: Sequence[Term], evidence: Evidence) -> bool:
    """Whether the first thing that a unit names is one that the question names: it is about it,
    where others only mention it."""
    first = evidence.statement.told[:1]
    return any(place in first for term in topic for place in places_of(term, evidence.statement))


def is_around(term: Term, evidence: Evidence) -> bool:
    """Whether a term stands in a unit, its context, or what explains it."""
    around: Iterable[Statement | None] = (evidence.statement, evidence.context, evidence.explaining)
    return any(any(places_of(term, each)) for each in around if each is not None)


def labels_a_part(term: Term) -> bool:
    """Whether a term of a question picks one of many: a code, or a number such as 2.2."""
    if term.value is None:
        return False
    is_numbered = (
        term.value.kind == "number"
        and "." in term.value.spelling
        and not (term.value.unit.dimension)
    )
    return term.value.kind == "code" or is_numbered
