"""Collections named in a question."""

from assistant.core.mentions import collections_in, spell, without

KNOWN = ["housing", "Férias", "my files"]


def test_a_collection_is_named_whatever_its_case() -> None:
    assert collections_in("#Housing and #férias: when?", KNOWN) == ("housing", "Férias")


def test_a_name_with_spaces_stands_in_quotes() -> None:
    assert collections_in('when? #"my files"', KNOWN) == ("my files",)
    assert collections_in(spell("my files"), KNOWN) == ("my files",)
    assert spell("housing") == "#housing"


def test_what_is_no_collection_is_part_of_the_question() -> None:
    text = "what does #include <housing> and a#housing mean in issue #12?"

    assert collections_in(text, KNOWN) == ()
    assert without(text, KNOWN) == text


def test_the_question_is_what_remains_without_the_names() -> None:
    assert without("#housing When may   the rent go up?", ["housing"]) == (
        "When may the rent go up?"
    )
    assert without("Is it in #housing?", ["housing"]) == "Is it in ?"


def test_lines_of_a_question_stay_as_they_are_when_nothing_is_named() -> None:
    text = "  def f():\n      return  1"

    assert without(text, ["housing"]) == text
