"""Probe of a server: which program it is, its models and windows, and what it can do.

The answers are those of the programs' own paths; a server that has none of them is asked for
nothing but its models.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath, PureWindowsPath
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from assistant.core.errors import EndpointError
from assistant.core.values.endpoints.capabilities import Capabilities, ServedModel, ServerKind
from assistant.endpoints.wire.chunks import amount, items, mapping, words
from assistant.endpoints.wire.refusals import refusal

if TYPE_CHECKING:
    # Who lists models opens no connection.
    from assistant.endpoints.wire.connection import ServerConnection

PURPOSE: Final = "probe"

SERVICES: Final[Mapping[str, ServerKind]] = {
    "openai.com": "OpenAI",
    "openrouter.ai": "OpenRouter",
    "mistral.ai": "Mistral",
    "deepseek.com": "DeepSeek",
    "googleapis.com": "Gemini",
    "anthropic.com": "Anthropic",
}
"""Services that are known by their domain; they are asked for their models only."""

USUAL_WINDOWS: Final[Mapping[ServerKind, int]] = {
    "OpenAI": 128_000,
    "DeepSeek": 64_000,
    "Gemini": 1_000_000,
    "Anthropic": 200_000,
    "Mistral": 32_000,
    "OpenRouter": 32_000,
    "Ollama": 4096,
}
"""Tokens, where a server does not say; of a service what its documentation says of its smaller
models, of Ollama what it takes by itself."""

ASSUMED_WINDOW: Final = 8192

MAX_SHOWN: Final = 50
"""Models of an Ollama that are asked for one by one."""

REASONING_FIELDS: Final[Mapping[ServerKind, str]] = {
    "llama.cpp": "reasoning_content",
    "vLLM": "reasoning",
    "Ollama": "reasoning",
    "LM Studio": "reasoning_content",
    "OpenRouter": "reasoning",
    "Mistral": "content",
    "DeepSeek": "reasoning_content",
}

_CONTINUES: Final = frozenset({"llama.cpp", "vLLM", "Mistral"})
_NO_SCHEMA: Final = frozenset({"DeepSeek", "Anthropic"})


def probe(connection: ServerConnection, name: str, stop: Event) -> Capabilities:
    """Find out what a server can do.

    Args:
        name: of the endpoint, for errors.

    Raises:
        EndpointError: it cannot be reached, or lets nobody in without a key.
        RequestStoppedError: nobody wants it any more.
    """
    status, listed = connection.ask("/models", stop=stop, purpose=PURPOSE)
    if status in (401, 403) or (status >= 300 and status != 404 and status != 405):
        raise refusal(connection.address, name, status, listed)
    rows = [mapping(each) for each in items(mapping(listed).get("data"))]
    models = [_served(row) for row in rows if words(row.get("id"))]
    kind = service_of(connection.address.host)
    if kind is not None:
        return _capabilities(kind, models)
    prober = _Prober(connection, stop, rows, models)
    for look in (prober.llama_cpp, prober.ollama, prober.lm_studio, prober.vllm):
        found = look()
        if found is not None:
            return found
    return _capabilities("other", models)


class _Prober:
    """Asks a server for what only one program answers."""

    def __init__(
        self,
        connection: ServerConnection,
        stop: Event,
        rows: list[dict[str, Any]],
        models: list[ServedModel],
    ) -> None:
        self._connection, self._stop = connection, stop
        self._rows, self._models = rows, models

    def llama_cpp(self) -> Capabilities | None:
        props = self._get("/props")
        settings = mapping(props.get("default_generation_settings"))
        if not settings:
            return None
        window = amount(settings.get("n_ctx"))
        # With several models it tells the window of each; with one, that of its slots. One that
        # was started with a path is called by it, and answers to any name.
        models = [
            each.model_copy(
                update={"window": each.window or window, "name": _without_path(each.name)}
            )
            for each in self._models
        ]
        modalities = mapping(props.get("modalities"))
        caps = mapping(props.get("chat_template_caps"))
        return _capabilities(
            "llama.cpp",
            models,
            version=words(props.get("build_info")),
            counting="exact",
            progress=True,
            grammar=True,
            pictures=modalities.get("vision") if modalities else None,
            tools=bool(caps.get("supports_tools")) if caps else None,
        )

    def ollama(self) -> Capabilities | None:
        version = words(self._get("/api/version").get("version"))
        running = self._get("/api/ps") if version else {}
        if not version or "models" not in running:
            return None
        windows = {
            words(row.get("name")): amount(row.get("context_length"))
            for row in map(mapping, items(running.get("models")))
        }
        few = len(self._models) <= MAX_SHOWN
        models = [
            _with(each, windows.get(each.name, 0) or (self._ollama_window(each.name) if few else 0))
            for each in self._models
        ]
        return _capabilities("Ollama", models, version=version)

    def _ollama_window(self, model: str) -> int:
        """The window that a model which does not run will have by its own file; 0 for the usual."""
        told = words(self._get("/api/show", {"model": model}).get("parameters"))
        lines = (line.split() for line in told.splitlines())
        named = (line[1] for line in lines if len(line) == 2 and line[0] == "num_ctx")
        return next((int(number) for number in named if number.isdecimal()), 0)

    def lm_studio(self) -> Capabilities | None:
        rows = items(self._get("/api/v1/models").get("models"))
        windows: dict[str, int] = {}
        for row in map(mapping, rows):
            loaded = [
                mapping(mapping(each).get("config")) for each in items(row.get("loaded_instances"))
            ]
            used = [amount(each.get("context_length")) for each in loaded]
            windows[words(row.get("key"))] = next(filter(None, used), 0)
        if not windows:
            return None
        models = [_with(each, windows.get(each.name, 0)) for each in self._models]
        return _capabilities("LM Studio", models)

    def vllm(self) -> Capabilities | None:
        owners = {words(row.get("owned_by")) for row in self._rows}
        if "vllm" not in owners:
            return None
        version = words(self._get("/version").get("version"))
        return _capabilities("vLLM", self._models, version=version, counting="exact")

    def _get(self, path: str, body: object = None) -> dict[str, Any]:
        try:
            status, value = self._connection.ask(
                path, body, stop=self._stop, purpose=PURPOSE, at_root=True
            )
        except EndpointError:
            return {}
        return mapping(value) if status == 200 else {}


def _capabilities(kind: ServerKind, models: list[ServedModel], **known: Any) -> Capabilities:
    usual = USUAL_WINDOWS.get(kind, ASSUMED_WINDOW)
    return Capabilities(
        kind=kind,
        models=tuple(each if each.window else _with(each, usual) for each in models),
        reasoning=REASONING_FIELDS.get(kind, ""),
        continues=kind in _CONTINUES,
        json_schema=kind not in _NO_SCHEMA,
        **known,
    )


def _served(row: dict[str, Any]) -> ServedModel:
    """A model as it is listed, with the window that is in use, never the one that was trained."""
    fields = ("max_model_len", "context_length", "max_context_length", "context_window")
    told = [amount(row.get(field)) for field in fields]
    told.append(amount(mapping(row.get("meta")).get("n_ctx")))
    return ServedModel(name=words(row.get("id")), window=next(filter(None, told), 0))


def _without_path(name: str) -> str:
    """The name of a model without the folders and the kind of its file."""
    path = PureWindowsPath(name) if ":\\" in name else PurePosixPath(name)
    return path.name.removesuffix(".gguf") if path.is_absolute() and path.name else name


def _with(model: ServedModel, window: int) -> ServedModel:
    return model.model_copy(update={"window": window})


def service_of(host: str) -> ServerKind | None:
    """The service that a host belongs to; None for any other."""
    for domain, kind in SERVICES.items():
        if host == domain or host.endswith(f".{domain}"):
            return kind
    return None
