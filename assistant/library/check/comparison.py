"""Comparison of a sentence with one unit of evidence, stage by stage.

Every term of the sentence has to stand in the unit or, as far as it only says what the sentence is
about, in the unit's title, file name and headings; a neighbour may explain what a pronoun stands
for. Terms have to belong together there as they do in the sentence, and both have to agree in what
they deny, condition and allow.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, NamedTuple

from assistant.library.check import attribution, polarity
from assistant.library.check.clauses import TakenClauses
from assistant.library.check.coverage import (
    Evidence,
    cover,
    is_around,
    labels_a_part,
    places_of,
    share_of,
    topic_share,
    words_around,
)
from assistant.library.check.quantities import agree
from assistant.library.check.statement import Statement, Term

Outcome = Literal["verbatim", "supported", "contradicted", "in part", "foreign"]
"""`in part`: a word is not there, or the unit says a little less or more. `foreign`: it speaks of
something else."""

MIN_OWN_TERMS = 3
"""Terms with which a sentence about `it` still says what it is about."""

MIN_TOPIC = 0.5
"""Of the terms of a question, the share that a unit has which speaks of the same."""

MAX_BARE_TERMS = 6
"""Terms of an answer that is no sentence."""

MAX_BEHIND = 0.2
"""Of a question's words, how many fewer the unit with a bare answer may have than another one.
Of known answers to the dev questions 94 % stand in such units, and a fourth of other answers."""

_MIN_VERBATIM = 3
_NAME_PREFIX = 4


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
    def is_bare(self) -> bool:
        """Whether it only names what was asked for, and is no sentence."""
        words = self.statement.words
        if not self.topic or words is None or len(self.statement.told) > MAX_BARE_TERMS:
            return False
        verbs = words.auxiliaries | words.copulas
        if any(token.exact in verbs for token in self.statement.tokens):
            return False
        return len(self.new) == len(self.statement.told) or self.is_short

    @cached_property
    def offers_choice(self) -> bool:
        """Whether the question names what it may be answered with: `30 or 40 euros?`"""
        words = self.statement.words
        tokens = self.question.tokens if self.question else ()
        return words is not None and any(token.exact in words.choosing for token in tokens)

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


def compare(asked: AnswerSentence, evidence: Evidence, most: float = 0.0) -> Finding:
    """Compare a sentence with a unit in the same language.

    Args:
        most: the largest share of the question's words that a unit has; see `words_around`.
    """
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
    taken = TakenClauses(
        statement,
        evidence.statement,
        alignment,
        words,
        found.flips,
        following=evidence.following,
    )
    if not attribution.is_rightly_joined(taken):
        return Finding("foreign", share)
    if evidence.unit.cells and not attribution.is_of_its_column(
        statement, evidence.unit, evidence.columns
    ):
        return Finding("foreign", share)
    if not evidence.unit.cells and attribution.is_replaced(taken, found.elsewhere):
        return Finding("foreign", share)
    if asked.is_bare:
        if not asked.new and not asked.offers_choice:
            return Finding("in part", share)
        taken = _with_question(asked, evidence, taken)
        if attribution.is_crossed(taken):
            return Finding("in part", share)
    agreement = polarity.compare_answer(taken) if asked.is_bare else polarity.compare(taken)
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
    if asked.is_bare and words_around(asked.topic, evidence) < most - MAX_BEHIND:
        return Finding("in part", share)
    is_verbatim = _stands_word_for_word(asked.statement, evidence.statement)
    return Finding("verbatim" if is_verbatim else "supported", share)


def _with_question(asked: AnswerSentence, evidence: Evidence, taken: TakenClauses) -> TakenClauses:
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
    asked_for = [each for each in asked.question.operators if each.label not in said]
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


def _is_on_topic(asked: AnswerSentence, evidence: Evidence) -> bool:
    """Whether a unit speaks of what was asked, where the sentence does not say it itself."""
    if not asked.topic:
        return True
    if any(labels_a_part(term) and not is_around(term, evidence) for term in asked.topic):
        return False
    if asked.is_bare:
        return words_around(asked.topic, evidence) > 0
    return not asked.is_short or topic_share(asked.topic, evidence) >= MIN_TOPIC


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
    taken = TakenClauses(statement, evidence.statement, {}, evidence.vocabulary.words)
    match polarity.compare(taken):
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
