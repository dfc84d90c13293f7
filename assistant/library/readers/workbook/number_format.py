"""Number formats: a cell's value as the workbook shows it (ECMA-376 part 1, 18.8.30 and 18.8.31).

Our own: what there is in Python is either not kept up or not yet tried. A date whose look is left
to the machine that shows it is written as the ISO standard has it, as no two machines agree.
"""

import math
import re
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import takewhile
from typing import Final, NamedTuple

from assistant.library.readers.workbook.date_format import format_date
from assistant.library.readers.workbook.format_code import Section, Token, literal, sections_of

_MAX_TOKENS = 100
"""Of a format that is meant."""
_PLAIN = re.compile(r"(#,##)?0(?:\.(0+))?")
_EXACT = Context(prec=2_000)
_DIGITS = 15
"""Significant digits that a workbook keeps of a number."""


def format_text(text: str, code: str) -> str:
    """A text as a cell of this format shows it."""
    if "@" not in code:
        return text
    sections = sections_of(code)
    section = sections[3] if len(sections) > 3 else sections[-1]
    if not any(token.kind == "@" for token in section.tokens):
        return text
    return "".join(text if token.kind == "@" else literal(token) for token in section.tokens)


def format_number(value: float, code: str, *, since_1904: bool = False) -> str:
    """A number as a cell of this format shows it; a date or duration is a number of days.

    Args:
        since_1904: whether dates count from 1904, as in workbooks of old Macintoshes.
    """
    return _shown(float(value), code, since_1904)


@lru_cache(maxsize=1 << 15)
def _shown(value: float, code: str, since_1904: bool) -> str:
    if not math.isfinite(value):
        return str(value)
    if (plain := _plain(code)) is not None:
        return plain.show(value)
    section, is_signed = _section_for(value, code)
    if section is None or len(section.tokens) > _MAX_TOKENS:
        return general(value)
    if section.is_date:
        shown = format_date(value, section, since_1904=since_1904)
    else:
        shown = _number(Decimal(f"{abs(value):.{_DIGITS}g}"), section)
        if (
            shown is not None
            and value < 0
            and is_signed
            and any(char not in "0" for char in shown if char.isalnum())
        ):
            shown = f"-{shown}"
    return general(value) if shown is None else " ".join(shown.split())


def general(value: float) -> str:
    """A number without a format, without the digits that binary fractions add."""
    if value.is_integer() and abs(value) < 1e17:
        return f"{value:.0f}"
    return f"{value:.12g}"


class _Plain(NamedTuple):
    """A format such as `#,##0.00 "EUR"` or `0.0%`, which most are: it is shown at once."""

    before: str
    grouped: bool
    unit: Decimal
    """Of the last digit."""
    percents: int
    after: str

    def show(self, value: float) -> str:
        exact = Decimal(f"{abs(value):.{_DIGITS}g}") * 100**self.percents
        rounded = exact.quantize(self.unit, ROUND_HALF_UP, _EXACT)
        sign = "-" if value < 0 and rounded else ""
        number = f"{rounded:,f}" if self.grouped else f"{rounded:f}"
        return " ".join(f"{sign}{self.before}{number}{self.after}".split())


@lru_cache(maxsize=1024)
def _plain(code: str) -> _Plain | None:
    """None for a format that has more to it."""
    section, *others = sections_of(code)
    digits = [at for at, token in enumerate(section.tokens) if token.kind == "digit"]
    if others or section.condition or section.is_date or not digits:
        return None
    start, end = digits[0], digits[-1] + 1
    around = [*section.tokens[:start], *section.tokens[end:]]
    found = _PLAIN.fullmatch("".join(token.text for token in section.tokens[start:end]))
    if found is None or any(token.kind not in ("text", "space", "%") for token in around):
        return None
    before, after = (
        "".join("%" if token.kind == "%" else literal(token) for token in part)
        for part in (section.tokens[:start], section.tokens[end:])
    )
    unit = Decimal(1).scaleb(-len(found[2] or ""))
    percents = sum(token.kind == "%" for token in around)
    return _Plain(before, found[1] is not None, unit, percents, after)


_OPERATORS: Final[dict[str, Callable[[float, float], bool]]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
}


def _section_for(value: float, code: str) -> tuple[Section | None, bool]:
    """The section of a format for `value`, and whether it leaves the minus sign to the program."""
    sections = sections_of(code)[:3]
    if sections[-1].tokens and all(token.kind == "@" for token in sections[-1].tokens):
        sections = sections[:-1]  # A section for texts.
    if not sections:
        return None, True
    if any(section.condition for section in sections):
        for section in sections:
            operator, bound = section.condition or ("", 0.0)
            if not operator or _OPERATORS[operator](value, bound):
                return section, not (operator in ("<", "<=") and bound <= 0)
        return None, True
    if value < 0 and len(sections) > 1:
        return sections[1], False
    if value == 0 and len(sections) > 2:
        return sections[2], False
    return sections[0], True


