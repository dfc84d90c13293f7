"""English: the language of the code, which needs no catalog."""

import gettext
from collections.abc import Mapping
from typing import Final

ENGLISH: Final = "en"


class English:
    """Shows messages as they stand; another language is a `Translation`."""

    code: str = ENGLISH
    catalog: gettext.NullTranslations

    def __init__(self) -> None:
        self.catalog = gettext.NullTranslations()

    def filled(self, text: str, values: Mapping[str, object]) -> str:
        """A message with its values in place."""
        return text.format_map(values)

    def number(self, value: float, spec: str) -> str:
        """A number in a format of Python's."""
        return format(value, spec)

    def localized(self, text: str) -> str:
        """A text that was written in English."""
        return text
