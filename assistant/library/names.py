"""File names as a person can read them.

A name on disk is bytes: it may hold new lines, control characters, or no valid UTF-8 at all.
The bytes stay the file's identity; what is here is for eyes only.
"""


def printable_path(path: bytes) -> str:
    """`path` on one line: what cannot be shown, or would reorder the line, is escaped."""
    text = path.decode("utf-8", "backslashreplace")
    if text.isprintable():
        return text
    return "".join(mark if mark.isprintable() else _escaped(mark) for mark in text)


def _escaped(mark: str) -> str:
    return mark.encode("unicode_escape").decode("ascii")
