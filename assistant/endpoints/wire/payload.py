"""Body of a request: what is asked for, in the fields that this kind of server takes."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from assistant.core.errors import ConstraintError, EndpointError
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.endpoints.capabilities import Capabilities, ServerKind
from assistant.core.values.sampling import Constraint, Sampling, Thinking
from assistant.ipc.messages import encodable

_COMMON: Final = {
    "temperature": "temperature",
    "top_p": "top_p",
    "max_tokens": "max_tokens",
    "seed": "seed",
}
_PENALTY: Final = {"top_k": "top_k", "min_p": "min_p", "repeat_penalty": "repetition_penalty"}

FIELDS: Final[Mapping[ServerKind, Mapping[str, str]]] = {
    "llama.cpp": {
        **_COMMON,
        "top_k": "top_k",
        "min_p": "min_p",
        "repeat_penalty": "repeat_penalty",
    },
    "vLLM": {**_COMMON, **_PENALTY},
    "Ollama": _COMMON,
    "LM Studio": {**_COMMON, "top_k": "top_k", "repeat_penalty": "repeat_penalty"},
    "OpenAI": {**_COMMON, "max_tokens": "max_completion_tokens"},
    "OpenRouter": {**_COMMON, **_PENALTY},
    "Mistral": {**_COMMON, "seed": "random_seed"},
    "DeepSeek": {name: field for name, field in _COMMON.items() if name != "seed"},
    "Gemini": {name: field for name, field in _COMMON.items() if name != "seed"},
    # It takes one of temperature and top_p, and ignores seeds.
    "Anthropic": {"temperature": "temperature", "max_tokens": "max_tokens"},
    "other": _COMMON,
}
"""Fields of `Sampling` that a kind of server takes, and what it calls them."""

_NO_USAGE_OPTION: Final = frozenset({"Mistral"})
"""Those that refuse `stream_options`, and tell how many tokens there were all the same."""

_HOTTEST: Final[Mapping[ServerKind, float]] = {"Anthropic": 1.0, "OpenAI": 2.0, "Gemini": 2.0}
"""The highest temperature of services that refuse more."""

_LITTLE, _MUCH = 2048, 8192
"""Tokens of thoughts up to which they are few, and from which they are many."""

REQUIRED: Final = frozenset({"model", "messages", "stream"})
"""Fields without which there is no request."""


def body_of(
    model: str,
    messages: Sequence[ChatMessage],
    sampling: Sampling,
    server: Capabilities,
    dropped: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """Body of a request for an answer.

    Args:
        dropped: fields that the server has refused.

    Raises:
        ConstraintError: the server cannot hold an answer to what is asked for.
        EndpointError: the server cannot go on with an unfinished answer.
    """
    body: dict[str, Any] = {
        "model": model,
        "messages": [message_object(each) for each in messages],
        "stream": True,
    }
    if server.kind not in _NO_USAGE_OPTION:
        body["stream_options"] = {"include_usage": True}
    for name, field in FIELDS[server.kind].items():
        value = getattr(sampling, name)
        if name == "temperature":
            value = min(value, _HOTTEST.get(server.kind, value))
        elif name == "top_k" and value == 0 and server.kind == "vLLM":
            value = -1
        if value is not None:
            body[field] = value
    if server.progress:
        body["return_progress"] = True
    body |= thinking_fields(sampling.thinking, server.kind)
    if messages and messages[-1].role == "assistant":
        body |= going_on(server, body["messages"])
    needed = {**_form(sampling.constraint, server)}
    if refused := needed.keys() & dropped:
        raise ConstraintError(
            f"The server has refused {', '.join(sorted(refused))}.",
            "Ask without a schema or grammar, or use a model on this machine.",
        )
    return {name: value for name, value in (body | needed).items() if name not in dropped}


def message_object(message: ChatMessage) -> dict[str, Any]:
    """A message as a request holds it."""
    found = {"role": message.role, "content": encodable(message.content)}
    if message.reasoning:
        found["reasoning_content"] = encodable(message.reasoning)
    return found


def going_on(server: Capabilities, messages: list[dict[str, Any]]) -> dict[str, Any]:
    """What has a server go on with the last message instead of answering it."""
    if not server.continues:
        raise EndpointError(
            "This server starts a new answer, it cannot continue one.",
            "Ask again for a new answer, or choose another model to continue this one.",
        )
    if server.kind == "Mistral":
        messages[-1]["prefix"] = True
    if server.kind == "vLLM":
        return {"continue_final_message": True, "add_generation_prompt": False}
    return {}


def _form(constraint: Constraint | None, server: Capabilities) -> dict[str, Any]:
    if constraint is None:
        return {}
    if constraint.kind == "grammar":
        if not server.grammar:
            raise ConstraintError(
                "This server does not support grammars.", "Use a model on this machine."
            )
        return {"grammar": constraint.text}
    if not server.json_schema:
        raise ConstraintError(
            "This server does not support JSON schemas.", "Use a model on this machine."
        )
    import json  # noqa: PLC0415 -- seldom needed

    schema = {"name": "answer", "schema": json.loads(constraint.text)}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


def thinking_fields(thinking: Thinking | None, kind: ServerKind) -> dict[str, Any]:
    """How much is thought, in a server's words; nothing where that is left to the model."""
    if thinking is None or thinking == "auto":
        return {}
    effort = _effort(thinking)
    match kind:
        case "llama.cpp" | "vLLM":
            asked: dict[str, Any] = {"enable_thinking": effort != "none"}
            if effort != "none":
                asked["reasoning_effort"] = effort
            return {"chat_template_kwargs": asked}
        case "OpenRouter":
            if isinstance(thinking, int) and thinking:
                return {"reasoning": {"max_tokens": thinking}}
            return {"reasoning": {"effort": effort}}
        case "OpenAI" | "Ollama" | "LM Studio" | "Gemini":
            return {"reasoning_effort": effort}
        case _:
            return {}


def _effort(thinking: Thinking) -> str:
    if thinking in ("off", 0):
        return "none"
    if isinstance(thinking, int):
        return "low" if thinking <= _LITTLE else "medium" if thinking < _MUCH else "high"
    return thinking
