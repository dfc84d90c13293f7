"""The form that `assistant ask` wants an answer in: read from a file, and checked at the end."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.core.errors import (
    AssistantError,
    ConstraintError,
    IncompleteAnswerError,
    NotFoundError,
)
from assistant.core.values.conversation import Message
from assistant.core.values.sampling import Constraint

MOST_BYTES = 1_000_000

DEEPEST = 100
"""Levels of a schema; deeper ones are mistakes or malice."""


@dataclass(frozen=True)
class Form:
    """What an answer has to be."""

    constraint: Constraint
    schema: Any = None
    """What JSON answers are checked against; None for a grammar."""

    def problem(self, answer: Message) -> AssistantError | None:
        """Why an answer that was not stopped is not what was asked for."""
        if answer.stop_reason == "length":
            return IncompleteAnswerError(
                "The answer was cut off before it was complete.",
                "Give it more room with --max-tokens N, or ask for less.",
            )
        return _problem(answer.text, self.schema) if self.constraint.kind == "schema" else None


def schema_form(path: str) -> Form:
    """Raises NotFoundError, or ConstraintError when the file holds no JSON schema."""
    text = _read(path)
    try:
        schema = json.loads(text)
        _check_depth(schema)
    except (ValueError, RecursionError) as failure:
        raise ConstraintError(
            f"{path!r} is not JSON: {_first_line(failure)}.", "Correct the file."
        ) from None
    if not isinstance(schema, dict):
        raise ConstraintError(
            f"{path!r} is no JSON schema: it is {_kind(schema)}, not an object.",
            'A schema is an object such as {"type": "object", "properties": {…}}.',
        )
    # Few questions ask for a form, and all of them would wait for these.
    from jsonschema import Draft202012Validator  # noqa: PLC0415
    from jsonschema.exceptions import SchemaError  # noqa: PLC0415

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as failure:
        raise ConstraintError(
            f"{path!r} is no JSON schema{_place(failure)}: {_first_line(failure)}.",
            "Correct the file.",
        ) from None
    return Form(Constraint(kind="schema", text=json.dumps(schema, ensure_ascii=False)), schema)


def grammar_form(path: str) -> Form:
    """Raises NotFoundError; llama.cpp looks at the grammar when it is used."""
    return Form(Constraint(kind="grammar", text=_read(path)))


def _problem(answer: str, schema: Any) -> AssistantError | None:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 -- see schema_form
    from jsonschema.exceptions import ValidationError  # noqa: PLC0415
    from referencing import Registry  # noqa: PLC0415
    from referencing.exceptions import Unresolvable  # noqa: PLC0415

    try:
        # A registry of its own, for the usual one fetches what a schema refers to.
        Draft202012Validator(schema, registry=Registry()).validate(json.loads(answer))
    except (ValueError, RecursionError):
        return IncompleteAnswerError("The answer is not JSON.", "Ask again.")
    except ValidationError as failure:
        return IncompleteAnswerError(
            f"The answer does not fit the schema{_place(failure)}: {_first_line(failure)}.",
            "Ask again: this part of it cannot be enforced while the answer is written.",
        )
    except Unresolvable:
        return ConstraintError(
            "The answer cannot be checked: its schema refers to what is not there.",
            "Correct the schema.",
        )
    return None


def _place(failure: Any) -> str:
    path = "/".join(str(part) for part in failure.absolute_path)
    return f" at {path}" if path else ""


def _read(path: str) -> str:
    try:
        with Path(path).expanduser().open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError, RuntimeError) as failure:
        reason = failure.strerror if isinstance(failure, OSError) else str(failure)
        raise NotFoundError(f"{path!r} cannot be read: {reason}.", "Check the path.") from None
    if len(data) > MOST_BYTES:
        raise ConstraintError(f"{path!r} is too large: a megabyte is the most.", "Simplify it.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConstraintError(f"{path!r} is not text in UTF-8.", "Convert it.") from None


def _check_depth(value: Any, left: int = DEEPEST) -> None:
    if not left:
        raise ValueError("it is nested too deeply")
    match value:
        case dict():
            for below in value.values():
                _check_depth(below, left - 1)
        case list():
            for below in value:
                _check_depth(below, left - 1)


def _kind(value: Any) -> str:
    match value:
        case list():
            return "a list"
        case str():
            return "a text"
        case None:
            return "null"
        case bool():
            return "true or false"
    return "a number"


def _first_line(failure: BaseException) -> str:
    text = getattr(failure, "message", None) or str(failure)
    return text.partition("\n")[0][:200]
