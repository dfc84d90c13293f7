"""A follow-up is about what was asked before, also where it finds something by itself."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import cast

import pytest

from assistant.core.grounding.followups import Antecedents
from assistant.core.grounding.retrieval import search
from assistant.core.grounding.scope import RetrievalScope
from assistant.core.ports.library import Library
from assistant.core.values.conversation import Citation, Message, Place, Role
from assistant.core.values.library import SearchResult
from assistant.library.embedding.sentence_transformers import SentenceTransformerEmbedder
from assistant.library.embedding.serving import SharedEmbedder
from assistant.library.search.retrieval import HybridRetriever
from assistant.library.vectors.semantic import SemanticIndex
from tests.support.made_library import MadeLibrary
from tests.support.vector_writer import open_index

WORKSHOP = {
    "oak.md": "The oak table costs 480 euros. It was built by Hanna Voss. Delivery takes weeks.",
    "pine.md": "The pine shelf costs 95 euros. It was built by Emil Kraft. Delivery takes days.",
    "team.md": "Hanna Voss trained in Lyon and leads the workshop. Emil Kraft trained in Graz.",
    "cama.md": "A cama de cedro custa 900 reais. Foi feita por Rita Prado. A entrega leva um mês.",
    "mesa.md": "A mesa de ipê custa 700 reais. Foi feita por João Melo. A entrega leva dez dias.",
    "equipe.md": "Rita Prado estudou em Recife. João Melo estudou em Manaus.",
}


class Searched:
    """The library's search, as the turn asks for it."""

    def __init__(self, retrieval: HybridRetriever) -> None:
        self._retrieval = retrieval

    def search(
        self, question: str, collections: Sequence[str] | None, limit: int, stop: Event
    ) -> SearchResult:
        return self._retrieval.search(question, None, limit)


@pytest.fixture
def workshop(home: Path, embedder: SentenceTransformerEmbedder) -> Iterator[Library]:
    made = MadeLibrary(home, embedder)
    for name, text in WORKSHOP.items():
        made.put(name, text)
    index = open_index(made)
    meaning = SemanticIndex(SharedEmbedder(made.embedder), made.embeddings, index)
    yield cast(Library, Searched(HybridRetriever(made.database, made.analyzer, meaning)))
    index.close()
    made.close()


def message(role: Role, text: str, cited: str = "", quote: str = "") -> Message:
    citation = Citation(
        number=1,
        strength="supported",
        start=0,
        end=len(text),
        path=f"/docs/{cited}",
        title=cited,
        place=Place(),
        quote=quote,
        quote_start=0,
        content_hash="",
    )
    return Message(
        id=text,
        conversation_id="c",
        parent_id=None,
        role=role,
        text=text,
        state="complete",
        created=datetime(2026, 1, 1, tzinfo=UTC),
        citations=(citation,) if cited else (),
    )


PINE = [
    message("user", "How much does the pine shelf cost?"),
    message("assistant", "95 euros.", "pine.md", "The pine shelf costs 95 euros."),
]
BUILT = [
    *PINE,
    message("user", "Who built it?"),
    message("assistant", "It was built by Emil Kraft.", "pine.md", "It was built by Emil Kraft."),
]
OAK = [message("user", "How much does the oak table cost?"), message("assistant", "480 euros.")]
CEDRO = [
    message("user", "Quanto custa a cama de cedro?"),
    message("assistant", "900 reais.", "cama.md", "A cama de cedro custa 900 reais."),
]
MESA = [message("user", "Quanto custa a mesa de ipê?"), message("assistant", "700 reais.")]


def _search(workshop: Library, question: str, history: list[Message]) -> SearchResult:
    before = Antecedents.of(history, lambda _: None)
    return search(workshop, question, before, RetrievalScope(), Event())


@pytest.mark.parametrize(
    ("history", "question", "file"),
    [
        (PINE, "Who built it?", "pine.md"),
        (PINE, "And how long does delivery take?", "pine.md"),
        (PINE, "What about delivery?", "pine.md"),
        (BUILT, "Where did he train?", "team.md"),
        (BUILT, "And how much does it cost?", "pine.md"),
        (OAK, "Who built it?", "oak.md"),
        (OAK, "And the delivery?", "oak.md"),
        (OAK, "And who built the pine shelf?", "pine.md"),
        (CEDRO, "Quem a fez? E a entrega dela?", "cama.md"),
        (CEDRO, "E a entrega, quanto tempo leva?", "cama.md"),
        (MESA, "E a entrega?", "mesa.md"),
        (MESA, "Por quem ela foi feita?", "mesa.md"),
        (MESA, "Quem a fez?", "mesa.md"),
        (CEDRO, "Quem a projetou?", "cama.md"),
        (OAK, "Who sanded it?", "oak.md"),
        (MESA, "Where did Emil Kraft train?", "team.md"),
    ],
)
def test_it_is_answered_from_what_it_follows(
    workshop: Library, history: list[Message], question: str, file: str
) -> None:
    found = _search(workshop, question, history)
    assert found.passages[0].path == f"/docs/{file}"


def test_a_first_question_is_searched_as_it_is(workshop: Library) -> None:
    alone = workshop.search("Who built it?", None, 4, Event())
    assert _search(workshop, "Who built it?", []).passages == alone.passages[:4]


def test_no_passage_comes_twice(workshop: Library) -> None:
    found = _search(workshop, "Who built it?", PINE)
    every = [*found.passages, *(each.passage for each in found.unused)]
    assert len({passage.id for passage in every}) == len(every)
