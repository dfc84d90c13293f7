"""Variables of a prompt: where their values come from, and that values are data."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.conversations.start import BuiltinVariables
from assistant.core.errors import MissingValuesError
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.prompts import (
    Prompt,
    PromptVariable,
    escape_placeholders,
    fill_placeholders,
    placeholders_in,
)

braces = st.lists(
    st.sampled_from(["{{", "}}", "{", "}", "\\", "a", " ", "{{a}}", "\\{{a}}", "é", "-", "\n"])
).map("".join)


def prompt(text: str, **variables: str | None) -> Prompt:
    return Prompt(
        name="p",
        title="P",
        description="",
        language="en",
        text=text,
        variables=tuple(PromptVariable(name=n, default=d) for n, d in variables.items()),
    )


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{a}}", "A"),
        ("{{ a }} {{\ta}}", "A A"),
        ("{{{a}}}", "{A}"),
        ("{{{{a}}}}", "{{A}}"),
        (r"\{{a}}", "{{a}}"),
        (r"\\{{a}}", r"\A"),
        (r"\\\{{a}}", r"\{{a}}"),
        (r"\{x} \\ {{}} {{ }} {{a b}} {{1}} {{a", r"\{x} \\ {{}} {{ }} {{a b}} {{1}} {{a"),
        ("{{a\n}}", "{{a\n}}"),
        ("{{\u0063\u0327\u0061\u0303o}}", "Ç"),
        ("{{to-do_2}}", "B"),
    ],
)
def test_placeholders_are_filled_and_everything_else_stays(text: str, filled: str) -> None:
    assert fill_placeholders(text, {"a": "A", "ção": "Ç", "to-do_2": "B"}) == filled


@given(braces | st.text())
def test_a_literal_text_comes_out_as_it_went_in(text: str) -> None:
    assert placeholders_in(escape_placeholders(text)) == ()
    assert fill_placeholders(escape_placeholders(text), {}) == text


@given(braces | st.text(), braces | st.text())
def test_values_are_data(one: str, other: str) -> None:
    assert (
        fill_placeholders("<{{one}}|{{other}}>", {"one": one, "other": other}) == f"<{one}|{other}>"
    )


def test_what_has_neither_value_nor_default_is_missing_in_order() -> None:
    asks = prompt("{{b}} {{a}} {{c}} {{b}} {{input}}", a=None, b=None, c="see", d=None)

    assert asks.names == ("b", "a", "c", "input")
    assert asks.missing({}) == ("b", "a", "input")
    assert asks.missing({"b": ""}) == ("a", "input")
    assert asks.unknown({"a": "", "d": "", "input": "", "date": "", "e": ""}) == ("e",)
    with pytest.raises(MissingValuesError, match="needs a value for a, input") as caught:
        asks.resolve({"b": "x"})
    assert caught.value.names == ("a", "input")


def test_values_go_before_defaults_and_fill_the_examples_too() -> None:
    translator = prompt("Into {{to}} from {{from}}.", to="English", **{"from": "any"}).model_copy(
        update={"examples": (ChatMessage(role="user", content="{{to}}, \\{{to}}"),)}
    )

    opening = translator.resolve({"to": "{{from}}"})

    assert opening.text == "Into {{from}} from any."
    assert opening.examples[0].content == "{{from}}, {{to}}"
    assert opening.prompt_name == "p"


def test_surroundings_are_looked_up_only_when_they_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def clipboard() -> str:
        read.append("clipboard")
        return "copied"

    monkeypatch.chdir(tmp_path)
    noon = datetime(2026, 3, 1, 12, 5, tzinfo=UTC)
    around = BuiltinVariables(clipboard, lambda: noon)

    assert around.values(["date", "time", "cwd"]) == {
        "date": "2026-03-01",
        "time": "12:05",
        "cwd": str(tmp_path),
    }
    assert read == []
    assert around.values(["clipboard", "input"], {"input": "x"}) == {
        "clipboard": "copied",
        "input": "x",
    }
    assert around.values(["clipboard"], {"clipboard": "given"}) == {"clipboard": "given"}
    assert read == ["clipboard"]


def test_the_system_is_named_and_a_clipboard_that_is_not_there_is_missing() -> None:
    values = BuiltinVariables().values(["os", "clipboard", "selection", "nonsense"])

    assert list(values) == ["os"]
    assert values["os"]


def test_a_default_stands_in_for_surroundings_that_are_not_there() -> None:
    asks = prompt("{{selection}}", selection="nothing")

    assert asks.resolve(BuiltinVariables().values(asks.names)).text == "nothing"


def test_a_folder_that_is_gone_has_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    assert BuiltinVariables().values(["cwd"]) == {}
