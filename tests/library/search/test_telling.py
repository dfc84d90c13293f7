"""Texts that say most of what all say, or most about a question."""

import pytest

from assistant.library.search.telling import rank
from tests.support.made_library import WordEmbedder

TEXTS = [
    "The harbour and its ships and its cranes.",
    "A cat sleeps.",
    "Ships come to the harbour for its cranes.",
    "The harbour has cranes for the ships.",
]


def places(count: int, question: str = "") -> list[int]:
    return [each.at for each in rank(WordEmbedder(), TEXTS, count, question)]


def test_what_shares_most_with_all_texts_comes_first() -> None:
    assert places(1)[0] != 1
    assert sorted(places(9)) == [0, 1, 2, 3]


def test_what_says_the_same_again_comes_after_what_is_new() -> None:
    doubled = [*TEXTS[:2], TEXTS[0], TEXTS[0]]

    ranked = rank(WordEmbedder(), doubled, 2)

    assert len({doubled[each.at] for each in ranked}) == 2


@pytest.mark.parametrize(
    ("question", "best"), [("Where does the cat sleep?", 1), ("what of a CAT", 1)]
)
def test_what_a_question_is_about_comes_first(question: str, best: int) -> None:
    assert places(1, question) == [best]


def test_a_question_of_common_words_alone_still_finds_something() -> None:
    assert len(places(2, "what is it about?")) == 2


def test_of_very_many_texts_those_are_measured_that_share_words_with_the_question() -> None:
    embedder = WordEmbedder()
    many = [f"Nothing of note on page {number}." for number in range(400)]
    many[311] = "The deposit is paid within a week."

    ranked = rank(embedder, many, 3, "When is the deposit paid?")

    assert ranked[0].at == 311
    assert len(embedder.embedded) < 400


def test_no_texts_have_no_rank() -> None:
    assert rank(WordEmbedder(), [], 3) == ()