def _number(value: Decimal, section: Section) -> str | None:
    """A number that is not negative; None when the section has a format of none."""
    tokens = list(section.tokens)
    if any(token.kind in ("general", "@") for token in tokens):
        shown = general(float(value))
        return "".join(
            shown if token.kind in ("general", "@") else literal(token) for token in tokens
        )
    value *= 100 ** sum(token.kind == "%" for token in tokens)
    kinds = [token.kind for token in tokens]
    if "digit" not in kinds:
        return "".join(token.text if token.kind != "space" else " " for token in tokens)
    if "exponent" in kinds:
        return _scientific(value, tokens, kinds.index("exponent"))
    if "/" in kinds and "." not in kinds:
        return _fraction(value, tokens, kinds.index("/"))
    return _decimal(value, tokens)


def _decimal(value: Decimal, tokens: Sequence[Token]) -> str:
    kinds = [token.kind for token in tokens]
    point = kinds.index(".") if "." in kinds else len(tokens)
    whole, after = list(tokens[:point]), list(tokens[point + 1 :])
    digits = [at for at, token in enumerate(whole) if token.kind == "digit"]
    grouped = any(token.kind == "," for token in whole[digits[0] : digits[-1]]) if digits else False
    behind = takewhile(lambda token: token.kind != "digit", reversed(tokens))
    scale = sum(token.kind == "," for token in behind)
    value = value.scaleb(-3 * scale) if scale else value
    places = sum(token.kind == "digit" for token in after)
    value = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _EXACT)
    integer, _, fraction = f"{value:f}".partition(".")
    shown = _placed("" if integer == "0" else integer, whole, grouped=grouped)
    if point == len(tokens):
        return shown
    tail = _fraction_digits(fraction, after)
    return f"{shown}.{tail}" if tail[:1].isdecimal() or not tail else f"{shown}{tail}"


def _placed(digits: str, tokens: Sequence[Token], *, grouped: bool = False) -> str:
    """The digits of a whole number in their places, from the right, among what stands between."""
    left = next((at for at, token in enumerate(tokens) if token.kind == "digit"), None)
    shown: list[str] = []
    rest, count = digits, 0
    for at in range(len(tokens) - 1, -1, -1):
        token = tokens[at]
        if token.kind != "digit":
            shown.append("%" if token.kind == "%" else literal(token))
            continue
        take = len(rest) if at == left else 1
        taken, rest = rest[len(rest) - take :] if take else "", rest[: len(rest) - take]
        if not taken and token.text == "0":
            taken = "0"
        for digit in reversed(taken):
            if grouped and count and not count % 3:
                shown.append(",")
            shown.append(digit)
            count += 1
    return "".join(reversed(shown)) if left is not None else digits + "".join(reversed(shown))


def _fraction_digits(digits: str, tokens: Sequence[Token]) -> str:
    placeholders = [token.text for token in tokens if token.kind == "digit"]
    keep = len(digits)
    while keep and digits[keep - 1] == "0" and placeholders[keep - 1] != "0":
        keep -= 1
    shown, at = [], 0
    for token in tokens:
        if token.kind == "digit":
            shown.append(digits[at] if at < keep else "")
            at += 1
        else:
            shown.append("%" if token.kind == "%" else literal(token))
    return "".join(shown)


def _scientific(value: Decimal, tokens: Sequence[Token], at: int) -> str:
    mantissa, sign = tokens[:at], tokens[at].text[1]
    points = [token.kind for token in mantissa]
    whole = points.index(".") if "." in points else len(mantissa)
    step = max(1, sum(token.kind == "digit" for token in mantissa[:whole]))
    exponent = value.adjusted() if value else 0
    exponent -= exponent % step
    places = sum(token.kind == "digit" for token in mantissa[whole:])
    scaled = value.scaleb(-exponent)
    rounded = scaled.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _EXACT)
    if rounded.adjusted() >= step and value:
        exponent += step
        scaled = value.scaleb(-exponent)
    mark = "-" if exponent < 0 else ("+" if sign == "+" else "")
    power = _placed(str(abs(exponent)), tokens[at + 1 :])
    return f"{_decimal(scaled, mantissa)}E{mark}{power}"


def _fraction(value: Decimal, tokens: Sequence[Token], at: int) -> str:
    below = "".join(token.text for token in tokens[at + 1 :] if token.kind in ("digit", "text"))
    fixed = re.match(r"\s*(\d+)", below)
    above = [index for index in range(at) if tokens[index].kind == "digit"]
    numerator = at - 1
    while numerator > 0 and tokens[numerator - 1].kind == "digit":
        numerator -= 1
    has_whole = any(index < numerator for index in above)
    whole = int(value) if has_whole else 0
    rest = Fraction(value - whole)
    if fixed and int(fixed[1]):
        denominator = int(fixed[1])
        top = int(rest * denominator + Fraction(1, 2))
    else:
        places = sum(token.kind == "digit" for token in tokens[at + 1 :])
        near = rest.limit_denominator(10 ** min(max(places, 1), 7) - 1)
        top, denominator = near.numerator, near.denominator
    if has_whole and top == denominator:
        whole, top = whole + 1, 0
    parts = [str(whole)] if has_whole and (whole or not top) else []
    parts += [f"{top}/{denominator}"] if top or not has_whole else []
    end = next((i for i in range(at + 1, len(tokens)) if tokens[i].kind == "space"), len(tokens))
    before = "".join(literal(token) for token in tokens[: above[0] if above else 0])
    return f"{before}{' '.join(parts)}{''.join(literal(token) for token in tokens[end:])}"
