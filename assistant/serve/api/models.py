"""Models as OpenAI's clients list them."""

from collections.abc import Sequence
from typing import Any

from assistant.serve.answers.served import ListedModel


def model_object(model: ListedModel, created: int) -> dict[str, Any]:
    """A model; `created` is when the server was started, as nothing else is known."""
    listed: dict[str, Any] = {
        "id": model.id,
        "object": "model",
        "created": created,
        "owned_by": "assistant",
    }
    if model.window:
        listed |= {"context_window": model.window, "max_model_len": model.window}
    return listed


def models_object(models: Sequence[ListedModel], created: int) -> dict[str, Any]:
    """The list of models."""
    return {"object": "list", "data": [model_object(each, created) for each in models]}
