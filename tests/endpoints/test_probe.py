"""What a server can do is asked once, of each program in its own way."""

from pathlib import Path
from threading import Event
from typing import Any

import pytest

from assistant.core.values.endpoints.capabilities import Capabilities
from assistant.core.values.events import Loaded
from assistant.endpoints.probe import service_of
from tests.support.model_servers import MODEL, ModelServer, models_list, serving
from tests.support.remote_models import remote_model, remote_server

SERVERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "llama.cpp": (
        {
            "/v1/models": models_list(owned_by="llamacpp", meta={"n_ctx_train": 131_072}),
            "/props": {"default_generation_settings": {"n_ctx": 4096}, "build_info": "b9"},
        },
        {"window": 4096, "counting": "exact", "progress": True, "continues": True, "grammar": True,
         "reasoning": "reasoning_content", "version": "b9"},
    ),
    "vLLM": (
        {
            "/v1/models": models_list(owned_by="vllm", max_model_len=16_384),
            "/version": {"version": "0.16.0"},
        },
        {"window": 16_384, "counting": "exact", "continues": True, "grammar": False,
         "reasoning": "reasoning", "version": "0.16.0"},
    ),
    "Ollama": (
        {
            "/v1/models": models_list(owned_by="library"),
            "/api/version": {"version": "0.20.0"},
            "/api/ps": {"models": [{"name": MODEL, "context_length": 8192}]},
        },
        {"window": 8192, "counting": "about", "continues": False, "reasoning": "reasoning"},
    ),
    "LM Studio": (
        {
            "/v1/models": models_list(owned_by="organization_owner"),
            "/api/v1/models": {
                "models": [
                    {"key": MODEL, "max_context_length": 131_072,
                     "loaded_instances": [{"config": {"context_length": 6000}}]}
                ]
            },
        },
        {"window": 6000, "counting": "about", "reasoning": "reasoning_content"},
    ),
    "other": (
        {"/v1/models": models_list(owned_by="me")},
        {"window": 8192, "counting": "about", "continues": False, "progress": False},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", SERVERS)
def test_a_server_is_known_by_what_only_it_answers(kind: str, tmp_path: Path) -> None:
    paths, expected = SERVERS[kind]
    with serving(ModelServer(paths=paths)) as server:
        found = remote_server(tmp_path, server.url).capabilities(Event())

    assert found.kind == kind
    told = {**found.model_dump(), "window": found.models[0].window}
    assert {name: told[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("listed", "name"),
    [("/models/Tiny-Q4_1.gguf", "Tiny-Q4_1"), (r"C:\models\tiny.gguf", "tiny"),
     ("org/tiny.gguf", "org/tiny.gguf"), ("tiny", "tiny"), ("/", "/")],
)  # fmt: skip
def test_a_model_of_llama_server_is_not_called_by_its_path(
    tmp_path: Path, listed: str, name: str
) -> None:
    paths = {**SERVERS["llama.cpp"][0], "/v1/models": {"data": [{"id": listed}]}}
    with serving(ModelServer(paths=paths)) as server:
        found = remote_server(tmp_path, server.url).capabilities(Event())

    assert [each.name for each in found.models] == [name]


def test_an_ollama_that_runs_no_model_has_the_window_that_it_takes_by_itself(
    tmp_path: Path,
) -> None:
    paths = {**SERVERS["Ollama"][0], "/api/ps": {"models": []}}
    with serving(ModelServer(paths=paths)) as server:
        found = remote_server(tmp_path, server.url).capabilities(Event())

    assert [each.window for each in found.models] == [4096]


def test_an_ollama_model_that_does_not_run_has_the_window_of_its_file(tmp_path: Path) -> None:
    shown = {"parameters": 'stop           "<|num_ctx|>"\nnum_ctx        2048\ntop_k 9'}
    paths = {**SERVERS["Ollama"][0], "/api/ps": {"models": []}, "/api/show": shown}
    with serving(ModelServer(paths=paths)) as server:
        found = remote_server(tmp_path, server.url).capabilities(Event())

        asked = [each.body for each in server.asked if each.path == "/api/show"]
    assert [each.window for each in found.models] == [2048]
    assert asked == [{"model": MODEL}]


def test_a_server_is_asked_once_an_hour_and_again_when_it_is_tested(tmp_path: Path) -> None:
    with serving(ModelServer(paths=SERVERS["llama.cpp"][0])) as server:
        remote_server(tmp_path, server.url).capabilities(Event())
        first = len(server.asked)
        remote_server(tmp_path, server.url).capabilities(Event())
        assert len(server.asked) == first
        remote_server(tmp_path, server.url).capabilities(Event(), fresh=True)
        assert len(server.asked) == 2 * first


def test_what_is_known_of_one_address_is_not_taken_for_another(tmp_path: Path) -> None:
    with serving(ModelServer(paths=SERVERS["llama.cpp"][0])) as server:
        remote_server(tmp_path, server.url).capabilities(Event())
    with serving(ModelServer(paths=SERVERS["vLLM"][0])) as server:
        assert remote_server(tmp_path, server.url).known is None
        assert remote_server(tmp_path, server.url).capabilities(Event()).kind == "vLLM"


def test_a_file_that_is_damaged_is_no_knowledge(tmp_path: Path) -> None:
    for content in (b"", b"[]", b'{"far": 7}', b'{"far": {"base": "x"}}', b"\xff"):
        (tmp_path / "endpoints.json").write_bytes(content)
        assert remote_server(tmp_path, "http://127.0.0.1:9").known is None


@pytest.mark.parametrize("listed", [None, [], {"data": None}, {"data": [7, {"id": 7}]}, "text"])
def test_a_list_of_models_that_is_none_names_no_models(listed: object, tmp_path: Path) -> None:
    with serving(ModelServer(paths={"/v1/models": listed or {}})) as server:
        assert remote_server(tmp_path, server.url).capabilities(Event()).models == ()


def test_a_server_that_lists_no_models_may_answer_all_the_same(tmp_path: Path) -> None:
    with serving(ModelServer()) as server:
        assert remote_server(tmp_path, server.url).capabilities(Event()) == Capabilities()


def test_the_window_of_the_settings_goes_before_what_the_server_says(tmp_path: Path) -> None:
    with serving(ModelServer(paths=SERVERS["llama.cpp"][0])) as server:
        *_, last = remote_model(tmp_path, server.url, window=2048).load(Event())

    assert isinstance(last, Loaded)
    assert last.info.context_window == last.info.trained_context == 2048


@pytest.mark.parametrize(
    ("host", "kind"),
    [("api.openai.com", "OpenAI"), ("openrouter.ai", "OpenRouter"), ("api.mistral.ai", "Mistral"),
     ("generativelanguage.googleapis.com", "Gemini"), ("notopenai.com", None),
     ("openai.com.example", None)],
)  # fmt: skip
def test_services_are_known_by_their_domain(host: str, kind: str | None) -> None:
    assert service_of(host) == kind
