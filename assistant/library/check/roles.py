"""Roles: what a preposition makes of a name or a value – from where, to where, than what.

`From Linz to Wels` and `from Wels to Linz` have the same words in the same places but two.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations, pairwise
from typing import Final

from assistant.library.check.statement import Statement, Term
from assistant.library.check.wordlists import LanguageWords

_REACH: Final = 3
"""Words before a term among which its preposition stands."""


def role_of(term: Term, statement: Statement) -> str:
    """The preposition that a term stands behind; empty for one that stands behind none."""
    others = {each.at for each in statement.terms if each.kind != "content"}
    for at in range(term.at - 1, max(term.at - 1 - _REACH, -1), -1):
        if at in statement.roles:
            return statement.roles[at]
        if at in statement.borders or at in others:
            break
    return ""


def are_exchanged(statement: Statement, source: Statement, alignment: Mapping[int, Term]) -> bool:
    """Whether two names or values have the roles in a sentence that they have in its source the
    other way round."""
    pairs = [
        (role_of(term, statement), role_of(alignment[at], source))
        for at, term in enumerate(statement.told)
        if at in alignment and (term.kind != "content" or len(term.text) == 1)
    ]
    return any(
        ours != others and (ours, its) == (others_its, others)
        for (ours, its), (others, others_its) in combinations(pairs, 2)
    )


def leaves_an_end(
    statement: Statement, source: Statement, alignment: Mapping[int, Term], words: LanguageWords
) -> bool:
    """Whether a sentence takes one end of a range, or what something was changed from, for all."""
    told = {place.at: statement.told[at] for at, place in alignment.items()}
    for first, last, is_between in _ranges(source, words):
        if first.at in told and last.at not in told:
            return role_of(told[first.at], statement) not in words.range_from
        if is_between and last.at in told and first.at not in told:
            return True
    return False


def _ranges(source: Statement, words: LanguageWords) -> Iterator[tuple[Term, Term, bool]]:
    """The two ends of each `from … to …` and `between … and …`, and whether it is the latter."""
    ends = [term for term in source.told if term.kind != "content"]
    for first, last in pairwise(ends):
        if first.kind != last.kind:
            continue
        role, other = role_of(first, source), role_of(last, source)
        is_between = role in words.between
        if is_between and last.segment - first.segment <= 1:
            yield first, last, True
        elif role in words.range_from and other in words.range_to and first.value is not None:
            yield first, last, False
