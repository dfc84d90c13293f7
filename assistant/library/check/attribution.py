"""Attribution: whether a sentence says of a thing what its source says of that very thing.

All words of a sentence may stand in a unit and still be put together wrongly: the subject of one
clause with what another clause says, two names in each other's place, a value out of another
column. A sentence may leave words out; it may not join what stands apart.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from difflib import SequenceMatcher
from fractions import Fraction

from assistant.library.check.clauses import TakenClauses, are_exchanged, leaves_an_end
from assistant.library.check.statement import Statement, Term
from assistant.library.check.units import EvidenceUnit

_MIN_CLAUSE = 3
"""Terms of a clause that says something by itself; fewer may be the beginning of a list."""


def aligned(
    statement: Statement, source: Statement, matches: Mapping[int, Sequence[Term]]
) -> dict[int, Term]:
    """Choose among several places of a term: what stands in the same order in both comes first,
    then what lies in the clauses that most of the sentence is in."""
    chosen = _in_same_order(statement, source, matches)
    counts = Counter(place.segment for place in chosen.values())
    open_terms = {at: places for at, places in matches.items() if places and at not in chosen}
    for at in sorted(open_terms, key=lambda at: len(open_terms[at])):
        before = chosen.get(at - 1)
        taken = {place.at for place in chosen.values()}
        chosen[at] = max(
            open_terms[at],
            key=lambda place: (
                place.at not in taken,
                counts[place.segment],
                -abs(place.at - before.at) if before else -place.at,
            ),
        )
        counts[chosen[at].segment] += 1
    return chosen


def _in_same_order(
    statement: Statement, source: Statement, matches: Mapping[int, Sequence[Term]]
) -> dict[int, Term]:
    ours = [term.text for term in statement.told]
    theirs = [term.text for term in source.terms]
    blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    return {
        block.a + step: source.terms[block.b + step]
        for block in blocks
        for step in range(block.size)
        if source.terms[block.b + step] in matches.get(block.a + step, ())
    }


def is_rightly_joined(taken: TakenClauses) -> bool:
    """Whether the terms of a sentence belong together in its source as they do in the sentence."""
    if leaves_an_end(taken):
        return False
    return not taken.alignment or not (
        _is_swapped(taken) or are_exchanged(taken) or is_of_other_clauses(taken)
    )


def is_of_other_clauses(taken: TakenClauses) -> bool:
    """Whether what a sentence joins is said in clauses that have another thing of their own."""
    return (
        is_crossed(taken)
        or _joins_clauses(taken)
        or _takes_the_value_before(taken)
        or _is_of_another(taken)
    )


def is_replaced(taken: TakenClauses, elsewhere: Collection[int]) -> bool:
    """Whether a term that only the context has stands where the source has another one.

    The title may say what `it` is; it does not make its own thing of what the sentence is about.

    Args:
        elsewhere: the terms of the sentence that only the context has.
    """
    alignment = taken.alignment
    for at in elsewhere:
        before = [alignment[each].at for each in alignment if each < at]
        after = [alignment[each].at for each in alignment if each > at]
        low, high = max(before, default=-1), min(after, default=len(taken.source.tokens))
        segments = {t.segment for t in taken.source.told if t.at == low or t.at == high}
        if any(low < term.at < high and term.segment in segments for term in taken.left):
            return True
    return False


def is_of_its_column(statement: Statement, unit: EvidenceUnit, named: Sequence[set[str]]) -> bool:
    """Whether the values of a sentence stand in the columns that it names, if it names some.

    Args:
        named: the keys of the name of each cell's column.
    """
    keys = {key for term in statement.told for key in term.keys if not key.startswith("=")}
    own = [names - set().union(*(o for o in named if o is not names)) for names in named]
    spoken = [at for at, names in enumerate(own) if names and names & keys]
    if not spoken or not any(unit.cells[at].column for at in spoken):
        return True
    values = [term for term in statement.told if term.value is not None]
    if not values:
        return True
    told = {term.text for term in values}
    holding = {at for at, cell in enumerate(unit.cells) if any(_has(cell.text, t) for t in told)}
    first = {0}  # What a row is about stands in its first cell.
    return not (holding - first) or bool(holding & set(spoken))


def _has(cell: str, spelling: str) -> bool:
    return spelling in "".join(cell.lower().split())


def _is_swapped(taken: TakenClauses) -> bool:
    """Whether three terms stand in reversed order: two have changed places around a third.

    A passive changes them rightly.
    """
    if bool(taken.statement.by) != bool(taken.source.by):
        return False
    order = [place.at for place in taken.places]
    return any(
        any(place > middle for place in order[:at])
        and any(place < middle for place in order[at + 1 :])
        for at, middle in enumerate(order)
        if at and at + 1 < len(order)
    )


def is_crossed(taken: TakenClauses) -> bool:
    """Whether a word of a later clause takes the place of one of the clause before it.

    `Written by Ann and checked by Paul` does not say that it was checked by Ann: `checked` would
    stand between words of the first clause, in the place of `written`. A clause that refers back
    with a pronoun may be filled that way.
    """
    order = taken.places
    for at, middle in enumerate(order):
        segment = taken.segment_of(middle)
        if segment.has_pronoun or segment.is_exception or segment.is_relative:
            continue
        for before in order[:at]:
            if before.segment >= middle.segment:
                continue
            left = taken.left_in(before.segment)
            for after in order[at + 1 :]:
                if after.segment == before.segment and any(
                    before.at < term.at < after.at for term in left
                ):
                    return True
    return False


def _joins_clauses(taken: TakenClauses) -> bool:
    """Whether a sentence says of the subject of one clause what another says of its own.

    `The pump is heated and the valve is open` does not say that the pump is open: both clauses have
    something that the sentence leaves out, the one in the place of `open`, the other of `pump`.
    """
    subject = taken.places[0].segment
    is_elliptic = any(
        operator.segment == subject and not operator.targets for operator in taken.source.operators
    )
    if not taken.left_in(subject) or is_elliptic or taken.source.segments[subject].is_exception:
        return False
    return any(
        _belongs_to_another(taken, place) for place in taken.places if place.segment != subject
    )


def _takes_the_value_before(taken: TakenClauses) -> bool:
    """Whether a sentence joins a value to what a later clause says of a value of its own.

    `30 euros, and 10 for children` does not say that children pay 30, nor does `children half`.
    """
    for place in taken.places:
        owns = taken.told_in(place.segment)[0].value is not None
        for own in _values_left(taken, place.segment):
            for value in taken.places:
                is_clause = len(taken.told_in(value.segment)) >= _MIN_CLAUSE
                is_before = value.value is not None and value.segment < place.segment
                if is_before and is_clause and (owns or _is_of_the_same(value, own)):
                    return True
    return False


def _values_left(taken: TakenClauses, segment: int) -> list[Term]:
    """The values of a clause that the sentence leaves out, with one set off by a comma; none where
    it takes one of them."""
    told = taken.told_in(segment)
    if any(term.value is not None and term.at in taken.used for term in told):
        return []
    left = [term for term in told if term.value is not None]
    following = taken.told_in(segment + 1)
    if left or taken.left_in(segment) or any(term.at in taken.used for term in following):
        return left
    is_bracket = bool(following) and taken.source.tokens[following[0].at - 1].exact == "("
    return [] if is_bracket or any(term.value is None for term in following) else following


def _is_of_the_same(one: Term, other: Term) -> bool:
    """Whether two values may be of the same: of one unit, or one a share of the other."""
    assert one.value is not None
    assert other.value is not None
    if one.value.unit.dimension == other.value.unit.dimension:
        return bool(one.value.unit.dimension)
    return not other.value.unit.dimension and any(
        isinstance(each, Fraction) and each.denominator > 1 for each in other.value.readings
    )


def _belongs_to_another(taken: TakenClauses, place: Term) -> bool:
    """Whether a clause has a subject of its own before a term, which the sentence leaves out."""
    segment = taken.segment_of(place)
    if segment.is_exception:
        return False
    left = [term for term in taken.left_in(place.segment) if term.at < place.at]
    if segment.opens_adverbially or segment.is_relative:
        return any(term.kind != "content" for term in left)
    return bool(left) and left[0] is taken.told_in(place.segment)[0]


def _is_of_another(taken: TakenClauses) -> bool:
    """Whether a value of the sentence belongs to another name than the one that it is given to."""
    names = [term for term in taken.places if _names_something(term)]
    if not names:
        return False
    others = [term for term in taken.left if _names_something(term)]
    for value in taken.places:
        if value.value is None or _names_something(value):
            continue
        owner = max(
            (name for name in names if name.at < value.at),
            key=lambda name: name.at,
            default=None,
        )
        if owner is None:
            continue
        for other in others:
            if owner.at < other.at < value.at and _begins_clause(taken, other, owner):
                return True
    return False


def _names_something(term: Term) -> bool:
    return term.kind == "name" or (term.value is not None and term.value.kind == "code")


def _begins_clause(taken: TakenClauses, term: Term, owner: Term) -> bool:
    """Whether a name is what its clause is about, and not named together with the owner."""
    if taken.segment_of(term).opens_adverbially or term.segment == owner.segment:
        return False
    if taken.told_in(term.segment)[0].at != term.at:
        return False
    return any(owner.at < each.at < term.at for each in taken.source.told)
