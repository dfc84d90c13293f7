"""Plain lines of a prompt's head mean what YAML says they mean, and need no YAML library."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.system import front_matter, yaml_subset
from tests.support.fresh_imports import came_in, imports_of

words = st.text("aZ ãé北0.,;()'/-_#:&*!|>%@`{}[]\"~?\\\t", max_size=12)
lines = st.builds(
    "{}{}{}".format,
    st.sampled_from(["title", "a", "null", "no-1", ""]),
    st.sampled_from([": ", ":", " "]),
    words,
) | st.just("")


@given(st.lists(lines, max_size=4).map("\n".join))
@example("title: Null")
@example("title: no\nlanguage: no")
@example("title: twice\ntitle: twice")
@example("title: a line\n")
@example("title: a line\n\n")
@example("title: it's (plain), with - all; of/it.")
@example("null: a")
@example("\n\ntitle: a line\n\nlanguage: en")
@example("title: a line\n\n going on")
@example("\n")
@example("")
def test_a_head_means_what_yaml_says(head: str) -> None:
    assert read(front_matter.load, head) == read(yaml_subset.load, head)


def read(load: object, head: str) -> object:
    assert callable(load)
    try:
        return load(head)
    except ValueError as failure:
        return str(failure)


@pytest.mark.parametrize(
    "head",
    [
        "title: General\ndescription: A helpful assistant for anything.\nlanguage: en",
        "title: Tradução\ndescription: Traduz o que você escreve.\nlanguage: pt",
    ],
)
def test_plain_lines_are_read_without_the_library(head: str) -> None:
    imports = imports_of(f"from assistant.system.front_matter import load; load({head!r})")

    assert came_in(imports, {"yaml"}) == ""


@pytest.mark.parametrize("name", ["general", "general-pt"])
def test_the_prompt_of_a_first_question_is_read_without_the_library(name: str) -> None:
    code = f"""
from pathlib import Path
from assistant.bootstrap import prompt_library
from assistant.system.paths import find_paths
assert prompt_library(find_paths()).get({name!r}).title
"""

    assert came_in(imports_of(code), {"yaml"}) == ""
