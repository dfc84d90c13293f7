"""Attribution: whether a sentence says of a thing what its source says of that very thing.

All words of a sentence may stand in a unit and still be put together wrongly: the subject of one
clause with what another clause says, two names in each other's place, a value out of another
column. A sentence may leave words out; it may not join what stands apart.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from difflib import SequenceMatcher

from assistant.library.check.roles import are_exchanged, leaves_an_end
from assistant.library.check.statement import Statement, Term
from assistant.library.check.units import EvidenceUnit
from assistant.library.check.wordlists import LanguageWords

_MIN_CLAUSE = 3
"""Terms of a clause that says something by itself; fewer may be the beginning of a list."""

Alignment = Mapping[int, Term]
"""The terms of a unit in whose place those of a sentence stand, by their order in the sentence."""


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


def is_rightly_joined(
    statement: Statement, source: Statement, alignment: Alignment, words: LanguageWords | None
) -> bool:
    """Whether the terms of a sentence belong together in its source as they do in the sentence.

    Args:
        words: of the language of both, where it has a list.
    """
    if words is not None and leaves_an_end(statement, source, alignment, words):
        return False
    return not alignment or not (
        _is_swapped(statement, source, alignment)
        or are_exchanged(statement, source, alignment)
        or _is_crossed(source, alignment)
        or _joins_clauses(source, alignment)
        or _takes_the_value_before(source, alignment)
        or _is_of_another(source, alignment)
    )


def is_replaced(source: Statement, alignment: Alignment, elsewhere: Collection[int]) -> bool:
    """Whether a term that only the context has stands where the source has another one.

    The title may say what `it` is; it does not make its own thing of what the sentence is about.

    Args:
        elsewhere: the terms of the sentence that only the context has.
    """
    used = {term.at for term in alignment.values()}
    for at in elsewhere:
        before = [alignment[each].at for each in alignment if each < at]
        after = [alignment[each].at for each in alignment if each > at]
        low, high = max(before, default=-1), min(after, default=len(source.tokens))
        segments = {t.segment for t in source.told if t.at == low or t.at == high}
        if any(
            low < term.at < high and term.at not in used and term.segment in segments
            for term in source.told
        ):
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


def _is_swapped(statement: Statement, source: Statement, alignment: Alignment) -> bool:
    """Whether three terms stand in reversed order: two have changed places around a third.

    A passive changes them rightly.
    """
    if bool(statement.by) != bool(source.by):
        return False
    order = [alignment[at].at for at in sorted(alignment)]
    return any(
        any(place > middle for place in order[:at])
        and any(place < middle for place in order[at + 1 :])
        for at, middle in enumerate(order)
        if at and at + 1 < len(order)
    )


def _is_crossed(source: Statement, alignment: Alignment) -> bool:
    """Whether a word of a later clause takes the place of one of the clause before it.

    `Written by Ann and checked by Paul` does not say that it was checked by Ann: `checked` would
    stand between words of the first clause, in the place of `written`. A clause that refers back
    with a pronoun may be filled that way.
    """
    used = {term.at for term in alignment.values()}
    order = [alignment[at] for at in sorted(alignment)]
    for at, middle in enumerate(order):
        segment = source.segments[middle.segment]
        if segment.has_pronoun or segment.is_exception or segment.is_relative:
            continue
        for before in order[:at]:
            if before.segment >= middle.segment:
                continue
            for after in order[at + 1 :]:
                if after.segment == before.segment and any(
                    before.at < left.at < after.at and left.at not in used
                    for left in source.told
                    if left.segment == before.segment
                ):
                    return True
    return False


def _joins_clauses(source: Statement, alignment: Alignment) -> bool:
    """Whether a sentence says of the subject of one clause what another says of its own.

    `The pump is heated and the valve is open` does not say that the pump is open: both clauses have
    something that the sentence leaves out, the one in the place of `open`, the other of `pump`.
    """
    used = {term.at for term in alignment.values()}
    subject = alignment[min(alignment)].segment
    is_elliptic = any(
        operator.segment == subject and not operator.targets for operator in source.operators
    )
    left = [term for term in source.told if term.segment == subject and term.at not in used]
    if not left or is_elliptic or source.segments[subject].is_exception:
        return False
    return any(
        _belongs_to_another(source, place, used)
        for place in alignment.values()
        if place.segment != subject
    )


def _takes_the_value_before(source: Statement, alignment: Alignment) -> bool:
    """Whether a sentence joins a value to what a later clause says of a value of its own.

    `30 euros, and 10 for children` does not say that children pay 30.
    """
    used = {term.at for term in alignment.values()}
    for place in alignment.values():
        own = next(term for term in source.told if term.segment == place.segment)
        if own.value is None or own.at in used:
            continue
        for value in alignment.values():
            before = [term for term in source.told if term.segment == value.segment]
            is_clause = len(before) >= _MIN_CLAUSE
            if value.value is not None and value.segment < place.segment and is_clause:
                return True
    return False


def _belongs_to_another(source: Statement, place: Term, used: set[int]) -> bool:
    """Whether a clause has a subject of its own before a term, which the sentence leaves out."""
    segment = source.segments[place.segment]
    if segment.is_exception:
        return False
    here = [term for term in source.told if term.segment == place.segment and term.at < place.at]
    left = [term for term in here if term.at not in used]
    if segment.opens_adverbially or segment.is_relative:
        return any(term.kind != "content" for term in left)
    return bool(left) and left[0] is here[0]


def _is_of_another(source: Statement, alignment: Alignment) -> bool:
    """Whether a value of the sentence belongs to another name than the one that it is given to."""
    names = [term for term in alignment.values() if _names_something(term)]
    if not names:
        return False
    used = {term.at for term in alignment.values()}
    others = [term for term in source.told if _names_something(term) and term.at not in used]
    for value in alignment.values():
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
            if owner.at < other.at < value.at and _begins_clause(source, other, owner):
                return True
    return False


def _names_something(term: Term) -> bool:
    return term.kind == "name" or (term.value is not None and term.value.kind == "code")


def _begins_clause(source: Statement, term: Term, owner: Term) -> bool:
    """Whether a name is what its clause is about, and not named together with the owner."""
    if source.segments[term.segment].opens_adverbially or term.segment == owner.segment:
        return False
    first = next(each for each in source.told if each.segment == term.segment)
    if first.at != term.at:
        return False
    between = [each for each in source.told if owner.at < each.at < term.at]
    return bool(between)
