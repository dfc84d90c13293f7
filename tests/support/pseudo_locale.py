"""A language of the tests' own: English with accents, 40 % longer, in brackets.

What is not in brackets was never translated; a bracket without its other one was cut off.
"""

import re
import sys
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo

from assistant.language import messages
from tests.support.packaging_tools import load_tool
from tests.support.screen_language import PSEUDO, shown_language

BEGINS, ENDS, PADDING = "⟦", "⟧", "~"

_ENGLISH = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ACCENTED = "àƀçďéƒğĥíĵķļɱñóþɋŕšţúṽŵẋýžÀƁÇĎÉƑĞĤÍĴĶĻṀÑÓÞɊŔŠŢÚṼŴẊÝŽ"
_THERE = str.maketrans(_ENGLISH, _ACCENTED)
_BACK = str.maketrans(_ACCENTED, _ENGLISH, BEGINS + ENDS + PADDING)

KEYS = r"Ctrl|Alt|Shift|Enter|Esc|Tab|TAB|Del|Home|End|PgUp|PgDn|Space|F\d+"
FORMATS = "HTML|JSON|Markdown|GGUF"

_WORD = re.compile(rf"(?<![\w/@#.:-])(?!(?:{KEYS}|{FORMATS})\b|\w+:)[A-Za-z]{{3,}}")
"""A word that is no key, no operator of the search, and nothing that is typed."""

_KEPT = re.compile(r"\{[^{}]*\}|`[^`]*`|\b(?:Ctrl|Alt|Shift)\+\S|%[a-zA-Z]")
"""Values, what is typed, keys, and formats of dates."""


def is_active() -> bool:
    """Whether this process shows it."""
    return shown_language() == PSEUDO


def pseudo(text: str) -> str:
    """A message in the language of the tests."""
    parts, at = [], 0
    for kept in _KEPT.finditer(text):
        parts += [text[at : kept.start()].translate(_THERE), kept.group()]
        at = kept.end()
    parts.append(text[at:].translate(_THERE))
    spaces = len(text) - len(text.lstrip()), len(text.rstrip())
    inner = "".join(parts)[spaces[0] : len("".join(parts)) - (len(text) - spaces[1])]
    padding = PADDING * (len(text) * 2 // 5)
    return f"{text[: spaces[0]]}{BEGINS}{inner}{padding}{ENDS}{text[spaces[1] :]}"


def english(text: str) -> str:
    """What a text of the screen says, without accents, padding, brackets, frames and line ends."""
    return " ".join(re.sub(r"[│┃▌▐█▆]", " ", text.translate(_BACK)).split())


def outside(text: str) -> str:
    """What of a text is in no message."""
    kept, depth = [], 0
    for char in text:
        depth += (char == BEGINS) - (char == ENDS)
        if depth == 0 and char != ENDS:
            kept.append(char)
    return "".join(kept)


def untranslated(text: str) -> str:
    """The first English word of a text that stands in no message; empty when there is none.

    Keys and what is typed are the same in all languages.
    """
    found = _WORD.search(_KEPT.sub(" ", outside(text)))
    return found.group() if found else ""


def write_catalog(folder: Path) -> None:
    """Write the compiled catalog of every message of the program."""
    catalog = Catalog(locale="pt_BR")
    for message in load_tool("extract").messages():
        one = pseudo(message.text)
        if message.plural:
            many = pseudo(message.plural)
            catalog.add((message.text, message.plural), (one, many, many))
        elif message.context != "number":
            catalog.add(message.text, one, context=message.context or None)
    target = folder / PSEUDO / "LC_MESSAGES" / f"{messages.DOMAIN}.mo"
    target.parent.mkdir(parents=True)
    with target.open("wb") as stream:
        write_mo(stream, catalog)


if __name__ == "__main__":
    write_catalog(Path(sys.argv[1]))
