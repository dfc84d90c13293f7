"""What is spelled otherwise in a question than in a file is found by a form that both have."""

import pytest

from assistant.library.text.analysis import Analyzer

ANALYZER = Analyzer()


def forms(text: str) -> set[str]:
    return {word.stem for word in ANALYZER.words(text, "simple")}


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("1250", "1.250,00"),
        ("1250", "1,250.00"),
        ("1250,50", "R$ 1.250,50"),
        ("12500", "12 500"),
        ("12,500", "12 500"),
        ("12500", "12\u202f500"),
        ("12500", "12'500.00"),
        ("1234567", "1 234 567"),
        ("12.5", "12,50"),
        ("5", "05"),
        ("42", "0042"),
        ("007", "7"),
        ("3500", "٣٥٠٠"),
        ("½", "1½"),
        ("PN88213B", "PN-88213-B"),
        ("pn-88213-b", "PN88213B"),
        ("KX4021", "kx-4021"),
        ("iso88591", "ISO-8859-1"),
        ("email", "e-mail"),
        ("selfservice", "self-service"),
        ("2.13.4", "v2.13.4"),
        ("5511912345678", "+55 (11) 91234-5678"),
        ("11912345678", "+55 11 91234 5678"),
        ("912345678", "(11) 91234-5678"),
        ("91234-5678", "912345678"),
        ("442079460958", "+44 20 7946 0958"),
        ("5550142", "555-0142"),
    ],
)
def test_a_number_or_code_in_another_spelling(typed: str, written: str) -> None:
    common = forms(typed) & forms(written)
    assert max(map(len, common), default=0) >= len(typed.strip("0").replace("-", "")) - 4
    assert common


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.250,00", "1.250,50"),
        ("0.075", "75"),
        ("0.075", "0075"),
        ("½ cup", "12 cup"),
        ("10² mm", "102 mm"),
        ("PN-88213-B", "PN-88231-B"),
        ("E0451", "E0415"),
    ],
)
def test_what_is_another_number_has_no_whole_in_common(one: str, other: str) -> None:
    whole = {word.stem for word in ANALYZER.words(one, "simple") if word.derived}
    assert not whole & forms(other)
    assert forms(one) != forms(other)


@pytest.mark.parametrize(
    "written",
    [
        "05/03/2026",
        "5/3/2026",
        "05.03.2026",
        "2026-03-05",
        "2026/03/05",
        "5 March 2026",
        "5th of March, 2026",
        "March 5, 2026",
        "Mar 5th 2026",
        "5 de março de 2026",
        "5 de marco de 2026",
        "1º de abril, 5 mar. 2026",
        "5 de marzo de 2026",
        "5. März 2026",
        "5 mars 2026",
        "Shipped on 3/25/2026, paid on 3/5/2026",
    ],
)
def test_a_date_in_any_spelling_has_one_form(written: str) -> None:
    assert "20260305" in forms(written)
    assert "20260503" not in forms(written)


def test_a_day_or_a_month_alone_meets_the_whole_date() -> None:
    assert "0305md" in forms("5 March") & forms("05/03/2026") & forms("5 de março")
    assert "202603" in forms("March 2026") & forms("março de 2026") & forms("05/03/2026")


def test_what_only_looks_like_a_date_stays_words() -> None:
    assert forms("12 marbles 2020") >= {"12", "marbles", "2020"}
    assert forms("99/99/2020") >= {"99", "2020"}
    assert forms("31.31.2020") >= {"31", "2020"}


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("HTTPResponseParser", {"http", "response", "parser"}),
        ("getURLParam", {"get", "url", "param"}),
        ("_rawXMLData", {"raw", "xml", "data"}),
        ("parseJSONFile", {"parse", "json", "file"}),
        ("XMLHttpRequest", {"xml", "http", "request"}),
        ("PDFs", {"pdfs"}),
        ("setRetryLimit", {"set", "retry", "limit"}),
        ("lerArquivoCSV", {"ler", "arquivo", "csv"}),
    ],
)
def test_acronyms_inside_names_are_parts_of_them(name: str, parts: set[str]) -> None:
    assert parts <= forms(name) <= {*parts, name.strip("_").lower()}


def test_languages_with_signs_are_told_apart() -> None:
    every = ["C", "C++", "C#", "F#", ".NET", "net", "notepad++"]
    assert forms("written in C++, by hand") & forms("C++") == {"cplusplus"}
    assert forms("in C#.") & forms("c#") == {"csharp"}
    assert not forms("C++") & forms("C#")
    assert not forms("C#") & forms("C")
    assert forms(".NET 8") & forms("dotnet") == {"dotnet"}
    assert len({frozenset(forms(each)) for each in every}) == len(every)


def test_words_keep_their_order_and_what_is_derived_says_so() -> None:
    words = ANALYZER.words("5 March 2026", "simple")
    assert [word.stem for word in words if not word.derived] == ["5", "march", "2026"]
