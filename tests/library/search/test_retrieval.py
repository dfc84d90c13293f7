"""A question brings the passages that fit, once each, and says why others are not used."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.core.grounding.versions import SAME_SCORE, disagreements
from assistant.core.values.conversation import Place
from assistant.core.values.documents import Passage
from assistant.library.embedding.sentence_transformers import Embedder
from assistant.library.embedding.serving import SharedEmbedder
from assistant.library.search.evidence import JUDGE, EvidenceFeatures, features_of
from assistant.library.search.ranking import WEIGHTS, RankedPassage, RankingFeatures
from assistant.library.search.retrieval import RANKED, HybridRetriever, _fused
from assistant.library.search.selection import DuplicateFilter, join_neighbours
from assistant.library.store.catalog import FileStamp
from assistant.library.store.passages import StoredPassage
from assistant.library.text.languages import Language
from assistant.library.vectors.semantic import SemanticIndex
from tests.support.corpus import ENGLISH_RULES, PORTUGUESE_RULES
from tests.support.made_library import MadeLibrary, WordEmbedder, plain
from tests.support.vector_writer import open_index

HARBOURS = {
    "lisbon": "Lisbon has a harbour on the river Tagus. Ships unload coffee there.",
    "hamburg": "Hamburg has a harbour on the river Elbe. Cranes lift the containers.",
    "santos": "Santos has the largest harbour of Brazil. Coffee leaves from it.",
}

FLAT = {
    "lease": "The deposit is two months' rent and is paid back when the keys are returned.",
    "pets": "One cat or one small dog may live in the flat.",
    "boiler": "The boiler hums at night. The plumber comes on Tuesday.",
    "garantia": "A garantia da geladeira vale por 18 meses a partir da compra.",
    "mudança": "O caminhão da mudança chega na sexta-feira às oito horas.",
}


@dataclasses.dataclass
class Searching:
    made: MadeLibrary
    retrieval: HybridRetriever

    def names(self, question: str, collections: list[int] | None = None) -> list[str]:
        found = self.retrieval.search(question, collections, 5).passages
        return [passage.path.removeprefix("/docs/") for passage in found]


@pytest.fixture
def searching(made: MadeLibrary) -> Iterator[Searching]:
    """A library without Chroma: library.db answers exactly as right."""
    yield from _searching(made)


@pytest.fixture
def at_home(home: Path, embedder: Embedder) -> Iterator[Searching]:
    """With the embedder that comes with the program, a few files of a household."""
    made = MadeLibrary(home, embedder)
    for name, text in FLAT.items():
        made.put(name, text)
    yield from _searching(made)
    made.close()


def _searching(made: MadeLibrary) -> Iterator[Searching]:
    index = open_index(made)
    yield Searching(
        made,
        HybridRetriever(
            made.database,
            made.analyzer,
            SemanticIndex(SharedEmbedder(made.embedder), made.embeddings, index),
        ),
    )
    index.close()


def test_the_passage_that_answers_comes_first(searching: Searching) -> None:
    for name, text in HARBOURS.items():
        searching.made.put(name, text)
    assert searching.names("Which harbour is on the Elbe?")[0] == "hamburg"
    assert searching.names("From where does coffee leave?")[0] == "santos"
    result = searching.retrieval.search("Which harbour is on the Elbe?", None, 5)
    scores = [passage.score for passage in result.passages]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert result.searched == 3
    best = result.passages[0]
    assert best.text == HARBOURS["hamburg"][best.start : best.end]
    assert best.dense_score > 0
    assert best.keyword_score > 0
    assert len(best.content_hash) == 64


def test_questions_in_both_languages_find_their_passages(searching: Searching) -> None:
    searching.made.put("english", ENGLISH_RULES)
    searching.made.put("português", PORTUGUESE_RULES)
    assert searching.names("When must students return a book?")[0] == "english"
    assert searching.names("Quando os alunos devolvem um livro?")[0] == "português"


def test_a_collection_limits_the_search(searching: Searching) -> None:
    made = searching.made
    other = made.collections.add("other").id
    root = made.collections.add_root(other, b"/docs").id
    made.put("lisbon", HARBOURS["lisbon"])
    made.put("hamburg", HARBOURS["hamburg"], root=root)
    assert searching.names("harbour on the river", [other]) == ["hamburg"]
    assert searching.names("harbour on the river", [made.collection]) == ["lisbon"]
    assert set(searching.names("harbour on the river")) == {"lisbon", "hamburg"}
    assert searching.names("harbour on the river", []) == []


def test_a_copy_is_told_as_a_duplicate(searching: Searching) -> None:
    searching.made.put("one", HARBOURS["lisbon"])
    searching.made.put("two", HARBOURS["lisbon"].replace("Ships", "ships"))
    result = searching.retrieval.search("harbour in Lisbon", None, 5)
    assert len(result.passages) == 1
    assert [unused.reason for unused in result.unused] == ["duplicate"]


def test_what_comes_after_the_limit_is_told_too(searching: Searching) -> None:
    for name, text in HARBOURS.items():
        searching.made.put(name, text)
    result = searching.retrieval.search("harbour", None, 1)
    assert len(result.passages) == 1
    assert [unused.reason for unused in result.unused] == ["score", "score"]


def test_an_empty_library_has_neither_passages_nor_evidence(searching: Searching) -> None:
    result = searching.retrieval.search("anything", None, 5)
    assert (result.passages, result.evidence, result.sufficient) == ((), 0.0, False)


def test_evidence_tells_a_topic_that_is_there_from_one_that_is_not(searching: Searching) -> None:
    for name, text in HARBOURS.items():
        searching.made.put(name, text)
    there = searching.retrieval.search("Which harbour lies on the river Elbe?", None, 5)
    elsewhere = searching.retrieval.search("Who painted the ceiling of the chapel?", None, 5)
    assert there.evidence > 0.5 > elsewhere.evidence
    assert there.sufficient
    assert not elsewhere.sufficient


def test_words_alone_tell_what_is_there_while_there_is_no_embedder(searching: Searching) -> None:
    made = searching.made
    for name, text in HARBOURS.items():
        made.put(name, text)
    by_words = HybridRetriever(made.database, made.analyzer, None)
    there = by_words.search("Which harbour is on the river Elbe?", None, 5)
    elsewhere = by_words.search("Who painted the ceiling of the chapel?", None, 5)
    assert there.passages[0].path == "/docs/hamburg"
    assert there.passages[0].dense_score == 0
    assert there.sufficient
    assert not elsewhere.sufficient


@pytest.mark.parametrize("question", ["", "  \n", "\x00", "?" * 10_000, "\ud800", "a" * 100_000])
def test_any_question_is_answered(searching: Searching, question: str) -> None:
    searching.made.put("lisbon", HARBOURS["lisbon"])
    assert searching.retrieval.search(question, None, 5).searched == 1


def test_a_passage_without_an_embedding_is_found_by_its_words(searching: Searching) -> None:
    searching.made.put("lisbon", HARBOURS["lisbon"])
    with searching.made.database.write() as connection:
        connection.execute("DELETE FROM embeddings")
    [passage] = searching.retrieval.search("Ships unload coffee", None, 5).passages
    assert passage.dense_score == 0


def passage(text: str, start: int, *, path: str = "a", score: float = 0.5) -> Passage:
    return Passage(
        id=str(start),
        path=path,
        title="",
        text=text[start : start + 30],
        place=Place(line_start=start, line_end=start + 1),
        start=start,
        end=start + len(text[start : start + 30]),
        content_hash="",
        score=score,
        dense_score=0,
        keyword_score=0,
    )


TEXT = "".join(f"{number:03d} " for number in range(100))


def test_neighbours_that_overlap_become_one_text() -> None:
    [joined] = join_neighbours([passage(TEXT, 45, score=0.9), passage(TEXT, 20), passage(TEXT, 70)])
    assert (joined.start, joined.end, joined.score) == (20, 100, 0.9)
    assert joined.text == TEXT[20:100]
    assert (joined.place.line_start, joined.place.line_end) == (20, 71)


def test_what_does_not_touch_or_is_of_another_file_stays_apart() -> None:
    apart = [passage(TEXT, 0), passage(TEXT, 40), passage(TEXT, 20, path="b")]
    assert join_neighbours(apart) == apart


def test_a_passage_inside_another_adds_nothing() -> None:
    whole = passage(TEXT, 10)
    inside = whole.model_copy(update={"start": 14, "end": 20, "text": TEXT[14:20]})
    [joined] = join_neighbours([inside, whole])
    assert (joined.start, joined.end, joined.text) == (10, 40, whole.text)


def test_no_more_than_three_become_one() -> None:
    joined = join_neighbours([passage(TEXT, start) for start in range(0, 200, 25)])
    assert [(p.end - p.start) <= 80 for p in joined] == [True] * len(joined)
    for each in joined:
        assert each.text == TEXT[each.start : each.end]


def stored(text: str) -> StoredPassage:
    return StoredPassage(1, 1, 0, 0, 0, Place(), "en", b"", text, "", "", "", False, ())


def test_forms_that_differ_in_a_number_are_two_things() -> None:
    seen = DuplicateFilter()
    form = "Invoice number {} of the harbour company, to be paid within thirty days. " * 3
    seen.add(stored(form.format(1, 1, 1)))
    assert seen.has_duplicate_of(stored(form.format(1, 1, 1).upper()))
    assert not seen.has_duplicate_of(stored(form.format(2, 2, 2)))


def test_the_score_goes_from_0_to_1() -> None:
    width = len(RankingFeatures._fields)
    assert WEIGHTS.score(RankingFeatures(*[0.0] * width)) == 0
    assert WEIGHTS.score(RankingFeatures(*[1.0] * width)) == pytest.approx(1)


def test_what_the_embedder_cannot_read_is_found_by_words_alone(searching: Searching) -> None:
    for name, text in HARBOURS.items():
        searching.made.put(name, text)
    words = searching.made.embedder
    assert isinstance(words, WordEmbedder)

    words.readable = lambda text: "Elbe" not in text
    by_words = searching.retrieval.search("Which harbour lies on the river Elbe?", None, 5)
    assert {passage.dense_score for passage in by_words.passages} == {0.0}
    assert by_words.passages[0].path == "/docs/hamburg"
    assert by_words.sufficient

    of_others = searching.retrieval.search("Which harbour has cranes?", None, 5)
    scores = {passage.path: passage.dense_score for passage in of_others.passages}
    assert scores.pop("/docs/hamburg") == 0.0
    assert of_others.passages[0].path == "/docs/hamburg"
    assert all(scores.values())


ASKED_OF_THE_FLAT = {
    "How large is the deposit?": "lease",
    "Can I keep a dog?": "pets",
    "When does the plumber come?": "boiler",
    "Por quantos meses vale a garantia?": "garantia",
    "A que horas chega o caminhão?": "mudança",
}


@pytest.mark.parametrize("question", ASKED_OF_THE_FLAT)
def test_short_questions_find_what_stands_in_a_few_files(at_home: Searching, question: str) -> None:
    result = at_home.retrieval.search(question, None, 5)
    assert result.passages[0].path == f"/docs/{ASKED_OF_THE_FLAT[question]}"
    assert result.sufficient, result.evidence


@pytest.mark.parametrize(
    "question", ["Who won the world cup?", "Write a poem about spring", "hello", "Quem é você?"]
)
def test_a_few_files_are_silent_about_everything_else(at_home: Searching, question: str) -> None:
    assert not at_home.retrieval.search(question, None, 5).sufficient


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("may keep a cat", "may not keep a cat"),
        ("in the flat", "in the house"),
        ("two months", "four months"),
        ("before March", "before May"),
        ("Hanna Voss", "Emil Kraft"),
    ],
)
def test_both_versions_are_shown_the_newer_one_first(
    searching: Searching, old: str, new: str
) -> None:
    text = (
        "Tenants may keep a cat in the flat. The deposit is two months of rent, and it is paid"
        " before March to Hanna Voss."
    )
    for name, state, day in (("old", text, 1), ("new", text.replace(old, new), 2)):
        stamp = FileStamp(1, day * 86_400 * 10**9, day)
        searching.made.put_document(name, plain(state, "House rules"), stamp=stamp)
    result = searching.retrieval.search("May tenants keep a cat in the flat?", None, 5)
    assert {passage.path for passage in result.passages} == {"/docs/old", "/docs/new"}
    if abs(result.passages[0].score - result.passages[1].score) <= SAME_SCORE:
        assert result.passages[0].path == "/docs/new"
    assert [each.text for each in disagreements(result.passages)]


def test_meaning_counts_more_the_less_of_the_question_stands_anywhere() -> None:
    meaning = RankingFeatures(1, 0, 0, 0, 0, 0, 0, 0)
    shares = [WEIGHTS.score(meaning, best_coverage=share) for share in (1.0, 0.5, 0.2, 0.0)]
    assert shares == sorted(set(shares))


def test_where_no_passage_has_the_words_another_language_is_no_advantage() -> None:
    near, less_near = (RankingFeatures(dense, 0, 0, 0, 0, 0, 0, 0) for dense in (0.9, 0.8))
    for share in (0.3, 0.1, 0.0):
        foreign = WEIGHTS.score(less_near, across=True, best_coverage=share)
        assert WEIGHTS.score(near, best_coverage=share) > foreign


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("May I have a puppy?", "pets"),
        ("How much do I owe the landlord at the start?", "lease"),
        ("For how long is the fridge guaranteed?", "garantia"),
        ("When does the moving truck come?", "mudança"),
        ("Quem repara o aquecimento?", "boiler"),
        ("Quando é devolvida a caução?", "lease"),
        ("Podemos ter um cachorro?", "pets"),
    ],
)
def test_what_is_asked_in_other_words_or_in_the_other_language_is_found(
    at_home: Searching, question: str, name: str
) -> None:
    assert at_home.names(question)[0] == name


def test_a_lead_is_evidence_and_copies_of_the_best_take_nothing_of_it() -> None:
    def lead(*scores: float, copies: int = 0, searched: int = 1000) -> float:
        features = RankingFeatures(*[0.5] * len(RankingFeatures._fields))
        texts = ["best"] * copies + [f"text {number}" for number in range(len(scores))]
        found = [
            RankedPassage(stored(text), 0.5, 1.0, features, score)
            for text, score in zip(texts, (*scores[:1] * copies, *scores), strict=True)
        ]
        return features_of(found, [], [], searched).lead

    assert lead(0.9, 0.4, 0.3) > lead(0.9, 0.8, 0.7) > lead(0.9, 0.9) == lead(0.9) == lead() == 0
    assert lead(0.9, 0.4, 0.3, searched=5) < lead(0.9, 0.4, 0.3)
    signs = features_of([], [], [], 1000)
    for language in ("en", "pt"):
        ahead = signs.model_copy(update={"lead": 0.3})
        assert JUDGE.evidence(ahead, language) > JUDGE.evidence(signs, language)
    assert lead(0.9, 0.4, copies=3) == lead(0.9, 0.9, 0.4)


@pytest.mark.parametrize("language", ["en", "pt", "es"])
def test_a_sentence_that_is_near_is_evidence(language: Language) -> None:
    features = RankingFeatures(*[0.5] * len(RankingFeatures._fields))

    def signs(*sentences: float | None) -> EvidenceFeatures:
        found = [
            RankedPassage(stored(f"text {number}"), 0.3, 1.0, features, 0.5, sentence)
            for number, sentence in enumerate(sentences)
        ]
        return features_of(found, [], [], 1000)

    near, far = signs(0.2, 0.6), signs(0.2, 0.1, None)
    assert (near.sentence, far.sentence) == (0.6, 0.2)
    assert JUDGE.evidence(near, language) > JUDGE.evidence(far, language)
    # Where none could be compared, the passage stands for it.
    assert signs(None, None).sentence == signs(None).cosine == 0.3


def test_what_both_ways_find_comes_before_what_one_puts_first() -> None:
    words, near = list(range(50)), [*range(100, 140), *range(40, 50)]

    fused = _fused(words, [(passage, 0.5) for passage in near])

    assert set(fused[:10]) == set(range(40, 50))
    assert fused[10:14] == [0, 100, 1, 101]
    assert sorted(fused) == sorted({*words, *near})
    assert _fused(words, []) == words


def test_no_more_are_ranked_than_tell_something_but_as_many_as_are_wanted(
    searching: Searching,
) -> None:
    for number in range(RANKED + 20):
        searching.made.put(f"{number}", f"Coffee leaves the harbour in ship number {number}.")

    assert len(searching.retrieval.find("When does coffee leave?", None).ranked) == RANKED
    wanted = searching.retrieval.find("When does coffee leave?", None, RANKED + 10).ranked
    assert len(wanted) > RANKED
