"""Numbers as a language writes them, read off its own example in the catalog."""

from typing import NamedTuple

ENGLISH_EXAMPLE = "1,234.5"


class Separators(NamedTuple):
    """What stands between thousands and before decimals."""

    thousands: str = ","
    decimals: str = "."

    def apply(self, english: str) -> str:
        """A number as Python formats it, with these separators."""
        if self == (",", "."):
            return english
        return english.translate({ord(","): self.thousands, ord("."): self.decimals})


def separators(example: str) -> Separators:
    """Separators of a language, from how it writes 1,234.5; the English ones when it does not."""
    thousands, _, rest = example.removeprefix("1").partition("234")
    decimals = rest.removesuffix("5")
    is_example = example.startswith("1") and rest.endswith("5") and decimals
    return Separators(thousands, decimals) if is_example else Separators()
