"""Polarity: whether a sentence and its source deny, condition, allow and limit the same."""

from itertools import pairwise
from typing import Literal

from assistant.library.check.clauses import TakenClauses, ranges_of, role_of
from assistant.library.check.statement import (
    CONDITIONS,
    MODALS,
    QUANTITIES,
    Operator,
)
from assistant.library.check.wordlists import LanguageWords

Agreement = Literal["agrees", "in part", "differs", "opposes"]
"""`in part`: one says more than the other. `differs`: the one does not follow from the other."""

_WORST: tuple[Agreement, ...] = ("opposes", "differs", "in part", "agrees")
_OPPOSITE_BOUNDS = frozenset(
    {
        frozenset({"at_least", "at_most"}),
        frozenset({"above", "below"}),
        frozenset({"at_least", "below"}),
        frozenset({"at_most", "above"}),
        frozenset({"before", "after"}),
    }
)


def compare(pair: TakenClauses) -> Agreement:
    """How far a sentence and its source agree."""
    segments = pair.spoken_of
    there = [operator for operator in pair.source.operators if operator.segment in segments]
    found: list[Agreement] = [
        _conditions(pair, segments),
        _hedges(pair, there),
        _negations(pair, there),
        _bounds(pair),
        _quantities(pair, there),
    ]
    return next(worst for worst in _WORST if worst in found)


def compare_answer(pair: TakenClauses) -> Agreement:
    """How far a bare answer agrees, with the operators of its question: it says itself neither how
    often something is so nor whether it may be or has to be."""
    segments = pair.spoken_of
    there = [operator for operator in pair.source.operators if operator.segment in segments]
    found = [_conditions(pair, segments), _hedges(pair, there), _bounds(pair)]
    negations = _negations(pair, there)
    found += [negations] if negations != "in part" else []
    return next(worst for worst in _WORST if worst in found)


def _labels(operators: "list[Operator]", among: frozenset[str]) -> set[str]:
    return {operator.label for operator in operators if operator.label in among}


def _conditions(pair: TakenClauses, segments: frozenset[int]) -> Agreement:
    """A condition or exception that the sentence drops, or makes up."""
    ours = [each for each in pair.statement.operators if each.label in CONDITIONS]
    governing = [
        operator
        for operator in pair.source.operators
        if operator.label in CONDITIONS
        and not _is_beyond(pair, operator, segments)
        and not _is_answered_with(pair, operator)
    ]
    dropped = [
        each for each in governing if not (each.label == "exception" and each.segment in segments)
    ]
    if ours and not governing:
        return "differs"
    if len(dropped) > len(ours) or (not ours and _drops_a_limit(pair)):
        return "differs"
    return "agrees"


def _drops_a_limit(pair: TakenClauses) -> bool:
    """Whether the source is a rule for some cases only: `free above 50 euros`, `paid when …`,
    `free for residents`."""
    source, words = pair.source, pair.words
    if not pair.alignment or words is None or source.is_past:
        return False
    if _is_given_to_some(pair, words) or _is_another_for_others(pair, words):
        return True
    if not source.is_rule:
        return False
    if any(term.bound and term.segment in pair.touched for term in pair.left):
        return True
    return any(
        source.tokens[segment.first].exact in words.when and at not in pair.touched
        for at, segment in enumerate(source.segments)
    )


def _is_given_to_some(pair: TakenClauses, words: LanguageWords) -> bool:
    """Whether the sentence leaves out for whom, when or where something is free or allowed."""
    source = pair.source
    for at, (token, following) in enumerate(pairwise(source.tokens)):
        limits = words.limits if token.exact in words.granted else frozenset[str]()
        limits |= words.places if token.exact in words.allowed else frozenset()
        after = next((term for term in source.told if term.at > at), None)
        is_left = after in pair.left and after.segment in pair.touched
        if following.exact in limits and is_left and source.segment_at(at) in pair.touched:
            return True
    return False


