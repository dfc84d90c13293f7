"""Unconfirmed marks: what a model writes as `[n]` and as sources, taken away or labelled.

Marks and sources are for the check to set. What looks like them without it would be taken for a
check that never was.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from assistant.core.values.conversation import Citation, Message
from assistant.core.values.library import Retrieval

LABEL: Final = "written by the model, not checked"
"""Stands with sources that a model lists."""

CONTRADICTED: Final = "\N{NO-BREAK SPACE}✗"
"""In a mark, of a passage that says the opposite."""

MAX_LINE = 4000
"""Characters of a line that are looked at together while it is written."""

_NUMBER = rf"\[\d{{1,3}}(?:{CONTRADICTED})?\]"
_MARK = re.compile(
    rf"""(?P<code>`[^`\n]+`)
    | (?:\A|(?<=\n)){_NUMBER}[^\S\n]*+
    | (?<![^\S\n])[^\S\n]*+{_NUMBER}
    | (?<=[.!?…])[^\S\n]?\[\d{{1,3}}(?:[,;–-]\s?\d{{1,3}})++\]""",
    re.VERBOSE,
)
_CODE = re.compile(r"^(?P<fence>```|~~~).*?(?:^(?P=fence)|\Z)", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"`[^`\n]+`")
_FENCE = re.compile(r"```|~~~")
_HEADING = re.compile(
    r"""(?: ^[\s>*+\#_-]*+ | (?<=[.!?…\])"'”»*_]\s) )
    (?P<name>
        sources? | references? | citations? | bibliography
        | fontes? | refer[êe]ncias? | cita[çc](?:[ãa]o|[õo]es) | bibliografia | fuentes? | citas?
    )
    (?P<end>[*_]*+\s*+(?: : | $ ))""",
    re.VERBOSE | re.IGNORECASE,
)
"""What a list of sources begins with."""
_NUMBERED = re.compile(rf"[\s>*+-]*+{_NUMBER}\s*+\S")
"""A line of such a list, as this program writes them."""

_HELD_MARK = re.compile(r"\[[\d,;–\s✗-]{0,16}\Z")
_HELD_WORD = re.compile(r"(?<![A-Za-zÀ-ÿ])[A-Za-zÀ-ÿ]{1,14}[*_]{0,20}+\s{0,20}+\Z")
_HELD = 40
"""Characters at the end of a line that may still become a mark or a heading."""


def was_checked(message: Message, retrieval: Retrieval | None) -> bool:
    """Whether an answer of a model was compared with passages; what the user wrote is not."""
    return bool(retrieval and retrieval.used) and not message.edited


def is_unconfirmed(message: Message, retrieval: Retrieval) -> bool:
    """Whether the passages that were read for a whole answer confirm nothing of it, and have no
    sentence for the question that could be quoted in its place."""
    is_whole = message.state == "complete" and bool(message.text.strip())
    is_checked = is_whole and was_checked(message, retrieval)
    return is_checked and not message.citations and retrieval.saying is None


def unmarked(text: str) -> str:
    """Text without marks, but for what looks like one in a span of code."""
    return _MARK.sub(lambda match: match["code"] or "", text)


def unmarked_outside_code(text: str) -> str:
    """Text without marks, but for what looks like one in code."""
    pieces, at = [], 0
    for start, end in prose(text):
        pieces += [text[at:start], unmarked(text[start:end])]
        at = end
    return "".join(pieces)


def prose(text: str) -> Iterator[tuple[int, int]]:
    """What stands between blocks of code; nothing lies behind the last one."""
    at = 0
    for block in _CODE.finditer(text):
        yield at, block.start()
        at = block.end()
    yield at, len(text)


def has_own_marks(answer: str, citations: Sequence[Citation]) -> bool:
    """Whether there are marks, or lists of sources, that the model wrote itself."""
    return unmarked_outside_code(answer) != answer or any(_labels(answer, citations))


