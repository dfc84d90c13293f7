"""Citation marks while an answer is written."""

from collections.abc import Sequence
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.errors import LibraryDiedError
from assistant.core.grounding.citations import annotated, check_answer
from assistant.core.grounding.unconfirmed import LABEL
from assistant.core.values.library import AnswerCheck, CheckedPassage, NearestSentence
from assistant.serve.answers.marks import MODEL_WROTE, MarkedAnswer
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


SAYS = NearestSentence(number=1, text="The ferry leaves at nine.")
QUOTED = "Your files say: “The ferry leaves at nine.” [1]"


def checking(library: ScriptedLibrary | None = None, question: str = "") -> MarkedAnswer:
    """A question has the check tell what the files say to it, where nothing is borne out."""
    marked = MarkedAnswer(partial((library or ScriptedLibrary()).check, question=question))
    marked.passages = PASSAGES
    return marked


def streamed(
    pieces: Sequence[str], marked: MarkedAnswer, saying: NearestSentence | None = None
) -> list[str]:
    return [*map(marked.feed, pieces), marked.flush(), marked.end(saying)]


@given(
    st.lists(st.tuples(SAID, BETWEEN), max_size=7),
    st.integers(1, 7),
    st.sampled_from(["", "When does the ferry leave?"]),
)
def test_what_was_sent_is_the_answer_as_the_screen_would_mark_it(
    said: list[tuple[str, str]], size: int, question: str
) -> None:
    text = "".join(sentence + between for sentence, between in said)
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    marked = checking(question=question)

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


def test_behind_a_sentence_that_is_borne_out_a_word_is_sent_as_soon_as_the_next_one_begins() -> (
    None
):
    begun = ["The ferry leaves at nine. ", "It", " is", " white"]

    sent = streamed(begun, checking(question="When?"))

    assert sent == ["", "", "The ferry leaves at nine. [1] It", " is", " white", ""]


def test_nothing_is_sent_before_a_sentence_is_borne_out() -> None:
    marked = checking(question="When?")

    sent = streamed(["Nobody knows this. ", "The ferry leaves at nine. ", "So it is"], marked)

    assert sent[:2] == ["", ""]
    assert sent[2] == "Nobody knows this. The ferry leaves at nine. [1] So it"
    assert marked.saying is None


def test_where_the_files_say_nothing_to_the_question_nobody_waits_for_it() -> None:
    sent = streamed(["Nobody knows this. ", "It is", " so. "], checking())

    assert sent[1] == "Nobody knows this. It"


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
    marked = checking(ScriptedLibrary(dies=True), "When?")

    sent = streamed(["The ferry leaves at nine. ", "So it", " is"], marked)

    assert sent[1] == "The ferry leaves at nine. So"
    assert "".join(sent) == "The ferry leaves at nine. So it is"
    with pytest.raises(LibraryDiedError):
        ScriptedLibrary(dies=True).check([], [])


def test_what_the_files_say_comes_before_an_answer_that_they_do_not_support() -> None:
    marked = checking(question="When?")
    written = ["Nobody knows this. ", "The ferry leaves not at nine."]

    sent = streamed(written, marked, SAYS)

    assert sent[:-1] == ["", "", ""]
    assert sent[-1] == marked.answer.text
    assert sent[-1] == (
        f"{QUOTED}\n\n{MODEL_WROTE}\n\n"
        "Nobody knows this. The ferry leaves not at nine. [1\N{NO-BREAK SPACE}✗]"
    )
    quoted, contrary = marked.answer.citations
    assert sent[-1][quoted.start : quoted.end] == QUOTED
    assert (quoted.strength, quoted.quote_start) == ("verbatim", 0)
    assert sent[-1][contrary.start : contrary.end].startswith("The ferry leaves not")


def test_what_the_files_say_stands_alone_where_the_model_wrote_nothing() -> None:
    assert "".join(streamed([], checking(question="When?"), SAYS)) == QUOTED


def test_what_the_files_say_is_added_where_the_answer_is_sent_already() -> None:
    marked = checking()

    sent = "".join(streamed(["Nobody knows this."], marked, SAYS))

    assert sent == f"Nobody knows this.\n\n{QUOTED}"
    (citation,) = marked.answer.citations
    assert sent[citation.start : citation.end] == QUOTED


def test_an_answer_with_a_form_is_sent_as_it_is_written() -> None:
    marked = MarkedAnswer(partial(ScriptedLibrary().check, question="When?"), has_form=True)
    marked.passages = PASSAGES
    given = check_answer("The ferry leaves at nine.", PASSAGES, ScriptedLibrary().check).citations

    sent = streamed(['{"says": "Nobody', ' knows [1]"}'], marked, SAYS)

    assert sent == ['{"says": "Nobody', ' knows [1]"}', "", ""]
    assert marked.cite(given) == ""
    assert marked.answer.citations == given


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
