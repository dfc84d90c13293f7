"""`assistant ask --schema` and `--grammar` on scripted models: files, checks, exit status."""

import json
from pathlib import Path

import pytest

from tests.support.fake_models import ScriptedModel, ScriptedModels
from tests.support.shell import Shell

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer", "minimum": 3}}}


@pytest.fixture
def models() -> ScriptedModels:
    return ScriptedModels(ScriptedModel('{"n": 5}'))


@pytest.fixture
def schema(home: Path) -> str:
    file = home / "schema.json"
    file.write_text(json.dumps(SCHEMA))
    return str(file)


def answering(shell: Shell, text: str) -> None:
    shell.models.default.answers = (text,)


def test_the_model_is_held_to_the_schema(shell: Shell, models: ScriptedModels, schema: str) -> None:
    run = shell("ask", "--schema", schema, "How many?")

    assert (run.status, run.out, run.err) == (0, '{"n": 5}\n', "")
    constraint = models.default.questions[-1].sampling.constraint
    assert constraint is not None
    assert (constraint.kind, json.loads(constraint.text)) == ("schema", SCHEMA)


def test_the_model_is_held_to_the_grammar(shell: Shell, models: ScriptedModels) -> None:
    file = shell.home / "grammar.gbnf"
    file.write_text('root ::= "é"\n', encoding="utf-8")

    assert shell("ask", "--grammar", str(file), "How many?").status == 0
    constraint = models.default.questions[-1].sampling.constraint
    assert constraint is not None
    assert (constraint.kind, constraint.text) == ("grammar", 'root ::= "é"\n')


def test_an_answer_that_was_cut_off_is_said_to_be_incomplete(shell: Shell, schema: str) -> None:
    run = shell("ask", "--schema", schema, "--max-tokens", "1", "How many?")

    assert run.status == 10
    assert "cut off" in run.err
    assert "--max-tokens" in run.err


@pytest.mark.parametrize(
    ("text", "reason"),
    [('{"n": 2}', "at n: 2 is less than the minimum of 3"), ("{", "not JSON")],
)
def test_an_answer_that_does_not_fit_is_told_and_kept(
    shell: Shell, schema: str, text: str, reason: str
) -> None:
    answering(shell, text)
    run = shell("ask", "--schema", schema, "How many?")

    assert (run.status, run.out) == (10, f"{text}\n")
    assert reason in run.err
    assert run.err.count("\n") == 1


def test_json_is_one_document_that_names_the_problem(shell: Shell, schema: str) -> None:
    answering(shell, '{"n": 2}')
    run = shell("ask", "--json", "--schema", schema, "How many?")

    told = json.loads(run.out)
    assert run.status == 10
    assert told["answer"] == '{"n": 2}'
    assert "less than the minimum" in told["problem"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "is not JSON"),
        (b"[]", "it is a list, not an object"),
        (b'{"type": "frog"}', "is not a JSON schema at type"),
        (b'{"a":' * 3000 + b"1" + b"}" * 3000, "is not JSON"),
        (b'{"a":' * 200 + b"1" + b"}" * 200, "nested too deeply"),
        (b"\xff\xfe", "is not text in UTF-8"),
        (b" " * 1_000_001, "too large"),
    ],
    ids=["cut", "list", "frog", "deepest", "deep", "bytes", "large"],
)
def test_a_file_that_holds_no_schema_is_told_before_anything_is_stored(
    shell: Shell, content: bytes, reason: str
) -> None:
    file = shell.home / "schema.json"
    file.write_bytes(content)
    run = shell("ask", "--schema", str(file), "How many?")

    assert (run.status, run.out) == (2, "")
    assert reason in run.err
    assert run.err.count("\n") == 1
    assert shell.store().conversations() == []


def test_a_missing_file_is_told(shell: Shell) -> None:
    for option in ("--schema", "--grammar"):
        run = shell("ask", option, "/nowhere/x.json", "How many?")
        assert run.status == 3
        assert "'/nowhere/x.json' cannot be read: No such file" in run.err


def test_a_form_is_one_of_the_two(shell: Shell, schema: str) -> None:
    run = shell("ask", "--schema", schema, "--grammar", schema, "How many?")
    assert run.status == 2
    assert "Use --schema or --grammar, not both" in run.err
