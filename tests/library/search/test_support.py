"""How far passages bear out sentences: the words that a sentence adds, and its meaning."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.core.values.library import Support
from assistant.library.search.support import MAX_COMPARED, support
from tests.support.made_library import MadeLibrary

RIVER = (
    "The Amazon is a river of South America. It is 6,400 kilometres long."
    " Its basin lies in Brazil, Peru, Colombia and five other nations."
)
BREAD = "Rye bread is baked from rye flour and water. It keeps for a week."
PORTUGUESE = "O aluguel pode subir a cada doze meses. O aviso deve ser dado por escrito."


@pytest.fixture
def library(made: MadeLibrary) -> MadeLibrary:
    """Three texts; and more, so that rare words are rare."""
    for name, text in (("river", RIVER), ("bread", BREAD), ("rent", PORTUGUESE)):
        made.put(name, text)
    for number in range(9):
        made.put(f"other{number}", f"Nothing to see in file {number} of many.")
    return made


def weigh(
    library: MadeLibrary,
    sentence: str,
    question: str = "",
    texts: Sequence[str] = (RIVER, BREAD, PORTUGUESE),
) -> tuple[Support, ...]:
    (row,) = support(
        [sentence], texts, library.database, library.analyzer, library.embedder, question
    )
    return row


def test_words_that_the_question_had_already_bear_witness_to_nothing(library: MadeLibrary) -> None:
    question = "Which nations share the basin of the Amazon river?"

    repeated = weigh(library, "The Amazon river basin is shared by nations.", question)[0]
    invented = weigh(library, "The Amazon river basin belongs to France.", question)[0]
    told = weigh(library, "The Amazon river basin lies in Brazil and Peru.", question)[0]

    assert (repeated.overlap, invented.overlap) == (0, 0)
    assert told.overlap > 0.6


def test_without_a_question_every_word_counts(library: MadeLibrary) -> None:
    assert weigh(library, "The Amazon is a river.")[0].overlap > 0.9
    assert weigh(library, "The Amazon is a river.", "Is the Amazon a river?")[0].overlap == 0


def test_a_short_answer_is_borne_out_together_with_its_question(library: MadeLibrary) -> None:
    question = "How long is the Amazon river in kilometres?"

    river, bread, _ = weigh(library, "6400.", question)

    assert river.overlap == 1
    assert bread.overlap == 0
    assert river.cosine > weigh(library, "6400.")[0].cosine
    assert RIVER[river.start : river.end] == "It is 6,400 kilometres long."


def test_a_number_that_is_not_there_takes_everything_away(library: MadeLibrary) -> None:
    question = "How long is it?"

    right = weigh(library, "It is 6,400 kilometres long, in South America.", question)[0]
    wrong = weigh(library, "It is 6,500 kilometres long, in South America.", question)[0]

    assert right.overlap > 0.5
    assert wrong.overlap == 0


def test_words_that_everybody_uses_say_nothing(library: MadeLibrary) -> None:
    assert weigh(library, "It is so.", "Is the bread from rye?")[1].overlap == 0


def test_each_text_is_read_in_its_own_language(library: MadeLibrary) -> None:
    question = "Quando o aluguel sobe?"

    river, _, rent = weigh(library, "Depois de doze meses, com aviso por escrito.", question)

    assert rent.overlap > 0.5
    assert river.overlap == 0


def test_the_sentence_that_says_it_is_the_one_that_is_named(library: MadeLibrary) -> None:
    found = weigh(library, "Brazil and Peru share its basin.", "Who shares it?")[0]

    assert RIVER[found.start : found.end].startswith("Its basin lies in Brazil")


def test_texts_that_no_library_has_can_be_held_against_an_answer(made: MadeLibrary) -> None:
    """As a file that comes with a question, before anything was added."""
    (row,) = support(
        ["It rises every twelve months."],
        ["The rent rises every twelve months."],
        made.database,
        made.analyzer,
        made.embedder,
        "When does the rent rise?",
    )

    assert row[0].overlap > 0.9


def test_of_a_long_text_only_the_sentences_with_most_words_are_compared(
    library: MadeLibrary,
) -> None:
    long = " ".join(f"Line {number} says little." for number in range(500)) + f" {BREAD}"
    library.embedder.embedded.clear()

    found = weigh(library, "It is baked from rye flour.", "What is it?", [long])[0]

    assert len(library.embedder.embedded) <= MAX_COMPARED + 2
    assert "rye flour" in long[found.start : found.end]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    st.lists(st.text(alphabet="Aa 1.,\n漢é"), max_size=3),
    st.lists(st.text(alphabet="Aa 1.,\n漢é"), max_size=3),
    st.text(alphabet="Aa 1?"),
)
def test_signs_are_shares_and_places_whatever_is_asked(
    made: MadeLibrary, sentences: list[str], texts: list[str], question: str
) -> None:
    rows = support(sentences, texts, made.database, made.analyzer, made.embedder, question)

    assert [len(row) for row in rows] == [len(texts)] * len(sentences)
    for row in rows:
        for found, text in zip(row, texts, strict=True):
            assert 0 <= found.overlap <= 1.0001
            assert 0 <= found.start <= found.end <= len(text)
