"""Which passage bears out which sentence."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.grounding.citations import (
    annotate,
    annotated,
    check_citations,
    nearest_sentence,
    sentence_checks,
    sentences_of,
)
from assistant.core.values.library import NearestSentence, Support
from tests.support.passages import passage

RENT = passage("The landlord may raise the rent once every twelve months.", id="1")
PETS = passage("Cats are allowed. Dogs are not allowed.", id="2", page=9)


def signs(overlap: float, cosine: float, column: int = 0, columns: int = 2):  # type: ignore[no-untyped-def]
    """A measure that says the same of every sentence, for one of the passages."""

    def measure(sentences: Sequence[str], texts: Sequence[str]) -> tuple[tuple[Support, ...], ...]:
        assert len(texts) == columns
        row = [Support(cosine=0, overlap=0, start=0, end=4) for _ in texts]
        row[column] = Support(cosine=cosine, overlap=overlap, start=0, end=12)
        return tuple(tuple(row) for _ in sentences)

    return measure


@pytest.mark.parametrize(
    ("overlap", "cosine", "strength"),
    [
        (0.9, 0.9, "supported"),
        (0.65, 0.9, "weak"),
        (0.9, 0.55, "weak"),
        (0.45, 0.9, None),
        (0.9, 0.1, None),
        (0.1, 0.9, None),
        (0.0, 0.0, None),
    ],
)
def test_words_and_meaning_have_to_agree(
    overlap: float, cosine: float, strength: str | None
) -> None:
    found = check_citations(
        "Rents go up each year.", [RENT, PETS], signs(overlap, cosine, column=0)
    )

    assert [citation.strength for citation in found] == ([strength] if strength else [])


def test_a_sentence_that_stands_in_a_passage_is_verbatim_whatever_its_case() -> None:
    answer = "I think so. dogs are NOT allowed!"

    [citation] = check_citations(answer, [RENT, PETS], signs(0.9, 0.9, column=1))[1:]

    assert (citation.number, citation.strength) == (2, "verbatim")
    assert answer[citation.start : citation.end] == "dogs are NOT allowed!"
    assert citation.place.page == 9
    assert citation.quote == PETS.text[:12]
    assert citation.quote_start == PETS.start


def test_marks_of_the_model_are_replaced_by_those_that_hold() -> None:
    answer = "Rents go up. [7] Dogs may not. [2]\nWho knows? [1]"
    found = check_citations(answer, [RENT, PETS], signs(0.9, 0.9, column=0))[:1]

    assert annotate(answer, found) == "Rents go up. [1] Dogs may not.\nWho knows?"


def test_an_answer_without_citations_is_left_as_it_is() -> None:
    assert annotate("Take `list[0]` [1].", ()) == "Take `list[0]` [1]."


def test_without_passages_nothing_is_measured() -> None:
    assert check_citations("Anything.", [], signs(1, 1)) == ()


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
    found = check_citations(answer, [RENT, PETS], signs(0.9, 0.9, column=0))[:1]

    marked = annotate(answer, found)

    assert marked == "Rents go up. [1] Take `list[0]`.\n```\nprint(row[1])\n```"


def test_every_sentence_has_a_verdict_and_offsets_hold_in_the_marked_answer() -> None:
    answer = "Rents go up. Dogs may not. [2]\n\nWho knows? Nobody."
    cited = check_citations(answer, [RENT, PETS], signs(0.9, 0.9, column=0))

    marked = annotated(answer, cited[1:])

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
def test_a_marked_answer_says_of_its_sentences_what_was_found(answer: str, cited: set[int]) -> None:
    everything = check_citations(answer, [RENT, PETS], signs(0.9, 0.9, column=0))
    kept = [citation for at, citation in enumerate(everything) if at in cited]

    told = sentence_checks(annotated(answer, kept))

    if kept:
        assert [v.strength != "unsupported" for v in told] == [c in kept for c in everything]


def test_a_heading_is_quoted_with_the_sentence_below_it() -> None:
    text = "Deposit. The tenant pays two monthly rents. It is returned later."

    def measure(_: Sequence[str], __: Sequence[str]) -> tuple[tuple[Support, ...], ...]:
        return ((Support(cosine=0.8, overlap=1, start=0, end=len("Deposit.")),),)

    said = nearest_sentence("How large is the deposit?", [passage(text)], measure)

    assert said == NearestSentence(number=1, text="Deposit. The tenant pays two monthly rents.")


def test_a_heading_with_nothing_below_it_is_quoted_alone() -> None:
    def measure(_: Sequence[str], __: Sequence[str]) -> tuple[tuple[Support, ...], ...]:
        return ((Support(cosine=0.8, overlap=1, start=0, end=8),),)

    assert nearest_sentence("The deposit?", [passage("Deposit.")], measure) == NearestSentence(
        number=1, text="Deposit."
    )


@pytest.mark.parametrize(
    ("answer", "overlap", "strength"),
    [
        ("The warranty of the fridge.", 0.0, None),
        ("The warranty of the fridge.", 0.5, "verbatim"),
        ("The warranty of the fridge lasts 18 months.", 0.0, "verbatim"),
    ],
)
def test_a_part_of_a_sentence_that_says_the_question_again_is_no_evidence(
    answer: str, overlap: float, strength: str | None
) -> None:
    text = "The warranty of the fridge lasts 18 months."

    def measure(_: Sequence[str], __: Sequence[str]) -> tuple[tuple[Support, ...], ...]:
        return ((Support(cosine=0.5, overlap=overlap, start=0, end=len(text)),),)

    found = check_citations(answer, [passage(text)], measure)

    assert [citation.strength for citation in found] == ([strength] if strength else [])
