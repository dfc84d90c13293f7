"""Citation marks while an answer is written."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.errors import LibraryDiedError
from assistant.core.grounding.citations import annotated, check_answer
from assistant.core.grounding.unconfirmed import LABEL
from assistant.core.values.library import AnswerCheck, CheckedPassage, NearestSentence
from assistant.serve.answers.marks import MarkedAnswer
from tests.support.fake_library import ScriptedLibrary, passage

FERRY = passage(1, "The ferry leaves at nine. It costs two euros.")
BREAD = passage(2, "A loaf of rye bread costs four euros.")
PASSAGES = (FERRY, BREAD)

SAID = st.sampled_from(
    [
        "The ferry leaves at nine.",
        "The ferry leaves at nine [2].",
        "The ferry leaves at nine. [1]",
        "A loaf of rye bread costs four euros. [1][2]",
        "It costs two euros!",
        "Nobody knows this [1].",
        "Nobody, e.g. Dr. Bell, knows this.",
        "Ele disse que não.",
        "**The ferry leaves at nine.**",
        "Is it so?",
        "Take `list[0]` of it.",
        "```\nfirst = rows[1]\n```\n",
        "1. The ferry leaves at nine.",
        "As follows:",
    ]
)
BETWEEN = st.sampled_from([" ", "\n", "\n\n", "\n- ", "  "])


def checking(library: ScriptedLibrary | None = None) -> MarkedAnswer:
    marked = MarkedAnswer((library or ScriptedLibrary()).check)
    marked.passages = PASSAGES
    return marked


def streamed(pieces: Sequence[str], marked: MarkedAnswer) -> list[str]:
    return [*map(marked.feed, pieces), marked.flush()]


@given(st.lists(st.tuples(SAID, BETWEEN), max_size=7), st.integers(1, 7))
def test_what_was_sent_is_the_answer_as_the_screen_would_mark_it(
    said: list[tuple[str, str]], size: int
) -> None:
    text = "".join(sentence + between for sentence, between in said)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    marked = checking()

    sent = "".join(streamed(pieces, marked))

    assert sent == marked.answer.text
    for citation in marked.answer.citations:
        assert sent[: citation.end].endswith("]")
    cited = check_answer(text, PASSAGES, ScriptedLibrary().check).citations
    assert [each.number for each in marked.answer.citations] == [each.number for each in cited]
    shown = annotated(text, cited).text
    # Sources that the model lists itself are labelled by whole lines there.
    if cited and LABEL not in shown.casefold():
        assert sent.split() == shown.split()


def test_a_mark_goes_out_right_behind_its_sentence() -> None:
    sent = streamed(
        ["The ferry", " leaves at", " nine", ".", " A loaf", " of rye bread costs four euros."],
        checking(),
    )

    assert "".join(sent[:5]) == "The ferry leaves at nine. [1] A"
    assert "".join(sent).endswith("euros. [2]")


def test_a_word_is_sent_as_soon_as_the_next_one_begins() -> None:
    assert streamed(["One", " two", " three"], checking()) == ["", "One", " two", " three"]


def test_marks_of_the_model_are_not_sent() -> None:
    sent = streamed(
        ["Nobody knows this [", "1", "]. The ferry leaves at nine [2", "]."], checking()
    )

    assert "".join(sent) == "Nobody knows this. The ferry leaves at nine. [1]"


def test_what_looks_like_a_mark_in_code_is_sent() -> None:
    text = "Take `list[0]` of it.\n\n```\nfirst = rows[1]\n```\n"

    assert "".join(streamed(list(text), checking())) == text


def test_without_passages_everything_is_sent_as_it_is() -> None:
    marked = MarkedAnswer(ScriptedLibrary().check)

    assert "".join(streamed(list("See list[0] [1]. The ferry leaves at nine."), marked)) == (
        "See list[0] [1]. The ferry leaves at nine."
    )
    assert marked.answer.citations == ()


def test_the_opposite_has_a_cross() -> None:
    sent = "".join(streamed(["The ferry leaves not at nine."], checking()))

    assert sent == "The ferry leaves not at nine. [1\N{NO-BREAK SPACE}✗]"


def test_each_sentence_is_checked_once() -> None:
    asked: list[str] = []

    def check(sentences: Sequence[str], passages: Sequence[CheckedPassage]) -> AnswerCheck:
        asked.extend(sentences)
        return ScriptedLibrary().check(sentences, passages)

    marked = MarkedAnswer(check)
    marked.passages = PASSAGES
    streamed(list("The ferry leaves at nine. Nobody knows this. It costs two euros."), marked)

    assert asked == ["The ferry leaves at nine.", "Nobody knows this.", "It costs two euros."]


def test_an_answer_whose_check_fails_has_no_marks() -> None:
    marked = checking(ScriptedLibrary(dies=True))

    assert "".join(streamed(["The ferry leaves at nine."], marked)) == "The ferry leaves at nine."
    with pytest.raises(LibraryDiedError):
        ScriptedLibrary(dies=True).check([], [])


def test_what_the_files_say_is_added_with_its_passage() -> None:
    marked = checking()
    sent = "".join(streamed(["Nobody knows this."], marked))

    sent += marked.add_saying(NearestSentence(number=1, text="The ferry leaves at nine."))

    assert sent == "Nobody knows this.\n\nYour files say: “The ferry leaves at nine.” [1]"
    (citation,) = marked.answer.citations
    assert sent[citation.start : citation.end].startswith("Your files say")
    assert (citation.strength, citation.quote_start) == ("verbatim", 0)


def test_citations_that_are_given_are_waited_for() -> None:
    text = "## Part\n\nThe ferry leaves at nine.\nA loaf of rye bread costs four euros.\n"
    given = check_answer(text, PASSAGES, ScriptedLibrary().check).citations
    marked = MarkedAnswer(ScriptedLibrary(dies=True).check)
    marked.wait_for_citations()
    half = text.index("A loaf")

    sent = [marked.feed(text[:half]), marked.cite(given[:1]), marked.feed(text[half:])]
    sent += [marked.cite(given), marked.flush()]

    assert sent[0] == sent[2] == sent[4] == ""
    assert "".join(sent) == annotated(text, given).text
