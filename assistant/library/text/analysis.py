"""Text analysis: words to search by; folded, split and stemmed, alike for passage and question.

Accents go before the stemmer comes, so that a word typed without them finds the same stem;
Portuguese and Spanish endings that the stemmer knows only with their accent get it back.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from string import ascii_lowercase
from threading import Lock
from typing import NamedTuple

import snowballstemmer

from assistant.library.text.languages import Language, fold

ANALYSIS_VERSION = 2
"""Counts up when a text gives other words than before: the keyword index is then made again."""

_STEMMERS: dict[Language, str] = {
    "en": "english",
    "pt": "portuguese",
    "es": "spanish",
    "fr": "french",
    "de": "german",
    "it": "italian",
}
_ACCENTS: dict[Language, tuple[tuple[str, str], ...]] = {
    "pt": (
        ("coes", "ções"),
        ("cao", "ção"),
        ("soes", "sões"),
        ("sao", "são"),
        ("encia", "ência"),
        ("encias", "ências"),
        ("ancia", "ância"),
        ("ancias", "âncias"),
        ("avel", "ável"),
        ("aveis", "áveis"),
        ("ivel", "ível"),
        ("iveis", "íveis"),
    ),
    "es": (("cion", "ción"), ("sion", "sión")),
}

MAX_WORD = 64
"""Characters of a word that count; keys and hashes are longer, words are not."""
_CACHED_STEMS = 50_000
"""Words of a language whose stems are kept; common ones come back soon."""

_UNSPACED = (
    "\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
"""Scripts that put no space between words, or too few."""
_MARKED = "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0dff"
"""Marks that belong to the letter before them, and the scripts that are full of them."""
_TOKEN = re.compile(
    rf"\d+(?:[.,]\d+)+|[{_UNSPACED}]+|[^\W{_UNSPACED}](?:[^\W{_UNSPACED}]|[{_MARKED}\u00ad])*"
)
_UNSPACED_RUN = re.compile(f"[{_UNSPACED}]")
_NUMBER_WITH_POINTS = re.compile(r"\d+[.,]")
_THOUSANDS = re.compile(r"\d{1,3}([.,])\d{3}(?:\1\d{3})*")
_NUMBER_PART = re.compile(r"\d+")
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b")
_SEPARATOR = re.compile(r"[^\w\u0900-\u0dff]+")
_HUMP = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|_+")


_PLAIN = re.compile(rf"[A-Za-z][a-z]{{0,{MAX_WORD - 1}}}")
"""What is one word whose form is itself in small letters."""

_PREFIX_LENGTH = 2
_CHANGED_LETTERS = "ye"
"""Stemmers change the ends of words. A second letter goes only where it is one of these, as in
`dying` and `oe`, or where hardly anything is left."""


class Word(NamedTuple):
    """A word of a text: its stem, and its folded form."""

    stem: str
    """What is searched by: letters and digits only."""
    form: str
    """The word as it stands there, folded."""


class WantedStems(NamedTuple):
    """Stems to look for in texts, and how words with them can begin."""

    stems: frozenset[str]
    beginnings: frozenset[str]
    """How words begin that have one of them."""

    @classmethod
    def of(cls, stems: Iterable[str]) -> "WantedStems":
        wanted = frozenset(stems)
        return cls(wanted, _prefixes_of(wanted))


class WordPositions(NamedTuple):
    """The positions of wanted words in a text."""

    length: int
    """Words of the text."""
    found: list[tuple[int, Word]]
    """Those with a wanted stem, with their number in the text, from 0."""


class Analyzer:
    """Splits texts into words; caches their stems. May be shared by threads."""

    def __init__(self) -> None:
        self._stemmers = {
            language: snowballstemmer.stemmer(name) for language, name in _STEMMERS.items()
        }
        self._known: dict[Language, dict[str, tuple[Word, ...]]] = defaultdict(dict)
        self._lock = Lock()

    def words(self, text: str, language: Language) -> list[Word]:
        """The words of a text, in order. Names with humps or underscores, numbers with points
        and runs of letters without spaces give their parts as well."""
        known = self._known[language]
        words: list[Word] = []
        for token in _TOKEN.findall(_POSSESSIVE.sub("", text)):
            found = known.get(token)
            words += found if found is not None else self._analyze(token, language)
        return words

    def find_stems(self, wanted: WantedStems, text: str, language: Language) -> WordPositions:
        """Find the words of a text that have a wanted stem; what cannot have one is not stemmed."""
        known = self._known[language]
        stems, beginnings = wanted
        at, found = 0, []
        for token in _TOKEN.findall(_POSSESSIVE.sub("", text)):
            words = known.get(token)
            if words is None:
                if _cannot_begin(token, beginnings):
                    at += 1
                    continue
                words = self._analyze(token, language)
            for word in words:
                if word.stem in stems:
                    found.append((at, word))
                at += 1
        return WordPositions(at, found)

    def stems(self, text: str, language: Language) -> str:
        """The stems of a text, a space between them."""
        return " ".join([word.stem for word in self.words(text, language)])

    def stem(self, form: str, language: Language) -> str:
        """The stem of a folded word."""
        stemmer = self._stemmers.get(language)
        if stemmer is None or not form.isalpha():
            return form
        with self._lock:  # A stemmer keeps the word it works on.
            return fold(stemmer.stemWord(_accented(form, language))) or form

    def _analyze(self, token: str, language: Language) -> tuple[Word, ...]:
        words = tuple(Word(self.stem(form, language), form) for form in _forms(token))
        known = self._known[language]
        if len(known) >= _CACHED_STEMS:
            known.clear()
        known[token] = words
        return words


def _prefixes_of(stems: Iterable[str]) -> frozenset[str]:
    found = set()
    for stem in stems:
        seconds = ascii_lowercase if len(stem) == 1 else _CHANGED_LETTERS
        found |= {stem[:_PREFIX_LENGTH], *(stem[:1] + second for second in seconds)}
    return frozenset(found)


def _cannot_begin(token: str, beginnings: frozenset[str]) -> bool:
    """Whether no stem of a token begins so."""
    return token[:_PREFIX_LENGTH].lower() not in beginnings and _PLAIN.fullmatch(token) is not None


def _forms(token: str) -> list[str]:
    if _NUMBER_WITH_POINTS.match(token):
        return _number_forms(token)
    if _UNSPACED_RUN.match(token):
        return [token[at : at + 2] for at in range(len(token) - 1)] or [token]
    parts = _HUMP.split(token.replace("\u00ad", ""))
    forms = [form[:MAX_WORD] for part in parts if (form := _SEPARATOR.sub("", fold(part)))]
    return forms if len(forms) < 2 else [*forms, "".join(forms)[:MAX_WORD]]


def _number_forms(token: str) -> list[str]:
    """`2,400` and `2.400` are 2400; of `12.05.2020` the whole and its parts."""
    if _THOUSANDS.fullmatch(token):
        return [token.replace(",", "").replace(".", "")]
    parts = _NUMBER_PART.findall(token)
    return ["·".join(parts)[:MAX_WORD], *(part[:MAX_WORD] for part in parts)]


def _accented(form: str, language: Language) -> str:
    for plain, accented in _ACCENTS.get(language, ()):
        if form.endswith(plain):
            return form.removesuffix(plain) + accented
    return form
