"""RTF: its words, whatever its commands."""

import pytest

from tests.support.documents import outline, read_bytes, reason


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (r"Hello \b world\b0 .\par Next", ["p Hello world.", "p Next"]),
        (r"\u231?\'e3o a\u-10179?\u-8704?", ["p ção a😀"]),
        (r"{\pard\outlinelevel1 Head\par}{\pard Text\par}", ["h2 Head", "p Text"]),
        (r"{\pard\s3 Styled\par}\pard plain", ["h2 Styled", "p plain"]),
        (r"{\listtext \bullet\tab}item\par\pard plain", ["list item", "p plain"]),
        (r"\intbl a\cell b\cell\row\pard after", ["row a | b", "p after"]),
        (r"Text{\footnote A note.} goes on", ["p A note.", "p Text goes on"]),
        (r"{\*\unknown secret}{\pict 0102}seen{\v hidden}", ["p seen"]),
        (r"{\f1 \'cf\'f0\'e8\'e2\'e5\'f2}", ["p Привет"]),
        (r"before \bin5 {{{{{after", ["p before after"]),
        (r"opti\-onal non\_breaking a\~b \{x\}", ["p optional non-breaking a b {x}"]),
        (r"{{{{{{cut", ["p cut"]),
        (r"\ansicpg1 plain \ansicpg text", ["p plain text"]),
        (r"}}}} text", ["p text"]),
    ],
)
def test_words_of_rtf(body: str, expected: list[str]) -> None:
    head = (
        r"{\rtf1\ansi\ansicpg1252\uc1{\fonttbl{\f0\fcharset0 Times;}{\f1\fcharset204 Times Cyr;}}"
        r"{\stylesheet{\s3\b heading 2;}{\s4 Normal;}}{\info{\title My lease}}"
    )
    document = read_bytes("a.rtf", f"{head}\n{body}}}")
    assert outline(document) == expected


def test_html_inside_rtf_is_unwrapped() -> None:
    data = (
        r"{\rtf1\ansi\fromhtml1 {\*\htmltag <html><p>}\htmlrtf {\b\htmlrtf0 Text"
        r"\htmlrtf }\htmlrtf0 {\*\htmltag </p><p>}next{\*\htmltag </p>}}"
    )
    assert outline(read_bytes("a.rtf", data)) == ["p Text", "p next"]


def test_rtf_of_any_depth_is_no_crash() -> None:
    assert reason("a.rtf", "{\\rtf1 " + "{" * 200_000) == "corrupt"
