"""How far a word is from what was typed, and which words of a list are near it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.library.text.edit_distance import WordList, edit_distance

WORDS = st.text("abcdeéz0'\u0435\u4e00", max_size=7)


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("ladder", "lader", 1), ("garage", "garaeg", 1), ("abc", "abc", 0), ("ladder", "boiler", 3)],
)
def test_the_distance_counts_what_was_typed_wrong(one: str, other: str, distance: int) -> None:
    assert min(edit_distance(one, other, 2), 3) == distance


@given(st.lists(WORDS, max_size=12), WORDS, st.integers(0, 2))
def test_a_list_gives_the_words_that_are_near_one_by_one(
    words: list[str], typed: str, most: int
) -> None:
    compared = [(edit_distance(typed, word, 9), word) for word in words]

    assert list(WordList(words).near(typed, most)) == [each for each in compared if each[0] <= most]


def test_nothing_is_near_in_an_empty_list() -> None:
    assert list(WordList([]).near("ladder", 2)) == []
