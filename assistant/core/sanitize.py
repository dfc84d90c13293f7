"""Sanitiser: the one border through which foreign text reaches a screen.

Text of the user, the model, documents, files and errors may hold escape sequences that move the
cursor, set the clipboard or hide words. The database keeps what was written; whatever is shown
goes through here first.
"""

import re

_CONTROL_STRINGS = r"(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*+(?:\x07|\x1b\\|\x9c)"
_CONTROL_SEQUENCES = r"(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]?"
_OTHER_ESCAPES = r"\x1b[ -/]*+[0-~]?"
_CONTROLS = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
_BIDI = r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f]"
_INVISIBLE = (
    r"[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u2060-\u2065\u3164\ufeff"
    r"\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)
_PICTOGRAPH = r"\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff"
_JOINER_OUTSIDE_EMOJI = rf"(?<![{_PICTOGRAPH}\ufe0f])\u200d|\u200d(?![{_PICTOGRAPH}])"

_ESCAPES = re.compile("|".join([_CONTROL_STRINGS, _CONTROL_SEQUENCES, _OTHER_ESCAPES]))
_HIDDEN = re.compile("|".join([_CONTROLS, _BIDI, _INVISIBLE]))
_JOINER = re.compile(_JOINER_OUTSIDE_EMOJI)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NEW_LINE = re.compile(r"\r\n?|[\u2028\u2029]")
_MARKS = (
    r"\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0e31"
    r"\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
)
_STACKED_MARKS = re.compile(rf"([{_MARKS}]{{4}})[{_MARKS}]++")
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
    return _STACKED_MARKS.sub(r"\1", text)


def one_line(text: str, limit: int = 200) -> str:
    """`text` as one printable line of at most `limit` characters, for names and titles."""
    line = _WHITE.sub(" ", printable(text[: limit * 8])).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def is_safe_link(address: str) -> bool:
    """Whether a link may be offered: a web or mail address without hidden characters."""
    return address.lower().startswith(LINK_SCHEMES) and printable(address) == address
