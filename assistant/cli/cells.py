"""How many columns a text takes on a terminal."""

import unicodedata


def width_of(text: str) -> int:
    """Columns that a printable line takes: wide characters two, combining ones none."""
    return len(text) if text.isascii() else sum(map(_cell, text))


def fit(text: str, width: int) -> str:
    """`text` in at most `width` columns, ended by … when it was longer."""
    if width_of(text) <= width:
        return text
    used, kept = 0, ""
    for character in text:
        used += _cell(character)
        if used > width - 1:
            break
        kept += character
    return f"{kept.rstrip()}…" if width > 0 else ""


def _cell(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
