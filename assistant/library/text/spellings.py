"""Spellings: the forms by which numbers, codes, dates, phone numbers and signed names are found.

`1.250,00`, `1,250` and `1 250` are 1250; `PN-88213-B` is PN88213B; `05/03/2026` is 5 de março de
2026; `+55 (11) 91234-5678` is 5511912345678. What stands there is given with its parts; whatever
else it may be spelled like is given as well, marked as derived.
"""

import re
import unicodedata
from typing import NamedTuple

from assistant.library.text.languages import fold

_MONTH_NAMES = (
    "jan january janeiro enero ene janvier januar gennaio",
    "feb fev february fevereiro febrero fevrier februar febbraio",
    "mar march marco marzo mars marz",
    "apr abr april abril avril aprile",
    "may mai maio mayo maggio",
    "jun june junho junio juin juni giugno",
    "jul july julho julio juillet juli luglio",
    "aug ago august agosto aout",
    "sep sept set september setembro septiembre setiembre septembre settembre",
    "oct out okt october outubro octubre octobre oktober ottobre",
    "nov november novembro noviembre novembre",
    "dec dez dic december dezembro diciembre decembre dezember dicembre",
)
_MONTHS = {name: n for n, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}

_MONTH = (
    r"(?i:jan|ene|gen|f[eé]v|feb|mar|m[äa]r|apr|abr|avr|ma[iygr]|jun|jui|giu|jul|lug|aug|ago|ao[uû]"
    r"|sep|set|oct|out|okt|ott|nov|de[cz]|d[eé]c|dic)[^\W\d_]{0,7}\.?"
)
_OF = r"(?:(?:of|de|del|do)\s)?"
_DAY = r"\d{1,2}(?:st|nd|rd|th|er|[ºª°.])?"
_SPACE = "[ \u00a0\u202f\u2009'’]"

BEFORE_NUMBER = rf"\.?\s{_OF}\d"
"""Behind a word that may be a month."""
_NUMBER_SOON = rf"(?=[^\W\d_]{{3,10}}{BEFORE_NUMBER})"
_DATES = (
    rf"\d{{1,2}}[./-]\d{{1,2}}[./-]\d{{4}}(?!\d)|\d{{4}}[./-]\d{{1,2}}[./-]\d{{1,2}}(?!\d)"
    rf"|{_DAY}\s{_OF}{_MONTH}(?:,?\s{_OF}\d{{4}}(?!\d))?"
)
_NAMED_DATES = (
    rf"\b{_NUMBER_SOON}{_MONTH}\s(?:{_DAY}(?!\d)(?:,?\s\d{{4}}(?!\d))?|{_OF}\d{{4}}(?!\d))"
)
_PHONES = (
    r"\+\d{1,3}(?:[ .-]?\(?\d{1,5}\)?){2,6}"
    r"|\(0?\d{2,4}\)\s?\d{3,5}[ .-]?\d{3,5}(?!\d)"
)
_NUMBERS = (
    "\\d*[\u00bc-\u00be\u2150-\u215e]|\\d+[\u00b2\u00b3\u00b9\u2070-\u2079]+"
    rf"|\d{{1,3}}(?:{_SPACE}\d{{3}})+(?:[.,]\d+)?(?!\d)"
    r"|\d+(?:[.,]\d+)+"
)
_DOT_NET = r"(?<!\w)\.[Nn][Ee][Tt]\b"
SIGNS = r"(?:\+\+|(?<!\w\w)\#(?!\w))?"
"""Behind a word: signs that are part of it."""
_VERSIONS = r"[vV]\d+(?:\.\d+)+"

SPELLED = (
    rf"(?=[\d+(\u00bc-\u00be\u2150-\u215e])(?:{_DATES}|{_PHONES}|{_NUMBERS})"
    rf"|{_NAMED_DATES}|{_VERSIONS}(?!\w)|{_DOT_NET}"
)
"""What has other spellings than that in which it stands, but for words with signs and hyphens."""

_IS_DATE = re.compile(f"{_DATES}|{_NAMED_DATES}")
_IS_PHONE = re.compile(_PHONES)
_IS_SIGNED = re.compile(r"[^\W\d_]\w*\+\+|[^\W\d_]\#|\.[Nn][Ee][Tt]")
_IS_VERSION = re.compile(_VERSIONS)
_FRACTION = re.compile("(\\d*)([\u00bc-\u00be\u2150-\u215e])")
_POWER = re.compile("(\\d+)([\u00b2\u00b3\u00b9\u2070-\u2079]+)")
_GROUPED = re.compile(
    rf"([1-9]\d{{0,2}})(?P<mark>[.,]|{_SPACE})\d{{3}}(?:(?P=mark)\d{{3}})*(?:(?!(?P=mark))[.,]\d+)?"
)
_MONTH_FIRST = re.compile(r"(?<!\d)(?:0?[1-9]|1[0-2])/(?:1[3-9]|2\d|3[01])/\d{4}(?!\d)")
_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]+")
_DIGITS_OR_LETTERS = re.compile(r"\d+|[^\W\d_]+")

POINT = "·"
"""Stands in a form for a decimal point and between the parts of a version."""


class Spelling(NamedTuple):
    """A form by which something is found."""

    form: str
    """Letters, digits and `POINT`."""
    derived: bool
    """Whether it does not stand there, but stands for what does."""


def writes_month_first(text: str) -> bool:
    """Whether dates in a text begin with the month, as one of them shows that cannot otherwise."""
    return "/" in text and _MONTH_FIRST.search(text) is not None


