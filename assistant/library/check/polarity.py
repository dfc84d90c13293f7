"""Polarity: whether a sentence and its source deny, condition, allow and limit the same."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from assistant.library.check.statement import (
    CONDITIONS,
    MODALS,
    QUANTITIES,
    Operator,
    Statement,
    Term,
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


class Compared(NamedTuple):
    """A sentence with the part of a source that its terms stand in."""

    statement: Statement
    source: Statement
    alignment: Mapping[int, Term]
    """See `attribution.Alignment`."""
    flips: int
    """Terms that are the opposites of those in whose place they stand."""
    words: LanguageWords | None
    """Of the source's language, where it has a list."""

    @property
    def governing(self) -> frozenset[int]:
        """The clauses of the source that only introduce one that is spoken of: `The study shows`
        before `that …`."""
        touched = {term.segment for term in self.alignment.values()}
        found = set[int]()
        for segment in touched:
            at = segment
            while at > 0 and self.source.segments[at].opening == "complement":
                at -= 1
                found.add(at)
        return frozenset(found - touched)

    @property
    def segments(self) -> frozenset[int]:
        """The clauses of the source that are spoken of, with those that govern them."""
        touched = {term.segment for term in self.alignment.values()}
        if not self.alignment:
            touched = set(range(len(self.source.segments)))
        touched |= self.governing
        spoken = {term.segment for term in self.source.told}
        silent = set(range(min(touched), max(touched))) - spoken
        return frozenset(touched | silent)


def compare(pair: Compared) -> Agreement:
    """How far a sentence and its source agree."""
    segments = pair.segments
    there = [operator for operator in pair.source.operators if operator.segment in segments]
    found: list[Agreement] = [
        _conditions(pair, segments),
        _hedges(pair, there),
        _negations(pair, there),
        _bounds(pair),
        _quantities(pair, there),
    ]
    return next(worst for worst in _WORST if worst in found)


def _labels(operators: "list[Operator]", among: frozenset[str]) -> set[str]:
    return {operator.label for operator in operators if operator.label in among}


def _conditions(pair: Compared, segments: frozenset[int]) -> Agreement:
    """A condition or exception that the sentence drops, or makes up."""
    ours = [each for each in pair.statement.operators if each.label in CONDITIONS]
    governing = [
        operator
        for operator in pair.source.operators
        if operator.label in CONDITIONS and not _is_beyond(pair, operator, segments)
    ]
    dropped = [
        each for each in governing if not (each.label == "exception" and each.segment in segments)
    ]
    if ours and not governing:
        return "differs"
    if len(dropped) > len(ours) or (not ours and _drops_a_limit(pair)):
        return "differs"
    return "agrees"


def _drops_a_limit(pair: Compared) -> bool:
    """Whether the source is a rule for some cases only: `free above 50 euros`, `paid when …`."""
    source, words = pair.source, pair.words
    if not pair.alignment or words is None or not source.is_rule:
        return False
    used = {term.at for term in pair.alignment.values()}
    touched = {term.segment for term in pair.alignment.values()}
    if any(t.bound and t.segment in touched and t.at not in used for t in source.told):
        return True
    return any(
        source.tokens[segment.first].exact in words.when and at not in touched
        for at, segment in enumerate(source.segments)
    )


def _is_beyond(pair: Compared, operator: Operator, segments: frozenset[int]) -> bool:
    """Whether a full border stands between a condition and what is spoken of."""
    first, last = min(segments, default=0), max(segments, default=0)
    low, high = min(operator.segment, last), max(operator.segment, first)
    return any(pair.source.segments[at].is_hard for at in range(low + 1, high + 1)) and not (
        first <= operator.segment <= last
    )


def _hedges(pair: Compared, there: list[Operator]) -> Agreement:
    """What is only said, thought or planned, or was so in former times."""
    governing = {operator.label for operator in there if _governs(pair, operator)}
    ours = {operator.label for operator in pair.statement.operators}
    if "hedge" in governing and "hedge" not in ours:
        return "differs"
    is_past = pair.statement.is_past
    if "past" in governing and not is_past and "past" not in ours:
        return "differs"
    return "differs" if "future" in governing and is_past else "agrees"


def _governs(pair: Compared, operator: Operator) -> bool:
    """Whether a word of the source is said of what the sentence takes from its clause.

    Where that stands before it and what follows it is left out, it is said of the latter only.
    """
    places = [term for term in pair.alignment.values() if term.segment == operator.segment]
    return not places or not operator.targets or any(term.at > operator.at for term in places)


def _negations(pair: Compared, there: list[Operator]) -> Agreement:
    if any(each.label == "negation" and each.segment in pair.governing for each in there):
        return "differs"
    matched = {term.at for term in pair.alignment.values()}
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


def _denies(operator: Operator, matched: set[int]) -> bool:
    """Whether a negation denies something that the other statement has."""
    targets = operator.targets[:1] if operator.denies_noun else operator.targets
    return not targets or any(target.at in matched for target in targets)


def _count(operators: list[Operator], matched: set[int] | None) -> int:
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


def _is_allowed_on_terms(pair: Compared, there: list[Operator]) -> bool:
    """Whether the source allows only with something that the sentence leaves out: a condition."""
    if "may" not in _labels(there, MODALS) or "only" in _labels(
        list(pair.statement.operators), QUANTITIES
    ):
        return False
    matched = {term.at for term in pair.alignment.values()}
    return any(
        target.at not in matched
        for operator in there
        if operator.label == "only"
        for target in operator.targets
    )


def _bounds(pair: Compared) -> Agreement:
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


def _quantities(pair: Compared, there: list[Operator]) -> Agreement:
    if _is_allowed_on_terms(pair, there):
        return "differs"
    ours = _labels(list(pair.statement.operators), QUANTITIES)
    its = _labels(there, QUANTITIES)
    if ours == its:
        return "agrees"
    if {"all", "only"} & (ours - its):
        return "differs"
    return "in part" if (ours - its) or (its - ours - {"all", "only"}) else "agrees"
