"""Statements: a sentence taken apart into clauses, the terms that say something, and operators.

A term is a word, a name or a value that has to be borne out. An operator turns a clause round or
limits it: a negation, a condition, what must and what may be. Words that do neither are light.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Final, Literal, NamedTuple

from assistant.library.check.quantities.value_reader import values_of
from assistant.library.check.quantities.values import NumberStyle, StatedValue
from assistant.library.check.tokens import StatementToken, tokens_of
from assistant.library.check.vocabulary import CheckVocabulary
from assistant.library.check.wordlists import LISTED, LanguageWords, Side, words_of
from assistant.library.text.languages import Language

TermKind = Literal["content", "name", "value", "frame"]
Opening = Literal["", "mark", "coordinating", "subordinating", "complement", "condition", "end"]

_UNSPACED = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_BORDERS: Final = frozenset(",;:()[]{}–—|")
BEGINNING: Final = 4
"""Letters that a word keeps in all its forms."""
_TARGETS: Final = 2
"""Terms after a negation, of which it can deny one."""

CONDITIONS: Final = frozenset({"positive", "negative", "exception"})
MODALS: Final = frozenset({"must", "may", "should", "forbidden", "free"})
TURNING: Final = frozenset({"negation", "false", "negative", "exception", "forbidden"})
"""What turns round what is said."""
QUANTITIES: Final = frozenset({"all", "some", "most", "few", "only"})


class Term(NamedTuple):
    """A word, a name or a value that a statement consists of."""

    at: int
    """Its token."""
    segment: int
    kind: TermKind
    text: str
    keys: frozenset[str]
    """What it is found by: stem, root and synonyms."""
    sides: frozenset[Side] = frozenset()
    value: StatedValue | None = None
    bound: str = ""
    """Whether a value is the least, the most, …; see `bounds` of the word lists."""


class Operator(NamedTuple):
    """A negation, a condition, a modal or a quantity, as met in a clause."""

    label: str
    segment: int
    at: int
    targets: tuple[Term, ...]
    """What a negation can deny: the terms after it; none where none follows in the clause."""
    is_concord: bool = False
    denies_noun: bool = False
    """Whether it denies the noun after it only, as `without` does."""


@dataclass
class Segment:
    """A run of words between the borders of clauses."""

    opening: Opening
    first: int
    """Its first token."""
    opens_adverbially: bool = False
    """Whether it begins with a preposition."""
    is_hard: bool = False
    """Whether a full border stands before it: nothing governs across it."""
    is_relative: bool = False
    """Whether it begins with a relative pronoun."""
    is_exception: bool = False
    has_pronoun: bool = False


@dataclass(frozen=True)
class Statement:
    """A sentence, taken apart."""

    tokens: Sequence[StatementToken]
    terms: Sequence[Term]
    operators: Sequence[Operator]
    segments: Sequence[Segment]
    language: Language
    words: LanguageWords | None
    """Of its language, where it has a list."""
    has_pronoun: bool
    borders: frozenset[int] = frozenset()
    """Tokens that stand between clauses: marks, and words that join."""
    by: frozenset[int] = frozenset()
    """Tokens that name the doer of a passive."""
    is_past: bool = False
    """Whether it is written in the past tense."""
    is_rule: bool = False
    """Whether it says what holds in general."""
    roles: Mapping[int, str] = field(default_factory=dict)
    """Prepositions, by their tokens."""

    def segment_at(self, token: int) -> int:
        """The clause that a token stands in."""
        return bisect_right([segment.first for segment in self.segments], token) - 1

    @property
    def is_question(self) -> bool:
        return bool(self.tokens) and self.tokens[-1].exact == "?"

    @cached_property
    def told(self) -> list[Term]:
        """The terms that have to be borne out."""
        return [
            term
            for term in self.terms
            if term.kind != "frame" and not (term.value is not None and term.value.is_article)
        ]

    @cached_property
    def beginnings(self) -> frozenset[str]:
        return frozenset(term.text[:BEGINNING] for term in self.terms)

    @cached_property
    def by_key(self) -> dict[str, list[Term]]:
        found: dict[str, list[Term]] = {}
        for term in self.terms:
            for key in term.keys:
                found.setdefault(key, []).append(term)
        return found


class StatementReader:
    """Takes sentences of one text apart."""

    def __init__(self, vocabulary: CheckVocabulary, style: NumberStyle) -> None:
        self._vocabulary = vocabulary
        self._words = vocabulary.words
        self._style = style
        # Number words and months of a text without a language of its own may be of any.
        languages = [self._words] if self._words else [words_of(each) for each in LISTED]
        self._number_words = tuple(words for words in languages if words is not None)

    def read(self, text: str) -> Statement:
        """Take one sentence apart."""
        language = self._vocabulary.language
        text = unicodedata.normalize("NFC", text)
        values = values_of(text, self._number_words, self._style, language)
        tokens = list(tokens_of(text, values))
        spoken = [
            "" if token.value and token.value.kind == "date" else token.exact for token in tokens
        ]
        phrases = self._phrases(spoken)
        segments, of_token = self._segments(tokens, phrases)
        bounds = self._bounds(tokens, spoken)
        taken = {at + offset for at, _, length in phrases for offset in range(length)}
        terms = [
            term
            for at, token in enumerate(tokens)
            if at not in taken and at not in bounds.taken
            for term in self._terms(
                tokens, at, token, of_token[at], bounds.of_value.get(at, ""), text
            )
        ]
        operators = [
            Operator(
                label,
                of_token[at],
                at,
                _targets(terms, at, of_token[at]),
                self._words is not None and spoken[at] in self._words.concord,
                self._words is not None and bool(self._words.of_nouns.at(spoken, at)),
            )
            for at, label, _ in phrases
            if label != "nothing" and not _is_interjection(tokens, at)
        ]
        pronouns = self._words.pronouns if self._words else frozenset[str]()
        by = self._words.by if self._words else frozenset[str]()
        return Statement(
            tokens=tokens,
            terms=terms,
            operators=operators,
            segments=segments,
            borders=frozenset(self._borders(tokens, phrases)),
            language=language,
            words=self._words,
            has_pronoun=any(word in pronouns for word in spoken),
            by=frozenset(at for at, word in enumerate(spoken) if word in by),
            is_past=self._words is not None and not self._words.past_tense.isdisjoint(spoken),
            is_rule=self._words is not None and not self._words.ruling.isdisjoint(spoken),
            roles={
                at: word
                for at, word in enumerate(spoken)
                if self._words is not None and word in self._words.prepositions
            },
        )

    def _borders(
        self, tokens: Sequence[StatementToken], phrases: Sequence[tuple[int, str, int]]
    ) -> Iterator[int]:
        for at, token in enumerate(tokens):
            opening = self._opening(token, at, set(), in_exception=False)
            if opening and not self._is_noun(tokens, at, opening):
                yield at
        for at, label, words in phrases:
            if label in CONDITIONS:
                yield from range(at, at + words)

    def _phrases(self, spoken: list[str]) -> list[tuple[int, str, int]]:
        """Operators: where, which, and how many words."""
        if self._words is None:
            return []
        found, at = list[tuple[int, str, int]](), 0
        while at < len(spoken):
            starts = at == 0 or not spoken[at - 1][:1].isalnum()
            phrases = [
                phrase
                for phrase in self._words.operators.at(spoken, at)
                if starts or not phrase.at_start
            ]
            found += [(at, phrase.label, phrase.words) for phrase in phrases]
            at += max((phrase.words for phrase in phrases), default=1)
        return found

    def _segments(
        self, tokens: Sequence[StatementToken], phrases: Sequence[tuple[int, str, int]]
    ) -> tuple[list[Segment], list[int]]:
        conditions = {at for at, label, _ in phrases if label in CONDITIONS}
        exceptions = {at for at, label, _ in phrases if label == "exception"}
        hedges = {
            at + offset for at, label, size in phrases if label == "hedge" for offset in range(size)
        }
        segments, of_token = [Segment("", 0)], list[int]()
        in_exception, begun = False, False
        for at, token in enumerate(tokens):
            opening = self._opening(token, at, conditions, in_exception)
            if self._is_noun(tokens, at, opening) or at in hedges:
                opening = ""
            if opening == "mark" or (opening and (begun or opening == "condition")):
                is_exception = at in exceptions
                segments.append(
                    Segment(opening, at, is_hard=token.exact == ";", is_exception=is_exception)
                )
                in_exception, begun = is_exception, False
            elif opening and segments[-1].opening in ("", "mark"):
                segments[-1].opening = opening
            if self._words and token.exact in self._words.relative and not begun:
                segments[-1].is_relative = True
            if self._words and token.exact in self._words.pronouns:
                segments[-1].has_pronoun = True
            if not begun and not token.is_mark and opening in ("", "end"):
                segments[-1].opens_adverbially = bool(
                    self._words and token.exact in self._words.prepositions
                )
            begun = begun or (not token.is_mark and opening in ("", "end"))
            of_token.append(len(segments) - 1)
        return segments, of_token

    def _is_noun(self, tokens: Sequence[StatementToken], at: int, opening: Opening) -> bool:
        """Whether a word that may join clauses is a noun here, as `caso` in `o caso`."""
        words = self._words
        if opening != "subordinating" or words is None or at == 0:
            return False
        return tokens[at - 1].exact in words.determiners

    def _opening(
        self, token: StatementToken, at: int, conditions: set[int], in_exception: bool
    ) -> Opening:
        if token.is_mark:
            return "mark" if token.exact in _BORDERS else ""
        if at in conditions:
            return "condition"
        if self._words is None or token.value is not None:
            return ""
        if token.exact in self._words.complement:
            return "complement"
        if token.exact in self._words.coordinating:
            return "coordinating"
        if token.exact in self._words.subordinating:
            return "subordinating"
        return "end" if in_exception and token.exact in self._words.auxiliaries else ""

    def _bounds(self, tokens: Sequence[StatementToken], spoken: list[str]) -> "_Bounds":
        """What bounds values: `at least 5`, `5 or more`."""
        of_value, taken = dict[int, str](), set[int]()
        if self._words is None:
            return _Bounds(of_value, taken)
        for at in range(len(tokens)):
            for phrase in self._words.bounds.at(spoken, at):
                end = at + phrase.words
                near = [end, end + 1, end + 2, at - 1]
                value = next(
                    (
                        place
                        for place in near
                        if 0 <= place < len(tokens)
                        and tokens[place].value is not None
                        and all(self._is_light(tokens[mid]) for mid in range(end, place))
                    ),
                    None,
                )
                if value is not None and (value != at - 1 or spoken[at] in ("or", "ou", "o")):
                    of_value[value] = phrase.label
                    taken |= set(range(at, end))
        return _Bounds(of_value, taken)

    def _is_light(self, token: StatementToken) -> bool:
        if token.value is not None or token.is_mark or self._words is None:
            return False
        return token.exact in self._words.light

    def _terms(
        self,
        tokens: Sequence[StatementToken],
        at: int,
        token: StatementToken,
        segment: int,
        bound: str,
        text: str,
    ) -> Iterator[Term]:
        if token.value is not None:
            keys = self._value_keys(token)
            yield Term(at, segment, "value", token.form, keys, value=token.value, bound=bound)
        elif token.is_mark or (self._is_light(token) and not _is_letter(tokens, at, text)):
            return
        elif _UNSPACED.fullmatch(token.form):
            pairs = [token.form[i : i + 2] for i in range(len(token.form) - 1)] or [token.form]
            for pair in pairs:
                yield Term(at, segment, "content", pair, frozenset({pair}))
        else:
            kind = self._kind(tokens, at, text)
            keys = self._vocabulary.keys(token.exact)
            yield Term(at, segment, kind, token.form, keys, self._vocabulary.sides(token.exact))

    def _value_keys(self, token: StatementToken) -> frozenset[str]:
        value = token.value
        assert value is not None
        # An address says where something is, not whose it is or what it is called.
        is_address = "@" in token.exact or "://" in token.exact
        # Half an hour is none, and neither is an hour and a half.
        is_part = token.exact.replace(" ", "").isalpha() and any(
            isinstance(each, Fraction) and each.denominator > 1 for each in value.readings
        )
        words = [] if is_address or is_part else re.split(r"[\W\d_]+", token.exact)
        return frozenset({f"={value.kind}"}.union(*map(self._vocabulary.keys, filter(None, words))))

    def _kind(self, tokens: Sequence[StatementToken], at: int, text: str) -> TermKind:
        token = tokens[at]
        if self._words is not None and token.exact in self._words.frame:
            return "frame"
        written = text[token.start : token.end]
        if not written[:1].isupper() or self._vocabulary.language == "de":
            return "content"
        begins = at == 0 or tokens[at - 1].exact in '.!?:|…"“«('
        if begins and not (len(written) > 1 and written.isupper()):
            following = tokens[at + 1] if at + 1 < len(tokens) else None
            goes_on = following is not None and text[following.start : following.end][:1].isupper()
            return "name" if goes_on and following and following.value is None else "content"
        return "name"


class _Bounds(NamedTuple):
    of_value: dict[int, str]
    taken: set[int]


def _is_letter(tokens: Sequence[StatementToken], at: int, text: str) -> bool:
    """Whether a word is a letter that tells one of several apart, as in `model A`."""
    written = text[tokens[at].start : tokens[at].end]
    follows = at > 0 and not tokens[at - 1].is_mark and tokens[at - 1].value is None
    return len(written) == 1 and written.isupper() and written != "I" and follows


def _is_interjection(tokens: Sequence[StatementToken], at: int) -> bool:
    """Whether a word only answers, as `no` before a comma."""
    return at == 0 and len(tokens) > 1 and tokens[1].exact in _BORDERS | {".", "!"}


def _targets(terms: Sequence[Term], at: int, segment: int) -> tuple[Term, ...]:
    return tuple(term for term in terms if term.at > at and term.segment == segment)[:_TARGETS]
