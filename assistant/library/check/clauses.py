"""Clauses: which of a source a sentence takes its terms from, and what stands over them there.

Attribution asks what of those clauses the sentence leaves out, polarity what governs them: a clause
that introduces them, one before or behind them that tells who says so, and what limits them. A
preposition makes of a name or a value from where, to where, than what.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise
from typing import Final

from assistant.library.check.statement import Segment, Statement, Term
from assistant.library.check.wordlists import LanguageWords

Alignment = Mapping[int, Term]
"""The terms of a unit in whose place those of a sentence stand, by their order in the sentence."""

_REACH: Final = 3
"""Words before a term among which its preposition stands."""
_FRAME_TERMS: Final = 3
"""Terms of a clause that only tells who says so, or how far it is known, at most."""


@dataclass(frozen=True)
class TakenClauses:
    """A sentence with the part of a source that its terms stand in."""

    statement: Statement
    source: Statement
    alignment: Alignment
    words: LanguageWords | None
    """Of the source's language, where it has a list."""
    flips: int = 0
    """Terms that are the opposites of those in whose place they stand."""
    answered: frozenset[int] = frozenset()
    """The clauses that a bare answer to a question stands in; none for a sentence."""
    following: Statement | None = None
    """What the source says next, in the same paragraph."""

    @cached_property
    def places(self) -> list[Term]:
        """The terms of the source that are taken, in the order of the sentence."""
        return [self.alignment[at] for at in sorted(self.alignment)]

    @cached_property
    def used(self) -> frozenset[int]:
        """The tokens of the source that are taken."""
        return frozenset(term.at for term in self.alignment.values())

    @cached_property
    def touched(self) -> frozenset[int]:
        """The clauses that something is taken from."""
        return frozenset(term.segment for term in self.alignment.values())

    @cached_property
    def left(self) -> list[Term]:
        """The terms of the source that the sentence leaves out."""
        return [term for term in self.source.told if term.at not in self.used]

    def left_in(self, segment: int) -> list[Term]:
        return [term for term in self.left if term.segment == segment]

    def told_in(self, segment: int) -> list[Term]:
        return [term for term in self.source.told if term.segment == segment]

    def segment_of(self, term: Term) -> Segment:
        return self.source.segments[term.segment]

    @cached_property
    def governing(self) -> frozenset[int]:
        """The clauses that only introduce one that is taken: `The study shows` before `that …`."""
        found = set[int]()
        for segment in self.touched:
            at = segment
            while at > 0 and self.source.segments[at].opening == "complement":
                at -= 1
                found.add(at)
        return frozenset(found - self.touched)

    @cached_property
    def framing(self) -> frozenset[int]:
        """The clauses beside those that are taken which only say that they are not certain: `so
        the rumour`, `the builder claims`, `supposedly`."""
        if not self.touched:
            return frozenset()
        first, last = min(self.touched), max(self.touched)
        beside = [*range(first - 1, -1, -1)][:1] + [*range(last + 1, len(self.source.segments))][:2]
        hedged = {each.segment for each in self.source.operators if each.label == "hedge"}
        if self.words is not None:
            hedged |= {
                self.source.segment_at(at)
                for at, token in enumerate(self.source.tokens)
                if token.exact in self.words.reporting
            }
        return frozenset(at for at in beside if at in hedged and self._is_frame(at))

    def _is_frame(self, at: int) -> bool:
        following = self.source.segments[at + 1 : at + 2]
        if following and following[0].opening == "complement":
            return False
        match self.source.segments[at].opening:
            case "complement":
                # `É o que dizem` is one; `que dizem respeito a …` says more of what is there.
                return at - 1 not in self.touched and not self.told_in(at - 1)
            case "coordinating":
                return len(self.told_in(at)) <= 1
        return len(self.told_in(at)) <= _FRAME_TERMS

    @cached_property
    def spoken_of(self) -> frozenset[int]:
        """The clauses that are taken, with those that govern them and those between that say
        nothing else."""
        touched = self.touched or frozenset(range(len(self.source.segments)))
        governed = touched | self.governing
        speaking = {term.segment for term in self.source.told}
        silent = set(range(min(governed), max(governed))) - speaking
        return governed | silent | self.framing


def role_of(term: Term, statement: Statement) -> str:
    """The preposition that a term stands behind; empty for one that stands behind none."""
    others = {each.at for each in statement.terms if each.kind != "content"}
    for at in range(term.at - 1, max(term.at - 1 - _REACH, -1), -1):
        if at in statement.roles:
            return statement.roles[at]
        if at in statement.borders or at in others:
            break
    return ""


def are_exchanged(taken: TakenClauses) -> bool:
    """Whether two names or values have the roles in a sentence that they have in its source the
    other way round."""
    pairs = [
        (role_of(term, taken.statement), role_of(taken.alignment[at], taken.source))
        for at, term in enumerate(taken.statement.told)
        if at in taken.alignment and (term.kind != "content" or len(term.text) == 1)
    ]
    return any(
        ours != others and (ours, its) == (others_its, others)
        for (ours, its), (others, others_its) in combinations(pairs, 2)
    )


def leaves_an_end(taken: TakenClauses) -> bool:
    """Whether a sentence takes one end of a range, or what something was changed from, for all."""
    if taken.words is None:
        return False
    told = {place.at: taken.statement.told[at] for at, place in taken.alignment.items()}
    for first, last, is_between in ranges_of(taken.source, taken.words):
        if first.at in told and last.at not in told:
            return role_of(told[first.at], taken.statement) not in taken.words.range_from
        if is_between and last.at in told and first.at not in told:
            return True
    return False


def ranges_of(source: Statement, words: LanguageWords) -> Iterator[tuple[Term, Term, bool]]:
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
