"""Two versions of a text are told from copies, and what sets them apart is said."""

from datetime import UTC, datetime

import pytest

from assistant.core.grounding.retrieval import compose_question
from assistant.core.grounding.versions import (
    ComparedText,
    differing_words,
    disagreements,
    disputed,
    newest_first,
)
from assistant.core.values.documents import Passage
from tests.support.passages import passage

RULES = (
    "Tenants may keep a cat or a small dog in their flat. The stairs are swept on Friday by the"
    " house of {place}. The fee is {fee} euros a month and is paid in {month}. Bicycles stand in"
    " the yard, never in the hall, and the caretaker is {name}."
)
PLAIN = RULES.format(place="Berta", fee="40", month="March", name="Emil Kraft")
REGRAS = (
    "Os moradores podem ter um gato ou um cachorro pequeno. A escada é varrida na sexta-feira. A"
    " taxa é de 40 reais por mês e vence em março. As bicicletas ficam no pátio."
)


def differ(one: str, other: str) -> tuple[str, str] | None:
    return differing_words(ComparedText.of(one), ComparedText.of(other))


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (PLAIN.replace("may keep", "may not keep"), ("", "not")),
        (PLAIN.replace("may keep", "must never keep"), ("may", "must never")),
        (PLAIN.replace("40", "55"), ("40", "55")),
        (PLAIN.replace("40", "4.0"), ("40", "4.0")),
        (PLAIN.replace("March", "April"), ("March", "April")),
        (PLAIN.replace("Emil Kraft", "Hanna Voss"), ("Emil Kraft", "Hanna Voss")),
        (PLAIN.replace("Berta", "Ada"), ("Berta", "Ada")),
        (PLAIN.replace("cat or", "cat and"), ("or", "")),
    ],
)
def test_a_word_that_says_something_makes_versions(other: str, words: tuple[str, str]) -> None:
    assert differ(PLAIN, other) == words


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        (REGRAS, REGRAS.replace("podem ter", "não podem ter"), ("", "não")),
        (REGRAS, REGRAS.replace("40", "55"), ("40", "55")),
        (REGRAS, REGRAS.replace("março", "maio"), ("março", "maio")),
        (REGRAS, REGRAS.replace("sexta-feira", "segunda-feira"), ("sexta", "segunda")),
        (REGRAS, REGRAS.replace("gato ou", "gato sem"), ("ou", "sem")),
    ],
)
def test_so_it_is_in_portuguese(one: str, other: str, words: tuple[str, str]) -> None:
    assert differ(one, other) == words


@pytest.mark.parametrize(
    "other",
    [PLAIN.upper(), PLAIN.replace(" ", "\n"), PLAIN.replace(".", ";"), f"The {PLAIN}"],
)
def test_the_same_words_are_a_copy(other: str) -> None:
    assert differ(PLAIN, other) == ("", "")


@pytest.mark.parametrize(
    "other", ["", "Something else stands here, of another house.", PLAIN[: len(PLAIN) // 3], REGRAS]
)
def test_other_texts_are_no_versions(other: str) -> None:
    assert differ(PLAIN, other) is None


def version(number: int, text: str, year: int, score: float = 0.8) -> Passage:
    return passage(text, id=str(number), path=f"/rules/{number}.txt").model_copy(
        update={"modified": datetime(year, 1, 2, tzinfo=UTC), "score": score}
    )


OLD = version(1, PLAIN, 2024)
NEW = version(2, PLAIN.replace("may keep", "may not keep"), 2026)
OTHER = version(3, "A boat lies at the pier.", 2025)


def test_the_newer_version_comes_first_at_the_same_score() -> None:
    assert [p.id for p in newest_first([OLD, OTHER, NEW])] == ["2", "1", "3"]
    assert [p.id for p in newest_first([NEW, OLD, OTHER])] == ["2", "1", "3"]
    better = OLD.model_copy(update={"score": 0.9})
    assert [p.id for p in newest_first([better, NEW])] == ["1", "2"]


def test_the_model_is_told_that_its_sources_disagree() -> None:
    read = compose_question("May I keep a cat?", [NEW, OLD, OTHER])
    assert (
        "[1] and [2] say nearly the same and differ: [1] “not”, [2] without it. [1] is newer."
        in read
    )
    assert "2026-01-02" in read
    assert "2024-01-02" in read
    assert "2025" not in read
    assert read.endswith("May I keep a cat?")


LONG = "{0} The kitchen was painted in spring, and the stairs are swept every second Friday."
"""A passage of which the first sentence is told."""


@pytest.mark.parametrize(
    ("mine", "other"),
    [
        (
            "The deposit is returned within six months.",
            "The deposit is returned within a year.",
        ),
        ("The deposit is returned.", "The deposit is not returned."),
        ("The gate is locked at ten.", "The gate is locked at ten, on Fridays at one."),
        ("The gate is locked at ten, but never in May.", "The gate is locked at ten."),
        ("The fee is 85 reais.", "The fee is 95 reais."),
        ("Code E0451 stops the pump.", "Code E0415 stops the pump."),
        ("A caução é devolvida em seis meses.", "A caução é devolvida em três meses."),
        ("O portão fecha às dez.", "O portão não fecha às dez."),
        ("A mensalidade vence no dia 10.", "A mensalidade vence no dia 12."),
        ("Sócios novos pagam metade.", "Sócios novos pagam metade, menos em janeiro."),
    ],
)
def test_what_an_answer_rests_on_is_disputed_where_another_version_says_otherwise(
    mine: str, other: str
) -> None:
    passages = [version(1, LONG.format(mine), 2024), version(2, LONG.format(other), 2026), OTHER]

    (found,) = disputed(passages, [(1, mine)])
    assert (found.first, found.second, found.newer) == (1, 2, 2)
    assert disputed(passages, [(2, other)]) == [found]
    assert disputed(passages, [(1, "the  STAIRS are swept\nevery second Friday.")]) == []
    assert disputed(passages, [(3, OTHER.text)]) == []
    assert disputed(passages, []) == []


def test_passages_that_agree_are_read_as_they_were() -> None:
    assert disagreements([OLD, OTHER]) == []
    assert "differ" not in compose_question("May I?", [OLD, OTHER])
    assert "2024" not in compose_question("May I?", [OLD, OTHER])
