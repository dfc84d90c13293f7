"""Messages: `_` and `ngettext` give a text in the user's language, with its values in place.

Texts are English in the code and stay so in workers, logs, files and `--json`. A text that comes
from there is translated where it is shown, by `localized`.
"""

import gettext
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from assistant.language.english import ENGLISH, English

DOMAIN: Final = "assistant"
LOCALES: Final = Path(__file__).parent / "locales"


_ENGLISH: Final = English()
_language: English = _ENGLISH


def available_languages(folder: Path = LOCALES) -> tuple[str, ...]:
    """Codes of the languages that there is a catalog of, English first."""
    catalogs = folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
    return (ENGLISH, *sorted(catalog.parents[1].name for catalog in catalogs))


def use_language(code: str, folder: Path = LOCALES) -> None:
    """Show everything from here on in a language; English where there is no catalog of it.

    Texts of classes and modules are fixed when they are imported, so this comes first.
    """
    global _language
    if code == ENGLISH:
        _language = _ENGLISH
        return
    catalog = gettext.translation(DOMAIN, str(folder), [code], fallback=True)
    if not isinstance(catalog, gettext.GNUTranslations):
        _language = _ENGLISH
        return
    # English starts without it.
    from assistant.language.translation import Translation  # noqa: PLC0415

    _language = Translation(code, catalog)
    # click asks the standard library for its own words.
    os.environ["LANGUAGE"] = code
    gettext.bindtextdomain(DOMAIN, str(folder))
    gettext.textdomain(DOMAIN)


def current_language() -> str:
    """Code of the language that is shown, such as `pt_BR`."""
    return _language.code


def _(text: str, /, **values: object) -> str:
    """A message in the user's language.

    Args:
        text: it in English; `{name}` stands for a value, with a format where there is need.
        values: the values by their names; numbers are written as the language does.
    """
    return _filled(_language.catalog.gettext(text) if text else text, values)


def ngettext(one: str, many: str, number: float, /, **values: object) -> str:
    """A message in the form that goes with a number; see `_`.

    Args:
        one: it in English for one thing.
        many: it for several, and for none.
        number: how many; a message names it like any other value.
    """
    return _filled(_language.catalog.ngettext(one, many, number), values)  # type: ignore[arg-type]


def pgettext(context: str, text: str, /, **values: object) -> str:
    """A message whose English has several meanings; see `_`.

    Args:
        context: which of them it is.
    """
    return _filled(_language.catalog.pgettext(context, text), values)


def N_(text: str) -> str:  # noqa: N802 -- the name that gettext's users know
    """Mark a text as a message that is translated where it is shown. Returns: it, unchanged."""
    return text


def number(value: float, spec: str = ",") -> str:
    """A number as the language writes it: `1,204` or `1.204`."""
    return _language.number(value, spec)


def localized(text: str) -> str:
    """A text that was written in English, such as a worker's error, in the user's language.

    Returns: the text as it is where it is not known.
    """
    return _language.localized(text)


def _filled(text: str, values: Mapping[str, object]) -> str:
    return _language.filled(text, values) if values else text
