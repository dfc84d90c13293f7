"""Comparison of a sentence with one unit of evidence, stage by stage.

Every term of the sentence has to stand in the unit or, as far as it only says what the sentence is
about, in the unit's title, file name and headings; a neighbour may explain what a pronoun stands
for. Terms have to belong together there as they do in the sentence, and both have to agree in what
they deny, condition and allow.
"""

from typing import Literal, NamedTuple

from assistant.library.check import attribution, polarity
from assistant.library.check.answer_sentence import (
    MIN_FIT,
    AnswerSentence,
    answer_fit,
    denies_unmet,
    has_rival,
    is_denied_apart,
    is_of_the_kind_asked,
    runs_of,
    with_question,
)
from assistant.library.check.clauses import TakenClauses
from assistant.library.check.coverage import (
    Evidence,
    cover,
    is_around,
    labels_a_part,
    share_of,
    topic_share,
    words_around,
)
from assistant.library.check.statement import Statement, Term

Outcome = Literal["verbatim", "supported", "contradicted", "in part", "foreign"]
"""`in part`: a word is not there, or the unit says a little less or more. `foreign`: it speaks of
something else."""

MIN_TOPIC = 0.5
"""Of the terms of a question, the share that a unit has which speaks of the same."""

_MIN_VERBATIM = 3
_NAME_PREFIX = 4


class Finding(NamedTuple):
    """What one unit says to a sentence."""

    outcome: Outcome
    share: float
    """Of the terms of the sentence, those that are there, 0 to 1."""


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
    if asked.asks_again:
        return Finding("foreign", share)
    if not _is_on_topic(asked, evidence):
        return Finding("in part" if evidence.passage_names(asked.topic) else "foreign", share)
    if _is_the_same(statement, evidence.statement):
        return Finding("verbatim", share)
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
    fit = 0.0
    is_bare = asked.is_bare or asked.is_piece_of(evidence.statement)
    if is_bare:
        if (asked.adds_nothing and not asked.offers_choice) or not is_of_the_kind_asked(asked):
            return Finding("in part", share)
        fit = answer_fit(asked, taken, evidence, most)
        may_be_anothers = has_rival(asked, taken)
        taken = with_question(asked, evidence, taken)
        if may_be_anothers and attribution.is_crossed(taken):
            return Finding("in part", share)
    agreement = polarity.compare_answer(taken) if is_bare else polarity.compare(taken)
    if found.missing:
        return Finding("in part" if agreement in ("agrees", "in part") else "foreign", share)
    match agreement:
        case "opposes":
            is_open = denies_unmet(asked, evidence) or is_denied_apart(asked, taken)
            return Finding("in part" if is_bare and is_open else "contradicted", share)
        case "differs":
            return Finding("foreign", share)
        case "in part":
            return Finding("in part", share)
    if evidence.statement.is_question:
        return Finding("in part", share)
    if is_bare and (fit < MIN_FIT or denies_unmet(asked, evidence)):
        return Finding("in part", share)
    is_verbatim = _stands_word_for_word(asked.statement, evidence.statement)
    return Finding("verbatim" if is_verbatim else "supported", share)


def _is_on_topic(asked: AnswerSentence, evidence: Evidence) -> bool:
    """Whether a unit speaks of what was asked, where the sentence does not say it itself."""
    if not asked.topic:
        return True
    if any(labels_a_part(term) and not is_around(term, evidence) for term in asked.topic):
        return False
    if asked.is_bare:
        return words_around(asked.topic, evidence) > 0
    return not asked.is_short or topic_share(asked.topic, evidence) >= MIN_TOPIC


def _is_the_same(statement: Statement, source: Statement) -> bool:
    """Whether a sentence is its source, word for word."""
    if source.is_question or len(statement.told) < 2:
        return False
    said, there = (
        [token.form for token in each.tokens if not token.is_mark] for each in (statement, source)
    )
    return said == there


def _stands_word_for_word(statement: Statement, source: Statement) -> bool:
    """Whether the words of a sentence are a sentence or a clause of the source."""
    if sum(not token.is_mark for token in statement.tokens) < _MIN_VERBATIM:
        return False
    words = [at for at, token in enumerate(source.tokens) if not token.is_mark]
    for first, last in runs_of(statement, source):
        begins = first == words[0] or not source.borders.isdisjoint({first, first - 1})
        if begins and (last == words[-1] or last + 1 in source.borders):
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
