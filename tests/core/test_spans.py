"""Finding a quote again."""

from hypothesis import given
from hypothesis import strategies as st

from assistant.core.spans import find_quote, place_at
from assistant.core.values.conversation import Place
from assistant.core.values.documents import Block, Document

TEXT = "One rule.\n\nThe rent  may\nrise once. One rule."


def test_a_quote_is_found_where_it_stands() -> None:
    span = find_quote(TEXT, "rise once.", near=0)
    assert span is not None
    assert TEXT[span.start : span.end] == "rise once."


def test_of_several_places_the_nearest_one_counts() -> None:
    assert find_quote(TEXT, "One rule.", near=0) == (0, 9)
    assert find_quote(TEXT, "One rule.", near=40) == (36, 45)


def test_white_space_may_have_changed() -> None:
    span = find_quote(TEXT, "The rent may rise once.", near=0)
    assert span is not None
    assert TEXT[span.start : span.end] == "The rent  may\nrise once."


def test_what_is_not_there_is_not_found() -> None:
    assert find_quote(TEXT, "The rent may fall.", near=0) is None
    assert find_quote(TEXT, "  \n", near=0) is None


@given(st.text(max_size=40), st.text(min_size=1, max_size=20), st.text(max_size=40))
def test_whatever_stands_in_a_text_is_found(before: str, quote: str, after: str) -> None:
    text = before + quote + after
    span = find_quote(text, quote, near=len(before))
    if quote.strip():
        assert span is not None
        assert text[span.start : span.end] == quote.strip()


def test_a_place_has_page_lines_and_the_headings_above_it() -> None:
    text = "Lease\n\nRent\n\nOnce a year.\n\nPets\n\nNone."
    blocks = (
        Block(start=0, end=5, kind="heading", level=1, page=1),
        Block(start=7, end=11, kind="heading", level=2, page=1),
        Block(start=13, end=25, page=2),
        Block(start=27, end=31, kind="heading", level=2, page=2),
        Block(start=33, end=38, page=2),
    )
    document = Document(title="Lease", text=text, blocks=blocks, has_lines=True)

    place = place_at(document, 13, 25)
    assert (place.page, place.heading) == (2, ("Lease", "Rent"))
    assert (place.line_start, place.line_end) == (5, 5)
    assert place_at(document, 33, 38).heading == ("Lease", "Pets")
    assert place_at(document, 0, 25).line_end == 5


def test_a_text_without_structure_has_a_place_too() -> None:
    document = Document(title="x", text="a\nb", blocks=(), has_lines=False)
    assert str(place_at(document, 2, 3)) == ""


def test_the_place_of_a_row_has_the_names_of_its_columns() -> None:
    text = "Prices\nItem;Price\nOak;5\nAsk us."
    blocks = (
        Block(start=0, end=6, kind="heading", level=1),
        Block(start=7, end=17, kind="columns", label="Item | Price"),
        Block(start=18, end=23, kind="row"),
        Block(start=24, end=31),
    )
    document = Document(title="a", text=text, blocks=blocks, has_lines=False)
    assert place_at(document, 18, 23).heading == ("Prices", "Item | Price")
    assert place_at(document, 24, 31).heading == ("Prices",)


def test_a_place_tells_the_beginning_of_a_long_heading() -> None:
    assert str(Place(row=3, heading=("x" * 99,))) == f"row 3, “{'x' * 79}…”"
