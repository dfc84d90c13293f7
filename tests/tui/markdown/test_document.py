"""What an answer's Markdown looks like, at every width, and while it grows."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it.tree import SyntaxTreeNode
from textual.app import App, ComposeResult
from textual.widget import Widget

from assistant.tui.markdown.blocks import CodeBlock
from assistant.tui.markdown.document import MarkdownDocument, make_parser
from assistant.tui.markdown.groups import DetailsBlock, DetailsToggle, blocks_in
from assistant.tui.markdown.layout import BlockLayout
from assistant.tui.markdown.rows import spaced_elements

TABLE = "| name | sum |\n|---|---:|\n| a long name of something | 1 |\n| b | 200 |"


def drawn(source: str, width: int) -> list[str]:
    """The lines of a text at this width, without blanks at their ends."""
    nodes = SyntaxTreeNode(make_parser().parse(source)).children
    content = BlockLayout(list(spaced_elements(nodes))).at(width)
    return [line.plain.rstrip() for line in content.wrap(width)]


def test_a_list_keeps_its_indentation_where_it_wraps() -> None:
    source = "1. one\n2. two that is long\n   - inner and long too\n   - x"
    assert drawn(source, 16) == [
        "1. one",
        "2. two that is",
        "   long",
        "   ◦ inner and",
        "     long too",
        "   ◦ x",
    ]


@pytest.mark.parametrize(
    "source",
    [
        "Roses are red,\nViolets are blue,\nSugar is sweet.",
        "Acme Ltd\n12 High Street\nLondon",
        "Tarefa: feita\nPróxima: revisão  \nÚltima: publicação",
    ],
)
def test_line_breaks_are_kept(source: str) -> None:
    lines = [line.strip() for line in source.splitlines()]
    assert drawn(source, 60) == lines
    assert drawn("\n".join(f"> {line}" for line in lines), 60) == [f"▎ {line}" for line in lines]
    listed = drawn("- " + "\n  ".join(lines), 60)
    assert [line.strip("• ") for line in listed] == lines


def test_numbers_are_as_wide_as_the_last_one() -> None:
    assert drawn("9. a\n10. b", 20) == [" 9. a", "10. b"]


def test_a_quotation_marks_every_line() -> None:
    assert drawn("> some words that wrap\n>\n> - x", 14) == [
        "▎ some words",
        "▎ that wrap",
        "▎",
        "▎ • x",
    ]


def test_a_table_aligns_its_columns() -> None:
    assert drawn(TABLE, 60) == [
        "name                     │ sum",
        "─────────────────────────┼────",
        "a long name of something │   1",
        "b                        │ 200",
    ]


def test_a_table_wraps_its_cells_where_it_is_narrow() -> None:
    lines = drawn(TABLE, 18)
    assert all(len(line) <= 18 for line in lines)
    assert lines[0] == "name         │ sum"
    assert lines[-1] == "b            │ 200"
    assert [line.split("│")[0].strip() for line in lines[2:4]] == ["a long name", "of something"]


def test_a_table_with_no_room_becomes_a_list_of_its_lines() -> None:
    wide = "|" + "a|" * 9 + "\n|" + "-|" * 9 + "\n|" + "value|" * 9
    lines = drawn(wide, 30)
    assert lines == ["a: value"] * 9


@pytest.mark.parametrize("width", range(8, 100, 3))
@pytest.mark.parametrize(
    "cells",
    [
        ["requirement", "responsibility", "when"],
        ["prazo", "notificação", "consequências", "R$ 1.200,00"],
        ["a b c d e f g h", "x", "one two three four five six seven"],
    ],
)
def test_no_column_of_a_table_cuts_a_word(cells: list[str], width: int) -> None:
    line = f"| {' | '.join(cells)} |\n"
    drawn_lines = drawn(line + "|---" * len(cells) + "|\n" + line, width)
    words = [word for cell in cells for word in cell.split()]
    shown = " ".join(" ".join(drawn_lines).replace("│", " ").replace(":", " ").split())
    longest = max(len(word) for word in words)
    assert all(word in shown.split() for word in words) or longest + 1 > width
    is_table = "─┼─" in "\n".join(drawn_lines)
    least = sum(max(len(word) for word in cell.split()) for cell in cells)
    assert is_table == (least + 3 * (len(cells) - 1) <= width)


def test_tasks_and_footnotes_are_shown() -> None:
    assert drawn("- [x] done\n- [ ] to *do*\n- [y] no task\n1. [X] `x`", 40) == [
        "☑ done",
        "☐ to do",
        "• [y] no task",
        "",
        "1. ☑ x",
    ]
    noted = "See[^law] and[^2], not[^3].\n\n[^law]: The law,\n    § 3.\n[^2]: A letter"
    assert drawn(noted, 40) == [
        "See¹ and², not[^3].",
        "",
        "────────",
        "¹ The law,",
        "  § 3.",
        "² A letter",
    ]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("<details>\n<summary>A *b*</summary>\n\nc\n\n</details>\n\nd", ["▾ A b", "c", "d"]),
        ("<details open><summary>A</summary>\n- b\n</details>\nc", ["▾ A", "• b", "c"]),
        ("a\n<DETAILS><summary><b>B</b></summary>42</DETAILS>", ["a", "▾ B", "42"]),
        ("<details>\n<summary>\nA\n</summary>\n\n$x^2$\n</details>", ["▾ A", "x²"]),
        ("<details>\na\n</details>\nb", ["▾ Details", "a", "b"]),
        ("<details>\n```\n</details>\n```\n</details>\na", ["▾ Details", "  </details>", "a"]),
        ("- a\n  <details>\n  b\n  </details>\n- c", ["• a", "  ▾ Details", "  b", "• c"]),
        ("> <details><summary>A</summary>\n> b\n> </details>\n\nc", ["▎ ▾ A", "▎ b", "c"]),
        (
            "<details>\n\n<details><summary>A</summary>\nb\n</details>\n\nc\n</details>\nd",
            ["▾ Details", "▾ A", "b", "c", "d"],
        ),
        ("<details>\n<summary>A</summary>\n\n# b", ["▾ A", "b"]),
        ("a `<details>` b\n\n<detailsx>", ["a <details> b", "<detailsx>"]),
        ("a\n\n</details>", ["a"]),
    ],
)
def test_details_are_a_block_with_a_summary(source: str, lines: Sequence[str]) -> None:
    assert [line for line in drawn(source, 40) if line.strip(" ▎")] == lines


async def test_details_are_folded_until_a_key_unfolds_them() -> None:
    inside = "<summary>Answer</summary>\n\nIt is 42.\n\n```\nx = 42\n```\n\n"
    async with Page(f"What?\n\n<details>\n{inside}").run_test() as pilot:
        document = pilot.app.query_one(MarkdownDocument)
        code = document.query_one(CodeBlock)
        assert code.region.height > 0, "what is being written is seen"
        await document.append("</details>\n\nEnd")
        await pilot.pause()
        assert not code.region.height
        document.query_one(DetailsToggle).focus()
        await pilot.press("enter")
        assert code.region.height > 0
        assert code.code == "x = 42"
        await pilot.click(DetailsToggle)
        assert not code.region.height
        document.unfold_to(document.source.index("42"))
        await pilot.pause()
        assert code.region.height > 0


def test_html_and_unknown_links_are_text() -> None:
    assert drawn("<b>x</b> [y](javascript:z)", 40) == ["<b>x</b> [y](javascript:z)"]


@given(st.text(alphabet="ab \n#->*`|1.[]()_\t", max_size=200), st.integers(1, 60))
@settings(max_examples=150, deadline=None)
def test_no_line_is_wider_than_the_screen(source: str, width: int) -> None:
    nodes = SyntaxTreeNode(make_parser().parse(source)).children
    groups = [node for node in nodes if node.type not in ("fence", "code_block")]
    visual = BlockLayout(list(spaced_elements(groups)))
    lines = visual.at(width).wrap(width)
    assert all(line.cell_length <= width for line in lines)


class Page(App[None]):
    def __init__(self, source: str = "") -> None:
        super().__init__()
        self.source = source

    def compose(self) -> ComposeResult:
        yield MarkdownDocument(self.source)


PIECES = [
    "# Ti",
    "tle\n\nA par",
    "agraph.\n\n- a",
    "\n- b\n\n```py\nx",
    " = 1\n```\n\nan",
    "d | x\n",
    "-|-\n",
]
FOLDED = "\n<details>\n<summary>Why</summary>\n\nSo.\n\n```\nx\n```\n</details>\n"


@pytest.mark.parametrize("size", [1, 3, 1000])
async def test_a_text_that_grew_looks_like_one_that_was_there(size: int) -> None:
    source = "".join(PIECES) + f"1 | 2\n{FOLDED}\n> done\n"
    async with Page().run_test() as pilot:
        document = pilot.app.query_one(MarkdownDocument)
        for place in range(0, len(source), size):
            await document.append(source[place : place + size])
        grown = _shown(document)
        before = document.blocks
        await document.update(source)
        assert _shown(document) == grown
        assert document.blocks == before
    async with Page(source).run_test() as pilot:
        assert _shown(pilot.app.query_one(MarkdownDocument)) == grown


async def test_a_long_text_is_there_although_it_is_parsed_in_a_thread() -> None:
    source = "\n\n".join(f"Paragraph {number} with words." for number in range(300))
    async with Page(source).run_test() as pilot:
        document = pilot.app.query_one(MarkdownDocument)
        while not document.blocks:
            await pilot.pause()
        async with document.lock:
            assert "\n\n".join(_shown(document)) == source


async def test_code_remembers_exactly_what_it_is() -> None:
    async with Page("```py\nx = '[/x]'\n\n\ty\n```").run_test() as pilot:
        assert pilot.app.query_one(CodeBlock).code == "x = '[/x]'\n\n\ty"


def _shown(document: Widget) -> Sequence[str]:
    shown: list[str] = []
    for block in blocks_in(document):
        if isinstance(block, DetailsBlock):
            mark = "▾" if block.is_open else "▸"
            shown += [mark, *_shown(block.query_one(".body"))]
        else:
            shown.append(block.code if isinstance(block, CodeBlock) else block.laid.at(80).plain)
    return shown
