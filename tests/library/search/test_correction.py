"""A word that no passage has is searched as the nearest one that they have, and that is said."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.library.embedding.sentence_transformers import SentenceTransformerEmbedder
from assistant.library.embedding.serving import SharedEmbedder
from assistant.library.search.retrieval import HybridRetriever
from assistant.library.vectors.semantic import SemanticIndex
from tests.support.made_library import MadeLibrary
from tests.support.vector_writer import open_index

HOUSE = {
    "ladder": "The ladder stands behind the garage, next to the wheelbarrow.",
    "boiler": "The boiler hums at night. The plumber comes on Tuesday.",
    "lease": "The deposit is two months' rent and is paid back with the keys.",
    "escada": "A escada fica atrás da garagem, ao lado do carrinho de mão.",
    "geladeira": "A geladeira tem garantia de dezoito meses a partir da compra.",
}


@pytest.fixture(scope="module")
def house(
    tmp_path_factory: pytest.TempPathFactory, embedder: SentenceTransformerEmbedder
) -> Iterator[HybridRetriever]:
    home: Path = tmp_path_factory.mktemp("house")
    made = MadeLibrary(home, embedder)
    for name, text in HOUSE.items():
        made.put(name, text, title="Note")
    index = open_index(made)
    meaning = SemanticIndex(SharedEmbedder(made.embedder), made.embeddings, index)
    yield HybridRetriever(made.database, made.analyzer, meaning)
    index.close()
    made.close()


@pytest.mark.parametrize(
    ("question", "file", "searched"),
    [
        ("where is the laddre", "ladder", {"laddre": "ladder"}),
        ("wheelbarow", "ladder", {"wheelbarow": "wheelbarrow"}),
        ("plubmer", "boiler", {"plubmer": "plumber"}),
        ("boilr", "boiler", {"boilr": "boiler"}),
        ("depositt", "lease", {"depositt": "deposit"}),
        ("escda", "escada", {"escda": "escada"}),
        ("onde fica o carinho", "escada", {"carinho": "carrinho"}),
        ("geladera", "geladeira", {"geladera": "geladeira"}),
        ("garntia", "geladeira", {"garntia": "garantia"}),
    ],
)
def test_a_typing_error_finds_what_was_meant(
    house: HybridRetriever, question: str, file: str, searched: dict[str, str]
) -> None:
    found = house.search(question, None, 4)
    assert found.passages[0].path == f"/docs/{file}"
    assert {each.typed: each.searched for each in found.corrections} == searched
    for typed, right in searched.items():
        assert f"“{right}” instead of “{typed}”" in found.corrections_text


@pytest.mark.parametrize(
    "question",
    [
        "When does the plumber come?",
        "Onde fica a escada?",
        "Who painted the ceiling of the chapel?",
        "Zanzibar xylophone quarterly",
        "Quem pintou o teto da capela?",
        "E0451",
        "hi",
        "",
    ],
)
def test_what_is_right_or_about_something_else_is_not_corrected(
    house: HybridRetriever, question: str
) -> None:
    assert house.search(question, None, 4).corrections == ()


def test_the_answer_is_sure_enough_after_the_correction(house: HybridRetriever) -> None:
    found = house.search("wheelbarow", None, 4)
    assert found.corrections
    assert found.sufficient


def test_what_is_found_by_its_other_words_is_not_corrected(house: HybridRetriever) -> None:
    found = house.search("lader behind the garge", None, 4)
    assert found.sufficient
    assert found.passages[0].path == "/docs/ladder"
    assert found.corrections == ()


def test_a_word_of_another_collection_corrects_nothing(made: MadeLibrary) -> None:
    by_words = HybridRetriever(made.database, made.analyzer, None)
    made.put("ladder", HOUSE["ladder"])
    other = made.collections.add("other")
    root = made.collections.add_root(other.id, b"/other").id
    made.put("boat", "The boat lies at the pier.", root=root)
    assert by_words.search("lader", [other.id], 4).corrections == ()
    assert by_words.search("lader", [made.collection], 4).corrections
