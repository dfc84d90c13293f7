"""Sanitiser: the one border through which foreign text reaches a screen.

Text of the user, the model, documents, files and errors may hold escape sequences that move the
cursor, set the clipboard or hide words. The database keeps what was written; whatever is shown
goes through here first.
"""

import re
import unicodedata

_CONTROL_STRING = r"\x1b[\]PX^_][^\x07\x1b]{0,4096}+(?:\x07|\x1b\\)"
"""One that is not ended soon is none: what follows its beginning is text."""
_CONTROL_SEQUENCE = r"\x1b\[[0-?]{0,64}+[ -/]{0,64}+[@-~]?"
_OTHER_ESCAPE = r"\x1b[ -/]{0,64}+[0-~]?"
_CONTROLS = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
"""C1 controls go alone: in text that was decoded wrongly they are halves of quotation marks."""
_BIDI = r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f]"
_INVISIBLE = (
    r"[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u2060-\u2065\u3164\ufeff"
    r"\uffa0\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff]"
)
_PICTOGRAPH = r"\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_JOINER_OUTSIDE_EMOJI = rf"(?<![{_PICTOGRAPH}\ufe0f])\u200d|\u200d(?![{_PICTOGRAPH}])"

_ESCAPES = re.compile("|".join([_CONTROL_STRING, _CONTROL_SEQUENCE, _OTHER_ESCAPE]))
_HIDDEN = re.compile("|".join([_CONTROLS, _BIDI, _INVISIBLE]))
_JOINER = re.compile(_JOINER_OUTSIDE_EMOJI)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NEW_LINE = re.compile(r"\r\n?|[\u2028\u2029]")
MAX_MARKS = 4
"""Combining marks on one character; more cover the lines above and below."""
_MARKS = re.compile(rf"[^\w\x00-\u02ff]{{{MAX_MARKS + 1},}}+")
"""Where more than `MAX_MARKS` can stand in a row: no mark counts as part of a word."""
_PLAIN = re.compile(r"[\n\t -~]*+")
_WHITE = re.compile(r"\s+")

LINK_SCHEMES = ("http://", "https://", "mailto:")
"""The only addresses a link may lead to."""


def printable(text: str) -> str:
    """`text` without anything that a terminal would obey or hide; line breaks and tabs stay."""
    if _PLAIN.fullmatch(text):
        return text
    text = _NEW_LINE.sub("\n", text)
    text = _ESCAPES.sub("", text)
    text = _HIDDEN.sub("", text)
    text = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)
    text = _JOINER.sub("", text)
    return _MARKS.sub(_with_few_marks, text)


def _with_few_marks(found: re.Match[str]) -> str:
    kept, marks = [], 0
    for character in found[0]:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def one_line(text: str, limit: int = 200) -> str:
    """`text` as one printable line of at most `limit` characters, for names and titles."""
    line = _WHITE.sub(" ", printable(text[: limit * 8])).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def is_safe_link(address: str) -> bool:
    """Whether a link may be offered: a web or mail address without hidden characters."""
    return address.lower().startswith(LINK_SCHEMES) and printable(address) == address
