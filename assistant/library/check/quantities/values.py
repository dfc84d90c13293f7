"""Quantities: numbers, units, dates, times and codes of a text as values that can be compared.

What can be read in two ways keeps both: `2.125` is two and an eighth or two thousand, `05/03/2026`
a day in March or in May. What the rest of the document does decides; else how the language writes
numbers; else the value agrees only with what is written the same.
"""

import re
import unicodedata
from collections.abc import Iterable
from fractions import Fraction
from typing import Literal, NamedTuple

from assistant.library.check.wordlists import UnitOfMeasure
from assistant.library.text.languages import Language

DateParts = tuple[int | None, int | None, int | None]
"""Year, month and day, as far as they are given."""

RAISED = "[⁰¹²³⁴-⁹⁻]+"
_VULGAR = "¼½¾⅐-⅞"
PLAIN = r"\d{1,3}(?:[.,'’\u00a0\u202f ]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_CODE = r"[^\W_]+(?:[-_./:][^\W_]+)*"
FIGURE = re.compile(
    rf"""
    (?P<address> (?<![\w.+-])\w[\w.+-]*+@[\w-]+(?:\.[\w-]+)+ | https?://\S+\w )
  | (?P<iso> (?<![\w.-])\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}(?![\w-]) )
  | (?P<date> (?<![\w.-])\d{{1,2}}(?P<sep>[/.-])\d{{1,2}}(?P=sep)(?:\d{{4}}|\d{{2}})(?![\w-]) )
  | (?P<phone> \+\d[\d\s().-]{{5,}}\d | \(\d{{2,4}}\)\s?\d[\d\s.-]{{4,}}\d )
  | (?P<clock> (?<![\w.:,])\d{{1,2}}(?::\d{{2}}(?::\d{{2}})?|\s?[hH]\d{{2}})
        (?:\s?[aApP]\.?[mM]\b\.?)?
        (?![\w:])
      | (?<![\w.:,])\d{{1,2}}\s?[aApP]\.?[mM]\b\.? | (?<![\w.:,])\d{{1,2}}\s?h\b )
  | (?P<power> (?:(?:{PLAIN})\s?[x×*·]\s?)?\d+(?:{RAISED}|\^-?\d+|\*\*-?\d+) )
  | (?P<fraction> (?:\d+\s?)?[{_VULGAR}]
      | (?<![\w/.])(?:\d+\s)?\d{{1,3}}\s?[/⁄]\s?\d{{1,3}}(?![\w/]) )
  | (?P<code> (?<![\w.:/-])(?=[^\W_])(?=[\w./:-]{{0,40}}\d)(?=[\w./:-]{{0,40}}[^\W\d_]){_CODE}
      | \d+(?:\.\d+){{2,}} | \d+(?:-\d+)+ )
  | (?P<number> (?<![\w.,])[-−]?(?:{PLAIN})(?:e[+-]?\d+)? | (?:{PLAIN}) )
    """,
    re.VERBOSE,
)
UNITLESS = UnitOfMeasure("", Fraction(1))

DecimalMark = Literal[".", ","]
Kind = Literal["number", "date", "time", "code", "ordinal"]


class NumberStyle(NamedTuple):
    """How a document writes numbers and dates, as far as it shows."""

    decimal: DecimalMark | Literal["mixed"] | None
    """None when it does not show."""
    day_first: bool | None


class StatedValue(NamedTuple):
    """A value that a text states."""

    start: int
    end: int
    kind: Kind
    spelling: str
    """As it is written, folded and without blanks."""
    readings: frozenset[Fraction | DateParts | str]
    """What it can be; in the unit that it is given in."""
    unit: UnitOfMeasure = UNITLESS
    is_article: bool = False
    """Whether it may as well be the article `a`."""

    @property
    def is_year(self) -> bool:
        """Whether it can be the number of a year."""
        return (
            self.kind == "number"
            and self.unit == UNITLESS
            and any(
                isinstance(each, Fraction) and each.denominator == 1 and 1000 <= each <= 2100
                for each in self.readings
            )
        )


