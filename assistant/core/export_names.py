"""What the files are called that conversations are exported to.

A name begins with the day and ends with the id, so that it is stable, sorted and never taken by
another conversation; it is good on every system: no more than letters, digits, `-`, `_` and `.`,
never long, never the name of a device.
"""

import re
import unicodedata

from assistant.core.models import Conversation

MOST_BYTES = 80
"""Of the title's part, in UTF-8."""

SUFFIXES = {"markdown": "md", "json": "json", "html": "html"}

_OURS = re.compile(r"\d{4}-\d\d-\d\d_(?:.*_)?([0-9a-f]{16})\.(?:md|json|html)")


def file_name(conversation: Conversation, suffix: str) -> str:
    """Such as `2026-03-01_lease-questions_0123456789abcdef.md`."""
    parts = [f"{conversation.created:%Y-%m-%d}", _slug(conversation.title), conversation.id]
    return "_".join(part for part in parts if part) + f".{suffix}"


def id_in(name: str) -> str | None:
    """The id of the conversation that a file of that name holds; None for other files."""
    found = _OURS.fullmatch(name)
    return found[1] if found else None


def _slug(title: str) -> str:
    """A title without accents, marks and spaces; letters of other scripts stay."""
    plain = "".join(
        char
        for char in unicodedata.normalize("NFKD", title.lower())
        if not (unicodedata.combining(char) and unicodedata.category(char) == "Mn")
    )
    words = re.sub(r"[^\w]+|_", "-", unicodedata.normalize("NFC", plain)).strip("-")
    cut = words.encode("utf-8", "ignore")[:MOST_BYTES].decode("utf-8", "ignore")
    return cut.strip("-")
