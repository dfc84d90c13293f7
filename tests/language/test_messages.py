"""Messages: values in place, plural forms, numbers, and texts that were written in English."""

from pathlib import Path

import pytest
from babel.messages import Catalog

from assistant.command_table import BY_NAME
from assistant.language import messages
from assistant.language.messages import _, localized, ngettext, number, pgettext
from assistant.language.numbers import separators
from tests.language.conftest import use_own


def test_english_needs_no_catalog() -> None:
    assert _("{files:,} of {name}", files=1204, name="a{b}") == "1,204 of a{b}"
    assert ngettext("{n} file", "{n} files", 1, n=1) == "1 file"
    assert ngettext("{n} file", "{n} files", 0, n=0) == "0 files"
    assert number(1234.5, ",.1f") == "1,234.5"
    assert localized("No such file: a.") == "No such file: a."
    assert _("100 %") == "100 %"


def test_a_message_is_shown_in_the_language(own_language: Catalog, tmp_path: Path) -> None:
    own_language.add("{n:,} of {name}", "{name}: {n:,}")
    own_language.add(
        ("{n:,} file", "{n:,} files"), ("{n:,} arquivo", "{n:,} de arquivos", "{n:,} arquivos")
    )
    own_language.add("1,234.5", "1.234,5", context="number")
    own_language.add("May", "maio", context="month")
    use_own(own_language, tmp_path)

    assert _("{n:,} of {name}", n=1204, name="1,204") == "1,204: 1.204"
    assert ngettext("{n:,} file", "{n:,} files", 0, n=0) == "0 arquivo"
    assert ngettext("{n:,} file", "{n:,} files", 1, n=1) == "1 arquivo"
    assert ngettext("{n:,} file", "{n:,} files", 2500, n=2500) == "2.500 arquivos"
    assert pgettext("month", "May") == "maio"
    assert number(1234.5, ",.1f") == "1.234,5"
    assert _("never said before") == "never said before"
    assert messages.current_language() == "xx"


@pytest.fixture
def known(own_language: Catalog, tmp_path: Path) -> None:
    """Some errors of workers, translated."""
    own_language.add("{path} cannot be read: {reason}.", "Não é possível ler {path}: {reason}.")
    own_language.add("{path} cannot be read.", "{path} é ilegível.")
    own_language.add("permission denied", "permissão negada")
    own_language.add("Close it.", "Feche-o.")
    own_language.add("{a} and {b:,} more", "{a} e mais {b:,}")
    own_language.add("{a}{b}!", "wrong: {a}{b}")
    own_language.add("Put it into {folder}.", "Ponha-o em {folder}.")
    own_language.add("A: {b}. C: {d}.", "Á: {b}. Cê: {d}.")
    use_own(own_language, tmp_path)


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("english", "shown"),
    [
        ("Close it.", "Feche-o."),
        ("/a/b.pdf cannot be read.", "/a/b.pdf é ilegível."),
        ("/a cannot be read: permission denied.", "Não é possível ler /a: permissão negada."),
        ("/a cannot be read: it: is so.", "Não é possível ler /a: it: is so."),
        ("/a cannot be read. Close it.", "/a é ilegível. Feche-o."),
        ("Put it into /a. Close it.", "Ponha-o em /a. Feche-o."),
        ("Put it into /a. Not known.", "Ponha-o em /a. Not known."),
        ("A: b. C: d.", "Á: b. Cê: d."),
        ("x.pdf and 1,204 more", "x.pdf e mais 1,204"),
        ("{x} cannot be read.", "{x} é ilegível."),
        ("wait!", "wait!"),
        ("close it.", "feche-o."),
        ("nothing known", "nothing known"),
        ("", ""),
    ],
)
def test_a_text_of_a_worker_is_shown_in_the_language(english: str, shown: str) -> None:
    assert localized(english) == shown


@pytest.mark.usefixtures("known")
def test_a_long_text_is_matched_in_linear_steps() -> None:
    # Each fixed word is searched once, from where the one before ended.
    text = "cannot be read: " * 50_000
    assert localized(text) == text


@pytest.mark.parametrize(
    ("example", "found"),
    [
        ("1.234,5", (".", ",")),
        ("1 234,5", (" ", ",")),
        ("1234.5", ("", ".")),
        ("", (",", ".")),
        ("1,234.5", (",", ".")),
        ("nonsense", (",", ".")),
    ],
)
def test_separators_are_read_off_an_example(example: str, found: tuple[str, str]) -> None:
    assert separators(example) == found


def test_a_language_without_catalog_is_english(tmp_path: Path) -> None:
    messages.use_language("xx", tmp_path)
    assert messages.current_language() == "en"
    assert messages.available_languages(tmp_path) == ("en",)


def test_a_command_is_found_by_the_words_of_both_languages(
    own_language: Catalog, tmp_path: Path
) -> None:
    find = BY_NAME["find"]
    own_language.add("Search", "Procurar")
    use_own(own_language, tmp_path)
    assert find.translated().words == "Procurar find Search"
    assert find.words == "Search find"
