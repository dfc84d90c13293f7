"""Translation: messages, numbers and texts of workers in a language that there is a catalog of."""

import gettext
from collections.abc import Iterator, Mapping
from functools import cached_property
from string import Formatter
from typing import Any, Final, NamedTuple

from assistant.language.english import English
from assistant.language.numbers import separators

MIN_LITERAL: Final = 4
"""Characters beside its values that a text must share with a message to be taken for it."""

MAX_NESTING: Final = 2
"""How deep a message may be the value of another one."""

MAX_KNOWN: Final = 1000
"""Texts whose translation is remembered."""


class Translation(English):
    """A language other than English."""

    def __init__(self, code: str, catalog: gettext.GNUTranslations) -> None:
        super().__init__()
        self.code = code
        self.catalog = catalog
        self._separators = separators(catalog.pgettext("number", "1,234.5"))
        self._formatter = _LocalFormatter(self)
        self._known: dict[str, str] = {}

    def filled(self, text: str, values: Mapping[str, object]) -> str:
        return self._formatter.vformat(text, (), values)

    def number(self, value: float, spec: str) -> str:
        return self._separators.apply(format(value, spec))

    def localized(self, text: str) -> str:
        """It is looked up as it stands, else among the messages with values whose fixed words it
        has, as a whole or sentence by sentence, whichever has more of these words."""
        if text not in self._known:
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            self._known[text] = self._found(text, 0) if text.strip() else text
        return self._known[text]

    def _found(self, text: str, depth: int) -> str:
        whole = self._looked_up(text, depth)
        *first, last = text.split(". ")
        if not first or whole.weight >= len(text):
            return whole.text
        each = [self._looked_up(f"{sentence}.", depth) for sentence in first]
        each.append(self._looked_up(last, depth))
        if whole.weight and whole.weight >= sum(sentence.weight for sentence in each):
            return whole.text
        return " ".join(sentence.text for sentence in each)

    def _looked_up(self, text: str, depth: int) -> "_LookedUp":
        translated = self.catalog.gettext(text)
        if translated != text:
            return _LookedUp(translated, len(text))
        best: tuple[_Template, Mapping[str, str]] | None = None
        for template in self._templates:
            if best is not None and template.weight <= best[0].weight:
                break
            values = template.match(text)
            if values is not None:
                best = (template, values)
        if best is None:
            return self._looked_up_as_a_beginning(text, depth)
        values = {
            name: self._found(value, depth + 1) if depth < MAX_NESTING else value
            for name, value in best[1].items()
        }
        message = self.catalog.gettext(best[0].text)
        return _LookedUp(message.format_map(_Fields(values)), best[0].weight)

    def _looked_up_as_a_beginning(self, text: str, depth: int) -> "_LookedUp":
        """Sentences go on with others, in lower case then."""
        beginning = text[:1].upper() + text[1:]
        if beginning == text:
            return _LookedUp(text, 0)
        found = self._looked_up(beginning, depth)
        if not found.weight:
            return _LookedUp(text, 0)
        return found._replace(text=found.text[:1].lower() + found.text[1:])

    @cached_property
    def _templates(self) -> "tuple[_Template, ...]":
        """Messages with values, those with the most fixed words first."""
        return tuple(sorted(self._read_templates(), key=lambda template: -template.weight))

    def _read_templates(self) -> "Iterator[_Template]":
        messages: Mapping[object, str] = getattr(self.catalog, "_catalog", {})
        for key in messages:
            text = key[0] if isinstance(key, tuple) else key
            if not isinstance(text, str) or "{" not in text or "\x04" in text:
                continue
            parts = [(literal, name) for literal, name, _spec, _kind in Formatter().parse(text)]
            names = tuple(name for _literal, name in parts if name is not None)
            literals = [literal for literal, _name in parts]
            if parts[-1][1] is not None:
                literals.append("")
            weight = sum(len(literal) for literal in literals)
            if names and weight >= MIN_LITERAL:
                yield _Template(text, tuple(literals), names, weight)


class _LocalFormatter(Formatter):
    def __init__(self, language: Translation) -> None:
        self._language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return (
            self._language.number(value, format_spec) if is_number else format(value, format_spec)
        )


class _LookedUp(NamedTuple):
    text: str
    weight: int
    """Fixed characters of the message; 0 where none is known."""


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
