"""`assistant ask` with a model that thinks first."""

import json

import pytest

from tests.support.fake_models import ScriptedModel, ScriptedModels
from tests.support.shell import Shell

THOUGHT = "France, so its capital."


@pytest.fixture
def models() -> ScriptedModels:
    return ScriptedModels(ScriptedModel("Paris.", thoughts=f"{THOUGHT}\n"))


def test_what_the_model_thinks_is_no_part_of_the_output_but_is_kept(shell: Shell) -> None:
    run = shell("ask", "Capital of France?")

    assert (run.status, run.out, run.err) == (0, "Paris.\n", "")
    (summary,) = shell.store().conversations()
    answer = shell.store().branch(summary.id)[-1]
    assert (answer.text, answer.reasoning) == ("Paris.", THOUGHT)


@pytest.mark.parametrize("option", ["--no-stream", "--no-library"])
def test_it_is_printed_before_the_answer_when_asked_for(shell: Shell, option: str) -> None:
    run = shell("ask", "--reasoning", option, "Capital of France?")

    assert run.out == f"{THOUGHT}\n\nParis.\n"


def test_a_model_that_thinks_and_answers_nothing_says_so(
    shell: Shell, models: ScriptedModels
) -> None:
    models.default.answers = ("",)
    run = shell("ask", "Capital of France?")

    assert (run.status, run.out) == (11, "")
    assert "no answer, only reasoning" in run.err


def test_an_answer_that_is_cut_off_says_so(shell: Shell, models: ScriptedModels) -> None:
    models.default.answers = ("It is Paris, they say.",)
    for most, told in (("1", "after 1 token."), ("2", "after 2 tokens.")):
        run = shell("ask", "--max-tokens", most, "Capital of France?")
        assert run.status == 0
        assert "It is Paris, they say.".startswith(run.out.strip())
        assert f"The answer was cut off {told}" in run.err


def test_a_template_that_cannot_be_used_is_told_once_beside_the_answer(
    shell: Shell, models: ScriptedModels
) -> None:
    models.default.template_problem = "its template cannot be used: no; written as ChatML"
    run = shell("ask", "Capital of France?")

    assert (run.status, run.out) == (0, "Paris.\n")
    assert run.err.count("its template cannot be used: no; written as ChatML.") == 1
    assert "its template cannot be used" in shell("ask", "--dry-run", "Capital of France?").err


@pytest.mark.parametrize(
    ("typed", "given"),
    [("off", "off"), ("auto", "auto"), ("HIGH", "high"), ("low", "low"), ("300", 300), ("0", 0)],
)
def test_how_much_it_thinks_can_be_chosen(
    shell: Shell, models: ScriptedModels, typed: str, given: object
) -> None:
    assert shell("ask", "--thinking", typed, "Capital of France?").status == 0
    assert models.default.questions[-1].sampling.thinking == given


@pytest.mark.parametrize("typed", ["much", "-1", "1.5", ""])
def test_another_amount_is_refused_with_those_there_are(shell: Shell, typed: str) -> None:
    run = shell("ask", "--thinking", typed, "Capital of France?")

    assert run.status == 2
    assert "off, auto, low, medium, high" in run.err


def test_json_holds_both_apart(shell: Shell) -> None:
    told = json.loads(shell("ask", "--json", "Capital of France?").out)

    assert (told["answer"], told["reasoning"]) == ("Paris.", THOUGHT)


def test_the_next_prompt_holds_the_answer_alone(shell: Shell, models: ScriptedModels) -> None:
    shell("ask", "Capital of France?")
    shell("ask", "--last", "And of Italy?")

    sent = "".join(message.content for message in models.default.questions[-1].messages)
    assert "Paris." in sent
    assert THOUGHT not in sent


def test_a_fork_and_an_export_keep_it(shell: Shell) -> None:
    shell("ask", "Capital of France?")
    store = shell.store()
    (summary,) = store.conversations()
    fork = store.fork(store.branch(summary.id)[-1].id)

    assert store.branch(fork.id)[-1].reasoning == THOUGHT
    assert THOUGHT in shell("export", "--format", "json", summary.id).out


def test_a_dry_run_shows_and_counts_the_prompt_of_the_level_that_is_asked_for(shell: Shell) -> None:
    usual = json.loads(shell("ask", "--dry-run", "--json", "Capital of France?").out)
    off = json.loads(
        shell("ask", "--dry-run", "--json", "--thinking", "off", "Capital of France?").out
    )

    assert "<thinking off>" in off["prompt"]
    assert "<thinking" not in usual["prompt"]
    assert off["prompt_tokens"] == usual["prompt_tokens"] + 1


def test_a_dry_run_of_a_form_shows_and_counts_the_prompt_without_thoughts(shell: Shell) -> None:
    schema = shell.home / "schema.json"
    schema.write_text('{"type": "object"}')
    asked = ("ask", "--dry-run", "--json", "--thinking", "high")

    shown = json.loads(shell(*asked, "--schema", str(schema), "Capital of France?").out)

    assert "<thinking off>" in shown["prompt"]
    assert shown["prompt_tokens"] == len(shown["tokens"])
