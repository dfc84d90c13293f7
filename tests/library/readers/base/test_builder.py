from typing import Literal, NamedTuple, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.values.documents import BlockKind, UnreadParts
from assistant.library.limits import ReadLimits, UnreadableError
from assistant.library.readers.base.builder import DocumentBuilder, clean
from tests.support.documents import check_blocks

Method = Literal["add", "add_heading", "add_row", "add_lines", "include"]


class Step(NamedTuple):
    method: Method
    text: str
    kind: BlockKind
    sheet: str | None


TEXT = st.text(
    st.sampled_from("ab \n\r\t\x0b\x0c\x00\x1c\x85\xa0\u2028\u00ad\ud800é—"), max_size=12
)
STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(get_args(Method)),
        TEXT,
        st.sampled_from(get_args(BlockKind)),
        st.none() | TEXT,
    ),
    max_size=12,
)


def take(builder: DocumentBuilder, step: Step) -> None:
    builder.sheet = step.sheet
    match step.method:
        case "add":
            builder.add(step.text, step.kind)
        case "add_heading":
            builder.add_heading(step.text, 9)
        case "add_row":
            builder.add_row(step.text.split(" "), 3)
        case "add_lines":
            builder.add_lines(step.text, step.kind)
        case "include":
            inner = DocumentBuilder(ReadLimits())
            inner.add_lines(f"{step.text}x{step.text}", step.kind)
            builder.include(inner.build("inner"), step.sheet)


@given(STEPS)
def test_blocks_keep_their_laws_whatever_is_added(steps: list[Step]) -> None:
    builder = DocumentBuilder(ReadLimits())
    for step in steps:
        take(builder, step)
    if builder.is_blank:
        with pytest.raises(UnreadableError, match="empty"):
            builder.build("title")
        return
    document = builder.build("title")
    check_blocks(document)
    assert document.text.encode()
    assert document.model_validate_json(document.model_dump_json()) == document


@given(st.lists(TEXT), st.sampled_from(get_args(BlockKind)))
def test_lines_of_a_file_stay_the_lines_of_the_text(pieces: list[str], kind: BlockKind) -> None:
    pieces = [clean(piece) for piece in pieces]
    builder = DocumentBuilder(ReadLimits())
    for piece in pieces:
        builder.add_lines(piece, kind)
    if not "".join(pieces).strip():
        return
    document = builder.build("title")
    assert document.has_lines
    assert document.text == "".join(pieces)


@given(st.text())
def test_cleaning_wins_and_loses_no_line(text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n")
    assert clean(text).count("\n") == lines
    assert clean(clean(text)) == clean(text)


def test_a_word_that_may_break_is_one_word() -> None:
    assert clean("infor\u00admation\u200b\ufeff") == "information"


def test_a_document_of_anything_but_lines_does_not_claim_to_have_them() -> None:
    builder = DocumentBuilder(ReadLimits())
    builder.add_lines("one\n")
    builder.add("two")
    assert not builder.build("title").has_lines


def test_code_keeps_the_indentation_of_its_first_line() -> None:
    builder = DocumentBuilder(ReadLimits())
    builder.add_lines("\n    def f():\n        pass\n\n", "code")
    document = builder.build("title")
    assert document.text[document.blocks[0].start :].startswith("    def f")


def test_headings_have_six_levels() -> None:
    builder = DocumentBuilder(ReadLimits())
    builder.add_heading("a\n b", 0)
    builder.add_heading("c", 17)
    assert [(block.level) for block in builder.build("").blocks] == [1, 6]
    assert builder.build("").text == "a b\n\nc"


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (ReadLimits(text_chars=9), "too_large"),
        (ReadLimits(blocks=2), "too_large"),
        (ReadLimits(cells=2), "too_large"),
        (ReadLimits(pages=2), "too_large"),
    ],
)
def test_a_document_does_not_outgrow_its_limits(limits: ReadLimits, reason: str) -> None:
    def fill(builder: DocumentBuilder) -> None:
        for page in range(1, 5):
            builder.page = page
            builder.add_row(["abcd"])

    with pytest.raises(UnreadableError) as caught:
        fill(DocumentBuilder(limits))
    assert caught.value.reason == reason


def test_pictures_alone_are_told_from_nothing() -> None:
    with pytest.raises(UnreadableError) as caught:
        DocumentBuilder(ReadLimits()).build("", has_pictures=True)
    assert caught.value.reason == "no_text"


def test_unread_parts_are_gathered_by_kind_place_and_reason() -> None:
    builder = DocumentBuilder(ReadLimits())
    builder.add("Page one.")
    for page in (2, 3, 7):
        builder.note_unread("page", page, "pictures", total=9)
    builder.note_unread("page", 5, "no_meaning", total=9)
    builder.sheet = "Budget"
    builder.note_unread("cell", "B4", "no_value")
    builder.note_unread("cell", "C4", "no_value")
    builder.note_unread("row", range(501, 901), "too_large")
    assert builder.build("").unread == (
        UnreadParts(kind="page", names=("2–3", "7"), count=3, reason="pictures", total=9),
        UnreadParts(kind="page", names=("5",), count=1, reason="no_meaning", total=9),
        UnreadParts(kind="cell", names=("B4", "C4"), count=2, reason="no_value", within="Budget"),
        UnreadParts(kind="row", names=("501–900",), count=400, reason="too_large", within="Budget"),
    )


def test_unread_parts_of_an_attachment_say_where_they_are() -> None:
    inner = DocumentBuilder(ReadLimits())
    inner.add("The first page.")
    inner.note_unread("page", 2, "pictures", total=2)
    outer = DocumentBuilder(ReadLimits())
    outer.add("See the plan.")
    outer.include(inner.build(""), "plan.pdf")
    outermost = DocumentBuilder(ReadLimits())
    outermost.include(outer.build(""), "forwarded.eml")
    (part,) = outermost.build("").unread
    assert (part.kind, part.names, part.within) == ("page", ("2",), "plan.pdf, forwarded.eml")


def test_unread_parts_are_bounded_and_counted() -> None:
    builder = DocumentBuilder(ReadLimits())
    builder.add("Text.")
    for number in range(10_000):
        builder.note_unread("attachment", f"{number}.zip", "unsupported")
        builder.note_unread("page", 2 * number + 1, "pictures")
        builder.sheet = f"Sheet {number}"
        builder.note_unread("cell", "A1", "no_value")
        builder.sheet = None
    document = builder.build("")
    assert len(document.unread) <= 50
    for part in document.unread[:2]:
        assert len(part.names) == 20
        assert part.count == 10_000
    assert len(document.model_dump_json()) < 30_000
