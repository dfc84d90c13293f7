"""Excerpts: the surroundings of the matches in a text, with the matches marked.

FTS5's own `snippet` takes a time that grows with the square of the matches in one row. Here a text
is looked through piece by piece up to the first match, and only its surroundings are compared.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from assistant.core.conversations.search_query import SearchTerm
from assistant.core.values.changes import MATCH_BEGIN, MATCH_END

WORDS = 24
CHARS = 1000
"""A word can be as long as a message: what an excerpt may hold at most."""

PIECE_CHARS = 8192
"""Characters that are looked at together."""

OVERLAP_CHARS = 512
"""Characters that are looked at with both pieces: a match may lie across the border."""

ELLIPSIS = "…"

_WORD = re.compile(r"[^\W_][^\W_\u0300-\u036f]*+(?:[\u0300-\u036f]++[^\W_\u0300-\u036f]*+)*+")
"""A word as the index has it: letters, digits, and the accents that stand behind them."""


class ExcerptWord(NamedTuple):
    """A word of a text, from `start` to before `end`."""

    start: int
    end: int
    text: str
    """Without case and accents."""


class _Match(NamedTuple):
    """Words from `first` to `last`, both included."""

    first: int
    last: int
    term: int


def excerpt(text: str, terms: Sequence[SearchTerm]) -> str:
    """The surroundings of the first matches of any term in a text, on both sides cut by words."""
    wanted = _terms(terms)
    start = _first_piece(text, wanted)
    around = text[start : start + PIECE_CHARS + 3 * OVERLAP_CHARS]
    words = list(split_words(around))
    found = sorted(_matches(words, wanted))
    first = _best_start(len(words), found)
    shown = words[first : first + WORDS]
    if not shown:
        return _limited(around[:CHARS])
    begin = 0 if first == 0 and start == 0 else shown[0].start
    is_end = first + WORDS >= len(words) and start + len(around) >= len(text)
    end = len(around) if is_end else shown[-1].end
    within = [match for match in found if match.first >= first and match.last < first + WORDS]
    marked = _marked(around[begin:end], begin, words, within)
    before = "" if begin == 0 and start == 0 else ELLIPSIS
    return _limited(f"{before}{marked}{'' if is_end else ELLIPSIS}")


def marked(text: str, terms: Sequence[SearchTerm]) -> str:
    """A short text, such as a title, with all matches marked."""
    text = text[:PIECE_CHARS]
    words = list(split_words(text))
    wanted = _terms(terms)
    return _limited(_marked(text, 0, words, sorted(_matches(words, wanted))))


class _Term(NamedTuple):
    words: tuple[str, ...]
    prefix: bool


def _terms(terms: Sequence[SearchTerm]) -> list[_Term]:
    found = (
        _Term(tuple(word.text for word in split_words(term.text)), term.prefix) for term in terms
    )
    return [term for term in found if term.words]


def _folded(text: str) -> str:
    """Without case and accents, as the index has words."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in plain if not "\u0300" <= letter <= "\u036f").lower()


def split_words(text: str) -> Iterator[ExcerptWord]:
    """Words of a text with their places, without accents and in small letters."""
    for found in _WORD.finditer(text):
        yield ExcerptWord(found.start(), found.end(), _folded(found.group()))


def _first_piece(text: str, wanted: Sequence[_Term]) -> int:
    """Where the piece with the first match begins; 0 where there is none."""
    if len(text) <= PIECE_CHARS or not wanted:
        return 0
    any_term = re.compile("|".join(map(_pattern, wanted)))
    for start in range(0, len(text), PIECE_CHARS):
        piece = text[max(start - OVERLAP_CHARS, 0) : start + PIECE_CHARS + OVERLAP_CHARS]
        if any_term.search(_folded(piece)):
            return max(start - OVERLAP_CHARS, 0)
    return 0


def _pattern(term: _Term) -> str:
    """A term as it stands in a text without case and accents."""
    words = r"[\W_]++".join(map(re.escape, term.words))
    return rf"(?<![^\W_]){words}" + ("" if term.prefix else r"(?![^\W_])")


def _matches(words: Sequence[ExcerptWord], wanted: Sequence[_Term]) -> Iterator[_Match]:
    for number, term in enumerate(wanted):
        size = len(term.words)
        *whole, last = term.words
        for at in range(len(words) - size + 1):
            end = words[at + size - 1].text
            if (end.startswith(last) if term.prefix else end == last) and all(
                words[at + place].text == word for place, word in enumerate(whole)
            ):
                yield _Match(at, at + size - 1, number)


def _best_start(words: int, found: Sequence[_Match]) -> int:
    """The word at which the best excerpt begins: with most of the terms, then with most matches."""
    best, at = (0, 0), 0
    for place, match in enumerate(found):
        terms: set[int] = set()
        count, last = 0, match.first
        for other in found[place : place + WORDS]:
            if other.last >= match.first + WORDS:
                break
            terms.add(other.term)
            count, last = count + 1, max(last, other.last)
        if (len(terms), count) > best:
            # The matches stand in the middle.
            best, at = (len(terms), count), match.first - (WORDS - (last - match.first + 1)) // 2
    return max(min(at, words - WORDS), 0)


def _marked(text: str, offset: int, words: Sequence[ExcerptWord], found: Sequence[_Match]) -> str:
    """A text with its matches marked; its own U+0002 and U+0003 leave."""
    parts: list[str] = []
    done = offset
    for first, last in _joined(found):
        start, end = words[first].start, words[last].end
        parts += [_plain(text[done - offset : start - offset]), MATCH_BEGIN]
        parts += [_plain(text[start - offset : end - offset]), MATCH_END]
        done = end
    return "".join([*parts, _plain(text[done - offset :])])


def _joined(found: Sequence[_Match]) -> Iterator[tuple[int, int]]:
    """Ranges of words, those that overlap as one."""
    current: tuple[int, int] | None = None
    for match in found:
        if current is not None and match.first <= current[1]:
            current = current[0], max(current[1], match.last)
            continue
        if current is not None:
            yield current
        current = match.first, match.last
    if current is not None:
        yield current


def _plain(text: str) -> str:
    return text.replace(MATCH_BEGIN, "").replace(MATCH_END, "")


def _limited(found: str) -> str:
    if len(found) <= CHARS:
        return found
    cut = found[:CHARS]
    is_open = cut.rfind(MATCH_BEGIN) > cut.rfind(MATCH_END)
    return cut + (MATCH_END if is_open else "") + ELLIPSIS
