"""Cell formats: how the styles of a workbook show the values of its cells."""

from dataclasses import dataclass, field

from assistant.library.readers.workbook.format_code import LOCAL_DATES, builtin_code
from assistant.library.readers.workbook.number_format import format_number, format_text, general

_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
    0x24: "#NUM!", 0x2A: "#N/A", 0x2B: "#GETTING_DATA",
}  # fmt: skip


@dataclass
class CellFormats:
    """How the cells of a workbook show their values, by the number of their style."""

    codes: dict[int, str] = field(default_factory=dict)
    """Formats that the workbook brings, by their number."""
    styles: list[int] = field(default_factory=list)
    """The number of the format of each style."""
    since_1904: bool = False
    _known: dict[int, str] = field(default_factory=dict)

    def code(self, style: int) -> str:
        """The format of a style."""
        if (known := self._known.get(style)) is None:
            known = self._known[style] = self._code(style)
        return known

    def _code(self, style: int) -> str:
        number = self.styles[style] if 0 <= style < len(self.styles) else 0
        if number in LOCAL_DATES:
            return builtin_code(number)
        return self.codes.get(number) or builtin_code(number)

    def number(self, value: float, style: int) -> str:
        """A number, a date or a duration as it is shown."""
        code = self.code(style)
        if code == "General":
            return general(value)
        return format_number(value, code, since_1904=self.since_1904)

    def text(self, text: str, style: int) -> str:
        """A text as it is shown."""
        code = self.code(style)
        return text if code == "General" else format_text(text, code)


def error_text(code: int) -> str:
    """What a cell shows in which a formula failed: [MS-XLS] 2.5.10."""
    return _ERRORS.get(code, "#N/A")


def truth_text(value: int) -> str:
    """A truth value as a cell shows it."""
    return "TRUE" if value else "FALSE"
