"""What a file is called leads to it, whatever its title is."""

from collections.abc import Iterator

import pytest

from assistant.library.embedding.serving import SharedEmbedder
from assistant.library.search.retrieval import HybridRetriever
from assistant.library.vectors.semantic import SemanticIndex
from tests.support.made_library import STAMP, MadeLibrary
from tests.support.vector_writer import open_index

NOTES = {
    "notes/report_q3.md": ("Overview of the quarter", "Lamps sold well. Revenue rose by a tenth."),
    "notes/report_q4.md": ("Overview of the quarter", "Lamps sold badly. Revenue fell by a tenth."),
    "notes/Meetings/2026-03-02 Budget.md": ("Meeting", "It was decided to buy a new boiler."),
    "notes/Meetings/2026-04-06 Budget.md": ("Meeting", "It was decided to paint the hall."),
    "notes/People/Jane Doe.md": ("Contact", "Phone: 555-0142. Likes tea."),
    "notes/People/Bob Ray.md": ("Contact", "Phone: 555-0177. Likes coffee."),
    "contas/fatura_12.pdf": ("Fatura", "O total da conta de luz é de 84 reais."),
    "contas/fatura_13.pdf": ("Fatura", "O total da conta de luz é de 91 reais."),
    "contas/Ação.md": ("Resumo", "As ações foram vendidas em maio."),
    "other/README.md": ("Welcome", "The build needs make."),
    "tool/README.md": ("Welcome", "The tool needs a hammer."),
}


@pytest.fixture
def searching(made: MadeLibrary) -> Iterator[HybridRetriever]:
    for name, (title, text) in NOTES.items():
        made.put(name, text, title=title)
    index = open_index(made)
    meaning = SemanticIndex(SharedEmbedder(made.embedder), made.embeddings, index)
    yield HybridRetriever(made.database, made.analyzer, meaning)
    index.close()


def first(searching: HybridRetriever, question: str) -> str:
    return searching.search(question, None, 4).passages[0].path.removeprefix("/docs/")


@pytest.mark.parametrize(
    ("question", "file"),
    [
        ("summarise report_q3.md", "notes/report_q3.md"),
        ("resuma report_q4.md", "notes/report_q4.md"),
        ("report q4 lamps", "notes/report_q4.md"),
        ("Did lamps sell well in report q3?", "notes/report_q3.md"),
        ("What is the phone of Jane Doe?", "notes/People/Jane Doe.md"),
        ("Bob Ray's phone", "notes/People/Bob Ray.md"),
        ("What was decided? 2026-04-06 Budget", "notes/Meetings/2026-04-06 Budget.md"),
        ("Qual é o total da fatura 13?", "contas/fatura_13.pdf"),
        ("fatura_12", "contas/fatura_12.pdf"),
        ("o que diz o arquivo ac\u0327a\u0303o?", "contas/Ação.md"),
        ("what does the README of the tool say?", "tool/README.md"),
        ("what does README in other say", "other/README.md"),
    ],
)
def test_the_file_that_is_named_comes_first(
    searching: HybridRetriever, question: str, file: str
) -> None:
    assert first(searching, question) == file


@pytest.mark.parametrize("question", ["summarise report_q3.md", "resuma fatura_12.pdf"])
def test_what_is_named_is_evidence_and_the_rest_stays_far_behind(
    searching: HybridRetriever, question: str
) -> None:
    found = searching.search(question, None, 4)
    assert found.sufficient
    best, *others = found.passages
    assert others
    assert all(other.score < 0.4 * best.score for other in others)


def test_two_files_that_are_named_both_come(searching: HybridRetriever) -> None:
    found = searching.search("compare report_q3.md and report_q4.md", None, 4)
    assert {p.path.rpartition("/")[2] for p in found.passages[:2]} == {
        "report_q3.md",
        "report_q4.md",
    }


def test_a_file_outside_of_the_searched_collections_is_not_named(
    made: MadeLibrary, searching: HybridRetriever
) -> None:
    other = made.collections.add("other")
    root = made.collections.add_root(other.id, b"/other").id
    made.put("other/lamp.md", "A lamp.", root=root)
    found = searching.search("summarise report_q3.md", [other.id], 4)
    assert not found.sufficient
    assert {passage.path for passage in found.passages} <= {"/docs/other/lamp.md"}


def test_a_large_file_gives_its_best_passages(
    made: MadeLibrary, searching: HybridRetriever
) -> None:
    rows = "\n\n".join(f"Row {n} of the diary tells of day {n} and its weather." for n in range(60))
    made.put("notes/diary_2025.txt", f"{rows}\n\nThe heron came back at dawn.", title="Days")
    about = searching.search("When does the heron come in diary_2025.txt?", None, 4)
    assert "heron" in about.passages[0].text
    whole = searching.search("summarise diary_2025.txt", None, 4)
    assert whole.passages[0].start == 0
    assert {passage.title for passage in whole.passages} == {"Days"}


def test_a_file_that_moved_is_found_by_its_new_name(
    made: MadeLibrary, searching: HybridRetriever
) -> None:
    made.catalog.move(b"/docs/notes/report_q3.md", b"/docs/old/harvest_7.md", STAMP)
    assert first(searching, "summarise harvest_7.md") == "old/harvest_7.md"
    assert first(searching, "old harvest") == "old/harvest_7.md"
    assert not searching.search("summarise report_q3.md", None, 4).sufficient
