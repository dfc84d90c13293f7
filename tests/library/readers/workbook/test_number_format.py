"""Number formats: what a cell shows, as two office programs show it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.library.readers.workbook.format_code import builtin_code
from assistant.library.readers.workbook.number_format import format_number, format_text

ACCOUNT = '_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_);_(@_)'
DAY = 46_086  # 5 March 2026, a Thursday


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (0.075, "0.0%", "7.5%"),
        (0.0625, "0.00%", "6.25%"),
        (0.999, "0%", "100%"),
        (0.5, "0.0 %", "50.0 %"),
        (1234.5, "#,##0.00", "1,234.50"),
        (1234.5, "[$€-407] #,##0.00", "€ 1,234.50"),
        (1234.5, '"R$" #,##0.00', "R$ 1,234.50"),
        (1234.5678, '#,##0.00 "€"', "1,234.57 €"),
        (-1234.5, "#,##0.00;(#,##0.00)", "(1,234.50)"),
        (-1234.5, "#,##0.00;[Red]-#,##0.00", "-1,234.50"),
        (1234, ACCOUNT, "$1,234.00"),
        (0, ACCOUNT, "$-"),
        (-5, "0", "-5"),
        (-0.0001, "0.00", "0.00"),
        (2.675, "0.00", "2.68"),
        (1.005, "0.00", "1.01"),
        (1e20, "#,##0", "100,000,000,000,000,000,000"),
        (0.1 + 0.2, "General", "0.3"),
        (42, "00000", "00042"),
        (5551234567, "(000) 000-0000", "(555) 123-4567"),
        (123456789, "000-00-0000", "123-45-6789"),
        (7.25, "0.##", "7.25"),
        (0.4, "#.#", ".4"),
        (12.3456, '0.00" kg"', "12.35 kg"),
        (7, '0 "pcs"', "7 pcs"),
        (-45, '0"°C"', "-45°C"),
        (5, 'General" m"', "5 m"),
        (12, "@", "12"),
        (1.5, "# ?/?", "1 1/2"),
        (0.5, "# ?/?", "1/2"),
        (3, "# ?/?", "3"),
        (0.3333, "# ??/??", "1/3"),
        (2.125, "# ?/8", "2 1/8"),
        (0.25, "?/?", "1/4"),
        (12345, "0.00E+00", "1.23E+04"),
        (0.00012, "0.00E+00", "1.20E-04"),
        (12345, "##0.0E+0", "12.3E+3"),
        (99999.6, "0.0E+0", "1.0E+5"),
        (1234567, '#,##0,"k"', "1,235k"),
        (1234567, '0.0,,"M"', "1.2M"),
        (150, '[>100]"high";[<=100]"low"', "high"),
        (50, '[>100]"high";[<=100]"low"', "low"),
        (-3, '[<0]0" below";0', "3 below"),
        (0, '0;-0;"none"', "none"),
        (5, ";;;", ""),
        (DAY, "dd/mm/yyyy", "05/03/2026"),
        (DAY, "m/d/yy", "3/5/26"),
        (DAY, "d.m.yyyy", "5.3.2026"),
        (DAY, "mmm-yy", "Mar-26"),
        (DAY, "dddd, d. mmmm yyyy", "Thursday, 5. March 2026"),
        (DAY, '[$-416]d "de" mmmm "de" yyyy', "5 de março de 2026"),
        (DAY, "[$-407]dddd", "Donnerstag"),
        (DAY + 0.75, "yyyy-mm-dd hh:mm", "2026-03-05 18:00"),
        (0.5, "h:mm AM/PM", "12:00 PM"),
        (0.52, "mm:ss", "28:48"),
        (0.000123, "mm:ss.0", "00:10.6"),
        (1.25, "[h]:mm", "30:00"),
        (24.5 / 24, "[h]:mm:ss", "24:30:00"),
        (-0.5, "[h]:mm", "-12:00"),
        (1 / 96, "[m]", "15"),
        (0.99999999, "hh:mm", "00:00"),
        (1, "yyyy-mm-dd", "1900-01-01"),
        (60, "yyyy-mm-dd", "1900-02-29"),
        (61, "yyyy-mm-dd", "1900-03-01"),
        (-1, "yyyy-mm-dd", "-1"),
    ],
)
def test_numbers_are_shown_in_their_format(value: float, code: str, shown: str) -> None:
    assert format_number(value, code) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [(9, "8%"), (10, "7.50%"), (2, "0.08"), (11, "7.50E-02"), (20, "1:48"), (999, "0.075")],
)
def test_formats_that_are_named_by_number_alone_are_known(number: int, shown: str) -> None:
    assert format_number(0.075, builtin_code(number)) == shown


def test_a_date_whose_look_is_left_to_the_machine_is_written_as_the_standard_has_it() -> None:
    assert format_number(DAY, builtin_code(14)) == "2026-03-05"
    assert format_number(DAY + 0.5, builtin_code(22)) == "2026-03-05 12:00"


def test_dates_may_count_from_1904() -> None:
    assert format_number(DAY - 1462, "yyyy-mm-dd", since_1904=True) == "2026-03-05"
    assert format_number(1.5, "[h]:mm", since_1904=True) == "36:00"


def test_texts_have_a_part_of_the_format() -> None:
    assert format_text("oak", '"Item "@') == "Item oak"
    assert format_text("oak", ACCOUNT) == " oak "
    assert format_text("oak", "0.00") == "oak"


@given(st.floats(), st.text(alphabet='0#?.,%/E+-;@"\\_*[]<>=$hmsdyeAMP€ 1x', max_size=30))
def test_no_format_is_a_crash(value: float, code: str) -> None:
    assert isinstance(format_number(value, code), str)
    assert isinstance(format_text("text", code), str)
