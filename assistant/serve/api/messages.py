"""Messages of a request, as OpenAI's clients send them, and what is asked of their answer.

System messages come first for the model, wherever they stood, and neighbours of one role are one
message: the templates of many models refuse anything else. Models here call no tools; what a
conversation says of calls and results is read as text.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Final

from assistant.core.values.conversation import ChatMessage, Role
from assistant.core.values.sampling import Constraint, SamplingChanges
from assistant.serve.api.fields import Fields
from assistant.serve.http.errors import wrong_field

ROLES: Final[dict[str, Role]] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "tool": "user",
    "function": "user",
    "assistant": "assistant",
}

TEXT_PARTS: Final = ("text", "input_text", "output_text", "refusal", "summary_text")
EFFORTS: Final = {"none": "off", "minimal": "low", "xhigh": "high"}
"""Efforts of reasoning that have another name here."""

MAX_TOKENS: Final = 2**31 - 1
MAX_SEED: Final = 2**32 - 1
MAX_STOP_TEXTS: Final = 16


def read_messages(given: Iterable[Fields]) -> tuple[ChatMessage, ...]:
    """The messages of a chat."""
    return arranged(ChatMessage(role=_role(each), content=_content(each)) for each in given)


def arranged(given: Iterable[ChatMessage]) -> tuple[ChatMessage, ...]:
    """Messages in the order in which models take them."""
    messages = list(given)
    system = [message for message in messages if message.role == "system"]
    others = [message for message in messages if message.role != "system"]
    joined: list[ChatMessage] = []
    for message in [*system, *others]:
        if joined and joined[-1].role == message.role:
            content = f"{joined[-1].content}\n\n{message.content}".strip("\n")
            joined[-1] = ChatMessage(role=message.role, content=content)
        else:
            joined.append(message)
    return tuple(joined)


def read_content(fields: Fields, field: str) -> str:
    """A content: a string, or parts that are text."""
    value = fields.value(field)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        raise fields.wrong(field, "a string, or an array of parts")
    parts = []
    for at, part in enumerate(value):
        name = f"{fields.name(field)}[{at}]"
        if isinstance(part, str):
            parts.append(part)
            continue
        if not isinstance(part, dict):
            raise wrong_field(name, f"{name} has to be an object.")
        kind = part.get("type", "text")
        if kind not in TEXT_PARTS:
            raise wrong_field(
                f"{name}.type", f"{name}: the models here read text, and no {str(kind)[:40]}."
            )
        text = Fields(part, f"{name}.").text("refusal" if kind == "refusal" else "text")
        parts.append(text or "")
    return "\n".join(parts)


def read_sampling(fields: Fields, most: int | None, effort: str | None) -> SamplingChanges:
    """What a request says of how tokens are chosen.

    Args:
        most: the longest answer, in tokens.
    """
    top_p = fields.number("top_p", 0, 1)
    seed = fields.whole("seed", -(2**63), 2**63)
    thinking = None if effort is None else EFFORTS.get(effort, effort)
    if thinking not in (None, "off", "auto", "low", "medium", "high"):
        raise wrong_field("reasoning_effort", "It has to be none, low, medium or high.")
    return SamplingChanges.model_validate(
        {
            "temperature": fields.number("temperature", 0, 5),
            # 0 is how some ask for the likeliest token.
            "top_p": None if top_p is None else max(top_p, 1e-6),
            "top_k": fields.whole("top_k", 0, MAX_TOKENS),
            "min_p": fields.number("min_p", 0, 1),
            "repeat_penalty": fields.number("repeat_penalty", 0.01, 5),
            "seed": None if seed is None or seed < 0 else seed % MAX_SEED,
            "max_tokens": most,
            "thinking": thinking,
        }
    )


def read_most(fields: Fields, *names: str) -> int | None:
    """The longest answer in tokens, by the first of these fields; None, or -1, is without limit."""
    for name in names:
        most = fields.whole(name, -1, MAX_TOKENS)
        if most == 0:
            raise fields.wrong(name, "1 or more")
        if most is not None:
            return None if most < 0 else most
    return None


def read_stop_texts(fields: Fields) -> tuple[str, ...]:
    """The texts that end the answer."""
    texts = fields.texts("stop") or []
    if len(texts) > MAX_STOP_TEXTS:
        raise fields.wrong("stop", f"{MAX_STOP_TEXTS} texts at most")
    return tuple(filter(None, texts))


def read_grammar(fields: Fields) -> Constraint | None:
    """The form of an answer as llama.cpp's clients ask for it: a grammar, or a bare schema."""
    grammar, schema = fields.text("grammar"), fields.object("json_schema")
    if grammar and schema:
        raise fields.wrong("grammar", "without a json_schema beside it")
    if grammar:
        return Constraint(kind="grammar", text=grammar)
    if schema:
        return Constraint(kind="schema", text=json.dumps(fields.value("json_schema")))
    return None


def read_constraint(format: Fields | None, schema: Fields | None) -> Constraint | None:
    """The form that an answer has to have.

    Args:
        schema: what holds the schema of a `json_schema`.
    """
    kind = format.text("type") if format else None
    if format is None or kind in (None, "text"):
        return None
    if kind == "json_object":
        given = format.value("schema") or {"type": "object"}
        return Constraint(kind="schema", text=json.dumps(given))
    if kind != "json_schema":
        raise format.wrong("type", "text, json_object or json_schema")
    wanted = schema.value("schema") if schema else None
    if not isinstance(wanted, dict):
        raise (schema or format).wrong("schema", "a JSON schema")
    return Constraint(kind="schema", text=json.dumps(wanted))


def _role(message: Fields) -> Role:
    role = message.text("role")
    if role not in ROLES:
        raise message.wrong("role", "system, developer, user, assistant or tool")
    return ROLES[role]


def _content(message: Fields) -> str:
    return "\n".join(filter(None, [read_content(message, "content"), *_calls(message)]))


def _calls(message: Fields) -> Iterator[str]:
    """What was called, as text: a model can make sense of the results then."""
    for call in message.objects("tool_calls"):
        function = call.object("function")
        if function:
            yield f"[{function.text('name') or ''} {function.text('arguments') or ''}]"
