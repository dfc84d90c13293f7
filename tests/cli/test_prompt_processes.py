"""Prompts in the installed program: on a terminal, in an editor, with the real model."""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import end_workers, on_terminal, run

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def warm() -> Iterator[Path]:
    """One home for all tests of this module: the worker is started once."""
    folder = Path(tempfile.mkdtemp(prefix="as-", dir="/tmp"))
    (folder / "settings.toml").write_text("[engine]\nthreads = 1\ncontext_window = 2048\n")
    (folder / "prompts").mkdir()
    (folder / "prompts" / "about.md").write_text(
        "---\ntitle: About\nvariables:\n  topic:\n---\nYou know all about {{topic}}.\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSISTANT_HOME", str(folder))
        yield folder
    end_workers(folder)
    shutil.rmtree(folder)


def answer(prompt: str, question: str, *options: str) -> str:
    done = run("ask", "--prompt", prompt, "--seed", "1", *options, question)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode().strip()


@pytest.mark.parametrize(
    ("prompt", "question", "expected"),
    [
        ("concise", "What is the capital of France?", r"(?i)(the capital of France is )?paris\.?"),
        ("sentiment", "Terrible quality, it broke after a day.", r"“.+” → negative"),
        ("sentiment", "My favourite restaurant in town, delicious food.", r"“.+” → positive"),
        ("shell", "show how much disk space is free", r"```sh\ndf\b[^\n]*\n```(?s:.*)"),
        ("editor", "i has two dog and they likes to run", r"I have two dogs.*"),
        ("summariser", "The shop is closed. It opens again on Monday.", r"(?s)- .*Monday.*"),
        ("documents", "[1] Note\n> Ana was born in Porto.\n\nWhere was Ana born?", r".*Porto.*"),
    ],
)
def test_the_starter_model_follows_a_shipped_prompt(
    warm: Path, prompt: str, question: str, expected: str
) -> None:
    assert re.fullmatch(expected, answer(prompt, question, "--max-tokens", "60"))


def test_examples_and_variables_reach_the_real_model(warm: Path) -> None:
    options = ("--prompt", "translator", "--var", "to=Latin", "--dry-run", "--json")
    plan = json.loads(run("ask", *options, "Hello").stdout)
    few = json.loads(run("ask", "--prompt", "sentiment", "--dry-run", "--json", "Hello").stdout)

    assert "Translate every message of the user into Latin." in plan["prompt"]
    system, examples, question = few["parts"]
    assert (system["kind"], examples["kind"], question["kind"]) == (
        "system",
        "examples",
        "question",
    )
    assert len(few["messages"]) == 20
    assert few["prompt_tokens"] >= system["tokens"] + examples["tokens"] + question["tokens"]


def test_examples_are_read_once_for_a_conversation(warm: Path) -> None:
    first = run("ask", "--prompt", "sentiment", "--json", "I like it.")
    id = json.loads(first.stdout)["conversation_id"]
    second = run("ask", "--conversation", id, "--json", "I hate it.")

    usage = json.loads(second.stdout)["usage"]
    assert usage["cached_tokens"] > json.loads(first.stdout)["usage"]["prompt_tokens"] - 10


def test_a_missing_variable_is_asked_for_on_a_terminal(warm: Path) -> None:
    status, seen = on_terminal(
        "ask", "--prompt", "about", "--max-tokens", "2", "Hi", keys=b"tides\n", after=b"topic: "
    )
    assert status == 0

    newest = json.loads(run("chats", "list", "--json").stdout)[0]
    plan = run("ask", "--conversation", newest["id"], "--dry-run", "--json", "More")
    assert "You know all about tides." in json.loads(plan.stdout)["prompt"]
    assert b"Traceback" not in seen


@pytest.mark.parametrize("keys", [b"\x03", b"\x04"])
def test_someone_who_does_not_want_to_say_leaves_quietly(warm: Path, keys: bytes) -> None:
    before = run("chats", "list", "--json").stdout

    status, seen = on_terminal("ask", "--prompt", "about", "Hi", keys=keys, after=b"topic: ")

    assert status == 130
    assert b"Traceback" not in seen
    assert run("chats", "list", "--json").stdout == before


def test_a_prompt_is_edited_in_the_terminal_s_own_editor(
    warm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", 'sh -c \'printf "changed? "; read x; echo "$x" >> "$0"\'')

    status, seen = on_terminal(
        "prompts", "edit", "general", keys=b"And rhyme.\n", after=b"changed? "
    )

    assert (status, b"cannot be used" in seen) == (0, False)
    assert run("prompts", "show", "general").stdout.endswith(b"\nAnd rhyme.\n")
