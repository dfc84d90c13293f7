"""Collections and files named in a question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.grounding.mentions import (
    collections_in,
    files_in,
    missing_files,
    spell_collection,
    spell_file,
    with_file_names,
    without_collections,
)
from assistant.core.sanitize import printable

KNOWN = ["housing", "Férias", "my files"]


def test_a_collection_is_named_whatever_its_case() -> None:
    assert collections_in("#Housing and #férias: when?", KNOWN) == ("housing", "Férias")


def test_a_name_with_spaces_stands_in_quotes() -> None:
    assert collections_in('when? #"my files"', KNOWN) == ("my files",)
    assert collections_in(spell_collection("my files"), KNOWN) == ("my files",)
    assert spell_collection("housing") == "#housing"


def test_what_is_no_collection_is_part_of_the_question() -> None:
    text = "what does #include <housing> and a#housing mean in issue #12?"

    assert collections_in(text, KNOWN) == ()
    assert without_collections(text, KNOWN) == text


def test_the_question_is_what_remains_without_the_names() -> None:
    assert without_collections("#housing When may   the rent go up?", ["housing"]) == (
        "When may the rent go up?"
    )
    assert without_collections("Is it in #housing?", ["housing"]) == "Is it in ?"


def test_lines_of_a_question_stay_as_they_are_when_nothing_is_named() -> None:
    text = "  def f():\n      return  1"

    assert without_collections(text, ["housing"]) == text


FILES = {"lease.pdf", "docs/", "my notes.md", "a.b", "what?", "~/x.txt", "..", "./", 'say"hi"'}


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("@lease.pdf", ["lease.pdf"]),
        ("What does @lease.pdf say?", ["lease.pdf"]),
        ("Is it in @lease.pdf?", ["lease.pdf"]),
        ("(see @lease.pdf), or @docs/.", ["lease.pdf", "docs/"]),
        ('Compare @"my notes.md" with @~/x.txt!', ["my notes.md", "~/x.txt"]),
        ("@what? @what?!", ["what?", "what?"]),
        ("@./", ["./"]),
        ("@a.b...", ["a.b"]),
        ('@say"hi"', ['say"hi"']),
        ("@pytest.fixture me@lease.pdf @ @@lease.pdf @.. @.", []),
        ('@"lease.pdf', []),
        ("@my notes.md", []),
    ],
)
def test_files_are_named_when_they_exist(text: str, paths: list[str]) -> None:
    found = files_in(text, FILES.__contains__)

    assert [mention.path for mention in found] == paths


def test_a_mention_stands_where_it_says() -> None:
    text = 'Compare @"my notes.md" with (@lease.pdf).'

    found = files_in(text, FILES.__contains__)

    assert [text[m.start : m.end] for m in found] == ['@"my notes.md"', "@lease.pdf"]


def test_the_model_reads_the_names_of_the_files_that_are_attached() -> None:
    asked = 'Is @/home/ana/lease.pdf older than @"/home/ana/my notes.md"? Ask @ana.'

    assert with_file_names(asked, ["/home/ana/lease.pdf", "/home/ana/my notes.md"]) == (
        "Is lease.pdf older than my notes.md? Ask @ana."
    )
    assert with_file_names(asked, []) == asked


def test_simple_paths_are_spelled_without_quotes() -> None:
    assert spell_file("~/docs/ação.pdf") == "@~/docs/ação.pdf"
    assert spell_file("my notes.md") == '@"my notes.md"'
    assert spell_file("what?") == '@"what?"'
    assert spell_file("\u202egnp.exe") == '@"\\u202egnp.exe"'


@given(
    st.lists(
        st.text(
            st.characters(exclude_characters="\0", codec=None) | st.sampled_from('\udc80" \\.')
        ),
        min_size=1,
        max_size=4,
    )
    .map(lambda parts: "/" + "/".join(parts))
    .filter(lambda path: path != "/"),
    st.sampled_from(["", " ", "?", " and more", "\n"]),
)
def test_a_path_is_found_as_it_was_spelled_whatever_it_holds(path: str, after: str) -> None:
    text = f"See {spell_file(path)}{after}"

    assert printable(text) == text
    assert [mention.path for mention in files_in(text, {path}.__contains__)] == [path]


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("What is in @notes.md?", ("notes.md",)),
        ("resuma @orçamento.xlsx, por favor", ("orçamento.xlsx",)),
        ("see @docs/ and @~/lease.pdf", ("docs/", "~/lease.pdf")),
        ('the text of @"my notes"', ("my notes",)),
        ("ask @anna about @angular/core", ()),
        ("write to anna@example.com", ()),
        ("@there.md and @gone.md", ("gone.md",)),
        ("nothing", ()),
    ],
)
def test_what_looks_like_a_file_and_is_none_is_told(
    question: str, missing: tuple[str, ...]
) -> None:
    assert missing_files(question, lambda path: path == "there.md") == missing


def test_names_are_the_same_however_their_accents_are_typed() -> None:
    assert collections_in("#Fe\u0301rias: when?", KNOWN) == ("Férias",)
    assert without_collections("#Fe\u0301rias when?", ["Férias"]) == "when?"
    assert with_file_names("resuma @férias.txt", ["/docs/fe\u0301rias.txt"]) == "resuma férias.txt"
