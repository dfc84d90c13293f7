"""Sentences that can stand for a part of a document."""

import pytest

from assistant.core.summarising.outline import outline
from assistant.core.summarising.sentences import candidates
from assistant.core.values.documents import Block, BlockKind, Document


def sentences(text: str, kind: BlockKind = "paragraph") -> list[str]:
    block = Block(start=0, end=len(text), kind=kind)
    document = Document(title="", text=text, blocks=(block,), has_lines=False)
    found = [
        each
        for section in outline(document)
        for part in section.parts
        for each in candidates(document, part)
    ]
    for each in found:
        assert " ".join(document.text[each.start : each.end].split()) == each.text
    return [each.text for each in found]


ALONE = (
    "The rent is raised once a year by the landlord. "
    "The notice has to be\ngiven in writing to every tenant. "
    "Nobody may be evicted without the word of a court."
)


def test_a_sentence_goes_on_behind_the_end_of_a_line() -> None:
    assert sentences(ALONE) == [
        "The rent is raised once a year by the landlord.",
        "The notice has to be given in writing to every tenant.",
        "Nobody may be evicted without the word of a court.",
    ]


@pytest.mark.parametrize(
    "leaning",
    [
        "However, this is seldom done by anyone in winter.",
        "They agreed to it on the same day at noon.",
        "Isso raramente é feito por alguém no inverno.",
        "Além disso, o prazo pode ser estendido por acordo.",
        "Rent, rates and taxes without any verb or end",
        "Rent ............................ 12.",
        "12 34 56 78 90 12 34 56 78 90 12.",
        "Too short to say.",
        "and goes on with what was on the page before it.",
        "Amazonas), also known by many other names, is a river of the south.",
    ],
)
def test_what_leans_on_others_or_says_nothing_is_left_out_where_there_is_enough(
    leaning: str,
) -> None:
    assert leaning not in sentences(f"{ALONE}\n\n{leaning}")
    assert len(sentences(f"{ALONE}\n\n{leaning}")) == 3


def test_a_part_in_which_no_sentence_stands_alone_is_quoted_all_the_same() -> None:
    assert sentences("However, this is seldom done by anyone in winter.")
    assert sentences("Rent and deposit") == ["Rent and deposit"]


def test_items_of_a_list_lose_their_marks_and_rows_stay_whole() -> None:
    listed = "• The keys are handed over on the first day.\n• The deposit is paid within a week."
    assert sentences(listed, "list")[0] == "The keys are handed over on the first day."
    assert sentences("March | 12 | paid", "row") == ["March | 12 | paid"]


def test_headings_and_code_are_not_quoted() -> None:
    assert sentences("The rent is raised once a year by the landlord.", "heading") == []
    assert sentences("The rent is raised once a year by the landlord.", "code") == []