def spellings(token: str, *, month_first: bool = False) -> list[Spelling] | None:
    """The forms of a token that one of the patterns above found; None when it is no such thing.

    Args:
        month_first: see `writes_month_first`.
    """
    if not token.isascii():
        token = _with_ascii_digits(token)
    if _IS_DATE.fullmatch(token):
        return _date(token, month_first)
    if _IS_SIGNED.fullmatch(token):
        return _signed(token)
    if _IS_PHONE.fullmatch(token):
        return _phone(token)
    if _IS_VERSION.fullmatch(token):
        return [Spelling(token.split(".")[0].lower(), derived=False), *_parts(token[1:])]
    if fraction := _FRACTION.fullmatch(token):
        value = unicodedata.normalize("NFKC", fraction[2]).replace("\u2044", "÷")
        return [*_whole(fraction[1]), Spelling(value, derived=False)]
    if power := _POWER.fullmatch(token):
        exponent = unicodedata.normalize("NFKC", power[2])
        return [*_whole(power[1]), Spelling(f"{power[1]}↑{exponent}", derived=False)]
    if _GROUPED.fullmatch(token):
        return _grouped(token)
    if token[0].isdigit() and re.fullmatch(r"\d+(?:[.,]\d+)*", token):
        return _whole(token) if token.isdecimal() else _parts(token)
    return None


def _whole(digits: str) -> list[Spelling]:
    """A number with and without the zeros before it."""
    if not digits:
        return []
    bare = digits.lstrip("0") or "0"
    same = bare == digits
    return [Spelling(bare, derived=False), *([] if same else [Spelling(digits, derived=True)])]


def _grouped(token: str) -> list[Spelling]:
    """`1.250,00`: its value; with decimals that say something, also what stands before them."""
    *groups, last = _DIGITS.findall(token)
    mark = token[len(groups[0])]
    has_decimals = token[-len(last) - 1] != mark
    whole = "".join(groups) + ("" if has_decimals else last)
    decimals = last.rstrip("0") if has_decimals else ""
    spaced = [] if mark in ".," else [Spelling(part, derived=True) for part in [*groups, last]]
    if not decimals:
        return [Spelling(whole, derived=False), *spaced]
    value = Spelling(f"{whole}{POINT}{decimals}", derived=False)
    return [value, Spelling(whole, derived=True), *spaced]


def _parts(token: str) -> list[Spelling]:
    """`3.14`: the whole and its parts; without the zeros at its end and before its parts."""
    parts = _DIGITS.findall(token)
    found = [Spelling(POINT.join(parts), derived=True)]
    if len(parts) == 2 and parts[1] != (decimals := parts[1].rstrip("0")):
        value = f"{parts[0].lstrip('0') or '0'}{POINT}{decimals}" if decimals else parts[0]
        found.append(Spelling(value, derived=True))
    return [*found, *(spelling for part in parts for spelling in _whole(part))]


def _phone(token: str) -> list[Spelling]:
    """Its groups; all of its digits, with and without what stands before the national number."""
    groups = _DIGITS.findall(token)
    joined = ["".join(groups[first:]) for first in range(len(groups) - 1)]
    return [
        *(spelling for group in groups for spelling in _whole(group)),
        *(Spelling(digits, derived=True) for digits in joined if len(digits) >= 6),
    ]


def _date(token: str, month_first: bool) -> list[Spelling] | None:
    numbers = [int(part) for part in _DIGITS.findall(token)]
    words = [fold(word) for word in _LETTERS.findall(token)]
    month = next((_MONTHS[word] for word in words if word in _MONTHS), None)
    standing = [
        spelling
        for part in _DIGITS_OR_LETTERS.findall(token)
        for spelling in (
            _whole(part)
            if part.isdecimal()
            else [Spelling(fold(part), derived=False)] * (fold(part) in _MONTHS)
        )
    ]
    if not words:
        mark = "/" if "/" in token else ""
        whole = Spelling(POINT.join(_DIGITS.findall(token)), derived=True)
        if numbers[0] > 31:
            year, month, day = numbers
        elif (month_first and mark and numbers[0] <= 12) or numbers[1] > 12:
            month, day, year = numbers
        else:
            day, month, year = numbers
        standing.append(whole)
    elif month is None:
        return None
    elif numbers[-1] > 31:
        year, day = numbers[-1], numbers[0] if len(numbers) > 1 else 0
    else:
        year, day = 0, numbers[0]
    found = standing
    if not 1 <= month <= 12 or day > 31:
        return found
    if year:
        found.append(Spelling(f"{year}{month:02}", derived=True))
    if day:
        found.append(Spelling(f"{month:02}{day:02}md", derived=True))
    if year and day:
        found.append(Spelling(f"{year}{month:02}{day:02}", derived=True))
    return found


def _signed(token: str) -> list[Spelling]:
    """`C++`, `F#`, `.NET`: signs that are part of the name."""
    if token.startswith("."):
        return [Spelling("dotnet", derived=False), Spelling("net", derived=True)]
    name = fold(_LETTERS.findall(token)[0])
    whole = Spelling(f"{name}{'sharp' if token.endswith('#') else 'plusplus'}", derived=False)
    return [whole] if len(name) == 1 else [whole, Spelling(name, derived=True)]


def _with_ascii_digits(token: str) -> str:
    """The same in the digits that others write: ٣٥٠٠ is 3500."""
    return "".join(
        str(unicodedata.decimal(mark)) if mark.isdecimal() and not mark.isascii() else mark
        for mark in token
    )
