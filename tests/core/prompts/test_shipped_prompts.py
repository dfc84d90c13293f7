"""The prompts that come with the program."""

import pytest

from assistant.core.conversations.start import BuiltinVariables
from assistant.core.prompts.files import parse, write
from assistant.core.prompts.library import PromptLibrary
from assistant.core.values.prompts import BUILT_IN_VARIABLES, Prompt
from assistant.system.front_matter import load
from tests.support.checkout import CHECKOUT, SHIPPED_PROMPTS

LIBRARY = PromptLibrary([SHIPPED_PROMPTS], load)
PROMPTS = {prompt.name: prompt for prompt in LIBRARY.read()[0]}
INTERNAL = {path.stem for path in (SHIPPED_PROMPTS / "internal").iterdir()}


def test_every_shipped_file_can_be_used() -> None:
    assert LIBRARY.read()[1] == []
    assert set(PROMPTS) == {path.stem for path in SHIPPED_PROMPTS.glob("*.md")}


def test_there_is_a_prompt_for_every_common_task_in_english_and_portuguese() -> None:
    english = {name for name, prompt in PROMPTS.items() if prompt.language == "en"}

    assert english == {
        "brainstorm",
        "code-reviewer",
        "concise",
        "documents",
        "editor",
        "general",
        "language-partner",
        "reasoning",
        "role-play",
        "sentiment",
        "shell",
        "summariser",
        "translator",
        "tutor",
    }
    assert set(PROMPTS) == english | {f"{name}-pt" for name in english}


@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
def test_a_shipped_prompt_needs_no_answers_before_it_can_be_used(prompt: Prompt) -> None:
    opening = prompt.resolve(BuiltinVariables().values(prompt.names))

    assert prompt.title
    assert prompt.description
    assert opening.text
    assert "{{" not in opening.text
    assert len(opening.text) + sum(len(m.content) for m in opening.examples) < 2000
    assert prompt.model is None
    assert prompt.collections is None


@pytest.mark.parametrize("name", [name for name in PROMPTS if not name.endswith("-pt")])
def test_both_languages_of_a_prompt_differ_in_nothing_but_their_words(name: str) -> None:
    english, portuguese = PROMPTS[name], PROMPTS[f"{name}-pt"]

    assert portuguese.language == "pt"
    assert portuguese.sampling == english.sampling
    assert [each.name for each in portuguese.variables] == [each.name for each in english.variables]
    assert portuguese.names == english.names
    assert len(portuguese.examples) == len(english.examples)
    assert portuguese.text != english.text


def test_no_shipped_prompt_but_the_shell_s_differs_from_one_conversation_to_the_next() -> None:
    """What is read of a system prompt is kept for all conversations that begin with it."""
    changing = {"date", "time", "cwd", "clipboard", "selection", "input"}

    assert all(changing.isdisjoint(prompt.names) for prompt in PROMPTS.values())


def test_what_is_shipped_is_written_as_the_program_would_write_it() -> None:
    for prompt in PROMPTS.values():
        assert parse(prompt.name, write(prompt), load, prompt.path) == prompt


def test_the_internal_prompts_have_the_placeholders_that_the_program_fills() -> None:
    names = {name: LIBRARY.internal(name).names for name in INTERNAL}

    assert names == {
        "sources": ("passages", "question"),
        "title": ("question",),
        "summary": ("turns",),
        "rewrite": ("question", "before"),
        "section": ("text",),
        "points": ("notes", "count", "wish"),
    }


DOCUMENT = (CHECKOUT / "docs" / "prompts.md").read_text(encoding="utf-8")


def test_the_document_names_every_shipped_prompt_and_every_variable() -> None:
    missing = [
        name
        for name in (*PROMPTS, *INTERNAL, *(f"{{{{{name}}}}}" for name in BUILT_IN_VARIABLES))
        if f"`{name}`" not in DOCUMENT
    ]

    assert missing == []


def test_the_example_of_the_document_is_a_prompt_file() -> None:
    source = DOCUMENT.partition("```markdown\n")[2].partition("\n```")[0]

    prompt = parse("reviews", source, load)

    assert prompt.missing({}) == ("product",)
    assert len(prompt.examples) == 2
