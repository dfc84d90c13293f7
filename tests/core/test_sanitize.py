"""The border between foreign text and the screen."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.sanitize import is_safe_link, one_line, printable

any_text = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from("\x1b[]\\P^_X;:\x07\x9b\x9d\x9c\u202e\u200d\u200b\u0301\U0001f469"),
    ),
    max_size=200,
)


@given(any_text)
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    shown = printable(text)

    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)
    assert not any(unicodedata.category(char) == "Cs" for char in shown)
    assert not any(0xE0000 <= ord(char) <= 0xE0FFF for char in shown)


@given(any_text)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert printable(printable(text)) == printable(text)


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "Zs"], max_codepoint=0x24F)))
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert printable(text) == text.replace("\u034f", "")


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b]52;c;aGFjaw==\x07ok", "ok"),
        ("\x1b]0;title\x1b\\ok", "ok"),
        ("a\x1b[2Jb", "ab"),
        ("a\x1b[38;5;196mred\x1b[0m", "ared"),
        ("\x1bPq#0\x1b\\ok", "ok"),
        ("\x9b2Jok", "2Jok"),
        ("\x1b]0;title\x9cok", "0;titleok"),
        ("quote \x9d this stays \x9c end", "quote  this stays  end"),
        ("â\x80\x9cinsideâ\x80\x9d and kept â\x80\x9cagainâ\x80\x9d", "âinsideâ and kept âagainâ"),
        ("\x1b]52;never ended, and words", "52;never ended, and words"),
        ("\x1b]0;" + "x" * 5000 + "\x07", "0;" + "x" * 5000),
        ("\x1b[" + "1" * 70 + "ok", "1" * 6 + "ok"),
        ("\x1b", ""),
        ("a\x1b]8;;http://x\x07link\x1b]8;;\x07", "alink"),
        ("abc\u202ecba", "abccba"),
        ("pass\u200bword", "password"),
        ("line\r\nline\rline\u2028end", "line\nline\nline\nend"),
        ("\U000e0041\U000e0042ok", "ok"),
        ("bad\ud800half", "bad\ufffdhalf"),
        ("\U0001f469\u200d\U0001f4bb", "\U0001f469\u200d\U0001f4bb"),
        ("a\u200db", "ab"),
        ("e" + "\u0301" * 50, "e" + "\u0301" * 4),
        ("a" + "\u0610" * 500 + "b", "a" + "\u0610" * 4 + "b"),
        ("a" + "\u1dfa\u20dd\u0898" * 20 + "!", "a\u1dfa\u20dd\u0898\u1dfa!"),
        ("—…—…—…—…", "—…—…—…—…"),
        ("x\U0001d173\U0001bca0y", "xy"),
        ("Olá, coração: ação 🇧🇷", "Olá, coração: ação 🇧🇷"),
    ],
)
def test_what_is_shown_of(hostile: str, shown: str) -> None:
    assert printable(hostile) == shown


def test_no_mark_of_any_script_is_stacked() -> None:
    marks = [
        chr(code)
        for code in range(0x300, 0x110000)
        if unicodedata.category(chr(code)) in ("Mn", "Me") and printable(f"a{chr(code)}b") != "ab"
    ]

    assert len(marks) > 1700
    assert all(printable(f"a{mark * 9}b") == f"a{mark * 4}b" for mark in marks)


def test_a_title_is_one_short_line() -> None:
    assert one_line("a\n\tb  c\x1b[2J") == "a b c"
    assert one_line("x" * 500, limit=10) == "xxxxxxxxx…"


def test_only_web_and_mail_addresses_are_links() -> None:
    assert is_safe_link("https://example.org/a?b=c")
    assert is_safe_link("MAILTO:someone@example.org")
    for address in ("file:///etc/passwd", "javascript:x", "ssh://host", "https://a\u202eb", "x"):
        assert not is_safe_link(address)
