"""The keyword index finds words of every language in passages of every language."""

import pytest

from assistant.library.store import keywords
from assistant.library.store.keywords import KeywordQuery
from tests.support.corpus import ENGLISH_RULES, PORTUGUESE_RULES
from tests.support.made_library import MadeLibrary


def prepared(made: MadeLibrary, question: str) -> KeywordQuery:
    with made.database.read() as connection:
        return keywords.prepare_query(connection, made.analyzer, question)


@pytest.fixture
def mixed(made: MadeLibrary) -> MadeLibrary:
    made.put("english", ENGLISH_RULES)
    made.put("português", PORTUGUESE_RULES)
    made.put("names", "Müller, Weber, Souza; 12, 13, 14")
    return made


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("When do enrolled students borrow a book?", "english"),
        ("Quando os alunos devolvem os livros emprestados?", "português"),
        ("devolucoes atrasadas", "português"),
        ("what happens to late returns", "english"),
        ("SOUZA", "names"),
        ("muller", "names"),
        ("13", "names"),
    ],
)
def test_a_question_in_either_language_finds_its_passage_in_a_mixed_folder(
    mixed: MadeLibrary, question: str, first: str
) -> None:
    assert mixed.search(question)[0] == first


def test_the_language_of_a_question_is_one_that_passages_have(mixed: MadeLibrary) -> None:
    assert prepared(mixed, "When do the students return?").language == "en"
    assert prepared(mixed, "Quando os alunos devolvem?").language == "pt"
    assert set(prepared(mixed, "x").readings) == {"en", "pt", "simple"}


def test_stop_words_neither_find_nor_count(mixed: MadeLibrary) -> None:
    query = prepared(mixed, "What is the fine for the students?")
    assert set(query.readings["en"].weights) == {"fine", "student"}
    assert "the" not in query.readings["pt"].weights


def test_a_question_of_stop_words_only_is_still_looked_up(mixed: MadeLibrary) -> None:
    assert prepared(mixed, "who is it").readings["en"].weights
    assert mixed.search("the for and who") == ["english"]


def test_rare_words_count_more_than_common_ones(made: MadeLibrary) -> None:
    for number in range(9):
        made.put(f"{number}", f"Report number {number} about the harbour.")
    made.put("rare", "Report number 9 about the lighthouse.")
    weights = prepared(made, "report lighthouse").readings["en"].weights
    assert weights["lighthous"] > 3 * weights["report"] > 0
    assert made.search("a report about the lighthouse")[0] == "rare"


def test_words_of_the_title_are_found(made: MadeLibrary) -> None:
    made.put("a", "It opens at nine.", title="Library of Campo Grande")
    made.put("b", "It opens at ten.", title="Museum")
    assert made.search("Campo Grande") == ["a"]


@pytest.mark.parametrize(
    "question",
    ["", "   ", "?!", '"', "*", "NEAR(a b)", "title:x", "a AND", "-x", "\x00", "'; DROP", "\ud800"],
)
def test_no_question_is_a_syntax_error(mixed: MadeLibrary, question: str) -> None:
    assert isinstance(mixed.search(question), list)


def test_a_pasted_page_is_looked_up_by_its_rarest_words(made: MadeLibrary) -> None:
    made.put("a", "The zebra sleeps.")
    page = " ".join(f"filler{number}" for number in range(3000)) + " zebra"
    assert made.search(page) == ["a"]


def test_an_empty_library_finds_nothing(made: MadeLibrary) -> None:
    assert made.search("anything") == []
    assert prepared(made, "anything").passages == 0


def test_chinese_is_found_by_any_two_of_its_signs(made: MadeLibrary) -> None:
    made.put("a", "北京大学图书馆九点开门。")
    made.put("b", "上海博物馆十点开门。")
    assert made.search("图书馆什么时候开门")[0] == "a"
    assert made.search("博物馆") == ["b"]


def test_a_scope_without_collections_finds_nothing(mixed: MadeLibrary) -> None:
    assert mixed.search("students", []) == []
    assert mixed.search("students", [999]) == []
    assert mixed.search("students", [mixed.collection]) == ["english"]
