"""Titles from first words."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.core.titles import LIMIT, title_from


def test_a_short_question_is_its_own_title() -> None:
    assert title_from("  Quando o aluguel\npode subir?") == "Quando o aluguel pode subir?"


def test_a_long_question_is_cut_between_words() -> None:
    title = title_from("Explain the difference between a process and a thread, with examples")
    assert title == "Explain the difference between a process and a…"


def test_blank_text_is_untitled() -> None:
    assert title_from(" \n\t") == "Untitled"


@given(st.text())
def test_a_title_is_never_empty_and_never_long(text: str) -> None:
    assert 1 <= len(title_from(text)) <= LIMIT
    assert "\n" not in title_from(text)
