"""What a search finds in a collection, and how sure it is of it, hangs on that collection alone."""

from collections.abc import Iterator

import pytest

from assistant.library.embedding.serving import SharedEmbedder
from assistant.library.search.retrieval import HybridRetriever
from assistant.library.store.scope import ScopeCache
from assistant.library.vectors.semantic import SemanticIndex
from tests.support.corpus import ENGLISH_RULES, PORTUGUESE_RULES
from tests.support.made_library import MadeLibrary
from tests.support.vector_writer import open_index

SMALL = {
    "hotel": "The car park costs nine euros a day. Breakfast is served until ten.",
    "barco": "O barco sai do cais às oito horas e volta ao anoitecer.",
    "租约": "每月租金是三千五百元。押金是两个月的租金。",
    "casa": "La calefacción se enciende en octubre y se apaga en abril.",
    "boat": "The boat leaves the pier at eight and comes back at dusk.",
}

QUESTIONS = [
    "What does the car park cost?",
    "Until when is there breakfast?",
    "When does the boat leave?",
    "A que horas sai o barco?",
    "Quando o barco volta?",
    "每月租金是多少？",
    "押金是多少？",
    "¿Cuándo se enciende la calefacción?",
    "car park",
    "pier at dusk",
    "Who painted the ceiling of the chapel?",
]


@pytest.fixture
def searching(made: MadeLibrary) -> Iterator[HybridRetriever]:
    index = open_index(made)
    meaning = SemanticIndex(SharedEmbedder(made.embedder), made.embeddings, index)
    yield HybridRetriever(made.database, made.analyzer, meaning)
    index.close()


def filled(made: MadeLibrary, prefix: str, texts: dict[str, str], root: int | None = None) -> None:
    for name, text in texts.items():
        made.put(f"{prefix}/{name}", text, title=name, root=root)


def other_root(made: MadeLibrary, name: str) -> int:
    return made.collections.add_root(made.collections.add(name).id, f"/{name}".encode()).id


LARGE = {
    f"{number}": f"{rules} The car park, o barco, the boat and 租金 stand in line {number}."
    for number, rules in enumerate([ENGLISH_RULES, PORTUGUESE_RULES, "1;2;3", "Das ist es."] * 30)
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_another_collection_that_grows_changes_nothing(
    made: MadeLibrary, searching: HybridRetriever, question: str
) -> None:
    filled(made, "small", SMALL)
    before = searching.search(question, [made.collection], 5)
    filled(made, "large", LARGE, other_root(made, "large"))
    after = searching.search(question, [made.collection], 5)
    assert after == before
    assert after.searched == len(SMALL)


@pytest.mark.parametrize("question", QUESTIONS)
def test_so_it_is_while_there_is_no_embedder(made: MadeLibrary, question: str) -> None:
    by_words = HybridRetriever(made.database, made.analyzer, None)
    filled(made, "small", SMALL)
    before = by_words.search(question, [made.collection], 5)
    filled(made, "large", LARGE, other_root(made, "large"))
    assert by_words.search(question, [made.collection], 5) == before


def test_a_collection_with_more_passages_than_are_looked_at_is_ranked_by_its_own_words(
    made: MadeLibrary,
) -> None:
    by_words = HybridRetriever(made.database, made.analyzer, None)
    many = {
        f"{number}": f"Boat {number} lies at the pier {'of the island ' * (number % 7)}at night."
        for number in range(120)
    }
    filled(made, "many", many)
    before = by_words.search("boat at the pier of the island", [made.collection], 20)
    island = {f"{number}": f"An island, row {number}." for number in range(300)}
    filled(made, "island", island, other_root(made, "island"))
    assert by_words.search("boat at the pier of the island", [made.collection], 20) == before


def test_passages_are_counted_where_they_are_searched(
    made: MadeLibrary, searching: HybridRetriever
) -> None:
    large = other_root(made, "large")
    filled(made, "small", SMALL)
    filled(made, "large", LARGE, large)
    made.put("small/hotel", SMALL["hotel"], title="hotel", root=large)
    both = [collection.id for collection in made.collections.all()]
    small, other, together, everywhere = (
        searching.search("car park", scope, 5).searched
        for scope in (both[:1], both[1:], both, None)
    )
    assert small == len(SMALL)
    # The hotel is in both and counts once.
    assert together == everywhere == small + other - 1


def test_what_left_a_collection_counts_no_longer(
    made: MadeLibrary, searching: HybridRetriever
) -> None:
    filled(made, "small", SMALL)
    assert searching.search("boat", [made.collection], 5).searched == len(SMALL)
    made.catalog.remove_from_root(made.root, [b"/docs/small/barco"])
    found = searching.search("boat", [made.collection], 5)
    assert found.searched == len(SMALL) - 1


def test_a_collection_in_one_language_is_asked_in_it_whatever_others_speak(
    made: MadeLibrary,
) -> None:
    by_words = HybridRetriever(made.database, made.analyzer, None)
    made.put("english", ENGLISH_RULES)
    made.put("português", PORTUGUESE_RULES, root=other_root(made, "pt"))
    assert by_words.find("books", [made.collection]).query.language == "en"
    assert set(by_words.find("books", [made.collection]).query.readings) == {"en"}
    assert set(by_words.find("books", None).query.readings) == {"en", "pt"}


def _places(
    scopes: ScopeCache, made: MadeLibrary, stem: str, collections: list[int] | None = None
) -> tuple[list[int], bool]:
    """The passages with a word, and whether they were read from the database."""
    read: list[str] = []
    with made.database.read() as connection:
        scope = scopes.open(connection, collections)
        connection.set_trace_callback(read.append)
        found: list[int] = scope.postings(stem).passages.tolist()
        connection.set_trace_callback(None)
    return found, bool(read)


def test_where_a_word_stands_is_read_once_until_the_library_changes(made: MadeLibrary) -> None:
    filled(made, "/docs", SMALL)
    scopes = ScopeCache(made.database)

    first, was_read = _places(scopes, made, "boat")
    assert (len(first), was_read) == (1, True)
    assert _places(scopes, made, "boat") == (first, False)
    assert _places(scopes, made, "boat", [made.collection]) == (first, False)

    made.put("/docs/quay", "A boat lies at the quay.")
    both, was_read = _places(scopes, made, "boat")
    assert (len(both), was_read) == (2, True)
    assert _places(scopes, made, "boat", [made.collection]) == (both, False)
    assert _places(scopes, made, "boat", []) == ([], False)


def test_words_that_were_not_asked_for_longest_make_room(
    made: MadeLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.library.store.scope._MAX_POSTINGS", 2)
    filled(made, "/docs", SMALL)
    scopes = ScopeCache(made.database)
    asked = ["boat", "pier", "boat", "dusk", "boat", "pier"]

    assert [_places(scopes, made, stem)[1] for stem in asked] == [
        True,
        True,
        False,
        True,
        False,
        True,
    ]
