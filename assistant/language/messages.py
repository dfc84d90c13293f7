"""Messages: `_` and `ngettext` give a text in the user's language, with its values in place.

Texts are English in the code and stay so in workers, logs, files and `--json`. A text that comes
from there is translated where it is shown, by `localized`.
"""

import gettext
import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any, Final, NamedTuple

from assistant.language.numbers import Separators, separators

DOMAIN: Final = "assistant"
ENGLISH: Final = "en"
LOCALES: Final = Path(__file__).parent / "locales"

MIN_LITERAL: Final = 4
"""Characters beside its values that a text must share with a message to be taken for it."""

MAX_NESTING: Final = 2
"""How deep a message may be the value of another one."""


class _Language(NamedTuple):
    code: str
    catalog: gettext.NullTranslations
    separators: Separators


_ENGLISH: Final = _Language(ENGLISH, gettext.NullTranslations(), separators(""))
_language: _Language = _ENGLISH


def available_languages(folder: Path = LOCALES) -> tuple[str, ...]:
    """Codes of the languages that there is a catalog of, English first."""
    catalogs = folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
    return (ENGLISH, *sorted(catalog.parents[1].name for catalog in catalogs))


def use_language(code: str, folder: Path = LOCALES) -> None:
    """Show everything from here on in a language; English where there is no catalog of it.

    Texts of classes and modules are fixed when they are imported, so this comes first.
    """
    global _language
    localized.cache_clear()
    _templates.cache_clear()
    if code == ENGLISH:
        _language = _ENGLISH
        return
    catalog = gettext.translation(DOMAIN, str(folder), [code], fallback=True)
    if not isinstance(catalog, gettext.GNUTranslations):
        _language = _ENGLISH
        return
    _language = _Language(code, catalog, separators(catalog.pgettext("number", "1,234.5")))
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
    return _language.separators.apply(format(value, spec))


class _LocalFormatter(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        text = format(value, format_spec)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return _language.separators.apply(text) if is_number else text


_FORMATTER: Final = _LocalFormatter()


def _filled(text: str, values: Mapping[str, object]) -> str:
    if not values:
        return text
    if _language is _ENGLISH:
        return text.format_map(values)
    return _FORMATTER.vformat(text, (), values)


@lru_cache(maxsize=1000)
def localized(text: str, depth: int = 0) -> str:
    """A text that was written in English, such as a worker's error, in the user's language.

    It is looked up as it stands, else among the messages with values whose fixed words it has, as
    a whole or sentence by sentence, whichever has more of these words. Returns: the text as it is
    where none of them is known.
    """
    if _language is _ENGLISH or not text.strip():
        return text
    whole = _looked_up(text, depth)
    *first, last = text.split(". ")
    if not first or whole.weight >= len(text):
        return whole.text
    each = [_looked_up(f"{sentence}.", depth) for sentence in first] + [_looked_up(last, depth)]
    if whole.weight and whole.weight >= sum(sentence.weight for sentence in each):
        return whole.text
    return " ".join(sentence.text for sentence in each)


class _LookedUp(NamedTuple):
    text: str
    weight: int
    """Fixed characters of the message; 0 where none is known."""


def _looked_up(text: str, depth: int) -> _LookedUp:
    translated = _language.catalog.gettext(text)
    if translated != text:
        return _LookedUp(translated, len(text))
    best: tuple[int, str, Mapping[str, str]] | None = None
    for template in _templates():
        if best is not None and template.weight <= best[0]:
            break
        values = template.match(text)
        if values is not None:
            best = (template.weight, template.text, values)
    if best is None:
        return _looked_up_as_a_beginning(text, depth)
    values = {
        name: localized(value, depth + 1) if depth < MAX_NESTING else value
        for name, value in best[2].items()
    }
    return _LookedUp(_language.catalog.gettext(best[1]).format_map(_Fields(values)), best[0])


def _looked_up_as_a_beginning(text: str, depth: int) -> _LookedUp:
    """Sentences go on with others, in lower case then."""
    beginning = text[:1].upper() + text[1:]
    if beginning == text:
        return _LookedUp(text, 0)
    found = _looked_up(beginning, depth)
    if not found.weight:
        return _LookedUp(text, 0)
    return found._replace(text=found.text[:1].lower() + found.text[1:])


class _Fields(dict[str, "_Field"]):
    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__((name, _Field(value)) for name, value in values.items())


class _Field(str):
    """A value that is a text already, whatever format it was written in."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return str(self)


class _Template(NamedTuple):
    """A message with values: the fixed words before, between and behind them."""

    text: str
    literals: tuple[str, ...]
    names: tuple[str, ...]
    weight: int

    def match(self, text: str) -> dict[str, str] | None:
        """The values with which the message is this text; in time linear in its length."""
        first, *middle, last = self.literals
        if not text.startswith(first) or not text.endswith(last):
            return None
        at, end = len(first), len(text) - len(last)
        if at > end:
            return None
        values = []
        for literal in middle:
            found = text.find(literal, at, end)
            if found < 0:
                return None
            values.append(text[at:found])
            at = found + len(literal)
        values.append(text[at:end])
        return dict(zip(self.names, values, strict=True))


@lru_cache(maxsize=1)
def _templates() -> tuple[_Template, ...]:
    """Messages with values, those with the most fixed words first."""
    return tuple(sorted(_read_templates(), key=lambda template: -template.weight))


def _read_templates() -> Iterator[_Template]:
    messages: Mapping[object, str] = getattr(_language.catalog, "_catalog", {})
    for key in messages:
        text = key[0] if isinstance(key, tuple) else key
        if not isinstance(text, str) or "{" not in text or "\x04" in text:
            continue
        parts = [(literal, name) for literal, name, _, _ in Formatter().parse(text)]
        names = tuple(name for _, name in parts if name is not None)
        literals = [literal for literal, _ in parts]
        if parts[-1][1] is not None:
            literals.append("")
        weight = sum(len(literal) for literal in literals)
        if names and weight >= MIN_LITERAL:
            yield _Template(text, tuple(literals), names, weight)
