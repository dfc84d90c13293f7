"""Chunks: always the text at their offsets, nothing left out, never more than the limit."""

import re
import sys
from collections.abc import Sequence
from itertools import pairwise
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.core.values.documents import Block, BlockKind, Chunk, Document
from assistant.library.text.chunking import chunk
from assistant.library.text.pieces import ChunkLimits

SMALL = ChunkLimits(tokens=20, overlap=4)

KINDS: list[BlockKind] = ["heading", "paragraph", "list", "code", "columns", "row", "navigation"]


def count_tokens(texts: Sequence[str]) -> list[int]:
    """A word is a token for every four characters, a CJK character a token of its own."""
    return [
        sum(
            len(run) if run[0] >= "\u3000" else -(-len(run) // 4)
            for run in re.findall(r"[\u3000-\U0010ffff]+|[^\s\u3000-\U0010ffff]+", text)
        )
        for text in texts
    ]


def document(text: str, blocks: Sequence[Block] = (), has_lines: bool = False) -> Document:
    return Document(title="A title", text=text, blocks=tuple(blocks), has_lines=has_lines)


def blocks_of(*parts: tuple[BlockKind, str], **common: object) -> Document:
    """A document of parts joined by blank lines."""
    text, blocks = "", []
    for kind, part in parts:
        start = len(text)
        text += part
        level = part.count("#") or 1 if kind == "heading" else None
        blocks.append(Block(start=start, end=len(text), kind=kind, level=level, **common))
        text += "\n\n"
    return document(text, blocks)


def prose(words: int, word: str = "word") -> str:
    return " ".join(f"{word.capitalize()} {word} {word} {word} {word}." for _ in range(words // 5))


alphabet = st.sampled_from([*"aB.!? \n\t\u00a0é漢字。x1", "e\u0301", "🙂", "word ", "\n\n"])
texts = st.lists(alphabet, max_size=300).map("".join)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Blocks cut anywhere out of any text; only the laws of `Block` hold."""
    text = draw(texts)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=12)))
    blocks = []
    for start, end in zip(cuts[::2], cuts[1::2], strict=False):
        if start == end:
            continue
        kind = draw(st.sampled_from(KINDS))
        blocks.append(
            Block(
                start=start,
                end=end,
                kind=kind,
                level=draw(st.integers(1, 6)) if kind == "heading" else None,
                page=draw(st.sampled_from([None, 1, 2])),
            )
        )
    return document(text, blocks, has_lines=draw(st.booleans()))


limits = st.builds(ChunkLimits, tokens=st.integers(1, 30), overlap=st.integers(0, 10))


@given(documents(), limits)
@settings(max_examples=300, deadline=None)
def test_a_chunk_is_the_text_at_its_offsets_within_the_limits(
    given_document: Document, limits: ChunkLimits
) -> None:
    for piece in chunk(given_document, count_tokens, limits):
        assert piece.text == given_document.text[piece.start : piece.end]
        assert piece.text == piece.text.strip() != ""
        assert len(piece.text) <= limits.chars
        assert count_tokens([piece.text])[0] <= limits.tokens or len(piece.text) == 1


@given(documents(), limits)
@settings(max_examples=300, deadline=None)
def test_nothing_visible_is_left_out_and_chunks_come_in_order(
    given_document: Document, limits: ChunkLimits
) -> None:
    chunks = chunk(given_document, count_tokens, limits)
    covered = {at for piece in chunks for at in range(piece.start, piece.end)}
    assert [
        at
        for at, mark in enumerate(given_document.text)
        if not mark.isspace() and at not in covered
    ] == []
    for before, after in pairwise(chunks):
        assert before.start < after.start
        assert before.end < after.end


@given(documents(), limits)
@settings(max_examples=200, deadline=None)
def test_lines_and_pages_are_those_where_the_chunk_stands(
    given_document: Document, limits: ChunkLimits
) -> None:
    for piece in chunk(given_document, count_tokens, limits):
        if given_document.has_lines:
            assert piece.place.line_start == given_document.text.count("\n", 0, piece.start) + 1
            assert piece.place.line_end == given_document.text.count("\n", 0, piece.end - 1) + 1
        else:
            assert piece.place.line_start is piece.place.line_end is None
        pages = {
            block.page
            for block in given_document.blocks
            if block.start < piece.end
            and block.end > piece.start
            and given_document.text[
                max(block.start, piece.start) : min(block.end, piece.end)
            ].strip()
        }
        assert len(pages) <= 1 or piece.place.page in pages


@pytest.mark.parametrize("text", ["", " \n\t \u00a0 ", "\n\n\n"])
def test_a_document_without_a_visible_character_has_no_chunks(text: str) -> None:
    assert chunk(document(text), count_tokens, SMALL) == []


def test_a_huge_single_line_is_cut_between_words() -> None:
    text = "word " * 50_000
    chunks = chunk(document(text), count_tokens, ChunkLimits(tokens=20, overlap=0))
    assert {piece.text for piece in chunks} == {("word " * 20).strip()}
    assert len(chunks) == 2_500


def test_a_huge_word_is_cut_to_size() -> None:
    text = "A" * 100_000
    chunks = chunk(document(text), count_tokens, SMALL)
    assert "".join(piece.text for piece in chunks) == text
    assert all(count_tokens([piece.text])[0] <= SMALL.tokens for piece in chunks)


def test_a_tokenizer_that_takes_any_word_for_one_token_still_gives_bounded_chunks() -> None:
    chunks = chunk(document("A" * 10_000), lambda texts: [1] * len(texts), SMALL)
    assert max(len(piece.text) for piece in chunks) <= SMALL.chars


def test_chinese_is_cut_at_its_full_stops() -> None:
    sentence = "漢字漢字漢字漢字漢。"
    chunks = chunk(document(sentence * 9), count_tokens, ChunkLimits(tokens=30, overlap=0))
    assert [piece.text for piece in chunks] == [sentence * 3] * 3


def test_a_letter_keeps_its_marks() -> None:
    chunks = chunk(document("e\u0301" * 60), count_tokens, ChunkLimits(tokens=5, overlap=0))
    assert not any(piece.text.startswith("\u0301") for piece in chunks)


def test_headings_open_a_chunk_and_name_its_place() -> None:
    given_document = blocks_of(
        ("heading", "# Engine"),
        ("heading", "## Cooling"),
        ("paragraph", "The pump moves water."),
        ("heading", "## Fuel"),
        ("paragraph", "Diesel only."),
        ("heading", "# Cabin"),
        ("paragraph", "Seats two."),
    )
    chunks = chunk(given_document, count_tokens, SMALL)
    assert [(piece.text, piece.place.heading) for piece in chunks] == [
        ("# Engine\n\n## Cooling\n\nThe pump moves water.", ("# Engine", "## Cooling")),
        ("## Fuel\n\nDiesel only.", ("# Engine", "## Fuel")),
        ("# Cabin\n\nSeats two.", ("# Cabin",)),
    ]


def test_a_chunk_ends_with_a_paragraph_when_that_is_near() -> None:
    given_document = blocks_of(
        ("paragraph", prose(15, "aa")), ("paragraph", prose(15, "bb")), ("paragraph", "Cc.")
    )
    chunks = chunk(given_document, count_tokens, ChunkLimits(tokens=24, overlap=0))
    assert [piece.text for piece in chunks] == [prose(15, "aa"), f"{prose(15, 'bb')}\n\nCc."]


def test_prose_repeats_the_sentence_before_it() -> None:
    text = " ".join(f"Sentence number {number} is here." for number in range(12))
    chunks = chunk(document(text), count_tokens, ChunkLimits(tokens=40, overlap=9))
    for before, after in pairwise(chunks):
        shared = before.text[after.start - before.start :]
        assert shared
        assert shared.startswith("Sentence")
        assert after.text.startswith(shared)


def test_rows_are_packed_and_never_repeated() -> None:
    rows = [f"name{number} | town{number} | sum{number}" for number in range(20)]
    given_document = blocks_of(*[("row", row) for row in rows])
    chunks = chunk(given_document, count_tokens, ChunkLimits(tokens=40, overlap=20))
    assert [line for piece in chunks for line in piece.text.split("\n\n")] == rows
    assert len(chunks) < 10


def test_a_function_stays_whole_when_it_fits() -> None:
    first = "def first(number):\n    total = number\n\n    return total"
    second = "def second(number):\n    return number * 2"
    given_document = blocks_of(("code", f"{first}\n\n\n{second}"))
    chunks = chunk(given_document, count_tokens, ChunkLimits(tokens=19, overlap=4))
    assert [piece.text for piece in chunks] == [first, second]


def test_a_chunk_stays_on_its_page_and_in_its_sheet() -> None:
    text = "One two.\fThree four."
    pages = [Block(start=0, end=8, page=1), Block(start=9, end=20, page=2)]
    chunks = chunk(document(text, pages), count_tokens, SMALL)
    assert [(piece.text, piece.place.page) for piece in chunks] == [
        ("One two.", 1),
        ("Three four.", 2),
    ]


def test_rows_tell_their_sheet_and_first_row() -> None:
    rows = blocks_of(*[("row", f"value{number} other{number}") for number in range(30)])
    numbered = rows.model_copy(
        update={
            "blocks": tuple(
                block.model_copy(update={"sheet": "Prices", "row": number + 5})
                for number, block in enumerate(rows.blocks)
            )
        }
    )
    chunks: list[Chunk] = chunk(numbered, count_tokens, SMALL)
    first_values = [int(piece.text.split()[0].removeprefix("value")) for piece in chunks]
    assert [piece.place.row for piece in chunks] == [value + 5 for value in first_values]
    assert {piece.place.sheet for piece in chunks} == {"Prices"}


def test_text_that_a_reader_put_into_no_block_is_not_lost() -> None:
    text = "Before. Inside. After."
    chunks = chunk(document(text, [Block(start=8, end=15)]), count_tokens, SMALL)
    assert " ".join(piece.text for piece in chunks) == text


def test_menus_are_in_chunks_of_their_own() -> None:
    page = blocks_of(
        ("navigation", "Home"),
        ("navigation", "Shop"),
        ("heading", "# Returns"),
        ("paragraph", "Within 45 days."),
        ("navigation", "Imprint"),
    )
    chunks = chunk(page, count_tokens, SMALL)
    assert [(piece.text, piece.navigation) for piece in chunks] == [
        ("Home\n\nShop", True),
        ("# Returns\n\nWithin 45 days.", False),
        ("Imprint", True),
    ]


def test_names_of_columns_go_with_every_row_of_their_table_and_no_further() -> None:
    read = blocks_of(
        ("heading", "Prices"),
        ("paragraph", "As of May."),
        ("columns", "Item | Price"),
        *(("row", f"Item {number} | {number}") for number in range(40)),
        ("paragraph", "Ask us."),
    )
    chunks = chunk(read, count_tokens, SMALL)
    assert len(chunks) > 4
    for piece in chunks:
        in_table = "|" in piece.text
        expected = ("Prices", "Item | Price") if in_table else ("Prices",)
        assert piece.place.heading == expected
    assert "As of May." not in chunks[1].text


def test_the_label_of_a_block_goes_with_what_stands_below_it() -> None:
    text = "Item;Price\nOak;5"
    blocks = [
        Block(start=0, end=10, kind="columns", label="Item | Price"),
        Block(start=11, end=16, kind="row"),
    ]
    (piece,) = chunk(document(text, blocks, has_lines=True), count_tokens, SMALL)
    assert piece.place.heading == ("Item | Price",)
    assert piece.text == text


@pytest.mark.parametrize(
    "text",
    [
        "." * 30_000,
        "1," * 15_000,
        "字" * 20_000,
        "a\n" * 10_000,
        "x " * 10_000,
        "e" + "\u0301" * 20_000,
        "One sentence. " * 2_000,
    ],
    ids=["points", "numbers", "han", "lines", "words", "marks", "sentences"],
)
def test_a_tokenizer_is_never_given_more_than_a_part_of_a_long_text(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.library.text.pieces.CHARS_AT_ONCE", 5_000)
    given: list[int] = []

    def count_some(texts: Sequence[str]) -> list[int]:
        given.append(sum(map(len, texts)))
        return count_tokens(texts)

    chunks = chunk(document(text), count_some, ChunkLimits())

    assert chunks[-1].end == len(text.rstrip())
    assert max(given) <= 5_000 + ChunkLimits().chars


def steps_of(given_document: Document) -> int:
    """Lines of Python that run while a document is cut, and characters that are counted."""
    steps = 0

    def step(frame: FrameType, event: str, _: object) -> object:
        nonlocal steps
        if "/library/text/" not in frame.f_code.co_filename:
            return None
        steps += event == "line"
        return step

    def count_some(texts: Sequence[str]) -> list[int]:
        nonlocal steps
        steps += sum(map(len, texts))
        return [len(text) // 4 for text in texts]

    sys.settrace(step)
    try:
        chunk(given_document, count_some, ChunkLimits(tokens=40, overlap=8))
    finally:
        sys.settrace(None)
    return steps


HOSTILE_PIECES = {
    "points": ".",
    "words": "word ",
    "sentences": "It is so. ",
    "one-letter lines": "a\n",
    "one-letter paragraphs": "a\n\n",
    "stacked marks": "\u0301",
    "letters with marks": "e" + "\u0301" * 20,
    "han": "字",
    "blank": " ",
    "points and blanks": ". ",
    "nothing to a tokenizer": "\u200b",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("piece", HOSTILE_PIECES.values(), ids=HOSTILE_PIECES.keys())
def test_a_text_three_times_as_long_takes_three_times_the_steps(
    piece: str, kind: BlockKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.library.text.pieces._LONG", 2_000)

    def made(length: int) -> Document:
        text = "a" + piece * (length // len(piece))
        return document(text, [Block(start=0, end=len(text), kind=kind)])

    few, many = steps_of(made(6_000)), steps_of(made(18_000))

    assert many < 3.5 * few + 500
    assert many < 40 * 18_000


@pytest.mark.parametrize("kind", KINDS)
def test_three_times_as_many_blocks_take_three_times_the_steps(kind: BlockKind) -> None:
    def made(count: int) -> Document:
        return blocks_of(*[(kind, f"# Part {number}") for number in range(count)], page=None)

    few, many = steps_of(made(400)), steps_of(made(1_200))

    assert many < 3.5 * few + 500


def test_what_is_nothing_to_a_tokenizer_is_not_repeated_again_and_again() -> None:
    text = "e" + "\u0301" * 60_000
    chunks = chunk(document(text), lambda texts: [0] * len(texts), ChunkLimits())

    assert sum(len(piece.text) for piece in chunks) < 1.5 * len(text)


def test_a_line_beyond_all_measure_is_cut_between_its_words() -> None:
    text = "word " * 200_000
    chunks = chunk(document(text), count_tokens, ChunkLimits(overlap=0))

    assert all(re.fullmatch("word( word)*", piece.text) for piece in chunks)
    assert sum(piece.text.count("word") for piece in chunks) == 200_000
