"""`assistant models pull`, against a hub on loopback."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.gguf_files import write_model
from tests.support.hub_server import Hub, serving
from tests.support.shell import Shell

WANTED = "acme/Tiny-GGUF"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "login"))
    model = write_model(tmp_path / "tiny.gguf").read_bytes()
    with serving(Hub({"tiny-Q4_K_M.gguf": model})) as hub:
        monkeypatch.setenv("ASSISTANT_MODELS__ENDPOINT", hub.url)
        yield hub


def test_licence_and_size_are_shown_and_accepted_before_anything_comes(
    shell: Shell, hub: Hub
) -> None:
    asked: list[str] = []

    def refuse(question: str) -> str:
        asked.append(question)
        return "n"

    shell.ask = refuse
    run = shell("models", "pull", WANTED)
    assert (run.status, asked) == (1, ["Download it? [y/N]"])
    assert "acme/Tiny-GGUF: tiny-Q4_K_M.gguf" in run.err
    assert f"licence apache-2.0 ({hub.url}/acme/Tiny-GGUF)" in run.err
    assert hub.ranges == []

    shell.ask = lambda _: "y"
    run = shell("models", "pull", WANTED)
    path = shell.home / "data/models/acme/Tiny-GGUF/tiny-Q4_K_M.gguf"
    assert (run.status, run.out) == (0, f"{path}\n")
    told = json.loads(shell("models", "show", "tiny-Q4_K_M", "--json").out)
    assert (told["path"], told["fit"]) == (str(path), "runs")


def test_nobody_there_to_accept_the_licence_is_an_error(shell: Shell, hub: Hub) -> None:
    run = shell("models", "pull", WANTED)
    assert run.status == 1
    assert "--yes" in run.err
    assert hub.ranges == []


def test_a_program_follows_the_events(shell: Shell, hub: Hub) -> None:
    run = shell("models", "pull", WANTED, "--yes", "--json")
    events = [json.loads(line) for line in run.out.splitlines()]
    assert events[-1]["kind"] == "fetched"
    assert events[-2]["done"] == events[-2]["total"] == len(hub.files["tiny-Q4_K_M.gguf"])


def test_a_token_is_asked_for_only_where_one_is_needed(shell: Shell, hub: Hub) -> None:
    hub.token = "hf_typed"
    shell.ask, shell.ask_secret = lambda _: "y", lambda _: "hf_typed"
    run = shell("models", "pull", WANTED)
    assert run.status == 0
    assert hub.tokens[0] is None
    assert "hf_typed" not in run.out + run.err
    assert not [f for f in shell.home.rglob("*") if f.is_file() and b"hf_typed" in f.read_bytes()]


def test_without_a_token_it_is_said_where_to_get_in(shell: Shell, hub: Hub) -> None:
    hub.token = "hf_secret"
    run = shell("models", "pull", WANTED, "--yes")
    assert run.status == 4
    assert f"Accept them at {hub.url}/{WANTED}" in run.err


def test_what_is_worth_fetching_is_listed_without_a_connection(shell: Shell, hub: Hub) -> None:
    run = shell("models", "pull")
    assert run.status == 0
    assert "unsloth/Qwen3.5-4B-GGUF:Q4_K_M" in run.out
    assert hub.tokens == []


def test_models_worth_fetching_are_told_in_full_on_a_narrow_terminal(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    piped = shell("models", "pull").out.splitlines()
    shell.terminal = True
    shown = shell("models", "pull", NO_COLOR="1").out

    assert piped[0].split()[:3] == ["model", "size", "memory"]
    words = " ".join(shown.split())
    for model in json.loads(f"[{','.join(shell('models', 'pull', '--json').out.splitlines())}]"):
        assert f"{model['wanted']} " in words
        assert model["good_for"] in words
        assert model["languages"] in words
