"""A question is answered from files that are in another language."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from assistant.library.embedding.sentence_transformers import Embedder
from assistant.library.embedding.serving import SharedEmbedder
from assistant.library.search.retrieval import HybridRetriever
from assistant.library.vectors.semantic import SemanticIndex
from tests.support.made_library import MadeLibrary
from tests.support.vector_writer import open_index

pytestmark = pytest.mark.model

ENGLISH = {
    "pump": (
        "The garden pump is checked by the electrician every spring. It starts at six in the"
        " morning. When the filter is blocked, a yellow light comes on."
    ),
    "pool": (
        "The swimming pool opens in June. Children under eight swim only with an adult. The water"
        " is tested every Monday."
    ),
    "tickets": (
        "Train tickets to the coast cost 18 and are sold at the kiosk. Dogs travel for half the"
        " price."
    ),
}
PORTUGUESE = {
    "pump": (
        "A bomba do jardim é verificada pelo eletricista toda primavera. Ela liga às seis da manhã."
        " Quando o filtro entope, acende uma luz amarela."
    ),
    "pool": (
        "A piscina abre em junho. Crianças com menos de oito anos nadam só com um adulto. A água é"
        " analisada toda segunda-feira."
    ),
    "tickets": (
        "As passagens de trem para o litoral custam 18 e são vendidas na banca. Cachorros viajam"
        " pela metade do preço."
    ),
}
MORE_ENGLISH = (
    "The choir meets on Friday in the chapel.",
    "Onions are planted in March, two fingers deep.",
    "The lawyer keeps the deed in a steel cabinet.",
    "A blister is covered with a clean plaster and not opened.",
    "The bus to the market leaves from the bridge.",
    "The printer on the second floor takes only thick paper.",
    "Cheese is stored in the cellar, wrapped in cloth.",
    "The bell tower was struck by lightning in 1911.",
    "Members of the tennis club book a court by telephone.",
    "The hive is opened only on warm days.",
    "Our invoices are paid within thirty days.",
    "The script deletes logs that are older than a week.",
)
MORE_PORTUGUESE = (
    "O coral se reúne na sexta-feira na capela.",
    "As cebolas são plantadas em março, a dois dedos de profundidade.",
    "O advogado guarda a escritura num armário de aço.",
    "A bolha é coberta com um curativo limpo e não se abre.",
    "O ônibus para o mercado sai da ponte.",
    "A impressora do segundo andar só aceita papel grosso.",
    "O queijo é guardado no porão, enrolado em pano.",
    "A torre do sino foi atingida por um raio em 1911.",
    "Os sócios do clube de tênis reservam a quadra por telefone.",
    "A colmeia só é aberta em dias quentes.",
    "As nossas faturas são pagas em até trinta dias.",
    "O script apaga registros com mais de uma semana.",
)
ASKED = {
    "Quem verifica a bomba do jardim?": "pump",
    "Que luz acende quando o filtro entope?": "pump",
    "Quando abre a piscina?": "pool",
    "Em que dia se analisa a água da piscina?": "pool",
    "Quanto custa a passagem de trem para o litoral?": "tickets",
    "Quanto se paga para ir de trem ao litoral?": "tickets",
    "Que acompanhante uma criança precisa ter na piscina?": "pool",
    "O que avisa que o filtro da bomba está sujo?": "pump",
    "Who checks the garden pump?": "pump",
    "Which light comes on when the filter is blocked?": "pump",
    "When does the swimming pool open?": "pool",
    "May a child of seven swim without an adult?": "pool",
    "What does a train ticket to the coast cost?": "tickets",
    "How much do I pay to go to the coast by train?": "tickets",
    "Who must be with a child in the swimming pool?": "pool",
    "What shows that the filter of the pump is dirty?": "pump",
}
ELSEWHERE = (
    "Quem descobriu a penicilina?",
    "Como se faz um bolo de chocolate?",
    "Qual é a capital da Austrália?",
    "Who discovered penicillin?",
    "How do I bake a chocolate cake?",
    "What is the capital of Australia?",
)


@pytest.fixture(scope="module")
def in_english(
    tmp_path_factory: pytest.TempPathFactory, embedder: Embedder
) -> Iterator[HybridRetriever]:
    home = tmp_path_factory.mktemp("english")
    yield from _library(home, ENGLISH, MORE_ENGLISH, embedder)


@pytest.fixture(scope="module")
def in_portuguese(
    tmp_path_factory: pytest.TempPathFactory, embedder: Embedder
) -> Iterator[HybridRetriever]:
    yield from _library(
        tmp_path_factory.mktemp("portuguese"), PORTUGUESE, MORE_PORTUGUESE, embedder
    )


def _library(
    home: Path, texts: Mapping[str, str], more: Sequence[str], embedder: Embedder
) -> Iterator[HybridRetriever]:
    made = MadeLibrary(home, embedder)
    others = {f"note {number}": text for number, text in enumerate(more)}
    for name, text in {**texts, **others}.items():
        made.put(name, text, title="Note")
    index = open_index(made)
    meaning = SemanticIndex(SharedEmbedder(made.embedder), made.embeddings, index)
    yield HybridRetriever(made.database, made.analyzer, meaning)
    index.close()
    made.close()


@pytest.mark.parametrize("question", ASKED)
def test_the_file_is_found_whichever_language_it_is_in(
    in_english: HybridRetriever, in_portuguese: HybridRetriever, question: str
) -> None:
    for library in (in_english, in_portuguese):
        result = library.search(question, None, 3)
        assert result.passages[0].path == f"/docs/{ASKED[question]}"
        assert result.sufficient, result.evidence


@pytest.mark.parametrize("question", ELSEWHERE)
def test_neither_speaks_to_another_topic(
    in_english: HybridRetriever, in_portuguese: HybridRetriever, question: str
) -> None:
    for library in (in_english, in_portuguese):
        result = library.search(question, None, 3)
        assert not result.sufficient, result.evidence
