"""Output constraint (JSON schema or grammar): read from a file, checked at the end."""

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
from assistant.core.trust import open_file
from assistant.core.values.conversation import Message
from assistant.core.values.sampling import Constraint
from assistant.language.messages import N_

MAX_FILE_BYTES = 1_000_000

MAX_SCHEMA_DEPTH = 100
"""Levels of a schema; deeper ones are mistakes or malice."""


@dataclass(frozen=True)
class OutputForm:
    """Output constraint of an answer, and its JSON schema if it has one."""

    constraint: Constraint
    schema: Any = None
    """What JSON answers are checked against; None for a grammar."""

    def problem(self, answer: Message) -> AssistantError | None:
        """Error of an answer that does not have the form.

        Returns: None when it has, or was stopped.
        """
        if answer.stop_reason == "length":
            return IncompleteAnswerError(
                "The answer was cut off before it was complete.",
                "Allow a longer answer with --max-tokens N, or ask for less.",
            )
        return (
            _schema_problem(answer.text, self.schema) if self.constraint.kind == "schema" else None
        )


def schema_form(path: str) -> OutputForm:
    """Read a JSON schema from a file.

    Raises:
        NotFoundError: there is no such file.
        ConstraintError: it holds no JSON schema.
    """
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
            f"{path!r} is not a JSON schema: it is {_json_kind(schema)}, not an object.",
            'A schema is an object such as {"type": "object", "properties": {…}}.',
        )
    # Few questions ask for a form, and all of them would wait for these.
    from jsonschema import Draft202012Validator  # noqa: PLC0415
    from jsonschema.exceptions import SchemaError  # noqa: PLC0415

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as failure:
        place, reason = _failure_path(failure), _first_line(failure)
        raise ConstraintError(
            f"{path!r} is not a JSON schema at {place}: {reason}."
            if place
            else f"{path!r} is not a JSON schema: {reason}.",
            "Correct the file.",
        ) from None
    return OutputForm(
        Constraint(kind="schema", text=json.dumps(schema, ensure_ascii=False)), schema
    )


def grammar_form(path: str) -> OutputForm:
    """Read a GBNF grammar from a file; llama.cpp checks it when it is used.

    Raises:
        NotFoundError: there is no such file.
    """
    return OutputForm(Constraint(kind="grammar", text=_read(path)))


def _schema_problem(answer: str, schema: Any) -> AssistantError | None:
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
        place, reason = _failure_path(failure), _first_line(failure)
        return IncompleteAnswerError(
            f"The answer does not fit the schema at {place}: {reason}."
            if place
            else f"The answer does not fit the schema: {reason}.",
            "Ask again: this part of it cannot be enforced while the answer is written.",
        )
    except Unresolvable:
        return ConstraintError(
            "The answer cannot be checked: its schema refers to something that does not exist.",
            "Correct the schema.",
        )
    return None


def _failure_path(failure: Any) -> str:
    return "/".join(str(part) for part in failure.absolute_path)


def _read(path: str) -> str:
    try:
        with open_file(Path(path).expanduser()) as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError, RuntimeError) as failure:
        reason = failure.strerror if isinstance(failure, OSError) else str(failure)
        raise NotFoundError(f"{path!r} cannot be read: {reason}.", "Check the path.") from None
    if len(data) > MAX_FILE_BYTES:
        raise ConstraintError(f"{path!r} is too large: the limit is 1 MB.", "Use a smaller file.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConstraintError(f"{path!r} is not text in UTF-8.", "Convert it to UTF-8.") from None


def _check_depth(value: Any, left: int = MAX_SCHEMA_DEPTH) -> None:
    if not left:
        raise ValueError("it is nested too deeply")
    match value:
        case dict():
            for below in value.values():
                _check_depth(below, left - 1)
        case list():
            for below in value:
                _check_depth(below, left - 1)


def _json_kind(value: Any) -> str:
    match value:
        case list():
            return N_("a list")
        case str():
            return N_("a text")
        case None:
            return "null"
        case bool():
            return N_("true or false")
    return N_("a number")


def _first_line(failure: BaseException) -> str:
    text = getattr(failure, "message", None) or str(failure)
    return text.partition("\n")[0][:200]
