"""What counts as a question."""

import io

import click
from hypothesis import given
from hypothesis import strategies as st

from assistant.cli.ask.question import compose_question, decode


@given(st.text())
def test_any_text_survives_as_it_was_typed_but_for_nul_and_line_ends(text: str) -> None:
    kept = text.encode("utf-8", errors="ignore").decode()
    expected = kept.removeprefix("\ufeff").replace("\r\n", "\n").replace("\0", "\n")

    assert decode(kept.encode()) == expected


@given(st.binary())
def test_any_bytes_are_either_text_without_nul_or_a_usage_error(data: bytes) -> None:
    try:
        text = compose_question((), io.BytesIO(data))
    except click.UsageError:
        return
    assert "\0" not in text
    text.encode()
