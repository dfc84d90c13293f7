"""The formats that people write by hand: lines stay lines, and structure is seen."""

import json

import pytest

from assistant.library.limits import ReadLimits
from tests.support.documents import outline, read_bytes, reason


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "a.txt",
            "one\ntwo\n\n\nthree\n- item\n- item\n",
            ["p one\ntwo", "p three", "list - item", "list - item"],
        ),
        ("a.md", "# Title #\ntext\n\n## *Sub*\n", ["h1 Title", "p text", "h2 *Sub*"]),
        ("a.md", "Title\n=====\ntext\nSub\n---\n", ["h1 Title", "p text", "h2 Sub"]),
        ("a.md", "text\n\n---\n\n#hashtag\n", ["p text", "p ---", "p #hashtag"]),
        ("a.md", "```py\n# no heading\n```\n1. one\n", ["code # no heading", "list 1. one"]),
        ("a.md", "````\n```\n````\n~~~\nopen", ["code ```", "code open"]),
        ("a.md", "|a|b|\n|-|-|\n|1|2|\n", ["row |a|b|", "row |1|2|"]),
        (
            "a.rst",
            "=====\nTitle\n=====\n\nSub\n---\ntext::\n\n  x = 1\n\nend\n",
            ["h1 Title", "h2 Sub", "p text::", "code   x = 1", "p end"],
        ),
        ("a.rst", "no\n\n----\n\nheading\n", ["p no", "p ----", "p heading"]),
        (
            "a.org",
            "* TODO Plan :tag:\ntext\n#+BEGIN_SRC py\nx\n#+END_SRC\n** Sub\n| a |\n|---|\n",
            ["h1 Plan", "p text", "code x", "h2 Sub", "row | a |"],
        ),
        (
            "a.tex",
            "\\documentclass{a}\n\\begin{document}\n\\section{One}\nText \\textbf{bold} % no\n"
            "\\subsection*{Two}\nCaf\\'e, cora\\c{c}\\~ao, 5\\,\\% \\cite{x}\n",
            ["h1 One", "p Text bold", "h2 Two", "p Café, coração, 5%"],
        ),
        (
            "a.tex",
            "Let $\\alpha_1$ be\n\\begin{verbatim}\n\\raw{}\n\\end{verbatim}\n",
            ["p Let $\\alpha_1$ be", "code \\raw{}"],
        ),
        (
            "a.py",
            "import a\n\n\n@b\ndef f():\n    pass\n\n\nclass C:\n    pass\n" + "#" * 300,
            None,
        ),
    ],
)
def test_structure_is_seen_and_lines_stay(name: str, text: str, expected: list[str] | None) -> None:
    document = read_bytes(name, text)
    if expected is not None:
        assert outline(document) == expected
    assert document.has_lines
    assert document.text.count("\n") == text.count("\n")


def test_a_line_is_found_where_the_editor_shows_it() -> None:
    text = "---\ntitle: Lease\n---\n\n# Rent\r\n\r\n```\r\ncode\r\n```\n\nThe needle.\n"
    document = read_bytes("a.md", text)
    lines = text.replace("\r\n", "\n").split("\n")
    assert document.text.split("\n")[10] == lines[10] == "The needle."


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("a.md", "---\ntitle: 'My lease'\n---\ntext", "My lease"),
        ("a.md", "\n# My lease\ntext", "My lease"),
        ("a.md", "text\n# Later\n", "a.md"),
        ("a.org", "#+TITLE: My lease\ntext", "My lease"),
        ("a.tex", "\\title{My {\\em lease}}\n\\begin{document}\ntext\\end{document}", "My lease"),
        ("a.rst", "My lease\n========\n", "My lease"),
        ("a.txt", "text", "a.txt"),
    ],
)
def test_the_title_is_what_the_writer_called_it(name: str, text: str, title: str) -> None:
    assert read_bytes(name, text).title == title


def test_functions_begin_blocks_with_what_stands_above_them() -> None:
    body = "    return 1  " + "# long enough to stand alone " * 8 + "\n"
    constants = "X = 1  # constants" * 15
    function = f"# About f.\n@cached\ndef f():\n{body}"
    text = f"import os\n{constants}\n\n{function}\n\nclass C:\n    def g(self):\n    {body}"
    starts = [line.split("\n")[0] for line in outline(read_bytes("a.py", text))]
    assert starts == ["code import os", "code # About f.", "code class C:"]


