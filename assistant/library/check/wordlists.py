"""Word lists of the check: what negates, limits or joins clauses in a language, from data files.

A word is looked up as it is written; a listed word with accents is also met without them, as many
people do not type them.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from assistant.library.text.languages import Language, fold

LISTED: Final[tuple[Language, ...]] = ("en", "pt", "es")
"""The languages that have a file here."""

_FOLDER = Path(__file__).parent
_AT_START = "^"
_NO_WORDS: Final = frozenset({"suffixes", "prefixes", "letters", "endings", "order"})


class Phrase(NamedTuple):
    """A listed phrase that was met."""

    label: str
    words: int
    """How many it has."""
    at_start: bool
    """Whether it counts only where a clause begins."""


class Side(NamedTuple):
    """One side of a pair of opposites."""

    pair: str
    side: int


class Phrases:
    """Phrases with their labels, found by their words."""

    def __init__(self, listed: Iterable[tuple[str, str]]) -> None:
        """Args:
        listed: a label and its phrases, parted by semicolons.
        """
        self._found: dict[tuple[str, ...], list[Phrase]] = {}
        for label, phrases in listed:
            for phrase in filter(None, (" ".join(each.split()) for each in phrases.split(";"))):
                plain = phrase.removesuffix(_AT_START)
                # A pronoun behind a verb is read as one; see `tokens`.
                words = tuple(re.sub(r"(?<=\w)-(?!se\b)", " ", plain).replace("-", " -").split())
                for spelling in {words, tuple(map(_typed, words))}:
                    known = self._found.setdefault(spelling, [])
                    known.append(Phrase(label, len(words), plain != phrase))
        self._longest = max(map(len, self._found), default=0)

    def at(self, words: list[str], start: int) -> list[Phrase]:
        """The longest phrase that begins at a word, once for each of its labels."""
        for length in range(min(self._longest, len(words) - start), 0, -1):
            found = self._found.get(tuple(words[start : start + length]))
            if found:
                return found
        return []


@dataclass(frozen=True, eq=False)
class LanguageWords:
    """The words of one language."""

    listed: frozenset[str]
    """All words of the file, as they are written: a text that has them is in this language."""
    letters: frozenset[str]
    """Letters and marks that neither of the other languages has."""
    endings: tuple[str, ...]
    """Ends of words that are rare in the other languages."""
    light: frozenset[str]
    """Words that say nothing by themselves, but for what joins clauses."""
    frame: frozenset[str]
    """Words with which an answer speaks of its source."""
    asking: frozenset[str]
    """Words of a question that name nothing."""
    counting: Phrases
    """What asks for a number."""
    naming: frozenset[str]
    """What asks for a person or a place."""
    pronouns: frozenset[str]
    copulas: frozenset[str]
    auxiliaries: frozenset[str]
    by: frozenset[str]
    """What names the doer of a passive."""
    prepositions: frozenset[str]
    coordinating: frozenset[str]
    choosing: frozenset[str]
    subordinating: frozenset[str]
    determiners: frozenset[str]
    """What makes a noun of a word that joins clauses: `o caso`."""
    complement: frozenset[str]
    relative: frozenset[str]
    past_tense: frozenset[str]
    """Forms by which a sentence says itself that something was so."""
    state: frozenset[str]
    """Forms by which a sentence says what something was in former times."""
    imperfect: tuple[str, ...]
    """Ends of verbs by which they say the same."""
    until: frozenset[str]
    """What ends a state."""
    reporting: frozenset[str]
    """What others do who hold something to be so; in a clause of its own, beside what they hold."""
    ruling: frozenset[str]
    """Forms of what holds in general, and not of something that happened once."""
    when: frozenset[str]
    """What joins a condition to a rule, and a time to an event."""
    granted: frozenset[str]
    """What may hold for some only: `free`, `open`."""
    allowed: frozenset[str]
    """What may hold in some places only."""
    limits: frozenset[str]
    """Prepositions that say for whom and when it does."""
    places: frozenset[str]
    """Prepositions that say where something is allowed, and to whom."""
    range_from: frozenset[str]
    range_to: frozenset[str]
    between: frozenset[str]
    operators: Phrases
    bounds: Phrases
    of_nouns: Phrases
    """Negations that deny the noun after them, not what is said of it."""
    concord: frozenset[str]
    """Negations that strengthen each other in place of undoing each other."""
    synonyms: Mapping[str, frozenset[str]]
    opposites: Mapping[str, frozenset[Side]]
    suffixes: tuple[str, ...]
    prefixes: tuple[str, ...]
    numbers: Mapping[str, Fraction]
    scales: Mapping[str, Fraction]
    joins: frozenset[str]
    articles: frozenset[str]
    fractions: Mapping[str, Fraction]
    ordinals: Mapping[str, Fraction]
    months: Mapping[str, int]
    doubtful_months: frozenset[str]
    day_first: bool
    """Whether a date in numbers begins with its day, as everybody who writes it knows."""


class UnitOfMeasure(NamedTuple):
    """What a word after a number measures."""

    dimension: str
    factor: Fraction
    """How much one is of its dimension's base."""


