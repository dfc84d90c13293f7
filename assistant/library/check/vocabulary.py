"""Vocabulary: what the words of one language are found by, their stems, families and opposites;
and the language that a sentence is in, by its words."""

import re
from dataclasses import dataclass, field
from typing import Final

from assistant.library.check.wordlists import LISTED, LanguageWords, Side, words_of
from assistant.library.text.analysis import Analyzer
from assistant.library.text.languages import Language, fold

_MIN_ROOT: Final = 4
"""Letters that are left of a word without its suffix."""
_KEPT_STEMS: Final = 50_000
_BRIEF: Final = 4
"""Words of a sentence in which another language's may stand by chance."""
_CLOSE: Final = 0.1
"""Of the words of a text, by how many one language has to be ahead of another."""
_ENDING: Final = 0.5
"""What the end of a word counts, against a word that is listed."""


@dataclass
class CheckVocabulary:
    """What is known of the words of one language."""

    language: Language
    analyzer: Analyzer
    words: LanguageWords | None = field(init=False)
    _stems: dict[str, str] = field(init=False, default_factory=dict)
    _groups: dict[str, set[str]] = field(init=False, default_factory=dict)
    _sides: dict[str, set[Side]] = field(init=False, default_factory=dict)
    _keys: dict[str, frozenset[str]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.words = words_of(self.language)
        if self.words is None:
            return
        for word, groups in self.words.synonyms.items():
            self._groups.setdefault(self.stem(word), set()).update(groups)
        for word, sides in self.words.opposites.items():
            self._sides.setdefault(self.stem(word), set()).update(sides)

    def stem(self, word: str) -> str:
        known = self._stems.get(word)
        if known is None:
            if len(self._stems) > _KEPT_STEMS:
                self._stems.clear()
            known = self._stems[word] = self.analyzer.stem(fold(word), self.language)
        return known

    def keys(self, word: str) -> frozenset[str]:
        """What a word is found by."""
        known = self._keys.get(word)
        if known is None:
            stem = self.stem(word)
            known = frozenset({stem, f"/{self._root(fold(word))}", *self._groups.get(stem, ())})
            if len(self._keys) > _KEPT_STEMS:
                self._keys.clear()
            self._keys[word] = known
        return known

    def sides(self, word: str) -> frozenset[Side]:
        return frozenset(self._sides.get(self.stem(word), ()))

    def _root(self, form: str) -> str:
        """The word without a suffix by which others of its family differ."""
        if self.words is None or not form.isalpha():
            return form
        for suffix in self.words.suffixes:
            if form.endswith(suffix) and len(form) - len(suffix) >= _MIN_ROOT:
                return form.removesuffix(suffix)
        return form


def language_of(text: str, otherwise: Language) -> Language:
    """The language of a text, of those that are listed, by its words as they are written.

    Args:
        otherwise: its language when the words hardly tell: Portuguese and Spanish share many.
    """
    scores = _scores(text)
    best = max(scores, key=lambda language: scores[language])
    is_close = scores[best] - scores.get(otherwise, 0) <= _CLOSE * len(text.split())
    return otherwise if is_close else best


def language_of_answer(sentence: str, question: str, otherwise: Language) -> Language:
    """The language of a sentence; a few words are in that of their question: `8 sq mi`."""
    is_brief = len(sentence.split()) < _BRIEF
    return language_of(f"{question} {sentence}" if is_brief else sentence, otherwise)


def _scores(text: str) -> dict[Language, float]:
    """How many words of a text each language has; one that several have counts in part."""
    listed = {language: words for language in LISTED if (words := words_of(language))}
    scores: dict[Language, float] = dict.fromkeys(listed, 0.0)
    for written in re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?|[¿¡]", text):
        word = written.lower()
        having = [language for language, words in listed.items() if word in words.listed]
        weight = 1.0
        if not having:
            having = [each for each, words in listed.items() if words.letters & set(word)]
        if not having:
            weight = _ENDING
            having = [each for each, words in listed.items() if word.endswith(words.endings)]
        if weight == 1.0 or word == written:  # A name may end like words of any language.
            for language in having:
                scores[language] += weight / len(having)
    return scores
