"""What a model writes as marks and sources itself is taken away or labelled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.grounding.citations import annotate, annotated, check_answer
from assistant.core.grounding.unconfirmed import LABEL, StreamedMarks, has_own_marks
from assistant.core.values.conversation import Citation
from assistant.core.values.library import AnswerCheck, Support
from tests.support.passages import passage


def cited(answer: str, *, sentences: tuple[int, ...] = (0,)) -> tuple[Citation, ...]:
    """Citations of some sentences of an answer."""

    def check(asked: object, _: object) -> AnswerCheck:
        return AnswerCheck(
            support=tuple(
                (
                    Support(
                        strength="supported" if n in sentences else None, score=1, start=0, end=4
                    ),
                )
                for n in range(len(list(asked)))  # type: ignore[call-overload]
            )
        )

    return check_answer(answer, [passage("The rent may rise.")], check).citations


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("It rises [1].", "It rises."),
        ("It rises. [1] [2][3]", "It rises."),
        ("It rises. [1, 2] Twice. [1–3]", "It rises. Twice."),
        ("It rises. [2\N{NO-BREAK SPACE}✗]", "It rises."),
        ("[1] It rises.", f"{LABEL.capitalize()}:\nIt rises."),
        ("Values are in [0, 100] and `a[1]`.", "Values are in [0, 100] and `a[1]`."),
        ("Yes.\n\nSources:\n[1] a.pdf\n[2] b.pdf", f"Yes.\n\nSources ({LABEL}):\na.pdf\nb.pdf"),
        ("Yes. Sources: [1] a.pdf, p. 3", f"Yes. Sources ({LABEL}): a.pdf, p. 3"),
        ("**References:**\n- [1] a.pdf", f"**References ({LABEL}):**\n- a.pdf"),
        ("## Fontes\n1. contrato.pdf", f"## Fontes ({LABEL})\n1. contrato.pdf"),
        ("Sim.\n\n**Referências**\n* a.pdf", f"Sim.\n\n**Referências ({LABEL})**\n* a.pdf"),
        ("Fuente: [2] a.pdf", f"Fuente ({LABEL}): a.pdf"),
        ("> Source: a.pdf", f"> Source ({LABEL}): a.pdf"),
        ("Yes.\n\n[1] a.pdf\n[2] b.pdf", f"Yes.\n\n{LABEL.capitalize()}:\na.pdf\nb.pdf"),
        ("Sources of energy: wind.", "Sources of energy: wind."),
        ("He quotes his sources.", "He quotes his sources."),
        ("```\nSources:\n[1] x\n```", "```\nSources:\n[1] x\n```"),
    ],
)
def test_marks_go_and_sources_are_labelled_when_nothing_confirmed_them(
    answer: str, shown: str
) -> None:
    assert annotate(answer, (), checked=True) == shown
    assert has_own_marks(answer, ()) == (answer != shown)
    assert annotate(answer, ()) == answer


def test_a_line_that_was_confirmed_is_no_list_of_sources_of_the_model() -> None:
    answer = "[1] The rent may rise.\n[2] Elephants dance.\n\nSources:\n[7] a.pdf"

    marked = annotated(answer, cited(answer))

    assert marked.text == (
        f"The rent may rise. [1]\n{LABEL.capitalize()}:\nElephants dance.\n\n"
        f"Sources ({LABEL}):\na.pdf"
    )
    assert [marked.text[c.start : c.end] for c in marked.citations] == ["The rent may rise. [1]"]


def test_citations_stand_where_they_say_behind_labels() -> None:
    answer = "Sources: a.pdf\nThe rent may rise. It does. Fontes: b.pdf. It rises again."

    marked = annotated(answer, cited(answer, sentences=(1, 4)))

    assert [marked.text[c.start : c.end] for c in marked.citations] == [
        "The rent may rise. [1]",
        "It rises again. [1]",
    ]


def streamed(pieces: list[str]) -> str:
    marks = StreamedMarks()
    return "".join([*(marks.feed(piece) for piece in pieces), marks.end()])


@given(
    st.lists(
        st.sampled_from([*"ab .!`[]12,✗\n", "Sources", "Sources:", "[1]", "```", "これ", "**"])
    )
)
def test_what_is_shown_while_it_is_written_is_what_is_shown_line_by_line_at_the_end(
    pieces: list[str],
) -> None:
    answer = "".join(pieces)

    assert streamed(pieces) == streamed([answer]) == streamed(list(answer))


@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        (["It ri", "ses ", "[", "1", "]", " twice", ". [2", "] So."], "It rises twice. So."),
        (["Yes.\n", "Sour", "ces", ": [1] a"], f"Yes.\nSources ({LABEL}): a"),
        (["Sources", " ", "a", "."], "Sources a."),
        (["See. ", "Fontes ", "do rio", " secam"], "See. Fontes do rio secam"),
        (["Take `a", "[1]` or ", "b[", "0]."], "Take `a[1]` or b."),
        (["```\n", "a[1]\n", "```\n", "b[1]"], "```\na[1]\n```\nb"),
        (["これは。", "[1]", "それ"], "これは。それ"),
    ],
)
def test_marks_are_held_back_while_they_are_written(pieces: list[str], shown: str) -> None:
    assert streamed(pieces) == shown


def test_little_is_held_back() -> None:
    marks = StreamedMarks()

    assert marks.feed("The rent may rise every twelve mon") == "The rent may rise every twelve"
    assert marks.feed("ths, and then") == " months, and"


def test_a_line_without_end_is_given_out_as_it_comes() -> None:
    marks = StreamedMarks()

    shown = [marks.feed("word ") for _ in range(5000)]

    assert "".join([*shown, marks.end()]) == "word " * 5000
    assert max(map(len, shown)) < 100
