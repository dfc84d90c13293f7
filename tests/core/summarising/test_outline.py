"""Sections of documents, and the parts in which they are read: nothing is lost or read twice."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from assistant.core.summarising.outline import MAX_SECTIONS, PART_CHARS, DocumentSection, outline
from assistant.core.values.documents import Block, BlockKind, Document

SENTENCE = "The committee met on the third floor and agreed on the budget of the year. "


def document_of(*pieces: tuple[BlockKind, int | None, int | None, str]) -> Document:
    """A document of blocks: kind, level, page and text of each."""
    text, blocks = "", list[Block]()
    for kind, level, page, said in pieces:
        blocks.append(
            Block(start=len(text), end=len(text) + len(said), kind=kind, level=level, page=page)
        )
        text += said + "\n\n"
    return Document(title="A report", text=text, blocks=tuple(blocks), has_lines=False)


def headings(sections: Sequence[DocumentSection]) -> list[str]:
    return [section.heading for section in sections]


def body(page: int, sentences: int = 12) -> tuple[BlockKind, int | None, int | None, str]:
    return ("paragraph", None, page, (SENTENCE * sentences).strip())


def test_sections_begin_at_the_outermost_headings_of_which_there_are_several() -> None:
    document = document_of(
        ("heading", 1, 1, "The report"),
        ("heading", 2, 1, "Money"),
        body(1),
        ("heading", 3, 2, "Debts"),
        body(2),
        ("heading", 2, 3, "People"),
        body(3),
    )

    sections = outline(document)

    assert headings(sections) == ["Money", "People"]
    assert [section.pages for section in sections] == [(1, 2), (3, 3)]


def test_a_document_without_headings_is_cut_by_length() -> None:
    sections = outline(document_of(*(body(page, 40) for page in range(1, 21))))

    assert 1 < len(sections) <= MAX_SECTIONS
    assert headings(sections) == [""] * len(sections)


def test_a_book_of_many_headings_has_no_more_sections_than_one_can_read() -> None:
    pieces = []
    for number in range(200):
        pieces += [("heading", 1, number, f"Chapter {number}"), body(number)]

    sections = outline(document_of(*pieces))

    assert MAX_SECTIONS / 2 < len(sections) <= MAX_SECTIONS + 1
    assert sections[0].heading.startswith("Chapter 0 – ")


def test_a_title_page_is_read_with_what_follows_it() -> None:
    document = document_of(
        ("heading", 1, 1, "A title"),
        ("paragraph", None, 1, "By somebody"),
        ("heading", 1, 2, "Chapter"),
        body(2),
        ("heading", 1, 3, "Next"),
        body(3),
    )

    assert headings(outline(document)) == ["Chapter", "Next"]


def test_a_document_that_says_nothing_has_no_sections() -> None:
    assert outline(Document(title="", text=" \n", blocks=(), has_lines=True)) == ()
    assert outline(document_of(("navigation", None, 1, "Home | About"))) == ()


def test_a_text_without_blocks_is_read_all_the_same() -> None:
    text = SENTENCE * 300
    document = Document(title="", text=text, blocks=(), has_lines=True)

    parts = [part for section in outline(document) for part in section.parts]

    assert len(parts) > 1
    assert "".join(text[part.start : part.end] for part in parts).replace(" ", "") == text.replace(
        " ", ""
    )


def test_a_page_break_within_a_paragraph_is_known_in_its_pieces() -> None:
    text = SENTENCE * 200
    turn = 9000
    block = Block(start=0, end=len(text), page=4, turns=((turn, 5),))
    document = Document(title="", text=text, blocks=(block,), has_lines=False)

    parts = [part for section in outline(document) for part in section.parts]

    for part in parts:
        for piece in part.blocks:
            assert piece.page == (4 if piece.start < turn else 5)
            assert piece.page_at(piece.end - 1) == (4 if piece.end - 1 < turn else 5)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["heading", "paragraph", "list", "row", "code"]),
            st.integers(1, 6),
            st.text("ab. \n", min_size=1, max_size=400),
            st.integers(1, 60),
        ),
        max_size=30,
    ),
    st.integers(200, PART_CHARS),
)
def test_every_block_is_in_one_part_and_no_part_is_too_long(
    pieces: list[tuple[BlockKind, int, str, int]], most: int
) -> None:
    document = document_of(
        *((kind, level, None, text * times) for kind, level, text, times in pieces)
    )

    parts = [part for section in outline(document, most) for part in section.parts]

    at = 0
    for part in parts:
        assert part.start >= at
        assert part.end - part.start <= most
        at = part.end
    read = sum(block.end - block.start for part in parts for block in part.blocks)
    text = "".join(document.text[b.start : b.end] for part in parts for b in part.blocks)
    assert "".join(text.split()) == "".join(document.text.split())
    assert read <= len(document.text)
