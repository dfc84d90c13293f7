"""A server as llama-server is, whose model is a script: it counts, tells its progress, goes on."""

import re
from threading import Event
from typing import Any

from assistant.core.errors import ContextOverflowError
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.events import Finished, Wrote
from assistant.core.values.sampling import Sampling
from tests.support.fake_models import ScriptedModel
from tests.support.model_servers import (
    DONE,
    Answer,
    Asked,
    ModelServer,
    chunk,
    data,
    models_list,
    refused,
)

MARKS = re.compile(r"(<(?:system|user|assistant)>)")
TOKEN = re.compile(r"\s*\S+|\s+")
FINISH = {"end": "stop", "length": "length", "stopped": "stop"}


def llama_server(model: ScriptedModel) -> ModelServer:
    """A server of a scripted model."""

    def template(asked: Asked) -> object:
        return {"prompt": model.render(_messages(asked.body)).text}

    def tokenize(asked: Asked) -> object:
        text = asked.body["content"]
        pieces = _pieces(text) if "add_special" in asked.body else TOKEN.findall(text)
        return {"tokens": [{"id": n + 1, "piece": each} for n, each in enumerate(pieces)]}

    def write(asked: Asked) -> Answer:
        body = asked.body
        messages = _messages(body)
        sampling = Sampling(seed=body.get("seed"), max_tokens=body.get("max_tokens"))
        try:
            events = list(model.stream(messages, sampling, Event()))
        except ContextOverflowError:
            error = {
                "type": "exceed_context_size_error",
                "message": "the request exceeds the available context size, try increasing it",
                "n_prompt_tokens": model.measure(messages).total,
                "n_ctx": model.window,
            }
            return refused(400, {"error": error})
        finished = events[-1]
        assert isinstance(finished, Finished)
        prompt = finished.usage.prompt_tokens
        parts: list[object] = [chunk({"role": "assistant", "content": None})]
        for done in (prompt // 2, prompt):
            progress = {"total": prompt, "cache": 0, "processed": done, "time_ms": 1}
            parts.append(chunk({}, prompt_progress=progress))
        texts = [event.text for event in events if isinstance(event, Wrote)]
        parts += [chunk({"content": text}) for text in texts]
        parts.append(chunk(finish=FINISH[finished.reason]))
        usage = {
            "prompt_tokens": prompt,
            "completion_tokens": finished.usage.completion_tokens,
            "prompt_tokens_details": {"cached_tokens": finished.usage.cached_tokens},
        }
        timings = {"prompt_ms": 2.5, "predicted_per_second": 61.0}
        parts += [data({"choices": [], "usage": usage, "timings": timings}), DONE]
        return Answer(parts)

    return ModelServer(
        paths={
            "/v1/models": models_list(owned_by="llamacpp", meta={"n_ctx_train": 131_072}),
            "/props": {
                "default_generation_settings": {"n_ctx": model.window},
                "build_info": "b1-script",
                "modalities": {"vision": False},
            },
            "/apply-template": template,
            "/tokenize": tokenize,
        },
        script=write,
    )


def _messages(body: dict[str, Any]) -> list[ChatMessage]:
    return [ChatMessage(role=m["role"], content=m["content"]) for m in body["messages"]]


def _pieces(prompt: str) -> list[str]:
    """The pieces of a rendered prompt: its marks, and what stands between them."""
    found: list[str] = []
    for part in MARKS.split(prompt):
        found += [part] if MARKS.fullmatch(part) else TOKEN.findall(part)
    return found
