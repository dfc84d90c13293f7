"""The shipped catalogs: complete, same values, plural forms, words of the glossary."""

import re
import unicodedata
from pathlib import Path

import pytest
from babel.messages import Catalog, Message

from assistant.language.messages import LOCALES
from docs.generate import languages
from tests.support.checkout import CHECKOUT
from tests.support.packaging_tools import load_tool

catalogs = load_tool("catalogs")

NOT_BRAZILIAN = re.compile(
    r"\b(deletar|deletad\w+|ficheiros?|ecrã\w*|utilizador\w*|guardar como|tu|teu|tua|rato)\b",
    re.IGNORECASE,
)
"""Words of Portugal, and loans that have a word of their own."""


def catalog_of(language: str) -> Catalog:
    """A catalog of the repository."""
    read: Catalog = catalogs.read(LOCALES / language / "LC_MESSAGES" / "assistant.po")
    return read


def messages_of(language: str) -> list[Message]:
    """The messages of a catalog without its header."""
    return [message for message in catalog_of(language) if message.id]


def test_catalogs_are_complete_and_up_to_date() -> None:
    assert list(catalogs.faults()) == []


@pytest.mark.parametrize("language", languages())
def test_a_message_keeps_its_edges(language: str) -> None:
    """White space at the ends, a full stop, and a command that is typed."""
    wrong = []
    for message in messages_of(language):
        if message.context:
            continue
        english = message.id if isinstance(message.id, str) else message.id[0]
        forms = [message.string] if isinstance(message.string, str) else list(message.string)
        for form in forms:
            same_space = (form[:1] == " ", form[-1:] == " ") == (
                english[:1] == " ",
                english[-1:] == " ",
            )
            if not same_space or (form[-1:] in ".…:") != (english[-1:] in ".…:"):
                wrong.append((english, form))
    assert wrong == []


@pytest.mark.parametrize("language", languages())
def test_words_follow_the_glossary(language: str) -> None:
    wrong = []
    for term, words in glossary(language).items():
        asked = re.compile(rf"(?<![\w`/.:-]){term}s?(?![\w`/-]|[.:]\w)", re.IGNORECASE)
        for message in messages_of(language):
            english = message.id if isinstance(message.id, str) else " ".join(message.id)
            prose = re.sub(r"`[^`]*`|\{[^}]*\}|--[a-z-]+|\b[A-Z_]{3,}\b", " ", english)
            form = message.string if isinstance(message.string, str) else message.string[-1]
            said = any(all(stem in plain(form) for stem in parts) for parts in words)
            if asked.search(prose) and not message.context and not said:
                wrong.append(f"{term}: {english!r} → {form!r}")
    assert wrong == []


def test_portuguese_is_that_of_brazil() -> None:
    found = [
        message.string
        for message in messages_of("pt_BR")
        if NOT_BRAZILIAN.search(str(message.string))
    ]
    assert found == []


def glossary(language: str) -> dict[str, list[list[str]]]:
    """English terms, and the beginnings of the words of each name that they have in a language."""
    column = 2 if language == "pt_BR" else 0
    rows = (CHECKOUT / "docs" / "glossary.md").read_text("utf-8").splitlines()
    cells = [[cell.strip() for cell in row.split("|")] for row in rows if row.startswith("| ")]
    return {
        row[1]: [stems(word) for word in row[column].split(",")]
        for row in cells[1:]
        if row[1][:1].isalpha()
    }


def stems(name: str) -> list[str]:
    """What all forms of the words of a name begin with."""
    words = [word for word in plain(name.strip()).split() if len(word) > 2]
    return [word[:-2] if len(word) > 5 else word[:-1] if len(word) > 3 else word for word in words]


def plain(text: str) -> str:
    """Lower case, without accents."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def test_plural_forms_are_chosen_as_in_brazil(locales: Path) -> None:
    forms = catalog_of("pt_BR").plural_expr
    assert "n" in forms
    assert catalog_of("pt_BR").num_plurals == 3
    assert (locales / "pt_BR" / "LC_MESSAGES" / "assistant.mo").exists()
