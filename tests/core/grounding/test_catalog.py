"""Questions about the library itself are answered from its catalogue, and no others are."""

from datetime import UTC, datetime

import pytest

from assistant.core.grounding.catalog import Intent, catalog_answer, intent_of, rows_left_out
from assistant.core.values.conversation import Place
from assistant.core.values.library import Collection, FileEntry
from tests.support.fake_library import ScriptedLibrary
from tests.support.passages import passage

ABOUT_THE_LIBRARY: dict[str, Intent] = {
    "List all documents": "list",
    "list my files, please": "list",
    "Which documents do you have?": "list",
    "What files are there?": "list",
    "What is in my library?": "list",
    "Show me the notes": "list",
    "What do you have in the collection?": "list",
    "What are my documents?": "list",
    "Which are our files?": "list",
    "Liste todos os documentos": "list",
    "quais são os meus documentos": "list",
    "Quais são as minhas notas?": "list",
    "Que ficheiros são os meus?": "list",
    "¿Cuáles son mis documentos?": "list",
    "Quais arquivos você tem?": "list",
    "O que há na minha biblioteca?": "list",
    "Mostre meus arquivos": "list",
    "¿Qué documentos hay?": "list",
    "How many documents do you have?": "count",
    "How many notes are there in total?": "count",
    "Quantos arquivos há?": "count",
    "Quantos documentos você tem?": "count",
    "¿Cuántos archivos hay?": "count",
    "What is the number of files?": "count",
    "Which files are new?": "new",
    "Show the newest documents": "new",
    "Quais são os arquivos mais recentes?".replace("mais ", ""): "new",
    "Quais documentos são novos?": "new",
    "¿Qué archivos son nuevos?": "new",
    "Which files could not be read?": "failed",
    "What files couldn't you read?": "failed",
    "List the skipped files": "failed",
    "Quais arquivos não puderam ser lidos?": "failed",
    "Quais documentos falharam?": "failed",
    "¿Qué archivos no se pudieron leer?": "failed",
}

ABOUT_SOMETHING_ELSE = [
    "Summarise all my notes",
    "Resuma todas as minhas notas",
    "List my notes about boilers",
    "Which documents do I need for the visa?",
    "What are notes?",
    "What is in the file?",
    "What is in my notes?",
    "What is my note?",
    "What is in report_q3.md?",
    "How many members have not paid?",
    "How many pages has the lease?",
    "Quantos membros não pagaram?",
    "Quais documentos preciso levar?",
    "Which document is it?",
    "Read the file",
    "List the prices",
    "Who wrote the new document on lamps?",
    "hello",
    "",
]


@pytest.mark.parametrize("question", ABOUT_THE_LIBRARY)
def test_what_is_asked_of_the_library(question: str) -> None:
    assert intent_of(question) == ABOUT_THE_LIBRARY[question]


@pytest.mark.parametrize("question", ABOUT_SOMETHING_ELSE)
def test_what_is_asked_of_something_else(question: str) -> None:
    assert intent_of(question) is None


LEASE = FileEntry(
    path="/home/lease.md",
    size=9,
    state="indexed",
    passages=4,
    modified=datetime(2026, 3, 5, tzinfo=UTC),
)
OLD = FileEntry(
    path="/home/old.md",
    size=9,
    state="indexed",
    passages=1,
    modified=datetime(2020, 3, 5, tzinfo=UTC),
)
SCAN = FileEntry(
    path="/home/scan.pdf", size=9, state="skipped", passages=0, reason="no_text", detail="pictures"
)
HOME = Collection(name="home", roots=("/home",), files=3, passages=5, skipped=1)


def answer(question: str) -> str:
    told = catalog_answer(
        ScriptedLibrary(collections=[HOME], files=[OLD, LEASE, SCAN]), question, None
    )
    assert told is not None
    return told


def test_files_are_listed_in_the_words_of_the_command() -> None:
    told = answer("List all documents")
    assert "home: 3 files, 5 passages" in told
    assert "- /home/lease.md (indexed, 4 passages, 2026-03-05)" in told
    assert "- /home/scan.pdf (skipped, no text: pictures)" in told
    told = answer("Liste meus documentos")
    assert "home: 3 arquivos, 5 trechos" in told
    assert "- /home/lease.md (indexado, 4 trechos, 2026-03-05)" in told


def test_files_are_counted() -> None:
    assert answer("How many files do you have?") == (
        "There are 3 files in your library: 2 indexed, 1 skipped, 0 to be read."
    )
    assert answer("Quantos arquivos há?") == (
        "Há 3 arquivos em sua biblioteca: 2 indexados, 1 não lido, 0 à espera."
    )


def test_the_newest_come_first_and_what_gave_no_text_says_why() -> None:
    new = answer("Which files are new?")
    assert new.index("lease.md") < new.index("old.md")
    failed = answer("Quais arquivos não puderam ser lidos?")
    assert "scan.pdf (não lido, no text: pictures)" in failed
    assert "lease.md" not in failed


def test_a_collection_is_asked_about_by_its_name() -> None:
    other = Collection(name="Boats", roots=("/boats",), files=7, passages=9)
    library = ScriptedLibrary(collections=[HOME, other], files=[LEASE])
    told = catalog_answer(library, "How many files are there in Boats?", None)
    assert told == "There are 7 files in Boats: 7 indexed, 0 skipped, 0 to be read."
    told = catalog_answer(library, "How many files are there?", ("home",))
    assert told is not None
    assert "3 files in home" in told


def test_nothing_is_told_of_other_questions_or_without_files() -> None:
    library = ScriptedLibrary(collections=[HOME], files=[LEASE])
    assert catalog_answer(library, "Summarise all my notes", None) is None
    assert catalog_answer(library, "List all documents", ()) is None
    assert catalog_answer(ScriptedLibrary(), "List all documents", None) is None


def test_a_count_over_a_table_says_that_only_a_part_was_read() -> None:
    rows = [
        passage(f"M{n} | paid", id=str(n), path="/home/members.csv").model_copy(
            update={"place": Place(row=n), "file_passages": 13}
        )
        for n in range(1, 5)
    ]
    told = rows_left_out("How many members have not paid the fee?", rows)
    assert told == "only 4 of the 13 passages of members.csv were read"
    assert rows_left_out("Quantos membros não pagaram?", rows) == told
    assert rows_left_out("Did M790 pay?", rows) == ""
    whole = [each.model_copy(update={"file_passages": 4}) for each in rows]
    assert rows_left_out("How many members have not paid?", whole) == ""
    assert rows_left_out("How many?", [passage("Prose.")]) == ""