@pytest.mark.parametrize(
    ("name", "definition"),
    [
        ("a.js", "export async function load(url) {"),
        ("a.ts", "const load = async (url: string) => {"),
        ("a.go", "func (s *Server) Load(url string) error {"),
        ("a.rs", "pub fn load(url: &str) -> Result<()> {"),
        ("a.java", "    public static void load(String url) {"),
        ("a.cs", "    private async Task<int> Load(string url)"),
        ("a.c", "static int load(const char *url) {"),
        ("a.rb", "  def load(url)"),
        ("a.hs", "data Tree a = Leaf"),
        ("a.sql", "CREATE TABLE houses ("),
        ("a.sh", "load() {"),
    ],
)
def test_definitions_are_known_in_many_languages(name: str, definition: str) -> None:
    text = f"{'x = 1;  ' * 40}\n\n{definition}\n{'    y = 2;  ' * 30}\n"
    assert outline(read_bytes(name, text))[-1].startswith(f"code {definition}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name,age\nAna,3\n", ["columns name,age", "row Ana,3"]),
        ("1,2\n3,4\n", ["row 1,2", "row 3,4"]),
        ("Report 2024;;\nname;age\nAna;3\n", ["h2 Report 2024;;", "columns name;age", "row Ana;3"]),
        ('a\tb\n"x\ny"\tz\n', ["columns a\tb", 'row "x\ny"\tz']),
        ('size,note\n5" pipe,x\n6",y\n', ["columns size,note", 'row 5" pipe,x', 'row 6",y']),
        ("sep=;\nname;age\nAna;3,5\n", ["columns name;age", "row Ana;3,5"]),
    ],
)
def test_records_are_rows_and_their_first_may_name_columns(text: str, expected: list[str]) -> None:
    document = read_bytes("a.csv", text)
    assert outline(document) == expected
    assert document.has_lines


def test_records_are_numbered_as_a_spreadsheet_does() -> None:
    document = read_bytes("a.csv", 'a,b\n"1\n1",2\n3,4\n')
    assert [block.row for block in document.blocks] == [1, 2, 3]


def test_a_stray_quote_does_not_swallow_the_rest() -> None:
    text = 'a,b\n1,"stray\n' + "2,x\n" * 500
    assert len(read_bytes("a.csv", text).blocks) > 400


def test_a_table_of_too_many_cells_is_read_in_part_and_says_so() -> None:
    document = read_bytes("a.csv", "1,2\n" * 30, ReadLimits(cells=50))
    assert len(document.blocks) == 25
    (part,) = document.unread
    assert (part.kind, part.names, part.count, part.reason) == ("row", ("26–30",), 5, "too_large")
    assert document.has_lines


def test_rows_below_a_blank_one_keep_the_names_of_the_columns() -> None:
    document = read_bytes("a.csv", "name,age\nAna,3\n,\nBob,4\n\nEve,5\n")
    kinds = [block.kind for block in document.blocks]
    assert kinds == ["columns", "row", "row", "row", "row"]


def test_quoted_names_of_columns_go_with_all_rows() -> None:
    rows = "".join(f'"M{number}","yes"\n' for number in range(100, 140))
    for name, mark in (("a.csv", ","), ("a.csv", ";"), ("a.tsv", "\t")):
        text = '\ufeff"Member no.","Fee\npaid"\n' + rows
        document = read_bytes(name, text.replace('","', f'"{mark}"'))
        assert document.blocks[0].kind == "columns"
        assert document.blocks[0].label == "Member no. | Fee paid"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"a": "ação"}', '{"a": "ação"}'),
        ('{"a": "a\\u00e7\\u00e3o"}', "ação"),
        (json.dumps({"key": ["value"] * 200}), '\n  "value",\n'),
        ('{"cut": [1, 2', '{"cut": [1, 2'),
        ('{"a": 1}\n{"a": 2}\n', '{"a": 2}'),
        ('{"n": ' + "9" * 5000 + "}", "9" * 5000),
    ],
)
def test_json_is_text_in_letters(text: str, words: str) -> None:
    assert words in read_bytes("a.json", text).text


def test_json_of_any_depth_is_no_crash() -> None:
    assert reason("a.json", "[" * 100_000 + "]" * 100_000) == "corrupt"


def test_top_keys_of_settings_begin_blocks() -> None:
    text = "# about\nname: x\nlist:\n  - one\n  - two\nend: !!python/object/apply:os.system [x]\n"
    assert outline(read_bytes("a.yaml", text)) == [
        "code # about",
        "code name: x",
        "code list:\n  - one\n  - two",
        "code end: !!python/object/apply:os.system [x]",
    ]


