"""Tokens: the words, values and marks of a sentence, with what their spelling hides."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from assistant.library.check.quantities.values import StatedValue
from assistant.library.text.languages import fold

_TOKEN = re.compile(r"[^\W_]+(?:[’'][^\W\d_]+)?|[,;:.!?()\[\]{}–—…|\"“”«»]")
_NEGATED = re.compile(r"(\w+)n[’']t")
_SHORTENED: Final = {"ca": "can", "wo": "will", "sha": "shall"}
_POSSESSIVE = re.compile(r"(?<=\w)[’']s$|(?<=s)[’']$")
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu|dell|all|nell|sull|un)[’'](?=\w)", re.IGNORECASE)
_ENCLITICS: Final = frozenset({"se"})


class StatementToken(NamedTuple):
    """A word, a value or a mark."""

    start: int
    end: int
    exact: str
    """In small letters."""
    form: str
    """Folded."""
    value: StatedValue | None = None

    @property
    def is_mark(self) -> bool:
        return not self.exact[:1].isalnum() and self.value is None and "n't" not in self.exact


def tokens_of(text: str, values: Sequence[StatedValue]) -> Iterator[StatementToken]:
    """The tokens of a text, in order.

    Args:
        values: those of the text, each of which is one token.
    """
    at = 0
    for value in values:
        yield from _words(text, at, value.start)
        written = text[value.start : value.end]
        yield StatementToken(value.start, value.end, written.lower(), value.spelling, value)
        at = value.end
    yield from _words(text, at, len(text))


def _words(text: str, start: int, end: int) -> Iterator[StatementToken]:
    for found in _TOKEN.finditer(text, start, end):
        word = _POSSESSIVE.sub("", found.group()).lower()
        word = _ELISION.sub("", word)
        if word in _ENCLITICS and text[found.start() - 1 : found.start()] == "-":
            # `refere-se` says nothing of a condition, as `se` by itself may.
            yield StatementToken(found.start(), found.end(), f"-{word}", f"-{word}")
            continue
        negated = _NEGATED.fullmatch(word)
        if negated:
            verb = _SHORTENED.get(negated[1], negated[1])
            yield StatementToken(found.start(), found.end(), verb, verb)
            yield StatementToken(found.end(), found.end(), "n't", "n't")
        else:
            yield StatementToken(found.start(), found.end(), word, fold(word) or word)
