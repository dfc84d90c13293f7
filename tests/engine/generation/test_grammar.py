"""Answers of a given form, written by the starter model."""

import json
import re
from threading import Event

import pytest
from jsonschema import Draft202012Validator

from assistant.core.errors import AssistantError, ConstraintError
from assistant.core.values.sampling import Constraint, Sampling
from assistant.engine.client import LlamaChatModel
from tests.support.engine import GREEDY, answer, said

pytestmark = pytest.mark.model

ASKED = [said("user", "Describe the city of Paris.")]
SCHEMA = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "maxLength": 30},
        "kind": {"enum": ["village", "town", "città"]},
        "population": {"type": "integer"},
        "is_capital": {"type": "boolean"},
        "rivers": {
            "type": "array",
            "maxItems": 3,
            "items": {
                "type": "object",
                "properties": {"name": {"type": "string", "maxLength": 12}},
                "required": ["name"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["city", "kind", "population", "is_capital", "rivers"],
    "additionalProperties": False,
}


def schema(value: object) -> Constraint:
    return Constraint(kind="schema", text=json.dumps(value))


def grammar(text: str) -> Constraint:
    return Constraint(kind="grammar", text=text)


def under(constraint: Constraint, sampling: Sampling = GREEDY, limit: int = 400) -> Sampling:
    return sampling.model_copy(update={"constraint": constraint, "max_tokens": limit})


@pytest.mark.parametrize("temperature", [0.0, 0.8, 2.0])
def test_an_answer_fits_its_schema_at_any_temperature(
    starter: LlamaChatModel, temperature: float
) -> None:
    hot = Sampling(seed=5, temperature=temperature)
    text, finished = answer(starter, ASKED, under(schema(SCHEMA), hot))
    assert finished.reason == "end"
    Draft202012Validator(SCHEMA).validate(json.loads(text))


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ('root ::= "yes" | "no"', r"yes|no"),
        ('root ::= "é" [à-ü]{3} "日本"', r"é[à-ü]{3}日本"),
        ('root ::= line{3}\nline ::= "- " [a-z ]{3,20} "\\n"', r"(- [a-z ]{3,20}\n){3}"),
    ],
)
def test_an_answer_fits_its_grammar(starter: LlamaChatModel, rules: str, expected: str) -> None:
    text, finished = answer(starter, ASKED, under(grammar(rules)))
    assert finished.reason == "end"
    assert re.fullmatch(expected, text)


def test_an_answer_that_is_cut_says_so(starter: LlamaChatModel) -> None:
    _, finished = answer(starter, ASKED, under(schema(SCHEMA), limit=5))
    assert finished.reason == "length"


def test_the_form_of_one_answer_is_not_that_of_the_next(starter: LlamaChatModel) -> None:
    free = GREEDY.model_copy(update={"max_tokens": 10})
    before, _ = answer(starter, ASKED, free)
    answer(starter, ASKED, under(grammar('root ::= "x"{8}')))
    assert answer(starter, ASKED, free)[0] == before


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (grammar("root ::= foo"), "Undefined rule identifier 'foo'"),
        (grammar('a ::= "x"'), "does not contain a 'root' symbol"),
        (grammar('root ::= root "a"'), "left recursion"),
        (grammar("root = 1"), "expecting ::= at"),
        (grammar(" \n"), "it is empty"),
        (grammar('root ::= "a\0b"'), "it is not text"),
        (grammar("root ::= " + "(" * 100_000), "nested too deeply"),
        (grammar('root ::= "a"{100000}'), "number of repetitions"),
        (schema({"type": "frog"}), "Unrecognized schema"),
        (schema({"$ref": "https://example.org/x"}), "Fetching remote schemas is not allowed"),
        (schema({"properties": {"a": {"$ref": "#/no"}}}), "Error resolving ref"),
        (schema({"properties": {"a": True}}), "no grammar can express it"),
    ],
    ids=lambda value: value.text[:20] if isinstance(value, Constraint) else "",
)
def test_what_no_answer_can_be_held_to_is_told_with_its_reason(
    starter: LlamaChatModel, wrong: Constraint, reason: str
) -> None:
    with pytest.raises(ConstraintError, match=re.escape(reason)):
        answer(starter, ASKED, under(wrong))
    assert answer(starter, ASKED, GREEDY.model_copy(update={"max_tokens": 1}))[0]


def test_an_answer_that_has_begun_cannot_be_given_a_form(starter: LlamaChatModel) -> None:
    with pytest.raises(AssistantError, match="has started"):
        answer(starter, [*ASKED, said("assistant", "Paris is")], under(grammar('root ::= "x"')))


def test_a_stop_ends_an_answer_with_a_form(starter: LlamaChatModel) -> None:
    stop = Event()
    events = []
    for event in starter.stream(ASKED, under(grammar('root ::= "a"{2000}')), stop):
        events.append(event)
        if event.kind == "wrote":
            stop.set()
    assert events[-1].kind == "finished"
    assert events[-1].reason == "stopped"