@cache
def words_of(language: Language) -> LanguageWords | None:
    """The words of a language; None for one that has no file."""
    if language not in LISTED:
        return None
    data = tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
    borders, negation, numbers = data["borders"], data["negation"], data["numbers"]
    pronouns = frozenset(data["pronouns"].split())
    return LanguageWords(
        **{
            name: _words(data[name])
            for name in (
                *("frame", "asking", "naming", "copulas", "auxiliaries", "by"),
                "prepositions",
            )
        },
        counting=Phrases([("number", data["counting"])]),
        # `él` is often typed without its accent, but then `el` is the article.
        pronouns=_words(data["pronouns"]) - (_words(borders["determiners"]) - pronouns),
        listed=frozenset(_all_words(data)),
        letters=frozenset(data["letters"].split()),
        endings=tuple(data["endings"].split()),
        light=_words(
            " ".join(
                [
                    *(data[name] for name in ("light", "pronouns", "copulas", "auxiliaries", "by")),
                    *(borders[name] for name in borders if name != "determiners"),
                ]
            )
        ),
        coordinating=_words(borders["coordinating"]),
        choosing=_words(borders["choosing"]),
        subordinating=_words(borders["subordinating"]),
        determiners=_words(borders["determiners"]),
        complement=_words(borders["complement"]),
        relative=_words(borders["relative"]),
        past_tense=_words(data["past"]["tense"]),
        ruling=_words(data["rule"]["words"]),
        when=_words(data["rule"]["when"]),
        state=_words(data["past"]["state"]),
        imperfect=tuple(data["past"]["imperfect"].split()),
        until=_words(data["past"]["until"]),
        reporting=_words(data["hedge"]["reporting"]),
        granted=_words(data["rule"]["granted"]),
        allowed=_words(data["rule"]["allowed"]),
        limits=_words(data["rule"]["limits"]),
        places=_words(data["rule"]["places"]),
        range_from=_words(data["ranges"]["from"]),
        range_to=_words(data["ranges"]["to"]),
        between=_words(data["ranges"]["between"]),
        operators=Phrases(_operators(data)),
        bounds=Phrases(data["bounds"].items()),
        of_nouns=Phrases([("noun", negation["of_nouns"])]),
        concord=_words(negation["concord"].replace(";", " ")),
        synonyms=_synonyms(data["synonyms"]),
        opposites=_opposites(language, data["opposites"]),
        suffixes=tuple(fold(data["suffixes"]).split()),
        prefixes=tuple(fold(data["prefixes"]).split()),
        numbers=_valued(numbers["words"]),
        scales=_valued(numbers["scales"]),
        joins=_words(numbers["joins"]),
        articles=_words(numbers["articles"]),
        fractions=_valued(numbers["fractions"]),
        ordinals=_valued(numbers["ordinals"]),
        months=_months(data["dates"]["months"]),
        doubtful_months=_words(data["dates"]["doubtful"]),
        day_first=data["dates"]["order"] == "day first",
    )


@cache
def units_of_measure() -> Mapping[tuple[str, ...], UnitOfMeasure]:
    """Units by their words, in all languages."""
    data = tomllib.loads((_FOLDER / "units.toml").read_text(encoding="utf-8"))
    found: dict[tuple[str, ...], UnitOfMeasure] = {}
    for dimension, units in data.items():
        for factor, words in units.values():
            singles, *phrases = words.split("|")
            for phrase in [*singles.split(), *phrases]:
                for spelling in {phrase, _typed(phrase)}:
                    found[tuple(spelling.split())] = UnitOfMeasure(dimension, Fraction(factor))
    return found


def _all_words(data: Mapping[str, Any]) -> Iterator[str]:
    """Every word of the lists, as it is written."""
    for name, listed in data.items():
        if isinstance(listed, str) and name not in _NO_WORDS:
            yield from re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", listed)
        elif isinstance(listed, Mapping):
            yield from _all_words(listed)


def _operators(data: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    negation = data["negation"]
    yield "negation", negation["plain"]
    yield "false", negation["false"]
    yield "nothing", negation["none"]
    yield "hedge", data["hedge"]["words"]
    yield "past", data["past"]["words"]
    yield "future", data["future"]["words"]
    for table in ("condition", "modal", "quantity"):
        yield from data[table].items()


def _typed(word: str) -> str:
    """The word without its accents, unless it would become another one."""
    return fold(word) if len(word) > 1 else word


def _words(text: str) -> frozenset[str]:
    return frozenset(spelling for word in text.split() for spelling in (word, _typed(word)))


def _valued(text: str) -> dict[str, Fraction]:
    words = text.split()
    return {
        spelling: Fraction(value)
        for word, value in zip(words[::2], words[1::2], strict=True)
        for spelling in (word, _typed(word))
    }


def _months(text: str) -> dict[str, int]:
    return {
        spelling: at // 2 + 1
        for at, word in enumerate(text.split())
        if word != "."
        for spelling in (word, _typed(word))
    }


def _synonyms(text: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for number, line in enumerate(text.strip().splitlines()):
        for word in _words(line):
            found.setdefault(word, set()).add(f"group {number}")
    return {word: frozenset(groups) for word, groups in found.items()}


def _opposites(language: Language, text: str) -> dict[str, frozenset[Side]]:
    found: dict[str, set[Side]] = {}
    for number, line in enumerate(text.strip().splitlines()):
        for side, words in enumerate(line.split("|")):
            for word in _words(words.replace(",", " ")):
                found.setdefault(word, set()).add(Side(f"{language} {number}", side))
    return {word: frozenset(sides) for word, sides in found.items()}
