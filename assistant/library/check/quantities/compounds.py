"""Compounds: what several amounts and words make together, as `4 euros and 50 cents`."""

import re
from fractions import Fraction
from functools import cache
from typing import Final

from assistant.library.check.quantities.values import UNITLESS, StatedValue
from assistant.library.check.wordlists import LanguageWords, UnitOfMeasure
from assistant.library.text.languages import fold

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
OF = frozenset({"of", "de", "da", "do", "das", "dos", "del"})
"""Behind a fraction in letters: it is a share, as in "half of the seats"."""
MONEY: Final = frozenset({"eur", "usd", "brl", "gbp", "jpy", "chf", "crown", "peso", "inr"})
_CENT: Final = UnitOfMeasure("usd", Fraction(1, 100))
_MINUTE: Final = UnitOfMeasure("duration", Fraction(60))
_HOUR: Final = UnitOfMeasure("duration", Fraction(3600))


def compound_of(
    first: StatedValue, second: StatedValue, text: str, words: tuple[LanguageWords, ...]
) -> StatedValue | None:
    """What two values make together: `4 euros and 50 cents`, `2 and a half hours`, `1 h 5 min`."""
    between = WORD.findall(text[first.end : second.start].lower())
    joins = {join for each in words for join in each.joins}
    articles = {article for each in words for article in each.articles}
    is_joined = bool(between) and between[0] in joins and articles.issuperset(between[1:])
    if text[first.end : second.start].strip(" \u00a0") and not is_joined:
        return None
    if first.kind == "time" and first.spelling.endswith("h") and second.unit == _MINUTE:
        first = _as_hours(first)
    if {first.kind, second.kind} != {"number"} or not (
        len(first.readings) == len(second.readings) == 1
    ):
        return None
    (whole,), (part,) = first.readings, second.readings
    assert isinstance(whole, Fraction)
    assert isinstance(part, Fraction)
    unit = first.unit
    if unit != UNITLESS and second.unit != UNITLESS:
        same = unit.dimension == second.unit.dimension
        # A cent is one of any currency.
        same |= unit.dimension in MONEY and second.unit == _CENT
        part = part * second.unit.factor / unit.factor
        if not same or second.unit.factor >= unit.factor or part >= 1:
            return None
    elif not is_joined or not 0 < part < 1 or whole.denominator != 1 or unit == second.unit:
        return None
    elif unit == UNITLESS:
        unit = second.unit
    elif (WORD.match(text, second.end + 1) or [""])[0].lower() in OF:
        # Half of something else.
        return None
    spelling = re.sub(r"\s", "", fold(text[first.start : second.end]))
    return StatedValue(first.start, second.end, "number", spelling, frozenset({whole + part}), unit)


def _as_hours(value: StatedValue) -> StatedValue:
    """What may be a time of day, as `1 h`, as the hours that something takes."""
    hours = frozenset(each / 60 for each in value.readings if isinstance(each, Fraction))
    return value._replace(kind="number", readings=hours, unit=_HOUR)


@cache
def part_patterns(words: LanguageWords) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """One and a part of it, and a part of one."""
    article, join, part = (
        "|".join(map(re.escape, sorted(listed)))
        for listed in (words.articles, words.joins, words.fractions)
    )
    more = rf"\b(?:{article})\s(?P<unit>\w+)\s(?:{join})\s(?:{article})\s(?P<part>{part})\b"
    less = rf"\b(?P<part>{part})\s(?:of\s)?(?:{article})\s(?P<unit>\w+)"
    return re.compile(more, re.IGNORECASE), re.compile(less, re.IGNORECASE)
