"""Answer sentence: a sentence of an answer with the question that it answers.

A bare answer only names what was asked for: it stands for a sentence that the question says the
rest of. Where a unit has its words, how well it fits the question decides whether it is borne out.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from math import log1p
from typing import Final

from assistant.library.check.clauses import TakenClauses
from assistant.library.check.coverage import Evidence, places_of, words_around
from assistant.library.check.quantities.values import agree
from assistant.library.check.statement import QUANTITIES, TURNING, Statement, Term

MIN_OWN_TERMS = 3
"""Terms with which a sentence about `it` still says what it is about."""

MAX_BARE_TERMS = 6
"""Terms of an answer that is no sentence."""

MIN_FIT: Final = -0.45
"""From which on a bare answer fits its question; see `answer_fit`."""

_NEW, _BEHIND, _DISTANCE = 2.5, -6.2, -0.9
_FAR: Final = 30
"""Words between an answer and those of its question, where the unit has none of these."""


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
    def may_be_bare(self) -> bool:
        """Whether it may only name what was asked for, and be no sentence."""
        words = self.statement.words
        if not self.topic or words is None or len(self.statement.told) > MAX_BARE_TERMS:
            return False
        verbs = words.auxiliaries | words.copulas
        return not any(token.exact in verbs for token in self.statement.tokens)

    @cached_property
    def is_bare(self) -> bool:
        """Whether it only names what was asked for: the question has none of its words."""
        return self.may_be_bare and (len(self.new) == len(self.statement.told) or self.is_short)

    @cached_property
    def asks_for_more(self) -> bool:
        """Whether its question asks what, who, when, where …, and not only whether."""
        if self.question is None:
            return False
        asking = self.asking - (self.question.words.prepositions if self.question.words else set())
        return any(token.exact in asking for token in self.question.tokens)

    @cached_property
    def asks_again(self) -> bool:
        """Whether it is nothing but its question said again, with a full stop behind it: it has all
        that the question names, and no word beside it."""
        if self.question is None or not self.asks_for_more or self.offers_choice:
            return False
        said = {term.text.removesuffix("s") for term in self.topic}
        told = {term.at: term.text.removesuffix("s") for term in self.statement.told}
        asked = {token.exact.removesuffix("s") for token in self.question.tokens}
        return said == set(told.values()) and all(
            token.is_mark or at in told or token.exact.removesuffix("s") in asked
            for at, token in enumerate(self.statement.tokens)
        )

    def is_piece_of(self, source: Statement) -> bool:
        """Whether it is a piece of a source that answers what, who, when, where …"""
        if not self.asks_for_more or not self.may_be_bare:
            return False
        runs = runs_of(self.statement, source)
        return any(last - first + 1 < len(source.tokens) - 1 for first, last in runs)

    @cached_property
    def offers_choice(self) -> bool:
        """Whether the question names what it may be answered with: `30 or 40 euros?`"""
        words = self.statement.words
        tokens = self.question.tokens if self.question else ()
        return words is not None and any(token.exact in words.choosing for token in tokens)

    @cached_property
    def adds_nothing(self) -> bool:
        """Whether it only says words of its question again: `computer` is none of `computing`."""
        said = {term.text.removesuffix("s") for term in self.topic}
        return not self.new and all(
            term.value is not None or term.text.removesuffix("s") in said
            for term in self.statement.told
        )

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


def with_question(asked: AnswerSentence, evidence: Evidence, taken: TakenClauses) -> TakenClauses:
    """A bare answer taken together with its question, as the sentence that it stands for."""
    assert asked.question is not None
    known = [(term, list(places_of(term, evidence.statement))) for term in asked.topic]
    around = [(term, places) for term, places in known if places]
    segments = taken.touched
    chosen = [
        min(places, key=lambda place: (place.segment not in segments, place.at))
        for _, places in around
    ]
    count = len(around)
    terms = [*(term for term, _ in around), *asked.statement.told]
    said = {operator.label for operator in asked.statement.operators}
    # What else there is, besides that which the question excepts, is no exception itself; and a
    # condition that stands in the unit as a whole may be put in other words there.
    met = {"exception", *(["positive"] if len(around) == len(asked.topic) else [])}
    asked_for = [each for each in asked.question.operators if each.label not in said | met]
    operators = [*asked.statement.operators, *asked_for]
    return TakenClauses(
        replace(asked.statement, terms=terms, operators=operators),
        evidence.statement,
        {
            **dict(enumerate(sorted(chosen, key=lambda place: place.at))),
            **{count + at: place for at, place in taken.alignment.items()},
        },
        taken.words,
        taken.flips,
        taken.touched,
        taken.following,
    )


def is_of_the_kind_asked(asked: AnswerSentence) -> bool:
    """Whether a bare answer has a number where one is asked for, and more than numbers where a
    person or a place is."""
    if asked.question is None or asked.question.words is None:
        return True
    words, told = asked.question.words, asked.statement.told
    spoken = [token.exact for token in asked.question.tokens]
    has_values = [term.value is not None for term in asked.statement.terms]
    if any(words.counting.at(spoken, at) for at in range(len(spoken))):
        return any(has_values) or any(
            each.label in QUANTITIES or each.label == "negation"
            for each in asked.statement.operators
        )
    return words.naming.isdisjoint(spoken[:1]) or not all(term.value is not None for term in told)


def has_rival(asked: AnswerSentence, taken: TakenClauses) -> bool:
    """Whether what was asked stands in another clause than a bare answer, beside something of the
    answer's kind: `1887`, of when it was restored, in `built in 1887 and restored in 1990`."""
    ours, clauses = taken.places, taken.touched
    asked_for = {
        place.segment
        for term in asked.topic
        if not any(place.segment in clauses for place in places_of(term, taken.source))
        for place in places_of(term, taken.source)
    }
    return any(
        _is_of_the_kind(term, place)
        for segment in asked_for
        for term in taken.left_in(segment)
        for place in ours
        if not any(term in places_of(each, taken.source) for each in asked.topic)
    )


