"""One way for text to reach a widget."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import assistant.tui
from assistant.tui.toolkit import text
from tests.support.hostile_texts import hostile_texts

SOURCES = sorted(Path(assistant.tui.__file__).parent.rglob("*.py"))
PLACES = {"toolkit/text.py", "markdown/document.py", "markdown/rows.py"}
"""Where text may be cleaned and Content be made."""
DRAWN = {"Static", "Clickable", "Label", "Option", "Notice", "Unfolded", "update", "append_text"}
"""What is given to these is drawn."""


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_widget_is_given_a_str_to_draw(source: Path) -> None:
    for call in _calls(source):
        name = _name(call)
        assert name not in {"from_markup", "notify", "from_text", "Text", "Label"}, _at(
            source, call
        )
        if name in DRAWN:
            for argument in call.args[:1]:
                literal = isinstance(argument, (ast.Constant, ast.JoinedStr))
                assert not literal, _at(source, call)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_content_is_made_and_text_is_cleaned_in_one_place(source: Path) -> None:
    if "/".join(source.parts[-2:]) in PLACES:
        return
    for call in _calls(source):
        assert _name(call) not in {"Content", "styled", "assemble", "printable", "one_line"}, _at(
            source, call
        )


def test_what_comes_out_is_printable_and_unmarked() -> None:
    for hostile in hostile_texts():
        for content in (text.block(hostile), text.line(hostile), text.own(hostile)):
            assert "\x1b" not in content.plain
            assert "\u202e" not in content.plain
            assert len(content.spans) <= 1
        assert "\n" not in text.line(hostile).plain
        assert len(text.line(hostile, 40).plain) <= 40


def test_a_message_is_filled_with_contents_that_keep_their_styles() -> None:
    title = text.line("a {b} [c]", 40, "bold")
    filled = text.filled("{title} ist in {folder}.", folder=text.own("x"), title=title)
    assert filled.plain == "a {b} [c] ist in x."
    assert [(span.start, span.end, span.style) for span in filled.spans] == [(0, 9, "bold")]


def _calls(source: Path) -> Iterator[ast.Call]:
    tree = ast.parse(source.read_text())
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return name
    return ""


def _at(source: Path, call: ast.Call) -> str:
    return f"{source.name}:{call.lineno}: {ast.unparse(call)[:80]}"
