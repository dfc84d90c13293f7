"""Dates, times and durations as a workbook shows them."""

import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple

from assistant.library.readers.workbook.format_code import Section, literal

MONTHS: Final = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre"
    " diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre"
    " dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro"
    " dezembro",
}
DAYS: Final = {
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "pt": "segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo",
}
_LANGUAGES = {0x07: "de", 0x09: "en", 0x0A: "es", 0x0C: "fr", 0x10: "it", 0x16: "pt"}
"""By the low ten bits of a Windows locale ([MS-LCID])."""

_DAY_MS = 86_400_000
_LAST_DAY = 2_958_466


class _Moment(NamedTuple):
    """A number of days, taken apart."""

    year: int
    month: int
    day: int
    weekday: int
    """0 is Monday."""
    ms: int
    """Of the day."""
    total_ms: int


def _moment(value: float, precision: int, *, since_1904: bool) -> _Moment | None:
    """None beyond what a workbook shows as a date."""
    days = Decimal(repr(value)) + (1462 if since_1904 else 0)
    total = int((days * _DAY_MS / precision).to_integral_value(ROUND_HALF_UP)) * precision
    serial, ms = divmod(total, _DAY_MS)
    if not 0 <= serial < _LAST_DAY:
        return None
    if serial == 60:  # Workbooks count a leap day that 1900 did not have.
        return _Moment(1900, 2, 29, 2, ms, total)
    epoch = datetime.date(1899, 12, 30 if serial > 60 else 31)
    day = epoch + datetime.timedelta(days=serial)
    return _Moment(day.year, day.month, day.day, day.weekday(), ms, total)


def format_date(value: float, section: Section, *, since_1904: bool) -> str | None:
    """A number of days as a section of a format shows it; None beyond what it can show."""
    tokens = section.tokens
    kinds = [token.kind for token in tokens]
    precision = 10 ** max(0, 3 - kinds.count("digit"))
    is_elapsed = "elapsed" in kinds
    negative = is_elapsed and value < 0
    base = since_1904 and not is_elapsed
    moment = _moment(abs(value) if negative else value, precision, since_1904=base)
    if moment is None:
        return None
    half_day = "noon" in kinds
    language = _LANGUAGES.get(section.locale & 0x3FF, "en")
    shown = []
    digit = 0
    for token in tokens:
        match token.kind:
            case "elapsed":
                shown.append(_elapsed(moment, token.text))
            case "date":
                shown.append(_date_part(moment, token.text, language, half_day=half_day))
            case "noon":
                names = ("AM", "PM") if len(token.text) > 3 else ("A", "P")
                shown.append(names[moment.ms >= _DAY_MS // 2])
            case "digit":
                shown.append(f"{moment.ms % 1000:03}"[digit : digit + 1] or "0")
                digit += 1
            case "." | "," | "/" | "%":
                shown.append(token.text)
            case _:
                shown.append(literal(token))
    return ("-" if negative else "") + "".join(shown)


def _elapsed(moment: _Moment, text: str) -> str:
    units = {"h": 3_600_000, "m": 60_000, "s": 1000}
    return f"{moment.total_ms // units[text[0]]:0{len(text)}}"


def _date_part(moment: _Moment, text: str, language: str, *, half_day: bool) -> str:
    seconds = moment.ms // 1000
    hour = seconds // 3600
    if half_day:
        hour = hour % 12 or 12
    numbers = {
        "d": moment.day,
        "m": moment.month,
        "h": hour,
        "n": seconds // 60 % 60,
        "s": seconds % 60,
    }
    letter, width = text[0], len(text)
    if letter in "ye":
        return f"{moment.year % 100:02}" if letter == "y" and width < 3 else f"{moment.year}"
    if letter in "bg":
        return ""
    if width < 3:
        return f"{numbers[letter]:0{width}}"
    if letter == "m":
        name = MONTHS[language].split()[moment.month - 1]
        return name[0] if width == 5 else (name[:3] if width == 3 else name)
    if letter == "d":
        name = DAYS[language].split()[moment.weekday]
        return name[:3] if width == 3 else name
    return f"{numbers[letter]:02}"
