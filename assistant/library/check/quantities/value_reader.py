"""Value reader: finds the values of a text, in digits and in letters."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from typing import Final

from assistant.library.check.quantities.compounds import (
    MONEY,
    OF,
    WORD,
    compound_of,
    part_patterns,
)
from assistant.library.check.quantities.values import (
    FIGURE,
    PLAIN,
    RAISED,
    UNITLESS,
    DateParts,
    Kind,
    NumberStyle,
    StatedValue,
    ascii_digits,
    usual_decimal,
)
from assistant.library.check.wordlists import LanguageWords, UnitOfMeasure, units_of_measure
from assistant.library.text.languages import Language, fold

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SUFFIXED = re.compile(rf"(?P<number>{PLAIN})(?P<suffix>[^\W\d_]{{1,4}}[²³]?|[^\W\d_]\d)")
_ORDINAL_ENDS = frozenset({"st", "nd", "rd", "th", "º", "ª", "o", "a"})
_NEXT_WORDS = re.compile(
    r"[ \u00a0\u202f]?(?:(?:de|of|em)\s)?([^\W\d_]+[²³2]?|[%€$£¥¢₹]|[°º][CcFf]?)"
)
_CURRENCY_BEFORE = re.compile(r"(?:(?<![^\W_])(R\$|US\$|[A-Z]{3})|([€$£¥₹]))[ \u00a0]?$")
_GROUPED = re.compile(r"\d{1,3}(?:([.,'’\u00a0\u202f ])\d{3})(?:\1\d{3})*")


def values_of(
    text: str, words: tuple[LanguageWords, ...], style: NumberStyle, language: Language
) -> list[StatedValue]:
    """The values of a text, in order; none overlaps another."""
    digits = ascii_digits(text)
    reader = _Reader(digits, words, style, language)
    taken: list[StatedValue] = []
    for value in sorted(
        [
            *reader.month_dates(),
            *reader.figures(),
            *reader.number_words(),
            *reader.counted_by_articles(),
        ],
        key=lambda value: (value.start, value.kind != "date", -value.end),
    ):
        if not taken or value.start >= taken[-1].end:
            whole = compound_of(taken[-1], value, digits, words) if taken else None
            taken[-1:] = [whole] if whole else [*taken[-1:], value]
    return taken


class _Reader:
    """Reads the values of one text."""

    def __init__(
        self, text: str, words: tuple[LanguageWords, ...], style: NumberStyle, language: Language
    ) -> None:
        self._text = text
        self._words = words
        self._style = style
        self._language = language
        self._day_first = style.day_first
        if self._day_first is None and words and all(each.day_first for each in words):
            self._day_first = True

    def month_dates(self) -> Iterator[StatedValue]:
        """Dates with the name of a month."""
        for found in _month_pattern(self._words).finditer(self._text):
            name = found["month"].lower()
            month = next(words.months[name] for words in self._words if name in words.months)
            day = found["day"] or found["late"]
            alone = not day and not found["year"]
            doubtful = any(name in words.doubtful_months for words in self._words)
            # In a sentence, `May` is a month and `may` a verb.
            is_name = found["month"].istitle() and found.start("month") > 0
            if alone and (doubtful or len(name) < 4) and not is_name:
                continue
            year = int(found["year"]) if found["year"] else None
            yield self._value(*found.span(), "date", {(year, month, int(day) if day else None)})

    def figures(self) -> Iterator[StatedValue]:
        """Values that are written in digits."""
        for found in FIGURE.finditer(self._text):
            kind = str(found.lastgroup if found.lastgroup != "sep" else "date")
            start, end = found.span(kind)
            text = self._text[start:end]
            match kind:
                case "address":
                    yield self._value(start, end, "code", {fold(text).rstrip("/")})
                case "iso":
                    year, month, day = map(int, re.split("[-/]", text))
                    yield self._value(start, end, "date", {(year, month, day)})
                case "date":
                    yield self._numeric_date(start, end, text)
                case "phone":
                    yield self._value(start, end, "code", {re.sub(r"\D", "", text)})
                case "clock":
                    yield from self._clock(start, end, text)
                case "power":
                    yield self._measured(start, end, {_power(text)})
                case "fraction":
                    yield self._measured(start, end, {_fraction(text)})
                case "code":
                    yield from self._code(start, end, text)
                case _:
                    yield self._number(start, end, text)

    def number_words(self) -> Iterator[StatedValue]:
        """Numbers that are written in letters."""
        found = list(WORD.finditer(self._text))
        for words in self._words:
            at = 0
            while at < len(found):
                length, value, is_article = _spelled_number(found, at, words, self._text)
                if not length:
                    at += 1
                    continue
                start, end = found[at].start(), found[at + length - 1].end()
                if _is_in_name(found, at, at + length):
                    at += length
                    continue
                ordinal = length == 1 and found[at].group().lower() in words.ordinals
                value_ = (
                    self._value(start, end, "ordinal", {value})
                    if ordinal
                    else self._measured(start, end, {value})
                )
                has_unit = value_.unit != UNITLESS
                yield value_._replace(is_article=is_article and not has_unit)
                at += length

    def counted_by_articles(self) -> Iterator[StatedValue]:
        """Parts of one thing: `a year and a half`, `half an hour`, `half a million`."""
        units = units_of_measure()
        for words in self._words:
            more, less = part_patterns(words)
            for found in more.finditer(self._text):
                unit = units.get((found["unit"].lower(),))
                if unit is not None:
                    whole = 1 + words.fractions[found["part"].lower()]
                    yield self._value(*found.span(), "number", {whole}, unit)
            for found in less.finditer(self._text):
                part, counted = words.fractions[found["part"].lower()], found["unit"].lower()
                if counted in words.scales:
                    value = part * words.scales[counted]
                    yield self._measured(found.start(), found.end(), {value})
                elif (counted,) in units:
                    yield self._measured(found.start(), found.start("unit") - 1, {part})

    def _number(self, start: int, end: int, text: str) -> StatedValue:
        negative = text[0] in "-−" and not self._text[:start].rstrip().endswith(tuple("0123456789"))
        readings = self._readings(text.lstrip("-−"), start, end)
        return self._measured(start, end, {-each if negative else each for each in readings})

    def _readings(self, text: str, start: int, end: int) -> set[Fraction]:
        """What a number can be; see the module."""
        mantissa, _, exponent = text.lower().partition("e")
        power = Fraction(10) ** int(exponent) if exponent else Fraction(1)
        plain = re.sub(r"['’\u00a0\u202f ]", "", mantissa)
        points = [char for char in plain if char in ".,"]
        if len(points) == 1 and _GROUPED.fullmatch(plain) and not plain.startswith("0"):
            mark, decimal = points[0], self._decimal(points[0], start, end)
            grouped, split = Fraction(plain.replace(mark, "")), Fraction(plain.replace(",", "."))
            return (
                {grouped * power, split * power}
                if decimal is None
                else {(split if decimal == mark else grouped) * power}
            )
        if len(set(points)) == 2:
            last = points[-1]
            other = "." if last == "," else ","
            return {Fraction(plain.replace(other, "").replace(last, ".")) * power}
        if len(points) > 1:
            return {Fraction(re.sub("[.,]", "", plain)) * power}
        return {Fraction(plain.replace(",", ".")) * power}

    def _decimal(self, mark: str, start: int, end: int) -> str | None:
        """The decimal mark where one separator and three digits leave it open; None when nothing
        tells."""
        if self._style.decimal is not None:
            return None if self._style.decimal == "mixed" else self._style.decimal
        usual = usual_decimal(self._language)
        unit = self._unit(start, end)[0].dimension
        if mark == usual:
            # Nobody has thousandths of a euro: `€1.250` was written elsewhere.
            return None if unit in MONEY else usual
        # `1.250 euros` are many; `1.250 mm` may have been written by a machine.
        measures = bool(unit) and unit not in MONEY and unit not in _COUNTED
        return None if measures and mark == "." else usual

    def _measured(self, start: int, end: int, readings: set[Fraction]) -> StatedValue:
        """A number with the scale and the unit that stand beside it."""
        scaled_end, scale = self._scale(end)
        unit, first, last = self._unit(start, scaled_end)
        return self._value(first, last, "number", {each * scale for each in readings}, unit)

    def _scale(self, end: int) -> tuple[int, Fraction]:
        following = re.match(r"[ \u00a0]([^\W\d_]+)", self._text[end : end + 24])
        if following:
            word = following.group(1).lower()
            for words in self._words:
                if word in words.scales and word not in ("dozen", "dúzia", "docena"):
                    return end + following.end(), words.scales[word]
        return end, Fraction(1)

    def _unit(self, start: int, end: int) -> tuple[UnitOfMeasure, int, int]:
        """The unit beside a number, and what the two span."""
        known = units_of_measure()
        before = _CURRENCY_BEFORE.search(self._text[max(0, start - 5) : start])
        if before:
            unit = known.get(((before[1] or before[2]).lower(),))
            if unit is not None:
                return unit, start - len(before.group()), end
        at, words, ends = end, list[str](), list[int]()
        while len(words) < 3:
            following = _NEXT_WORDS.match(self._text, at)
            if following is None:
                break
            words.append(following.group(1).lower())
            at = following.end()
            ends.append(at)
        for length in range(len(words), 0, -1):
            unit = known.get(tuple(words[:length]))
            if unit is not None:
                return unit, start, ends[length - 1]
        return UNITLESS, start, end

    def _numeric_date(self, start: int, end: int, text: str) -> StatedValue:
        first, second, year = map(int, re.findall(r"\d+", text))
        year += 0 if year > 99 else 2000 if year < 70 else 1900
        days = {(year, second, first), (year, first, second)}
        possible = {each for each in days if 1 <= each[1] <= 12 and 1 <= each[2] <= 31}
        if len(possible) == 2 and self._day_first is not None:
            possible = {(year, second, first) if self._day_first else (year, first, second)}
        return self._value(start, end, "date", set(possible) or {(year, None, None)})

    def _clock(self, start: int, end: int, text: str) -> Iterator[StatedValue]:
        numbers = list(map(int, re.findall(r"\d+", text)))
        hour, minute = numbers[0], numbers[1] if len(numbers) > 1 else 0
        half = re.search("[aApP](?=\\.?[mM])", text)
        if half:
            hour = hour % 12 + (12 if half.group() in "pP" else 0)
        if hour < 25 and minute < 60:
            yield self._value(start, end, "time", {Fraction(60 * hour + minute)})

    def _code(self, start: int, end: int, text: str) -> Iterator[StatedValue]:
        """A code; but `5kg` is a quantity, `3rd` an ordinal, and `10-20` are two numbers."""
        suffixed = _SUFFIXED.fullmatch(text)
        if suffixed:
            number_end = start + len(suffixed["number"])
            if suffixed["suffix"].lower() in _ORDINAL_ENDS:
                yield self._value(start, end, "ordinal", {Fraction(re.sub(r"\D", "", text))})
                return
            if (suffixed["suffix"].lower(),) in units_of_measure():
                yield self._number(start, number_end, suffixed["number"])
                return
        if re.fullmatch(r"\d+(?:[-/.]\d+)+", text):
            parts = re.split("[-/.]", text)
            if "-" in text and len(parts) == 2 and len(text) < 10 and not text.startswith("0"):
                plain = len(parts[0]) == len(parts[1]) and len(parts[0]) in (1, 2, 4)
                # From one year to the next: `2012-13`.
                plain |= len(parts[0]) == 4 and len(parts[1]) == 2 and parts[0][2:] < parts[1]
                if plain or len(text) < 6:
                    for found in re.finditer(r"\d+", text):
                        yield self._number(
                            start + found.start(), start + found.end(), found.group()
                        )
                    return
        joined = re.sub(r"[\W_]", "", fold(text))
        dotted = re.sub(r"^v(?=\d)", "", fold(text)) if "." in text else joined
        yield self._value(start, end, "code", {dotted if "." in text else joined})

    def _value(
        self,
        start: int,
        end: int,
        kind: Kind,
        readings: Iterable[Fraction | DateParts | str],
        unit: UnitOfMeasure = UNITLESS,
    ) -> StatedValue:
        spelling = re.sub(r"\s", "", fold(self._text[start:end]))
        return StatedValue(start, end, kind, spelling, frozenset(readings), unit)


_COUNTED: Final = frozenset({"months", "duration", "cup"})
"""What is not given in thousandths."""


@cache
def _month_pattern(words: tuple[LanguageWords, ...]) -> re.Pattern[str]:
    names = {month for each in words for month in each.months}
    any_month = "|".join(sorted(map(re.escape, names), key=len, reverse=True)) or "(?!)"
    return re.compile(
        rf"(?:(?<![\d.,:/])(?P<day>\d{{1,2}})(?:st|nd|rd|th|º|ª|\.)?\s(?:of\s|de\s|do\s)?)?"
        rf"(?<![^\W_])(?P<month>{any_month})(?![^\W_])(?:\.(?=\s\d))?"
        r"(?:\s(?P<late>\d{1,2})(?:st|nd|rd|th)?(?![\d:/]|[.,]\d))?"
        r"(?:,?\s(?:of\s|de\s|del\s|do\s)?(?P<year>\d{4})(?!\d))?",
        re.IGNORECASE,
    )


def _power(text: str) -> Fraction:
    mantissa, _, base = re.sub(r"\s", "", text).rpartition("×")
    for sign in "x*·":
        if not mantissa and sign in text and "**" not in text:
            mantissa, _, base = re.sub(r"\s", "", text).rpartition(sign)
    found = re.fullmatch(rf"(\d+)(?:({RAISED})|\^(-?\d+)|\*\*(-?\d+))", base or text)
    if found is None:
        return Fraction(0)
    exponent = int((found[2] or "").translate(_SUPERSCRIPTS) or found[3] or found[4])
    factor = Fraction(mantissa.replace(",", ".")) if mantissa else Fraction(1)
    return factor * Fraction(int(found[1])) ** max(-60, min(60, exponent))


def _fraction(text: str) -> Fraction:
    together = " ".join(text.replace("⁄", "/").split()).replace(" /", "/").replace("/ ", "/")
    whole, parts = Fraction(0), together.split()
    for part in parts:
        digits = re.match(r"\d+(?![/\d])", part)
        if digits:
            whole += int(digits.group())
            part = part[digits.end() :]
        if "/" in part:
            above, _, below = part.partition("/")
            whole += Fraction(int(above), int(below)) if int(below) else 0
        elif part:
            whole += Fraction(unicodedata.numeric(part)).limit_denominator(1000)
    return whole


def _is_in_name(found: Sequence[re.Match[str]], first: int, end: int) -> bool:
    """Whether a number in letters is part of a name, as in `Three Rivers`."""
    capital = found[first].start() > 0 and found[first].group()[0].isupper()
    return capital and end < len(found) and found[end].group()[0].isupper()


def _spelled_number(
    found: Sequence[re.Match[str]], at: int, words: LanguageWords, text: str
) -> tuple[int, Fraction, bool]:
    """How many words spell a number from here on, its value, and whether it may be an article."""
    total, current, length, last = Fraction(0), Fraction(0), 0, at
    first = found[at].group().lower()
    if first in words.fractions:
        goes_on = WORD.match(text, found[at].end() + 1)
        is_share = goes_on is None or goes_on.group().lower() in OF
        return 1, words.fractions[first], not is_share
    if first in words.ordinals:
        return 1, words.ordinals[first], False
    for index in range(at, len(found)):
        word = found[index].group().lower()
        if index > at and not re.fullmatch(
            r"[\s-]+", text[found[index - 1].end() : found[index].start()]
        ):
            break
        if word in words.numbers:
            current += words.numbers[word]
        elif word in words.scales and length:
            scale = words.scales[word]
            if scale < 1000:
                current = max(current, Fraction(1)) * scale
            else:
                total, current = total + max(current, Fraction(1)) * scale, Fraction(0)
        elif word in words.scales and word != "dozen":
            total += words.scales[word]
        elif word in words.fractions and length and last == index - 1:
            # "three quarters"; "two and a half" is behind a word that joins.
            return index - at + 1, (total + current) * words.fractions[word], False
        elif word in words.joins and length and index + 1 < len(found):
            continue
        else:
            break
        length, last = index - at + 1, index
    if not length:
        return 0, Fraction(0), False
    return length, total + current, length == 1 and found[last].group().lower() in words.articles
