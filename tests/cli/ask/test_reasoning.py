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
