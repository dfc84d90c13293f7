"""Answer headers: what a template writes from a question to an answer, split where the header ends.

The header is what the beginnings of all answers have in common, be they open for the model, said
without thoughts, or said with them; what follows it is about thoughts.
"""

from collections.abc import Sequence
from typing import NamedTuple

from assistant.engine.templating.form import sentinel
from assistant.engine.templating.role_markers import marker_texts


class BegunAnswer(NamedTuple):
    """How an answer begins: the header that every answer has, and what follows it."""

    header: str
    rest: str


class BegunAnswers:
    """The beginnings of all answers that were rendered."""

    def __init__(self, answers: Sequence[BegunAnswer], ends: int, plain: int) -> None:
        """Args:
        ends: how many of them end where the model begins; they come first.
        plain: how many earlier answers without thoughts follow; the rest are with thoughts.
        """
        self._answers, self._ends, self._plain = answers, ends, plain

    @property
    def header(self) -> str:
        """The header where the model begins."""
        return self._answers[0].header

    @property
    def ends(self) -> Sequence[str]:
        """What is written from the header to where the model begins."""
        return [each.rest for each in self._answers[: self._ends]]

    @property
    def plain(self) -> Sequence[str]:
        """What is written from the header to an answer without thoughts."""
        return [each.rest for each in self._answers[self._ends :][: self._plain]]

    @property
    def leads(self) -> Sequence[str]:
        """What is written from the header to thoughts."""
        return [each.rest for each in self._answers[self._ends + self._plain :]]

    def before(self, opening: str) -> "BegunAnswers":
        """With headers that end before this opening of thoughts, which every one of them has.

        Returns: itself where they have none.
        """
        if not opening or any(opening not in each.header for each in self._answers):
            return self
        answers = []
        for header, rest in self._answers:
            at = header.rindex(opening)
            answers.append(BegunAnswer(header[:at], header[at:] + rest))
        return BegunAnswers(answers, self._ends, self._plain)

    def tail_of(self, longer: "BegunAnswers") -> str:
        """What the headers of `longer` have more than these."""
        return longer.header[len(self.header) :]


def split_headers(texts: Sequence[str]) -> list[BegunAnswer]:
    """Beginnings of answers, split where their header ends: what they have in common.

    Blanks do not count, which templates write here and not there; no marker is split.
    """
    ends = _common_ends(texts)
    headers = [text[:end] for text, end in zip(texts, ends, strict=True)]
    for start, end in (("<", ">"), ("[", "]"), ("◁", "▷")):
        if headers[0].rfind(start) > headers[0].rfind(end):
            headers = [header[: header.rfind(start)] for header in headers]
    # `<|open|>` is half of a marker where a name follows.
    last = next(iter(reversed([*marker_texts(headers[0])])), "")
    follows = [
        text[len(header) : len(header) + 1] for text, header in zip(texts, headers, strict=True)
    ]
    if last and headers[0].endswith(last) and all(letter.isalpha() for letter in follows):
        headers = [header.removesuffix(last) for header in headers]
    return [
        BegunAnswer(header, text[len(header) :])
        for header, text in zip(headers, texts, strict=True)
    ]


def _common_ends(texts: Sequence[str]) -> list[int]:
    """Where the beginning ends that texts have in common, but for blanks."""
    ends = [0] * len(texts)
    while True:
        letters = {text[end : end + 1] for text, end in zip(texts, ends, strict=True)}
        if len(letters) > 1:
            beyond = [end + _indent(text[end:]) for text, end in zip(texts, ends, strict=True)]
            letters = {text[end : end + 1] for text, end in zip(texts, beyond, strict=True)}
            if len(letters) > 1:
                return ends
            ends = beyond
        if letters == {""}:
            return ends
        ends = [end + 1 for end in ends]


def text_behind(text: str) -> str:
    """What stands behind a question."""
    return text.partition(sentinel(0))[2]


def between(text: str, first: int, second: int) -> str | None:
    """The text between two sentinels; None where they do not stand so."""
    start, end = text.find(sentinel(first)), text.find(sentinel(second))
    if not -1 < start < end:
        return None
    return text[start + len(sentinel(first)) : end]


def aligned(text: str, usual: str) -> str:
    """A text from where the header of the answer begins: switches may add to a question."""
    at = text.rfind(usual.strip()) if usual.strip() else -1
    return text if at < 0 or text.startswith(usual) else usual[: _indent(usual)] + text[at:]


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