def _is_of_the_kind(one: Term, other: Term) -> bool:
    if one.value is None or other.value is None:
        return one.kind == other.kind == "name"
    dates = [each.kind == "date" or each.is_year for each in (one.value, other.value)]
    same_unit = one.value.unit.dimension == other.value.unit.dimension
    return all(dates) or (not any(dates) and same_unit)


def denies_unmet(asked: AnswerSentence, evidence: Evidence) -> bool:
    """Whether a question denies something that a unit does not speak of: `seldom used`."""
    operators = asked.question.operators if asked.question else ()
    return any(
        not any(places_of(target, evidence.statement))
        for operator in operators
        if operator.label == "negation"
        for target in operator.targets[:1]
    )


def is_denied_apart(asked: AnswerSentence, taken: TakenClauses) -> bool:
    """Whether what a unit denies stands in none of the clauses of a bare answer, and neither the
    answer nor its question denies anything."""
    ours = [*asked.statement.operators, *(asked.question.operators if asked.question else ())]
    if taken.flips or any(each.label in TURNING for each in ours):
        return False
    turning = [each for each in taken.source.operators if each.label in TURNING]
    return all(each.segment not in taken.answered for each in turning)


def answer_fit(
    asked: AnswerSentence, taken: TakenClauses, evidence: Evidence, most: float
) -> float:
    """How well a bare answer fits its question: a unit with as many of the question's words as any
    other, those near the answer, and an answer with words of its own.

    Weights and `MIN_FIT` are fitted on the known answers to the dev questions, and on answers to
    other questions on the same passage.

    Args:
        most: the largest share of the question's words that a unit has; see `words_around`.
    """
    source = evidence.statement
    asked_for = {place.at for term in asked.topic for place in places_of(term, source)}
    ours = taken.used
    near = min((abs(at - place) for at in asked_for for place in ours), default=_FAR)
    new = len(asked.new) / len(asked.statement.told)
    behind = most - words_around(asked.topic, evidence)
    return _NEW * new + _BEHIND * behind + _DISTANCE * log1p(near)


def runs_of(statement: Statement, source: Statement) -> list[tuple[int, int]]:
    """Where the words of a sentence stand one behind the other in a source: its first token there,
    and its last one."""
    said = [token.form for token in statement.tokens if not token.is_mark]
    words = [(at, token.form) for at, token in enumerate(source.tokens) if not token.is_mark]
    forms = [form for _, form in words]
    return [
        (words[start][0], words[start + len(said) - 1][0])
        for start in range(len(words) - len(said) + 1 if said else 0)
        if forms[start : start + len(said)] == said
    ]
