"""Questions about documents as a whole, told from questions about something in them."""

import pytest

from assistant.core.summarising.intent import whole_request

SUMMARISING = [
    "Summarise this report",
    "summarize it please",
    "Can you give me a summary of the document?",
    "What is it about?",
    "What is this document about?",
    "what does this paper say?",
    "What are the main topics?",
    "What are the key points of the contract?",
    "tl;dr",
    "Give me the gist of this article in three sentences",
    "Give me an overview of the whole book",
    "what are the key takeaways",
    "Resuma o relatório",
    "Resuma isto em cinco pontos",
    "Faça um resumo deste documento",
    "Do que trata este documento?",
    "Sobre o que é este livro?",
    "O que diz o contrato?",
    "Quais são os pontos principais?",
    "Quais as principais ideias do texto?",
    "Você pode resumir este arquivo para mim?",
    "Can you explain this paper to me?",
    "Describe the document briefly",
    "Explique o texto em poucas palavras",
    "Em que consiste o relatório, de forma resumida?",
    "Which topics does the book cover?",
    "What is covered in these notes?",
    "I need a short overview of the attached file",
    "Quero um resumo curto do anexo",
    "De que fala o artigo?",
]
COMPARING = [
    "compare the two documents",
    "What are the differences between these files?",
    "what changed between the two versions",
    "How do they differ?",
    "compare os dois contratos",
    "Quais são as diferenças entre os arquivos?",
    "O que mudou de uma versão para a outra?",
]
ABOUT_SOMETHING = [
    "Summarise the risks in this report",
    "What are the main points about rent?",
    "What does the contract say about pets?",
    "What is the deposit?",
    "Who wrote this report?",
    "Resuma a parte sobre o aluguel",
    "O que diz o contrato sobre animais?",
    "How long is the notice period?",
    "compare the rent with the deposit",
    "Quando foi escrito este documento?",
    "Write a poem about the sea",
    "Summarise the history of Rome",
    "",
    "?",
    "Thank you",
    "O contrato fala sobre isso?",
    "What does the contract say about this?",
    "Does it say so?",
    "Do you have this book?",
    "Write a summary of the French Revolution",
    "What is the main street of the town?",
    "Quem escreveu o livro?",
    "Explain recursion",
    "What can you do?",
]


@pytest.mark.parametrize("question", SUMMARISING)
def test_a_question_for_all_of_a_document_is_known(question: str) -> None:
    found = whole_request(question)

    assert found is not None
    assert (found.kind, found.is_command) == ("summarise", False)


@pytest.mark.parametrize("question", COMPARING)
def test_a_question_for_differences_is_known(question: str) -> None:
    found = whole_request(question)

    assert found is not None
    assert found.kind == "compare"


@pytest.mark.parametrize("question", ABOUT_SOMETHING)
def test_a_question_about_something_in_a_document_is_none(question: str) -> None:
    assert whole_request(question) is None


def test_files_and_collections_that_it_names_are_no_words_of_it() -> None:
    found = whole_request('Summarise @"/d/Rent in Porto.pdf" please', ["/d/Rent in Porto.pdf"])
    assert found is not None
    assert found.names_documents
    assert whole_request("What is @/d/rent.pdf about?", ["/d/rent.pdf"])
    assert whole_request("Resuma #moradia", collections=["moradia"])
    assert whole_request("Resuma #moradia") is None


@pytest.mark.parametrize(
    ("typed", "points", "wish"),
    [
        ("/summarise", None, ""),
        ("/summarise in five points", 5, ""),
        ("/summarize in 3 short sentences", 3, ""),
        ("/summarise em dez frases", 10, ""),
        ("/summarise in seven points for a child", 7, "for a child"),
        ("/summarise what it says of 2024", None, "what it says of 2024"),
        ("/summarise in 900 points", 30, ""),
        ("/summarise | em quatro tópicos", 4, ""),
    ],
)
def test_what_follows_the_command_is_how_it_is_wanted(
    typed: str, points: int | None, wish: str
) -> None:
    found = whole_request(typed)

    assert found is not None
    assert found.is_command
    assert (found.kind, found.points, found.wish) == ("summarise", points, wish)
