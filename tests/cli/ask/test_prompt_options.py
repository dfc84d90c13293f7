"""`assistant ask --prompt`: variables, examples, sampling, collections, model."""

import json
from pathlib import Path

import pytest

from assistant.core.values.sampling import SamplingChanges
from tests.support.fake_models import Question, ScriptedModel, ScriptedModels
from tests.support.shell import Shell

FULL = """---
title: Full
variables:
  tone: kind
  topic:
sampling:
  temperature: 0.1
  top_k: 7
model: {model}
---
{{{{tone}}}} about {{{{topic}}}}, asked: {{{{input}}}}

## User
Is it {{{{topic}}}}?

## Assistant
Yes.
"""


@pytest.fixture
def models() -> ScriptedModels:
    return ScriptedModels(ScriptedModel(), ScriptedModel(name="other"))


@pytest.fixture
def full(home: Path) -> Path:
    file = home / "prompts" / "full.md"
    file.parent.mkdir()
    file.write_text(FULL.format(model="other"), encoding="utf-8")
    return file


def asked(models: ScriptedModels, name: str = "other") -> Question:
    return models.by_name[name].questions[-1]


def contents(question: Question) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in question.messages]


def test_a_prompt_brings_variables_examples_sampling_and_model(
    shell: Shell, models: ScriptedModels, full: Path
) -> None:
    run = shell("ask", "--prompt", "full", "--var", "topic=a=b {{tone}}", "What?", "--json")

    assert run.status == 0, run.err
    question = asked(models)
    assert contents(question) == [
        ("system", "kind about a=b {{tone}}, asked: What?"),
        ("user", "Is it a=b {{tone}}?"),
        ("assistant", "Yes."),
        ("user", "What?"),
    ]
    assert (question.sampling.temperature, question.sampling.top_k) == (0.1, 7)
    kept = shell.store().conversation(json.loads(run.out)["conversation_id"])
    assert (kept.prompt_name, kept.model) == ("full", "other")
    assert kept.sampling == SamplingChanges(temperature=0.1, top_k=7)
    assert [example.content for example in kept.examples] == ["Is it a=b {{tone}}?", "Yes."]


def test_a_conversation_goes_on_as_it_began_whatever_becomes_of_the_file(
    shell: Shell, models: ScriptedModels, full: Path
) -> None:
    shell("ask", "--prompt", "full", "--var", "topic=x", "One")
    full.unlink()

    shell("ask", "--last", "Two")

    question = asked(models)
    assert contents(question)[:3] == [
        ("system", "kind about x, asked: One"),
        ("user", "Is it x?"),
        ("assistant", "Yes."),
    ]
    assert question.sampling.top_k == 7


def test_the_command_line_goes_before_the_prompt_and_that_before_the_settings(
    shell: Shell, models: ScriptedModels, full: Path
) -> None:
    options = (
        "--prompt",
        "full",
        "--var",
        "topic=x",
        "--temperature",
        "0.9",
        "--model",
        "scripted",
    )
    name = models.default.name
    shell(
        "ask",
        *options[:-1],
        name,
        "Hi",
        ASSISTANT_SAMPLING__TOP_P="0.5",
        ASSISTANT_SAMPLING__TOP_K="3",
    )

    sampling = asked(models, name).sampling
    assert (sampling.temperature, sampling.top_k, sampling.top_p) == (0.9, 7, 0.5)


def test_a_model_that_is_not_here_is_a_hint_that_is_not_followed(
    shell: Shell, models: ScriptedModels, full: Path
) -> None:
    full.write_text(FULL.format(model="nowhere"))
    shell.terminal = True

    run = shell("ask", "--prompt", "full", "--var", "topic=x", "Hi")

    assert run.status == 0
    assert "full asks for the model nowhere, which is not on this machine" in run.err
    assert len(models.default.questions) == 1


