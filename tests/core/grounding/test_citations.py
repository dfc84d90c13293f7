"""Which passage bears out which sentence."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.grounding.citations import (
    Check,
    annotate,
    annotated,
    check_answer,
    is_borne_out,
    sentence_checks,
    sentences_of,
)
from assistant.core.values.conversation import Citation, Place, Strength
from assistant.core.values.library import (
    AnswerCheck,
    CheckedPassage,
    NearestSentence,
    Support,
)
from tests.support.passages import passage

RENT = passage("The landlord may raise the rent once every twelve months.", id="1")
PETS = passage("Cats are allowed. Dogs are not allowed.", id="2", page=9)


def says(
    strength: Strength | None, column: int = 0, nearest: NearestSentence | None = None
) -> Check:
    """A check that says the same of every sentence, for one of the passages."""

    def check(sentences: Sequence[str], passages: Sequence[CheckedPassage]) -> AnswerCheck:
        row = [Support(strength=None, score=0, start=0, end=0) for _ in passages]
        row[column] = Support(strength=strength, score=0.9, start=0, end=12)
        return AnswerCheck(support=tuple(tuple(row) for _ in sentences), nearest=nearest)

    return check


def cited(answer: str, check: Check) -> tuple[Citation, ...]:
    return check_answer(answer, [RENT, PETS], check).citations


@pytest.mark.parametrize("strength", ["verbatim", "supported", "weak", "contradicted", None])
def test_a_citation_has_the_strength_that_was_found(strength: Strength | None) -> None:
    found = cited("Rents go up each year.", says(strength))

    assert [citation.strength for citation in found] == ([strength] if strength else [])
    assert is_borne_out(found) == (strength in ("verbatim", "supported"))


@pytest.mark.parametrize(
    ("first", "second", "cites"),
    [
        ("weak", "supported", 2),
        ("supported", "verbatim", 2),
        ("supported", "contradicted", 1),
        ("weak", "contradicted", 2),
        ("supported", "supported", 1),
    ],
)
def test_of_several_passages_that_is_cited_which_says_most(
    first: Strength, second: Strength, cites: int
) -> None:
    def check(_: Sequence[str], __: Sequence[CheckedPassage]) -> AnswerCheck:
        row = [Support(strength=each, score=0.9, start=0, end=4) for each in (first, second)]
        return AnswerCheck(support=(tuple(row),))

    [citation] = cited("Rents go up.", check)

    assert citation.number == cites


def test_a_citation_says_where_its_source_stands() -> None:
    answer = "I think so. dogs are NOT allowed!"

    [citation] = cited(answer, says("verbatim", column=1))[1:]

    assert (citation.number, citation.strength) == (2, "verbatim")
    assert answer[citation.start : citation.end] == "dogs are NOT allowed!"
    assert citation.place.page == 9
    assert citation.quote == PETS.text[:12]
    assert citation.quote_start == PETS.start


def test_passages_are_checked_with_all_that_the_model_saw_of_them() -> None:
    asked: list[CheckedPassage] = []

    def check(_: Sequence[str], passages: Sequence[CheckedPassage]) -> AnswerCheck:
        asked.extend(passages)
        return AnswerCheck()

    below = RENT.model_copy(update={"place": Place(heading=("Lease", "Rent"))})
    check_answer("Rents go up.", [below], check)

    assert asked == [
        CheckedPassage(text=RENT.text, path=RENT.path, title=RENT.title, headings=("Lease", "Rent"))
    ]


def test_what_the_passages_say_to_the_question_comes_with_the_check() -> None:
    said = NearestSentence(number=2, text="Dogs are not allowed.")

    assert check_answer("Bananas.", [RENT, PETS], says(None, nearest=said)).nearest == said


def test_a_mark_of_a_passage_that_says_the_opposite_has_a_cross() -> None:
    answer = "Dogs are allowed. Who knows?"

    marked = annotated(answer, cited(answer, says("contradicted", column=1)))

    assert marked.text == "Dogs are allowed. [2\N{NO-BREAK SPACE}✗] Who knows?"
    [told] = sentence_checks(marked)
    assert (told.sentence.text, told.strength, told.number) == (
        "Dogs are allowed.",
        "contradicted",
        2,
    )


def test_marks_of_the_model_are_replaced_by_those_that_hold() -> None:
    answer = "Rents go up. [7] Dogs may not. [2]\nWho knows? [1]"
    found = cited(answer, says("supported"))[:1]

    assert annotate(answer, found) == "Rents go up. [1] Dogs may not.\nWho knows?"


def test_an_answer_without_citations_is_left_as_it_is() -> None:
    assert annotate("Take `list[0]` [1].", ()) == "Take `list[0]` [1]."


def test_without_passages_nothing_is_measured() -> None:
    assert check_answer("Anything.", [], says("verbatim")) == ((), None)


@given(st.text(alphabet="ab .!?\n[1]23é"))
def test_sentences_are_in_order_and_stand_where_they_say(answer: str) -> None:
    at = 0
    for sentence in sentences_of(answer):
        assert at <= sentence.start < sentence.end <= len(answer)
        assert sentence.text.split()[0][:1] in answer[sentence.start : sentence.end]
        at = sentence.end


@pytest.mark.parametrize(
    ("answer", "sentences"),
    [
        ("1. Rye bread\n2. Wheat bread", ["Rye bread", "Wheat bread"]),
        (
            "Dr. J. K. Lima came in 1999, at 3 p.m. sharp. Then he left.",
            ["Dr. J. K. Lima came in 1999, at 3 p.m. sharp.", "Then he left."],
        ),
        (
            "O Sr. Silva saiu (séc. 3 a.C. ou antes). Voltou.",
            ["O Sr. Silva saiu (séc. 3 a.C. ou antes).", "Voltou."],
        ),
        ("no one. no one.", ["no one.", "no one."]),
        ("これは。それは！", ["これは。", "それは！"]),
        ("> “It rises.” [2]\n- **Soon.**", ["“It rises.”", "Soon.**"]),
        ("Is it so? Yes.", ["Yes."]),
        ("Take this:\n```\nx = a[0]. y\n```\nDone.", ["Done."]),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(answer: str, sentences: list[str]) -> None:
    assert [sentence.text for sentence in sentences_of(answer)] == sentences


def test_marks_are_set_outside_code_only() -> None:
    answer = "Rents go up.[3] Take `list[0]`.\n```\nprint(row[1])\n```"
    found = cited(answer, says("supported"))[:1]

    marked = annotate(answer, found)

    assert marked == "Rents go up. [1] Take `list[0]`.\n```\nprint(row[1])\n```"


def test_every_sentence_has_a_verdict_and_offsets_hold_in_the_marked_answer() -> None:
    answer = "Rents go up. Dogs may not. [2]\n\nWho knows? Nobody."
    found = cited(answer, says("supported"))

    marked = annotated(answer, found[1:])

    assert marked.text == "Rents go up. Dogs may not. [1]\n\nWho knows? Nobody. [1]"
    assert [(v.sentence.text, v.strength, v.number) for v in sentence_checks(marked)] == [
        ("Rents go up.", "unsupported", None),
        ("Dogs may not.", "supported", 1),
        ("Nobody.", "supported", 1),
    ]
    assert [marked.text[c.start : c.end] for c in marked.citations] == [
        "Dogs may not. [1]",
        "Nobody. [1]",
    ]


@given(st.text(alphabet="ab .!?\n[1]2`-é"), st.sets(st.integers(0, 9)))
def test_a_marked_answer_says_of_its_sentences_what_was_found(
    answer: str, kept_at: set[int]
) -> None:
    everything = cited(answer, says("supported"))
    kept = [citation for at, citation in enumerate(everything) if at in kept_at]

    told = sentence_checks(annotated(answer, kept))

    if kept:
        assert [v.strength != "unsupported" for v in told] == [c in kept for c in everything]
