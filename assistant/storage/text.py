"""Text on its way into the database: what SQLite cannot hold, and keys to compare by."""

import unicodedata

LAST = "\U0010ffff"
"""After every text that begins alike."""


def storable(text: str) -> str:
    """`text` as SQLite can hold it.

    UTF-8 has no surrogates: two that make a pair become the character they stand for, a lone one
    becomes U+FFFD. Everything else, NUL included, stays as it is.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def storable_or_none(text: str | None) -> str | None:
    return None if text is None else storable(text)


def comparable(text: str) -> str:
    """`text` without case and accents, for titles that are filtered as one types."""
    decomposed = unicodedata.normalize("NFKD", storable(text).casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