def agree(one: StatedValue, other: StatedValue, *, unit_is_elsewhere: bool = False) -> bool:
    """Whether two values are certainly the same; what is ambiguous, only when written the same.

    Args:
        unit_is_elsewhere: whether `other` may have its unit outside the text, as in a table.
    """
    if one.kind == "date" or other.kind == "date":
        return _dates_agree(one, other)
    if {one.kind, other.kind} == {"time", "number"}:
        return not _minutes(one).isdisjoint(_minutes(other))
    if one.kind != other.kind:
        return {one.kind, other.kind} <= {"number", "code"} and one.spelling == other.spelling
    if one.kind == "code":
        return not one.readings.isdisjoint(other.readings)
    lacks = one.unit.dimension and not other.unit.dimension and not unit_is_elsewhere
    if lacks:
        return False
    both = bool(one.unit.dimension and other.unit.dimension)
    if both and one.unit.dimension != other.unit.dimension:
        return False
    same_unit = not both or one.unit == other.unit
    if one.spelling == other.spelling and same_unit and one.readings == other.readings:
        return True
    if len(one.readings) != 1 or len(other.readings) != 1:
        return one.spelling == other.spelling and same_unit
    first, second = _measured(one, both), _measured(other, both)
    return first == second


def _measured(value: StatedValue, with_unit: bool) -> Fraction:
    (reading,) = value.readings
    assert isinstance(reading, Fraction)
    return reading * value.unit.factor if with_unit else reading


def _minutes(value: StatedValue) -> set[Fraction]:
    """Of the day, where a value can be a time: `14:00` is also written `14 hours`."""
    numbers = {each for each in value.readings if isinstance(each, Fraction)}
    if value.kind == "time":
        return numbers
    is_duration = value.unit.dimension == "duration"
    return {each * value.unit.factor / 60 for each in numbers} if is_duration else set()


def _dates_agree(one: StatedValue, other: StatedValue) -> bool:
    if one.spelling == other.spelling and one.kind == other.kind:
        return True
    ours, theirs = _as_dates(one), _as_dates(other)
    if len(ours) != 1 or len(theirs) != 1:
        return False
    return all(mine in (None, its) for mine, its in zip(ours[0], theirs[0], strict=True))


def _as_dates(value: StatedValue) -> list[DateParts]:
    if value.kind == "date":
        return [each for each in value.readings if isinstance(each, tuple)]
    if value.is_year:
        return [(int(year), None, None) for year in value.readings if isinstance(year, Fraction)]
    return []


def style_of(texts: Iterable[str]) -> NumberStyle:
    """How a document writes numbers and dates, by those that can be read in one way only."""
    marks: set[DecimalMark] = set()
    orders: set[bool] = set()
    for text in texts:
        digits = ascii_digits(text)
        for found in FIGURE.finditer(digits):
            if found["number"]:
                marks |= _decimal_shown(found["number"].lstrip("-−"))
            elif found["date"]:
                first, second, *_ = map(int, re.findall(r"\d+", found["date"]))
                if first > 12 >= second:
                    orders.add(True)
                elif second > 12 >= first:
                    orders.add(False)
    return NumberStyle(
        marks.pop() if len(marks) == 1 else "mixed" if marks else None,
        orders.pop() if len(orders) == 1 else None,
    )


def ascii_digits(text: str) -> str:
    """The text with the digits of all scripts as 0 to 9; as long as before."""
    if text.isascii():
        return text
    swapped = text.replace("٫", ".").replace("٬", ",").replace("−", "-")
    return "".join(
        str(unicodedata.digit(char)) if not char.isascii() and char.isdecimal() else char
        for char in swapped
    )


def usual_decimal(language: Language) -> DecimalMark | None:
    return {"en": ".", "simple": None}.get(language, ",")


def _decimal_shown(number: str) -> set[DecimalMark]:
    """The decimal mark of a number that can be read in one way only."""
    points = [char for char in number if char in ".,"]
    if len(set(points)) == 2:
        return {points[-1]} if points.count(points[-1]) == 1 else set()  # type: ignore[arg-type]
    if len(points) > 1:
        return {"," if points[0] == "." else "."}
    if points:
        whole, _, rest = number.partition(points[0])
        if len(rest) != 3 or len(whole) > 3 or whole.startswith("0"):
            return {points[0]}  # type: ignore[arg-type]
    return set()