def test_missing_variables_are_an_error_in_pipes_that_names_the_options(
    shell: Shell, full: Path
) -> None:
    run = shell("ask", "--prompt", "full", "Hi", "--json")

    assert run.status == 2
    assert "The prompt full needs a value for topic. Add --var topic=…." in run.err
    assert json.loads(run.out)["error"]["type"] == "MissingValuesError"
    assert shell.store().conversations() == []


def test_missing_variables_are_asked_for_at_a_terminal(
    shell: Shell, models: ScriptedModels, full: Path
) -> None:
    asked_for: list[str] = []

    def answer(name: str) -> str:
        asked_for.append(name)
        return "ships"

    shell.ask = answer
    shell("ask", "--prompt", "full", "--var", "tone=rude", "Hi")

    assert asked_for == ["topic"]
    assert contents(asked(models))[0] == ("system", "rude about ships, asked: Hi")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--prompt", "full", "--var", "topic"), "--var 'topic' is not NAME=VALUE"),
        (("--prompt", "full", "--var", "=x"), "is not NAME=VALUE"),
        (
            ("--prompt", "full", "--var", "colour=x"),
            "no variable 'colour'; its variables are: tone, topic",
        ),
        (("--var", "topic=x"), "The prompt general has no variable 'topic'"),
        (("--last", "--var", "topic=x"), "add --prompt NAME"),
    ],
)
def test_a_mistaken_variable_is_told(
    shell: Shell, full: Path, options: tuple[str, ...], message: str
) -> None:
    shell("ask", "Hi")

    run = shell("ask", *options, "Hi")

    assert run.status == 2
    assert message in run.err


def test_a_prompt_can_be_a_file_anywhere(
    shell: Shell, models: ScriptedModels, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "mine.md").write_text("---\ntitle: Mine\n---\nMine.\n")
    (home / "tutor").write_text("not a prompt")
    monkeypatch.chdir(home)

    for given in ("mine.md", "./mine.md", str(home / "mine.md")):
        shell("ask", "--prompt", given, "Hi")
        assert contents(asked(models, models.default.name))[0] == ("system", "Mine.")
    assert shell("ask", "--prompt", "tutor", "Hi").status == 0
    assert "cannot be used" in shell("ask", "--prompt", "./tutor", "Hi").err


def test_a_broken_file_of_ones_own_is_told_and_the_shipped_one_used(
    shell: Shell, models: ScriptedModels, full: Path
) -> None:
    (full.parent / "tutor.md").write_text("broken")

    run = shell("ask", "--prompt", "tutor", "Hi")

    assert run.status == 0
    assert "tutor.md cannot be used" in run.err
    assert "The shipped prompt is used." in run.err


def test_the_collections_of_a_prompt_become_the_conversation_s(shell: Shell, full: Path) -> None:
    (full.parent / "docs.md").write_text("---\ntitle: D\ncollections: [docs]\n---\nFrom docs.\n")

    run = shell("ask", "--prompt", "docs", "Hi", "--json")

    id = json.loads(run.out)["conversation_id"]
    assert shell.store().conversation(id).collections == ("docs",)


def test_a_conversation_can_take_up_another_prompt(
    shell: Shell, models: ScriptedModels, full: Path
) -> None:
    shell("ask", "--prompt", "full", "--var", "topic=x", "One")

    shell("ask", "--last", "--prompt", "general", "Two")

    roles = [role for role, _ in contents(asked(models))]
    assert roles == ["system", "user", "assistant", "user"]
    assert contents(asked(models))[1] == ("user", "One")
    assert asked(models).sampling.top_k == 40


def test_a_dry_run_shows_the_examples(shell: Shell, full: Path) -> None:
    options = ("--prompt", "full", "--var", "topic=x", "--dry-run")

    plan = json.loads(shell("ask", *options, "Hi", "--json").out)

    assert [part["kind"] for part in plan["parts"]] == ["system", "examples", "question"]
    assert "examples" in shell("ask", *options, "Hi").out