def _is_another_for_others(pair: TakenClauses, words: LanguageWords) -> bool:
    """Whether a value that the sentence takes is said of some only, and others have another."""
    for value in pair.places:
        unit = value.value.unit.dimension if value.value else ""
        if not unit:
            continue
        others = [t for t in pair.left if t.value and t.value.unit.dimension == unit]
        if others and any(
            role_of(term, pair.source) in words.limits and term.value is None
            for term in pair.left_in(value.segment)
        ):
            return True
    return False


def _is_answered_with(pair: TakenClauses, operator: Operator) -> bool:
    """Whether a bare answer is itself the condition that was asked for."""
    return pair.answered == {operator.segment} and operator.label != "exception"


def _is_beyond(pair: TakenClauses, operator: Operator, segments: frozenset[int]) -> bool:
    """Whether a full border stands between a condition and what is spoken of."""
    first, last = min(segments, default=0), max(segments, default=0)
    low, high = min(operator.segment, last), max(operator.segment, first)
    return any(pair.source.segments[at].is_hard for at in range(low + 1, high + 1)) and not (
        first <= operator.segment <= last
    )


def _hedges(pair: TakenClauses, there: list[Operator]) -> Agreement:
    """What is only said, thought or planned, or was so in former times."""
    governing = {operator.label for operator in there if _governs(pair, operator)}
    ours = {operator.label for operator in pair.statement.operators}
    if ("hedge" in governing or pair.framing) and "hedge" not in ours:
        return "differs"
    is_past = pair.statement.is_past
    if "past" in governing and not is_past and "past" not in ours:
        return "differs"
    if "future" in governing and is_past:
        return "differs"
    return _lasting(pair)


def _lasting(pair: TakenClauses) -> Agreement:
    """Whether what the sentence says is so has not ended since, as far as the source tells."""
    words, source = pair.words, pair.source
    if words is None or not pair.alignment or pair.statement.is_past:
        return "agrees"
    if words.imperfect and any(
        place.text.endswith(words.imperfect) and pair.statement.told[at].text != place.text
        for at, place in pair.alignment.items()
    ):
        return "in part"
    if not pair.statement.is_rule:
        return "agrees"
    taken = [
        at
        for at, token in enumerate(source.tokens)
        if token.value is None and source.segment_at(at) in pair.touched
    ]
    if any(source.tokens[at].exact in words.ruling for at in taken):
        return "agrees"
    spans = [first for first, _, _ in ranges_of(source, words) if first.segment in pair.touched]
    if any(first.value is not None for first in spans):
        return "differs"
    last = max(pair.touched)
    if any(
        token.exact in words.until and source.segment_at(at) in pair.touched | {last + 1}
        for at, token in enumerate(source.tokens)
    ):
        return "differs"
    if _goes_on(pair, words):
        return "in part"
    light = words.light | words.prepositions
    was = [at for at in taken[:-1] if source.tokens[at].exact in words.state]
    return "in part" if any(source.tokens[at + 1].exact in light for at in was) else "agrees"


def _goes_on(pair: TakenClauses, words: LanguageWords) -> bool:
    """Whether the source tells what happened after what the sentence takes of it: that may have
    ended it, as `… and resigned` does, or, in the sentence after it, `She resigned in 2023`."""
    source, last = pair.source, max(pair.touched)
    for at in range(last + 1, len(source.segments)):
        end = source.segments[at + 1].first if at + 1 < len(source.segments) else None
        clause = source.tokens[source.segments[at].first : end]
        spoken = {token.exact for token in clause if token.value is None}
        if pair.told_in(at) and not source.segments[at].opens_adverbially:
            return spoken.isdisjoint(words.ruling)
    after = pair.following
    return after is not None and after.has_pronoun and not after.is_rule


