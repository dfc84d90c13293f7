"""Capabilities of a server of models: which program it is, its models, what it can do."""

from typing import Literal

from assistant.core.values.base import Value

ServerKind = Literal[
    "llama.cpp",
    "vLLM",
    "Ollama",
    "LM Studio",
    "OpenAI",
    "OpenRouter",
    "Mistral",
    "DeepSeek",
    "Gemini",
    "Anthropic",
    "other",
]
"""Which program or service a server is, as far as that was found out."""

Counts = Literal["exact", "about"]
"""How tokens are counted: by the server, or by what texts usually have."""


class ServedModel(Value):
    """A model of a server."""

    name: str
    """As the server calls it."""
    window: int = 0
    """Tokens that prompt and answer may use together; 0 where the server does not say."""


class Capabilities(Value):
    """What a server can do, as far as it says."""

    kind: ServerKind = "other"
    version: str = ""
    models: tuple[ServedModel, ...] = ()
    counting: Counts = "about"
    progress: bool = False
    """Whether it says how far it has read a prompt."""
    reasoning: str = ""
    """The field in which it sends what a model thinks; empty where that is not known."""
    continues: bool = False
    """Whether it can continue an unfinished answer."""
    grammar: bool = False
    """Whether it holds answers to a grammar."""
    json_schema: bool = True
    """Whether it can be asked to hold answers to a JSON schema."""
    pictures: bool | None = None
    """Whether it takes pictures; None where it does not say."""
    tools: bool | None = None
    """Whether it calls tools, likewise."""
