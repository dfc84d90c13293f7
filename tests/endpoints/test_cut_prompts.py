"""Prompts that a server has cut without a word are told; those that it has read whole are not."""

from pathlib import Path
from threading import Event
from typing import Any

import pytest

from assistant.core.errors import EndpointError
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.events import Loaded
from assistant.core.values.sampling import Sampling
from tests.support.engine import collect, said
from tests.support.model_servers import MODEL, Answer, ModelServer, models_list, plain, serving
from tests.support.remote_models import remote_model

ENGLISH = "the lease ends in the spring and the rent is due on the first of each month "
PORTUGUESE = "o contrato termina na primavera e a renda vence no primeiro dia de cada mês "


def ollama(read: int, window: int, running: int | None = None) -> ModelServer:
    """An Ollama whose model has `window` tokens, and says that it has read so many of a prompt."""
    rows = [{"name": MODEL, "context_length": running or window}]
    return ModelServer(
        paths={
            "/v1/models": models_list(owned_by="library"),
            "/api/version": {"version": "0.20.0"},
            "/api/ps": {"models": rows},
        },
        script=lambda _: Answer(plain("Yes.", tokens=read)),
    )


def started_anew(server: ModelServer, window: int) -> None:
    """It runs its model with another window from now on."""
    server.paths["/api/ps"] = {"models": [{"name": MODEL, "context_length": window}]}


def window_of(model: Any) -> int:
    return next(
        each.info.context_window for each in model.load(Event()) if isinstance(each, Loaded)
    )


def ask(model: Any, *messages: ChatMessage) -> str:
    return collect(model.stream(messages, Sampling(), Event()))[0]


@pytest.mark.parametrize("text", [ENGLISH, PORTUGUESE])
@pytest.mark.parametrize("read", [2048, 1100])
def test_a_cut_prompt_is_told_and_the_window_known_from_then_on(
    tmp_path: Path, text: str, read: int
) -> None:
    # As one message is cut to the window, and as whole messages are left out.
    with serving(ollama(read, 8192)) as server:
        model = remote_model(tmp_path, server.url)
        assert window_of(model) == 8192
        started_anew(server, 2048)

        with pytest.raises(EndpointError, match=f"has read {read:,} of about") as told:
            ask(model, said("user", text * 300))

        assert "2,048 tokens" in told.value.hint
        assert window_of(model) == 2048


def test_where_the_settings_promise_too_much_they_are_named(tmp_path: Path) -> None:
    with serving(ollama(4096, 4096)) as server:
        model = remote_model(tmp_path, server.url, window=32_000)

        with pytest.raises(EndpointError) as told:
            ask(model, said("user", ENGLISH * 900))

    assert "`window` of 4096 in the settings" in told.value.hint


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (ENGLISH * 300, 5100),
        (PORTUGUESE * 300, 6900),
        ("租约在春天结束" * 500, 2400),
        ("{};" * 900, 900),
        ("short", 9),
    ],
    ids=["English", "Portuguese", "Chinese", "signs", "short"],
)
def test_a_prompt_that_was_read_whole_is_no_failure(tmp_path: Path, text: str, read: int) -> None:
    with serving(ollama(read, 8192)) as server:
        assert ask(remote_model(tmp_path, server.url), said("user", text)) == "Yes."


def test_a_server_that_refuses_long_prompts_is_believed(tmp_path: Path) -> None:
    server = ModelServer(
        paths={"/v1/models": models_list()}, script=lambda _: Answer(plain("Yes.", tokens=300))
    )
    with serving(server):
        assert ask(remote_model(tmp_path, server.url), said("user", ENGLISH * 300)) == "Yes."
