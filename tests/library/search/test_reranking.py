"""Passages that fit about equally well are told apart by the sentences that have the words."""

from pathlib import Path

import pytest

from assistant.library.embedding.serving import SharedEmbedder
from assistant.library.search.ranking import RankedPassage, RankingFeatures
from assistant.library.search.reranking import (
    BEST_ACROSS,
    BEST_OF_FEW,
    CLOSE,
    COMPARED,
    MAX_SENTENCE,
    rerank,
)
from assistant.library.store import keywords, passages
from tests.support.made_library import MadeLibrary, WordEmbedder

FEATURES = RankingFeatures(*[0.5] * len(RankingFeatures._fields))

SAID = {
    "Which plumber repairs the pump?": (
        "The plumber repairs the pump. Birds nest in the old chimney above the yard every spring.",
        "The pump hums all night and day. A plumber came for the roof. He repairs clocks at home.",
    ),
    "Quem assina o contrato da casa?": (
        "Maria assina o contrato da casa. Os vizinhos cantam na varanda todas as noites de verão.",
        "O contrato é longo e velho. A casa fica perto do rio. João assina revistas de culinária.",
    ),
}


def _again(
    home: Path, question: str, texts: list[str], scores: list[float]
) -> tuple[list[RankedPassage], list[str]]:
    """Passages of texts, ranked so, after they are ranked anew; and what was embedded for it."""
    words = WordEmbedder()
    made = MadeLibrary(home, words)
    for number, text in enumerate(texts):
        made.put(f"{number}.txt", text, "House")
    with made.database.read() as connection:
        stored = passages.load(connection, range(1, len(texts) + 1))
        query = keywords.prepare_query(connection, made.analyzer, question)
    ranked = [
        RankedPassage(stored[number], 0.5, 1.0, FEATURES, score)
        for number, score in enumerate(scores, 1)
    ]
    words.embedded.clear()
    vector = words.embed_question(question)
    found = rerank(query, ranked, vector, SharedEmbedder(words), made.analyzer)
    made.close()
    return found, words.embedded


@pytest.mark.parametrize("question", SAID)
def test_what_one_sentence_says_goes_before_what_several_have_words_of(
    home: Path, question: str
) -> None:
    right, scattered = SAID[question]
    found, _ = _again(home, question, [scattered, right], [0.80, 0.78])
    assert [each.passage.text for each in found] == [right, scattered]
    assert [each.score for each in found] == [0.80, 0.78]


@pytest.mark.parametrize("question", SAID)
def test_what_leads_by_far_stays_first_and_only_its_sentences_are_embedded(
    home: Path, question: str
) -> None:
    right, scattered = SAID[question]
    found, embedded = _again(home, question, [scattered, right], [0.8, 0.79 - CLOSE])
    assert [each.passage.text for each in found] == [scattered, right]
    assert len(embedded) == BEST_OF_FEW
    assert all(text.removeprefix("House\n") in scattered for text in embedded)


@pytest.mark.parametrize("question", SAID)
def test_the_nearest_sentence_is_nearer_where_one_says_it_all(home: Path, question: str) -> None:
    right, scattered = SAID[question]
    found, _ = _again(home, question, [scattered, right, "Birds. Cantam."], [0.8, 0.79, 0.1])
    near = {each.passage.text: each.sentence for each in found}
    one, other = near[right], near[scattered]
    assert one is not None
    assert other is not None
    assert one > other
    assert near["Birds. Cantam."] is None


def test_few_sentences_are_embedded_and_none_twice(home: Path) -> None:
    question, (right, scattered) = next(iter(SAID.items()))
    endless = "pump " * 500
    many = [right, scattered, right, endless, *(f"{scattered} {n}." for n in range(5))]
    found, embedded = _again(home, question, many, [0.8 - n / 1000 for n in range(len(many))])
    assert len(found) == len(many)
    assert len(embedded) == len(set(embedded)) == COMPARED - 1
    assert max(map(len, embedded)) <= len("House\n") + MAX_SENTENCE
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


@pytest.mark.parametrize(
    ("question", "most"),
    [
        ("Quando veio o encanador?", BEST_ACROSS),
        ("When was the plumber in?", BEST_OF_FEW),
    ],
)
def test_more_sentences_are_embedded_of_the_best_passage_in_another_language(
    home: Path, question: str, most: int
) -> None:
    others = "Birds sing. The sea is wide. It rains in May. We had tea. He sat down. They left."
    _, embedded = _again(home, question, [f"{others} The plumber came at noon."], [0.8])
    assert len(embedded) == most


def test_nothing_found_is_nothing_ranked(home: Path) -> None:
    assert _again(home, "Who?", ["Nothing of it."], []) == ([], [])
