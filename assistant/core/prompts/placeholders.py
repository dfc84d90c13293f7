"""`{{name}}` in a text: found, filled in, and written so that it stays as it is.

A backslash before it makes it literal: of the backslashes that stand right before a placeholder
every two become one, and an odd one keeps the braces. What only looks like one, such as `{{ }}`,
is text. Values are data: what they hold is not looked at again.
"""

import re
import unicodedata
from collections.abc import Mapping

_LETTER = r"[\w\u0300-\u036f]"
"""An accent may follow its letter as a character of its own."""

NAME = re.compile(rf"[^\W\d]{_LETTER}*(?:-{_LETTER}+)*")
"""What a variable may be called, in letters of any language."""

_PLACEHOLDER = re.compile(rf"(\\*)(\{{\{{[ \t]*({NAME.pattern})[ \t]*\}}\}})")


def key(name: str) -> str:
    """A name as it is looked up: an accent may be typed in two ways."""
    return unicodedata.normalize("NFC", name)


def names_in(text: str) -> tuple[str, ...]:
    """The variables of a text, each once, in order."""
    found = (key(match[3]) for match in _PLACEHOLDER.finditer(text) if not _is_literal(match))
    return tuple(dict.fromkeys(found))


def fill(text: str, values: Mapping[str, str]) -> str:
    """`text` with its values, and without the backslashes that kept braces.

    Raises:
        KeyError: a value is not there.
    """

    def replace(match: re.Match[str]) -> str:
        backslashes = "\\" * (len(match[1]) // 2)
        return backslashes + (match[2] if _is_literal(match) else values[key(match[3])])

    return _PLACEHOLDER.sub(replace, text)


def literal(text: str) -> str:
    """The text that `fill` makes `text` of, whatever braces it holds."""
    return _PLACEHOLDER.sub(lambda match: f"{match[1] * 2}\\{match[2]}", text)


def _is_literal(match: re.Match[str]) -> bool:
    return len(match[1]) % 2 == 1
