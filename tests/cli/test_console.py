"""What reaches a terminal, and what it may cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.cli.console import Console, display_width, fit_width
from assistant.core.sanitize import one_line
from tests.support.shell import Stream


def console(terminal: bool = True, **environment: str) -> tuple[Console, Stream, Stream]:
    out, err = Stream(terminal), Stream(terminal)
    return Console(out, err, {"TERM": "xterm", **environment}), out, err


@given(st.text(max_size=60), st.integers(min_value=1, max_value=30))
def test_a_fitted_line_never_takes_more_columns_than_there_are(text: str, width: int) -> None:
    assert display_width(fit_width(one_line(text), width)) <= width


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("漢字", 4), ("é", 1), ("e\u0301", 1)])
def test_wide_and_combining_characters_are_counted_as_shown(text: str, width: int) -> None:
    assert display_width(text) == width


def test_columns_line_up_under_wide_characters() -> None:
    shown, out, _ = console(terminal=False)

    shown.table([("漢字", "a"), ("abc", "b")], ("name", "x"))

    assert out.text == "name  x\n漢字  a\nabc   b\n"


def test_a_table_is_cut_to_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    shown, out, _ = console(NO_COLOR="1")

    shown.table([("1", "x" * 100)])

    assert out.text == "1  xxxxxxxxxxxxxxxx…\n"


def test_a_cell_is_one_line_whatever_it_holds() -> None:
    shown, out, _ = console(terminal=False)

    shown.table([("a\nb\x1b[2J", "c")])

    assert out.text == "a b  c\n"


def test_json_for_a_terminal_or_pipe_holds_nothing_a_terminal_obeys() -> None:
    shown, out, _ = console(terminal=False)

    shown.json({"text": "\x9b31m\u202e ação"})
    shown.json({"text": "ação"})

    assert "\x9b" not in out.text
    assert "\\u009b31m\\u202e" in out.text
    assert "ação" in out.text


def test_a_note_is_for_people_only() -> None:
    shown, _, err = console(terminal=False)

    shown.info("hello")
    shown.progress("50%")

    assert err.text == ""


def test_a_line_of_progress_leaves_before_anything_else_is_told() -> None:
    shown, _, err = console()

    shown.progress("50%")
    shown.error("No.", "Try again.")

    assert err.text == "\r\x1b[2K50%\r\x1b[2Kassistant: No. Try again.\n"


def test_closed_streams_swallow_everything() -> None:
    shown = Console(None, None, {})

    shown.line("x")
    shown.json({})
    shown.error("x")
    shown.progress("x")
    shown.discard()
    shown.flush()

    assert not shown.is_terminal
