"""Legibility of a PDF's page: whether its signs say which letters they stand for.

Some fonts draw letters and do not say which; their signs are controls, private ones or other
letters. Such a page can be read by its picture only.
"""

import re
from collections import Counter

_VOID = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd\ue000-\uf8ff]")
_MAX_VOID = 0.25
"""Share of a page's signs that may be void."""
_LEAST_SIGNS = 8
_SAMPLE = 2_000
_LETTERS = re.compile(r"[^\W\d_]+")
_LEAST_LETTERS = 120
_LEAST_WORDS = 25
_COMMON_WORDS = (
    "the of and to in is for that with on by from are this be as at or not it an"
    " de que e o a os as do da em um uma para com não no na por se ao dos das é"
    " el la los las en y un una por con para del se su al lo"
    " le les des et est une dans pour pas sur au qui du par plus ne"
    " der die das und in den von zu mit ist im nicht ein eine auf für dem sich des"
    " il di che la per non una del un con sono è della i"
    " van het een op te dat niet zijn voor met"
    " och att det som en på är av för med den till"
    " og er på som til af med for ikke jeg"
    " ja on ei se että oli mutta hän"
    " i w na z się do nie to jest że o"
    " a je na se že v s to si"
)
"""Of languages written in Latin letters."""
_COMMON = frozenset(_COMMON_WORDS.split())
_LEAST_COMMON = 0.1
"""Share of common words below which a text is looked at more closely."""
_USUAL_LETTERS = {
    "a": 88, "b": 14, "c": 31, "d": 40, "e": 124, "f": 14, "g": 16, "h": 26, "i": 72, "j": 4,
    "k": 9, "l": 45, "m": 28, "n": 68, "o": 72, "p": 26, "q": 6, "r": 64, "s": 64, "t": 67,
    "u": 35, "v": 13, "w": 9, "x": 3, "y": 10, "z": 6,
}  # fmt: skip
"""Of a thousand letters, at the mean of these languages."""
_LEAST_LIKENESS = 0.7
"""Cosine of a text's letters with the usual ones."""
_LIKELY = 0.85
"""From this cosine on no text is taken for a shifted one."""
_LEAST_UNEVENNESS = 0.055
"""Chance that two letters of a text are the same: 0.065 to 0.08 in languages, whatever letters
stand for whichever; 0.04 among letters at random."""
_MAX_SHIFT = 32
_SHIFTED_SAMPLE = 400
_LEAST_KNOWN = 5
"""Different common words that a moved text has."""


def has_void_letters(text: str) -> bool:
    """Whether so many signs of a page stand for no letter that the page is not readable."""
    if text.isascii() and text.isprintable():
        return False
    signs = len("".join(text.split()))
    void = len(_VOID.findall(text))
    return void >= _LEAST_SIGNS and void > _MAX_VOID * signs


def has_other_letters(text: str) -> bool:
    """Whether a page's letters stand for others: it has the build of a language, but is in none."""
    words = _LETTERS.findall(text[:_SAMPLE].casefold())
    if len(words) < _LEAST_WORDS or _share_of_common(words) >= _LEAST_COMMON:
        return False
    different = set(words)
    letters = Counter(char for word in different for char in word if char in _USUAL_LETTERS)
    total = letters.total()
    if len(different) < _LEAST_WORDS or total < _LEAST_LETTERS:
        return _is_shifted(text)
    if total < 0.8 * sum(map(len, different)):
        return _is_shifted(text)
    unevenness = sum((count / total) ** 2 for count in letters.values())
    likeness = _cosine(letters)
    if likeness < _LEAST_LIKENESS and unevenness >= _LEAST_UNEVENNESS:
        return True
    return likeness < _LIKELY and _is_shifted(text)


def _is_shifted(text: str) -> bool:
    """Whether a text has common words once every sign is moved by the same number."""
    text = text[:_SHIFTED_SAMPLE]
    signs = {ord(char) for char in text if not char.isspace()}
    for shift in (*range(-_MAX_SHIFT, 0), *range(1, _MAX_SHIFT + 1)):
        moved = {sign: chr(sign + shift) if sign + shift > 32 else " " for sign in signs}
        words = [word for word in text.translate(moved).casefold().split() if len(word) > 1]
        known = {word for word in words if word in _COMMON}
        if len(known) >= _LEAST_KNOWN and _share_of_common(words) > 0.2:
            return True
    return False


def _share_of_common(words: list[str]) -> float:
    return len([word for word in words if word in _COMMON]) / len(words)


def _cosine(letters: Counter[str]) -> float:
    product = sum(count * _USUAL_LETTERS[letter] for letter, count in letters.items())
    length = sum(count**2 for count in letters.values()) ** 0.5
    usual = sum(count**2 for count in _USUAL_LETTERS.values()) ** 0.5
    return float(product / (length * usual))
