"""The check of answers: what is certified, what is denied, and what is quoted."""

import pytest

from assistant.core.values.library import AnswerCheck, CheckedPassage, NearestSentence
from assistant.library.check.check import AnswerChecker
from assistant.library.text.analysis import Analyzer
from tests.library.check.cases import SPECIMENS, CheckCase
from tests.library.check.clauses import CLAUSES
from tests.library.check.states import STATES
from tests.support.made_library import WordEmbedder

CASES = [
    pytest.param(case, id=f"{kind} {number}")
    for kind, cases in {**SPECIMENS, **CLAUSES, **STATES}.items()
    for number, case in enumerate(cases, 1)
]


def checked(case: CheckCase) -> AnswerCheck:
    passage = CheckedPassage(
        text=case.passage, path=case.path, title=case.title, headings=case.headings
    )
    return AnswerChecker(Analyzer()).check([case.answer], [passage], case.question, WordEmbedder())


@pytest.mark.parametrize("case", CASES)
def test_an_answer_is_marked_as_its_passage_says(case: CheckCase) -> None:
    strength = checked(case).support[0][0].strength

    match case.right:
        case "borne out":
            assert strength in ("supported", "verbatim")
        case "not":
            assert strength not in ("supported", "verbatim")
        case right:
            assert strength == right


def test_the_sentence_that_says_it_is_the_one_that_is_named() -> None:
    passage = "The tower is old. It was painted in May 1999. Nobody lives there."
    case = CheckCase(
        "When was the tower painted?", "It was painted in May 1999.", passage, "verbatim"
    )

    found = checked(case).support[0][0]

    assert passage[found.start : found.end] == "It was painted in May 1999."


def nearest(question: str, *passages: CheckedPassage) -> NearestSentence | None:
    checker = AnswerChecker(Analyzer())
    return checker.check(["Bananas are yellow."], passages, question, WordEmbedder()).nearest


def test_what_the_files_say_is_about_the_one_that_was_asked_about() -> None:
    jane = CheckedPassage(
        text="# Contact\n\nPhone: 555-0142", path="/notes/Jane Doe.md", title="Contact"
    )
    bob = CheckedPassage(
        text="# Contact\n\nPhone: 555-0177", path="/notes/Bob Ray.md", title="Contact"
    )

    assert nearest("What is the phone number of Jane Doe?", bob, jane) == NearestSentence(
        number=2, text="Phone: 555-0142"
    )
    assert nearest("What is the phone number of Ann Stone?", bob, jane) is None


def test_what_the_files_say_begins_with_what_was_asked_about() -> None:
    lease = CheckedPassage(
        text="A caução corresponde a dois meses de renda.\nA renda é de 900 euros por mês.",
        path="/contrato.md",
    )

    found = nearest("Quanto é a renda?", lease)

    assert found is not None
    assert found.text == "A renda é de 900 euros por mês."


def test_of_two_versions_the_files_say_what_the_newer_one_says() -> None:
    new = CheckedPassage(text="Tenants may not keep a cat in their flat.", path="/rules_new.txt")
    old = CheckedPassage(text="Tenants may keep a cat in their flat.", path="/rules_old.txt")
    dear = CheckedPassage(text="A renda é de 950 euros por mês.", path="/contrato_2026.txt")
    cheap = CheckedPassage(text="A renda é de 900 euros por mês.", path="/contrato_2024.txt")

    assert nearest("May tenants keep a cat?", new, old) == NearestSentence(number=1, text=new.text)
    assert nearest("Quanto é a renda?", dear, cheap) == NearestSentence(number=1, text=dear.text)


def test_what_the_files_say_is_no_header_and_no_menu() -> None:
    rows = CheckedPassage(
        text="Department | Employee | Extension\nRadiology | Tom Weller | 2102",
        path="/staff.csv",
        headings=("Department | Employee | Extension",),
    )
    menu = CheckedPassage(text="Returns Shipping Warranty Contact Imprint", path="/shop.html")

    assert nearest("What is the extension of Tom Weller?", rows) == NearestSentence(
        number=1, text="Radiology | Tom Weller | 2102"
    )
    assert nearest("What is the shipping warranty?", menu) is None


def test_where_a_sentence_is_borne_out_nothing_else_is_quoted() -> None:
    passage = CheckedPassage(text="The tower is old.", path="/a.txt")

    found = AnswerChecker(Analyzer()).check(
        ["The tower is old."], [passage], "How is the tower?", WordEmbedder()
    )

    assert found.nearest is None


def test_without_passages_or_sentences_there_is_nothing_to_say() -> None:
    checker = AnswerChecker(Analyzer())
    passage = CheckedPassage(text="The tower is old.", path="/a.txt")

    assert checker.check(["So it is."], [], "", WordEmbedder()).support == ((),)
    assert checker.check([], [passage], "", WordEmbedder()).support == ()
