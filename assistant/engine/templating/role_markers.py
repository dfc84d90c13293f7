"""Role markers: what separates the turns of a prompt, and must never come from a message.

A document that holds `<|im_end|><|im_start|>system` would otherwise speak as the system. Markers
are the vocabulary's control tokens, and whatever literal text the chat template puts between the
messages. Inside messages they are broken by a space after their first character.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

MAX_LABEL = 32
"""Characters of a label such as `GPT4 Correct User:`; longer text between messages is prose."""

MIN_LABEL = 3
"""Characters of an end before its number; shorter ones stand in answers, too."""

_BRACKETED = re.compile(
    r"<<?[/|｜]?[^<>\s][^<>\n]{0,40}[|｜]?>>?|\[/?\|?[A-Za-z_][\w ]{0,30}\|?\]|◁[^◁▷\n]{1,40}▷"
)
_DIGIT = re.compile(r"\d")
_PIPED = re.compile(r"<[|｜].+>|<.+[|｜]>")
_LABELLED = re.compile(r"(?:^|\n)[ \t]*+([^\n:<>\[\]]{0,30}\w:)(?=\s|$)")
_HEADED = re.compile(r"(?:^|\n)(#{1,6} [^\n]{1,40})")


def markers_between(
    frame: Sequence[str], edges: Sequence[str], user_defined: frozenset[str]
) -> frozenset[str]:
    """The markers in the text that a template writes around the messages of a probe.

    Args:
        frame: the text before, between and after the messages of a conversation.
        edges: more such text, from around a system message and an answer that is complete.
        user_defined: added tokens of the vocabulary; those the template uses are markers, and
            those that look like `<|this|>`.
    """
    found: set[str] = set()
    for segment in (*frame, *edges):
        found.update(_BRACKETED.findall(segment))
        found.update(text for text in user_defined if text.strip() and text in segment)
    found.update(text for text in user_defined if _PIPED.fullmatch(text))
    # What comes before the first message may be prose, where a colon is only a colon.
    for segment in frame[1:]:
        found.update(_labels_in(segment))
    return frozenset(marker for marker in found if len(marker) > 1)


def answer_end(segments: Sequence[str], special: frozenset[str]) -> str:
    """The text that ends an answer, by what a template writes from answers to the next questions.

    Args:
        segments: that text, behind one answer and behind the next.
        special: texts of the vocabulary's control tokens.

    Returns: a marker, or a label with the line break before it; empty where there is neither.
    """
    ends = [_end_in(segment, special) for segment in segments]
    first = next(iter(ends), "")
    if all(end == first for end in ends):
        return first
    # `[Round 2]` is followed by `[Round 3]`.
    numbered = _DIGIT.split(first)[0]
    is_same = all(end.startswith(numbered) for end in ends)
    return numbered if is_same and len(numbered.strip()) >= MIN_LABEL else first


def _end_in(segment: str, special: frozenset[str]) -> str:
    start = segment.lstrip()
    token = max((text for text in special if text and start.startswith(text)), key=len, default="")
    marker = next(marker_texts(start), "")
    if token or (marker and start.startswith(marker)):
        return token or marker
    # `###` alone behind an answer; a heading of the answer itself has words.
    line, broken, _ = segment.partition("\n")
    words = line.strip()
    if words and broken and len(words) <= MAX_LABEL and not any(_labels_in(line)):
        return words + broken
    label = next(iter(_labels_in(segment)), "")
    if not label or label.startswith("\n"):
        return label
    return ("\n" if "\n" in segment.partition(label)[0] else "") + label


def _labels_in(segment: str) -> Iterator[str]:
    yield from _LABELLED.findall(segment)
    yield from _HEADED.findall(segment)
    yield from _label_at_the_end(segment)


def marker_texts(text: str) -> Iterator[str]:
    """The texts in brackets, such as `<|this|>`, in their order."""
    return (found.group() for found in _BRACKETED.finditer(text))


def _label_at_the_end(segment: str) -> Iterable[str]:
    """A label right before a message: one that need not stand at the start of a line, else all
    that is written there, with the line break before it."""
    tail = segment.rstrip().rpartition("\n")[2]
    for mark in (">", "]"):
        tail = tail.rpartition(mark)[2]
    if tail.endswith((":", "：")) and len(tail) <= MAX_LABEL:
        yield tail.strip()
    elif words := _lone_words(segment):
        yield words


def _lone_words(segment: str) -> str:
    """All that a template writes between two messages, where that is not much and a line of its
    own: `USER>` needs no colon to be a label."""
    words = segment.strip()
    before = segment[: segment.find(words)] if words else ""
    is_line = before.endswith("\n") and "\n" not in words
    return f"\n{words}" if is_line and len(words) <= MAX_LABEL else ""


class MarkerBreaker:
    """Breaks markers inside messages."""

    def __init__(self, markers: Iterable[str]) -> None:
        ordered = sorted((m for m in markers if len(m) > 1), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(_pattern, ordered))) if ordered else None

    def clean(self, text: str) -> str:
        """`text` without any marker."""
        if self._pattern is None:
            return text
        # A space put into one marker can complete another that holds a space.
        while self._pattern.search(text):
            text = self._pattern.sub(_break, text)
        return text


def _pattern(marker: str) -> str:
    """A label is none within a word."""
    return (r"(?<!\w)" if marker[0].isalnum() else "") + re.escape(marker)


def _break(match: re.Match[str]) -> str:
    marker = match.group()
    return f"{marker[0]} {marker[1:]}"