def _governs(pair: TakenClauses, operator: Operator) -> bool:
    """Whether a word of the source is said of what the sentence takes from its clause.

    Where that stands before it and what follows it is left out, it is said of the latter only.
    """
    places = [term for term in pair.alignment.values() if term.segment == operator.segment]
    return not places or not operator.targets or any(term.at > operator.at for term in places)


def _negations(pair: TakenClauses, there: list[Operator]) -> Agreement:
    if any(each.label == "negation" and each.segment in pair.governing for each in there):
        return "differs"
    matched = pair.used
    ours = list(pair.statement.operators)
    mine = _count(ours, None)
    its = _count(there, matched if pair.alignment else None)
    qualified = any(
        operator.label == "negation" and not _denies(operator, matched) for operator in there
    )
    modal = _modals(ours, there, mine, its)
    if (mine + its + pair.flips) % 2:
        return "opposes" if not (qualified and not its) else "differs"
    if qualified and pair.alignment and mine != its:
        return "differs"
    return modal


def _denies(operator: Operator, matched: frozenset[int]) -> bool:
    """Whether a negation denies something that the other statement has."""
    targets = operator.targets[:1] if operator.denies_noun else operator.targets
    return not targets or any(target.at in matched for target in targets)


def _count(operators: list[Operator], matched: frozenset[int] | None) -> int:
    """How often the operators turn a statement round.

    Args:
        matched: terms that the other statement has, where a negation of others does not count.
    """
    turns, concords = 0, set[int]()
    for operator in operators:
        if operator.label in ("false", "negative", "exception", "forbidden"):
            turns += 1
        elif operator.label == "negation":
            if matched is not None and not _denies(operator, matched):
                continue
            if operator.is_concord and operator.segment in concords:
                continue
            concords |= {operator.segment} if operator.is_concord else set()
            turns += 1
    return turns


def _modals(ours: list[Operator], there: list[Operator], mine: int, its: int) -> Agreement:
    says, said = _labels(ours, MODALS), _labels(there, MODALS)
    says, said = _as_allowed(says), _as_allowed(said)
    if says == said:
        return "agrees"
    if mine % 2 and its % 2 and says <= {"must", "may"} and said <= {"must", "may"}:
        return "agrees" if says and said else "in part"
    if "free" in says | said:
        other = said if "free" in says else says
        return "opposes" if other == {"must"} else "in part"
    if not says:
        return "agrees" if said == {"must"} else "in part"
    if not said:
        return "in part"
    return "differs" if {"must", "may"} <= says ^ said else "in part"


def _as_allowed(labels: set[str]) -> set[str]:
    """What is forbidden is what may not be."""
    return {"may" if label == "forbidden" else label for label in labels}


def _is_allowed_on_terms(pair: TakenClauses, there: list[Operator]) -> bool:
    """Whether the source allows only with something that the sentence leaves out: a condition."""
    if "may" not in _labels(there, MODALS) or "only" in _labels(
        list(pair.statement.operators), QUANTITIES
    ):
        return False
    return any(
        target.at not in pair.used
        for operator in there
        if operator.label == "only"
        for target in operator.targets
    )


def _bounds(pair: TakenClauses) -> Agreement:
    told = pair.statement.told
    worst: Agreement = "agrees"
    for at, place in pair.alignment.items():
        ours, its = told[at].bound, place.bound
        if ours == its or told[at].value is None:
            continue
        if frozenset({ours, its}) in _OPPOSITE_BOUNDS:
            return "opposes"
        worst = "in part"
    return worst


def _quantities(pair: TakenClauses, there: list[Operator]) -> Agreement:
    if _is_allowed_on_terms(pair, there):
        return "differs"
    ours = _labels(list(pair.statement.operators), QUANTITIES)
    its = _labels(there, QUANTITIES)
    if ours == its:
        return "agrees"
    if {"all", "only"} & (ours - its):
        return "differs"
    return "in part" if (ours - its) or (its - ours - {"all", "only"}) else "agrees"
