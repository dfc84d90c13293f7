"""Menus and banners are found, and bear out nothing."""

from collections.abc import Iterator

import pytest

from assistant.core.values.documents import Block, BlockKind, Document
from assistant.library.embedding.serving import SharedEmbedder
from assistant.library.search.retrieval import HybridRetriever
from assistant.library.vectors.semantic import SemanticIndex
from tests.support.made_library import MadeLibrary, WordEmbedder
from tests.support.vector_writer import open_index


def page(title: str, *parts: tuple[BlockKind, str]) -> Document:
    text, blocks = "", []
    for kind, part in parts:
        blocks.append(Block(start=len(text), end=len(text) + len(part), kind=kind))
        text += f"{part}\n\n"
    return Document(title=title, text=text, blocks=tuple(blocks), has_lines=False)


MENU = "Home Products Returns Shipping Warranty Careers Contact Imprint"
CARDAPIO = "Início Produtos Devoluções Garantia Vagas Contato"
RETURNS = "A chair can be sent back within 45 days of the purchase, with its bill."
TROCA = "A cadeira pode ser devolvida em até 45 dias depois da compra, com a nota."


@pytest.fixture
def searching(made: MadeLibrary) -> Iterator[HybridRetriever]:
    assert isinstance(made.embedder, WordEmbedder)
    # That two texts have an "a", or words that are chance neighbours, is nothing to go by.
    made.embedder.unrelated_cosine = 0.6
    for name in ("chair", "lamp", "desk"):
        made.put_document(
            f"{name}.html", page(name, ("navigation", MENU), ("paragraph", f"A {name} of oak."))
        )
    made.put_document("back.html", page("Back", ("navigation", MENU), ("paragraph", RETURNS)))
    made.put_document("troca.html", page("Troca", ("navigation", CARDAPIO), ("paragraph", TROCA)))
    index = open_index(made)
    meaning = SemanticIndex(SharedEmbedder(made.embedder), made.embeddings, index)
    yield HybridRetriever(made.database, made.analyzer, meaning)
    index.close()


@pytest.mark.parametrize(
    "question",
    [
        "shipping warranty",
        "What is the shipping warranty?",
        "Which careers are open?",
        "Who stands in the imprint?",
        "products home",
        "Qual é a garantia?",
        "Quais vagas há?",
    ],
)
def test_what_only_a_menu_says_is_no_evidence(searching: HybridRetriever, question: str) -> None:
    found = searching.search(question, None, 8)
    assert not found.sufficient
    kinds = [passage.navigation for passage in found.passages]
    assert kinds == sorted(kinds)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Within how many days can a chair be sent back?", RETURNS),
        ("Em quantos dias a cadeira pode ser devolvida?", TROCA),
    ],
)
def test_what_the_page_says_is_found_beside_its_menu(
    searching: HybridRetriever, question: str, text: str
) -> None:
    found = searching.search(question, None, 4)
    assert found.passages[0].text == text
    assert found.sufficient


def test_a_page_of_links_alone_is_still_found(
    made: MadeLibrary, searching: HybridRetriever
) -> None:
    made.put_document("links.html", page("Links", ("navigation", "Zurich Basel Geneva Lugano")))
    found = searching.search("Lugano", None, 8)
    assert "/docs/links.html" in {passage.path for passage in found.passages}
    assert not found.sufficient
