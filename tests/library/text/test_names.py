"""A question names a file in whatever spelling, and ordinary words name none."""

import pytest

from assistant.library.text.names import asks_for_whole, name_key, named_runs, with_names


def names(question: str, file_name: str) -> bool:
    runs = (run for run in named_runs(question) if run.key == name_key(file_name))
    return any(run.fit(file_name) for run in runs)


@pytest.mark.parametrize(
    ("question", "file"),
    [
        ("summarise report_q3.md", "report_q3.md"),
        ("summarise Report Q3, please", "report_q3.md"),
        ("report q4 lamps", "report_q4.md"),
        ("What was decided? See 2026-04-06 Budget", "2026-04-06 Budget.md"),
        ("what does jane doe.md say?", "Jane Doe.md"),
        ("What does the file Jane Doe say?", "Jane Doe.md"),
        ("o que diz o arquivo contrato?", "Contrato.docx"),
        ("¿qué dice el archivo “contrato”?", "contrato.pdf"),
        ("resuma orçamento_2025.xlsx", "Orçamento_2025.xlsx"),
        ("resuma orcamento 2025", "orc\u0327amento_2025.xlsx"),
        ("resuma o ManualDoForno", "manual_do_forno.pdf"),
        ("what does README tell of the build?", "README.md"),
        ("explain httpServer.py", "HTTPServer.py"),
        ("Qual é o total da fatura 12?", "Fatura-12.pdf"),
        ("what's in notes.txt", "notes.txt"),
        ("open archive.tar.gz", "archive.tar.gz"),
    ],
)
def test_a_file_is_named(question: str, file: str) -> None:
    assert names(question, file)


@pytest.mark.parametrize(
    ("question", "file"),
    [
        ("What notes did I take in May?", "notes.txt"),
        ("Where did Jane Doe train?", "Jane Doe.md"),
        ("what happened in 2024?", "2024.md"),
        ("report 12 of the harbour", "report_1_2.md"),
        ("please read me the rules", "README.md"),
        ("what is the budget for April?", "budget.xlsx"),
        ("quanto custa o contrato de luz?", "contrato.pdf"),
        ("the report", "report_q3.md"),
        ("does the licence cover it?", "LICENCE"),
        ("Quantos alunos tem a UFMS?", "UFMS.pdf"),
        ("Which programmes does NATO have?", "NATO.docx"),
        ("Quais são os cursos de pós-graduação?", "pos_graduacao.pdf"),
        ("What is a self-service desk?", "self_service.md"),
        ("", "a.md"),
    ],
)
def test_ordinary_words_name_no_file(question: str, file: str) -> None:
    assert not names(question, file)


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("Summarise report_q3.md", True),
        ("What is in report_q3.md?", True),
        ("Resuma o arquivo report_q3.md, por favor", True),
        ("¿De qué trata report_q3.md?", True),
        ("What does report_q3.md say about lamps?", False),
        ("Quantas lâmpadas em report_q3.md?", False),
    ],
)
def test_a_question_for_all_of_a_file_is_told_from_one_about_something_in_it(
    question: str, whole: bool
) -> None:
    assert asks_for_whole(question, ["/notes/report_q3.md"]) is whole


def test_a_title_gets_what_name_and_folders_add_to_it() -> None:
    assert with_names("Contact", "/home/notes/People/Jane Doe.md").split() == [
        "Contact", "notes", "People", "Jane", "Doe.md"
    ]  # fmt: skip
    assert (
        with_names("People: Jane Doe.md of the notes", "/notes/People/Jane Doe.md").count("\n") == 0
    )
