"""Legibility of a PDF's page: whether its signs say which letters they stand for, and which.

Some fonts draw letters and do not say which; their signs are controls, private ones or other
letters. Such a page can be read by its picture only.
"""

import ctypes
import re
import unicodedata
from array import array
from collections import defaultdict
from collections.abc import Iterator
from operator import sub

from pypdfium2 import raw

_VOID = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd\ue000-\uf8ff]")
_MAX_VOID = 0.25
"""Share of a page's signs that may be void."""
_LEAST_SIGNS = 8
_SAMPLE = 2_000
LINE_END_HYPHEN = "\ufffe"
"""What PDFium writes for a hyphen that parts a word at a line's end, in place of the line end."""
_PRESENTATION = re.compile("[\ufb00-\ufdff\ufe70-\ufefc]+")
"""Ligatures and letters by shape, which nobody types into a search."""
_SYMBOLS = str.maketrans(
    {"\uf0b7": "•", "\uf0a7": "▪", "\uf0d8": "➢", "\uf0fc": "✓", "\uf0a8": "▪", "\uf02d": "-",
     "\uf06c": "●", "\uf06e": "■", "\uf0e0": "→", "\uf071": "□"}
)  # fmt: skip
"""Bullets of Symbol and Wingdings, by their codes for private use."""
_ODD = re.compile("[\ud800-\udfff\ue000-\uf8ff\ufb00-\ufdff\ufe70-\ufeff\uffff\ufffe]")
"""Signs that are not read as they come."""
_LEADERS = re.compile(r"\.{4,}|…{2,}|·{4,}|(?:(?<=\s)[.·]\s+){3,}")
"""Dots that lead the eye from a title to its page."""
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
_PIECES = re.compile(r"[A-\uffff]{2,}")
"""Whatever letters may have become by a shift."""
_LEAST_COMMON = 0.1
"""Share of common words below which a text is looked at more closely."""
_USUAL_LETTERS = {
    "a": 88, "b": 14, "c": 31, "d": 40, "e": 124, "f": 14, "g": 16, "h": 26, "i": 72, "j": 4,
    "k": 9, "l": 45, "m": 28, "n": 68, "o": 72, "p": 26, "q": 6, "r": 64, "s": 64, "t": 67,
    "u": 35, "v": 13, "w": 9, "x": 3, "y": 10, "z": 6,
}  # fmt: skip
"""Of a thousand letters, at the mean of these languages."""
_USUAL_LENGTH = sum(count**2 for count in _USUAL_LETTERS.values()) ** 0.5
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


def _steps_of_common() -> dict[tuple[int, ...], set[int]]:
    """By the steps from letter to letter of common words, the letters that they begin with."""
    found: dict[tuple[int, ...], set[int]] = defaultdict(set)
    for word in _COMMON:
        for written in (word, word.capitalize(), word.upper()):
            codes = [*map(ord, written)]
            found[(*map(sub, codes[1:], codes),)].add(codes[0])
    return found


_STEPS = _steps_of_common()


def has_void_letters(text: str) -> bool:
    """Whether so many signs of a page stand for no letter that the page is not readable."""
    if "\ufffd" not in text and text.replace("\r\n", "").isprintable():
        return False
    void = len(_VOID.findall(text))
    return void >= _LEAST_SIGNS and void > _MAX_VOID * len("".join(text.split()))


def has_other_letters(text: str) -> bool:
    """Whether a page's letters stand for others: it has the build of a language, but is in none."""
    text = text[:_SAMPLE]
    folded = text.casefold()
    pieces = folded.split()
    if sum(map(_COMMON.__contains__, pieces)) > 2 * _LEAST_COMMON * len(pieces):
        return False
    words = _LETTERS.findall(folded)
    if len(words) < _LEAST_WORDS or _share_of_common(words) >= _LEAST_COMMON:
        return False
    different = set(words)
    every = "".join(different)
    letters = {char: every.count(char) for char in _USUAL_LETTERS}
    total = sum(letters.values())
    if len(different) < _LEAST_WORDS or total < max(_LEAST_LETTERS, 0.8 * len(every)):
        return _is_shifted(text)
    unevenness = sum([(count / total) ** 2 for count in letters.values()])
    likeness = _cosine(letters)
    if likeness < _LEAST_LIKENESS and unevenness >= _LEAST_UNEVENNESS:
        return True
    return likeness < _LIKELY and _is_shifted(text)


def _is_shifted(text: str) -> bool:
    """Whether a text has common words once every sign is moved by the same number."""
    text = text[:_SHIFTED_SAMPLE]
    signs = {ord(char) for char in text if not char.isspace()}
    for shift in _likely_shifts(text):
        moved = {sign: chr(sign + shift) if sign + shift > 32 else " " for sign in signs}
        words = [word for word in text.translate(moved).casefold().split() if len(word) > 1]
        if len(_COMMON.intersection(words)) >= _LEAST_KNOWN and _share_of_common(words) > 0.2:
            return True
    return False


def _likely_shifts(text: str) -> Iterator[int]:
    """The shifts that make common words of enough words: one keeps the steps between letters."""
    moved: dict[int, set[str]] = defaultdict(set)
    for piece in set(_PIECES.findall(text)):
        codes = [*map(ord, piece)]
        for first in _STEPS.get((*map(sub, codes[1:], codes),), ()):
            moved[first - codes[0]].add(piece)
    for shift, pieces in moved.items():
        if len(pieces) >= _LEAST_KNOWN and 0 < abs(shift) <= _MAX_SHIFT:
            yield shift


def _share_of_common(words: list[str]) -> float:
    return sum(map(_COMMON.__contains__, words)) / len(words)


def _cosine(letters: dict[str, int]) -> float:
    product = sum([count * _USUAL_LETTERS[letter] for letter, count in letters.items()])
    length = sum([count**2 for count in letters.values()]) ** 0.5
    return float(product / (length * _USUAL_LENGTH))


def has_odd_signs(text: str) -> bool:
    """Whether some signs of a page are to be made readable."""
    return not text.isascii() and _ODD.search(text) is not None


def readable(text: str) -> str:
    """`text` with letters and signs that people type for those that only fonts know."""
    if not has_odd_signs(text):
        return text
    text = text.replace(LINE_END_HYPHEN, "-")
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = text.translate(_SYMBOLS)
    return _PRESENTATION.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)


def without_leaders(text: str) -> str:
    """`text` with spaces for dots that lead to a page number, as many."""
    if "...." in text or ". . ." in text or "……" in text or "····" in text:
        return _LEADERS.sub(lambda found: " " * len(found[0]), text)
    return text


def text_of(textpage: raw.FPDF_TEXTPAGE) -> str:
    """The text of a page, one character for each unit of PDFium's."""
    count = raw.FPDFText_CountChars(textpage)
    if count <= 0:
        return ""
    # A zero ends the text.
    units = array("H", bytes(2 * (count + 1)))
    start = ctypes.byref(ctypes.c_ushort.from_buffer(units))
    written = raw.FPDFText_GetText(textpage, 0, count, start)
    units = units[: max(written - 1, 0)]
    text = units.tobytes().decode("utf-16-le", "surrogatepass")
    return text if len(text) == len(units) else "".join(map(chr, units))
