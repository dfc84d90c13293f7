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

import Stemmer

from assistant.library.text.languages import Language, fold
from assistant.library.text.spellings import (
    BEFORE_NUMBER,
    SIGNS,
    SPELLED,
    Spelling,
    spellings,
    writes_month_first,
)

ANALYSIS_VERSION = 3
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
_LETTER = f"[^\\W{_UNSPACED}]"
_PLAIN_WORD = (
    r"[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff]++"
    rf"(?=[\s.,;:!?)\]\"]|$)(?!{BEFORE_NUMBER})"
)
"""What is one word whatever surrounds it: most words are, and are found sooner by this alone."""
ANY_TOKEN = (
    rf"{SPELLED}|[{_UNSPACED}]+"
    rf"|{_LETTER}(?:{_LETTER}|[{_MARKED}\u00ad])*"
    rf"(?:[-\u2010\u2011]{_LETTER}(?:{_LETTER}|[{_MARKED}\u00ad])*)*{SIGNS}"
)
TOKEN = re.compile(f"{_PLAIN_WORD}|{ANY_TOKEN}")
_PIECE = re.compile(rf"[{_UNSPACED}]+|{_LETTER}(?:{_LETTER}|[{_MARKED}\u00ad])*")
"""What is left of a token that only looked like one of the first kinds."""
_UNSPACED_RUN = re.compile(f"[{_UNSPACED}]")
_HYPHEN = re.compile("[-\u2010\u2011]")
_POSSESSIVE = re.compile(r"(?<=\w)['’]s\b")
_SEPARATOR = re.compile(r"[^\w\u0900-\u0dff]+")
_HUMP = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})|_+")


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
    derived: bool = False
    """Whether it is another spelling of what stands there, which is found with or without it."""


class WantedStems:
    """Stems to look for in texts of one language; remembers what was seen of their words."""

    def __init__(self, stems: Iterable[str]) -> None:
        self.stems = frozenset(stems)
        self.beginnings = _prefixes_of(self.stems)
        """How words begin that have one of them."""
        self.seen: set[str] = set()
        """Tokens."""
        self.telling: dict[str, tuple[Word, ...]] = {}
        """The words of those that have a wanted stem, or are not one word."""


class WordPositions(NamedTuple):
    """The positions of wanted words in a text."""

    length: int
    """Words of the text."""
    found: list[tuple[int, Word]]
    """Those with a wanted stem, with their number in the text, from 0."""


class Analyzer:
    """Splits texts into words; caches their stems. May be shared by threads."""

    def __init__(self) -> None:
        self._stemmers = {language: Stemmer.Stemmer(name) for language, name in _STEMMERS.items()}
        self._known: dict[Language, dict[str, tuple[Word, ...]]] = defaultdict(dict)
        self._lock = Lock()

    def words(self, text: str, language: Language) -> list[Word]:
        """The words of a text, in order. Names with humps or underscores, numbers, dates and codes
        give their parts and other spellings as well, runs of letters without spaces their parts."""
        known = self._known[language]
        words: list[Word] = []
        for token in _tokens(text):
            found = known.get(token)
            words += found if found is not None else self._analyze(token, language)
        return words

    def find_stems(self, wanted: WantedStems, text: str, language: Language) -> WordPositions:
        """Find the words of a text that have a wanted stem; what cannot have one is not stemmed."""
        tokens = _tokens(text)
        new = set(tokens).difference(wanted.seen)
        beginnings = wanted.beginnings
        for token in [
            token
            for token in new
            if token[:_PREFIX_LENGTH].lower() in beginnings or _PLAIN.fullmatch(token) is None
        ]:
            words = self._known[language].get(token) or self._analyze(token, language)
            if len(words) != 1 or words[0].stem in wanted.stems:
                wanted.telling[token] = words
        wanted.seen |= new
        more, found = 0, []
        telling = wanted.telling
        for at, token in [each for each in enumerate(tokens) if each[1] in telling]:
            words = telling[token]
            for number, word in enumerate(words, at + more):
                if word.stem in wanted.stems:
                    found.append((number, word))
            more += len(words) - 1
        return WordPositions(len(tokens) + more, found)

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
        if _PLAIN.fullmatch(token):
            form = token.lower()
            words: tuple[Word, ...] = (Word(self.stem(form, language), form),)
        else:
            words = tuple(
                Word(self.stem(form, language), form, derived) for form, derived in _spelled(token)
            )
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


def _tokens(text: str) -> list[str]:
    if "'s" in text or "’s" in text:
        text = _POSSESSIVE.sub("", text)
    tokens = TOKEN.findall(text)
    if not writes_month_first(text):
        return tokens
    return [f"{_MONTH_FIRST_MARK}{token}" if "/" in token else token for token in tokens]


_MONTH_FIRST_MARK = "\0"
"""Before dates of a text that writes the month first."""


def _spelled(token: str) -> list[Spelling]:
    """The forms of a token: what stands there, and other spellings of it."""
    month_first = token.startswith(_MONTH_FIRST_MARK)
    token = token.removeprefix(_MONTH_FIRST_MARK)
    if _UNSPACED_RUN.match(token):
        pairs = [token[at : at + 2] for at in range(len(token) - 1)] or [token]
        return [Spelling(pair, derived=False) for pair in pairs]
    found = spellings(token, month_first=month_first)
    if found is None:
        found = [each for piece in _PIECE.findall(token) for each in _named(piece)]
        joined = "".join(_HYPHEN.split(token))
        if _HYPHEN.search(token) and joined.isalnum():
            found.append(Spelling(_cleaned(joined), derived=True))
    return [spelling._replace(form=spelling.form[:MAX_WORD]) for spelling in found if spelling.form]


def _named(piece: str) -> list[Spelling]:
    """A word; a name with humps or underscores with its parts."""
    if piece.isdecimal():
        return spellings(piece) or []
    parts = [form for part in _HUMP.split(piece) if (form := _cleaned(part))]
    found = [Spelling(part, derived=False) for part in parts]
    return found if len(parts) < 2 else [*found, Spelling("".join(parts), derived=True)]


def _cleaned(part: str) -> str:
    return _SEPARATOR.sub("", fold(part.replace("\u00ad", "")))


def _accented(form: str, language: Language) -> str:
    for plain, accented in _ACCENTS.get(language, ()):
        if form.endswith(plain):
            return form.removesuffix(plain) + accented
    return form
