"""What is typed into the search, by example and by law."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.core.conversations.search_query import MAX_TERMS, SearchQuery, SearchTerm, parse


def word(text: str) -> SearchTerm:
    return SearchTerm(text=text)


def beginning(text: str) -> SearchTerm:
    return SearchTerm(text=text, prefix=True)


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("rent flat", (word("rent"), beginning("flat"))),
        ('"of the" flat', (word("of the"), beginning("flat"))),
        ('rent "of the"', (word("rent"), word("of the"))),
        ("ren* flat", (beginning("ren"), beginning("flat"))),
        ('"of the"* x', (beginning("of the"), beginning("x"))),
        ('rent "of th', (word("rent"), beginning("of th"))),
        ('foo"bar baz"', (word("foo"), word("bar baz"))),
        ("--help", (beginning("--help"),)),
        ("e-mail: x:y", (word("e-mail:"), beginning("x:y"))),
        ("ação 漢字", (word("ação"), beginning("漢字"))),
        ("* ** \"\" ' '", (word("'"), beginning("'"))),
        ("rent -flat", (beginning("rent"),)),
        ("rent role:user", (beginning("rent"),)),
        ("", ()),
        ("\0 \0", ()),
    ],
)
def test_words_phrases_and_beginnings(typed: str, terms: tuple[SearchTerm, ...]) -> None:
    assert parse(typed).terms == terms


def test_what_must_not_be_there() -> None:
    query = parse('rent -flat -"per year" -old*')

    assert query.terms == (beginning("rent"),)
    assert query.excluded == (word("flat"), word("per year"), beginning("old"))


def test_every_operator() -> None:
    query = parse(
        'ROLE:user role:assistant -role:system before:2026-01-31 after:2025 in:title in:"Lease x"'
        ' -in:work tag:"to do" tag:a -tag:b lease'
    )

    assert query == SearchQuery(
        terms=(beginning("lease"),),
        roles=("user", "assistant"),
        other_roles=("system",),
        after=date(2025, 1, 1),
        before=date(2026, 1, 31),
        fields=("title",),
        places=("Lease x",),
        other_places=("work",),
        tags=("to do", "a"),
        other_tags=("b",),
    )


@pytest.mark.parametrize(
    ("typed", "day"),
    [("2026", date(2026, 1, 1)), ("2026-3", date(2026, 3, 1)), ("2026-03-07", date(2026, 3, 7))],
)
def test_a_year_or_a_month_stands_for_its_first_day(typed: str, day: date) -> None:
    assert parse(f"after:{typed}").after == parse(f"before:{typed}").before == day


def test_of_several_dates_the_narrowest_holds() -> None:
    query = parse("after:2024 after:2025 before:2027 before:2026")

    assert (query.after, query.before) == (date(2025, 1, 1), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("typed", "searched", "why"),
    [
        ("before:yesterday", "before yesterday", "2026-01-31"),
        ("after:2026-13", "after 2026-13", "2026-01-31"),
        ("after:2026-02-30", "after 2026-02-30", "2026-01-31"),
        ("role:cook", "role cook", "user, assistant"),
        ("-before:2026", "before 2026", "excluded"),
    ],
)
def test_an_operator_that_makes_no_sense_is_searched_as_words_and_told(
    typed: str, searched: str, why: str
) -> None:
    query = parse(f"{typed} x")

    assert word(searched) in (*query.terms, *query.excluded)
    (note,) = query.notes
    assert note.startswith(f"{typed}: ")
    assert why in note


@pytest.mark.parametrize("typed", ["", "  ", '"', "-x", '-"a b" -c', "-tag:x", "in:title"])
def test_what_asks_for_nothing_is_empty(typed: str) -> None:
    assert parse(typed).is_empty


@pytest.mark.parametrize("typed", ["x", "role:user", "after:2026", "in:work", "tag:x -y"])
def test_what_asks_for_something_is_not_empty(typed: str) -> None:
    assert not parse(typed).is_empty


def test_endless_queries_are_cut_and_told() -> None:
    query = parse("a " * 5000)

    assert len(query.terms) == MAX_TERMS
    assert query.notes


PIECES = st.sampled_from(
    ['"', "-", "*", " ", ":", "role:", "in:", "tag:", "before:", "2026-01", "user", "x", "title"]
)


@example('role:"0 ')
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map("".join)))
def test_any_text_is_a_query_and_its_text_form_means_the_same(typed: str) -> None:
    query = parse(typed)

    again = parse(str(query))
    assert again == query.model_copy(update={"notes": ()})
    assert all(term.text and "\0" not in term.text for term in (*query.terms, *query.excluded))