class LabelledAnswer(NamedTuple):
    """An answer in which sources that the model lists are labelled, and its citations there."""

    text: str
    citations: tuple[Citation, ...]


def label_sources(answer: str, citations: Sequence[Citation]) -> LabelledAnswer:
    """Label the sources that a model lists itself; lines that were confirmed are none."""
    labels = list(_labels(answer, citations))
    pieces, at = [], 0
    for place, label in labels:
        pieces += [answer[at:place], label]
        at = place
    text = "".join([*pieces, answer[at:]])
    places = [place for place, _ in labels]
    inserted = [0, *accumulate(len(label) for _, label in labels)]

    def moved(offset: int, before: int) -> int:
        return offset + inserted[bisect_left(places, before)]

    return LabelledAnswer(
        text,
        tuple(
            citation.model_copy(
                update={
                    "start": moved(citation.start, citation.start + 1),
                    "end": moved(citation.end, citation.end),
                }
            )
            for citation in citations
        ),
    )


def _labels(answer: str, citations: Sequence[Citation]) -> Iterator[tuple[int, str]]:
    """Labels, each with where it goes."""
    confirmed = sorted(citation.start for citation in citations)
    for first, last in prose(answer):
        start, is_listed = first, False
        for line in answer[first:last].splitlines(keepends=True):
            end = start + len(line)
            is_confirmed = bisect_left(confirmed, start) < bisect_left(confirmed, end)
            is_whole = not start or answer[start - 1] == "\n"
            if is_confirmed:
                is_listed = False
            elif heading := _HEADING.search(line):
                yield start + heading.end("name"), f" ({LABEL})"
                is_listed = True
            elif is_whole and _NUMBERED.match(line):
                if not is_listed:
                    yield start, f"{LABEL.capitalize()}:\n"
                is_listed = True
            elif line.strip():
                is_listed = False
            start = end


class StreamedMarks:
    """Takes marks away from an answer, and labels its sources, while it is written.

    A few characters that may become a mark are held back.
    """

    def __init__(self) -> None:
        self._line = ""
        self._shown = 0
        """Characters of the line as it is shown that were given out."""
        self._fence = ""

    def feed(self, piece: str) -> str:
        """What can be shown after another piece."""
        shown = []
        for part in piece.splitlines(keepends=True):
            self._line += part
            if part.endswith("\n"):
                shown.append(self._rest(self._line))
                self._end_line()
            else:
                shown.append(self._rest(self._line[: self._settled()]))
                if len(self._line) > MAX_LINE:
                    self._line, self._shown = self._line[self._settled() :], 0
        return "".join(shown)

    def end(self) -> str:
        """What was held back."""
        rest = self._rest(self._line)
        self._end_line()
        return rest

    def _end_line(self) -> None:
        fence = _FENCE.match(self._line)
        if fence is not None and self._fence in ("", fence[0]):
            self._fence = "" if self._fence else fence[0]
        self._line, self._shown = "", 0

    def _rest(self, line: str) -> str:
        whole = line
        if not self._fence and not _FENCE.match(line):
            whole = unmarked(label_sources(line, ()).text if _HEADING.search(line) else line)
        rest, self._shown = whole[self._shown :], max(self._shown, len(whole))
        return rest

    def _settled(self) -> int:
        """Characters of the line that nothing behind them changes."""
        line = self._line
        if self._fence:
            return len(line)
        begin = max(len(line) - _HELD, 0)
        last = line.rfind("`")
        is_open = last >= 0 and all(span.end() - 1 != last for span in _SPAN.finditer(line))
        end = last if is_open else len(line)
        if mark := _HELD_MARK.search(line, begin, end):
            end = mark.start()
        end = len(line[:end].rstrip())
        if word := _HELD_WORD.search(line, begin, end):
            end = len(line[: word.start()].rstrip())
            # What stands before it would look like a heading, as if the line ended there.
            for heading in _HEADING.finditer(line[:end]):
                if heading.end() == end and ":" not in heading["end"]:
                    end = len(line[: heading.start("name")].rstrip())
        return end