def test_subtitles_are_what_is_said() -> None:
    text = (
        "WEBVTT - title\n\nNOTE nothing\n\nSTYLE\n::cue {}\n\n"
        "1\n00:01.000 --> 00:02.000 align:left\n<v Ana>Good <i>morning</i> &amp; hello.\n\n"
        "00:00:03.000 --> 00:00:04.000\n{\\an8}- Yes.\n"
    )
    assert outline(read_bytes("a.vtt", text)) == ["p Ana: Good morning & hello.\n- Yes."]
    assert "morning" in read_bytes("a.srt", text.replace(".000", ",000")).text


def notebook(*cells: dict[str, object], **more: object) -> str:
    return json.dumps({"nbformat": 4, "cells": cells, **more})


def test_a_notebook_is_text_code_and_outputs() -> None:
    data = notebook(
        {"cell_type": "markdown", "source": ["# Study\n", "text"]},
        {
            "cell_type": "code",
            "source": "1 + 1",
            "outputs": [
                {"data": {"text/plain": ["2"], "image/png": "aGk="}},
                {"text": "printed"},
                {"traceback": ["\x1b[31mError\x1b[0m"]},
            ],
        },
    )
    document = read_bytes("a.ipynb", data)
    assert outline(document) == [
        "h1 Study",
        "p text",
        "code 1 + 1",
        "code 2",
        "code printed",
        "code Error",
    ]
    assert document.title == "Study"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("{}", "empty"),
        ("[]", "corrupt"),
        ('{"cells": [', "corrupt"),
        ('{"cells": 5, "worksheets": [3]}', "empty"),
        ("[" * 100_000, "corrupt"),
        (notebook({"cell_type": "code", "source": 7, "outputs": [None]}), "empty"),
    ],
)
def test_a_notebook_without_text_has_its_reason(data: str, expected: str) -> None:
    assert reason("a.ipynb", data) == expected


def test_a_log_without_paragraphs_is_cut_at_line_ends() -> None:
    document = read_bytes("a.log", "2024-01-01 something happened\n" * 2_000)
    assert 10 < len(document.blocks) < 2_000
    assert all(document.text[b.start : b.end].endswith("happened") for b in document.blocks)


STYLER = "<pandas.io.formats.style.Styler at 0x7f>"
TABLE = "<table><tr><th>field<th>tonnes<tr><td>barley north<td>41.7</table>"


def output(**forms: object) -> dict[str, object]:
    data = {name.replace("_", "/"): form for name, form in forms.items()}
    return {
        "cell_type": "code",
        "source": "show()",
        "outputs": [{"output_type": "display_data", "data": data}],
    }


@pytest.mark.parametrize(
    ("forms", "expected"),
    [
        ({"text_plain": [STYLER], "text_html": [TABLE]}, "field | tonnes\n\nbarley north | 41.7"),
        ({"text_html": TABLE}, "field | tonnes\n\nbarley north | 41.7"),
        (
            {"text_plain": "<IPython.core.display.HTML object>", "text_html": "<b>9</b> rows"},
            "9 rows",
        ),
        ({"text_plain": "<X at 0x1>", "text_markdown": "**Churn** is 7 %"}, "**Churn** is 7 %"),
        ({"text_plain": "<X at 0x1>", "text_latex": "$x^2$"}, "$x^2$"),
        (
            {"text_plain": "   a\n0  1", "text_html": "<table><tr><td>1</table>"},
            "   a\n0  1".strip(),
        ),
        ({"text_plain": "<X at 0x1>", "text_html": "<script>draw()</script>"}, "<X at 0x1>"),
        ({"text_plain": "<X at 0x1>", "text_html": "<p style='display:none'>hid"}, "<X at 0x1>"),
        (
            {"text_plain": "<Figure size 640x480 with 1 Axes>", "image_png": "iVBOR"},
            "<Figure size 640x480 with 1 Axes>",
        ),
        ({"text_plain": STYLER, "text_html": 7}, STYLER),
    ],
)
def test_an_output_without_a_text_of_its_own_is_its_page(
    forms: dict[str, object], expected: str
) -> None:
    assert read_bytes("a.ipynb", notebook(output(**forms))).text == f"show()\n\n{expected}"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            {"ename": "KeyError", "evalue": "'x'", "traceback": ["\x1b[31mKeyError\x1b[0m: 'x'"]},
            "KeyError: 'x'",
        ),
        ({"ename": "KeyError", "evalue": "'x'", "traceback": []}, "KeyError: 'x'"),
    ],
)
def test_an_error_of_a_notebook_is_read(error: dict[str, object], expected: str) -> None:
    cell = {"cell_type": "code", "source": "go()", "outputs": [{"output_type": "error", **error}]}
    assert read_bytes("a.ipynb", notebook(cell)).text == f"go()\n\n{expected}"
