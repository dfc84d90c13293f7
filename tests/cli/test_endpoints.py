"""`assistant endpoints` and `network`, and questions to models of servers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.bootstrap import build
from tests.support.fake_library import ScriptedLibrary
from tests.support.fake_models import ScriptedModels
from tests.support.model_servers import (
    Answer,
    ModelServer,
    chunk,
    models_list,
    openai_like,
    plain,
    serving,
)
from tests.support.shell import Shell

AWAY = "http://192.0.2.1:9"
"""An address that belongs to nobody."""


@pytest.fixture
def shell(home: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Commands on the parts that the program really has."""
    monkeypatch.setattr("assistant.endpoints.keys.find_spec", lambda _: None)
    found = Shell(home, ScriptedModels(), ScriptedLibrary())
    found.build = build  # type: ignore[method-assign, assignment]
    return found


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serving(openai_like("The ", "capital ", "is ", "Paris.")) as running:
        yield running


def test_a_question_is_answered_by_a_server_and_the_answer_keeps_its_name(
    shell: Shell, server: ModelServer
) -> None:
    assert shell("endpoints", "add", "near", server.url).status == 0

    run = shell("ask", "--model", "near/tiny", "What is the capital of France?")

    assert (run.status, run.out) == (0, "The capital is Paris.\n")
    (asked,) = server.bodies
    assert asked["model"] == "tiny"
    assert asked["messages"][-1] == {"role": "user", "content": "What is the capital of France?"}
    (listed,) = shell.json("chats", "list")
    assert listed["model"] == "near/tiny"
    shown = shell.json("chats", "show", listed["id"])
    assert shown[-1]["model"] == "near/tiny"


def test_models_of_servers_are_listed_among_the_others(shell: Shell, server: ModelServer) -> None:
    shell("endpoints", "add", "near", server.url)

    run = shell("models")

    assert "near/tiny" in run.out
    assert "elsewhere" in run.out


def test_a_question_to_another_machine_waits_for_a_yes(shell: Shell) -> None:
    shell("endpoints", "add", "far", AWAY)

    run = shell("ask", "--model", "far/m", "A secret?")

    assert run.status == 4
    assert "Nothing was sent to 192.0.2.1." in run.err
    assert shell("network").out == "No connection has been opened.\n"


def test_a_person_is_asked_once_for_questions_and_once_for_files(
    shell: Shell, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.endpoints.wire.address.is_loopback", lambda _: False)
    asked: list[str] = []

    def yes(question: str) -> str:
        asked.append(question)
        return "y"

    shell.ask = yes
    shell("endpoints", "add", "far", server.url)
    paris = shell.home / "paris.txt"
    paris.write_text("Paris is the capital of France.")
    for _ in range(2):
        assert shell("ask", "--model", "far/tiny", "--no-library", "What?").status == 0
        assert len(asked) == 1
    for _ in range(2):
        attached = shell("ask", "--model", "far/tiny", "--attach", str(paris), "What?")
        assert len(asked) == 2, attached.err
    assert "your questions" in asked[0]
    assert "passages of your files" in asked[1]


def test_files_do_not_go_where_only_questions_may(
    shell: Shell, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.endpoints.wire.address.is_loopback", lambda _: False)
    shell("endpoints", "add", "far", server.url, "--yes")
    (shell.home / "a.txt").write_text("mine alone")

    run = shell("ask", "--model", "far/tiny", "--attach", str(shell.home / "a.txt"), "What?")

    assert run.status == 4
    assert server.bodies == []


def test_a_broken_answer_is_kept_and_said(shell: Shell) -> None:
    broken = ModelServer(
        paths={"/v1/models": models_list()},
        script=lambda _: Answer([chunk({"content": "The capital"})]),
    )
    with serving(broken):
        shell("endpoints", "add", "near", broken.url)
        run = shell("ask", "--model", "near/tiny", "What?")

    assert (run.status, run.out) == (6, "The capital\n")
    assert "stopped in the middle of the answer" in run.err
    (listed,) = shell.json("chats", "list")
    answer = shell.json("chats", "show", listed["id"])[-1]
    assert (answer["state"], answer["text"]) == ("failed", "The capital")


def test_a_conversation_for_this_machine_only_stays_here(
    shell: Shell, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.endpoints.wire.address.is_loopback", lambda _: False)
    shell("endpoints", "add", "far", server.url, "--yes")
    shell("ask", "--model", "far/tiny", "What?")
    (listed,) = shell.json("chats", "list")
    shell("chats", "tag", listed["id"], "local-only")

    run = shell("ask", "--last", "And now?")

    assert run.status == 4
    assert "for this machine only" in run.err
    assert len(server.bodies) == 1


def test_endpoints_are_listed_with_what_they_get_and_without_keys(
    shell: Shell, server: ModelServer
) -> None:
    shell.ask_secret = lambda _: "sk-secret"
    shell("endpoints", "add", "far", AWAY, "--yes")
    shell("endpoints", "add", "near", server.url)

    run = shell("endpoints")

    assert "your questions" in run.out
    assert "this machine" in run.out
    assert "sk-secret" not in run.out
    assert shell.json("endpoints", "list")[0]["allowed"] == ["questions"]
    assert (shell.home / "data" / "keys" / "far").read_text() == "sk-secret\n"


def test_a_test_shows_what_a_server_can(shell: Shell, server: ModelServer) -> None:
    shell("endpoints", "add", "near", server.url)

    run = shell("endpoints", "test", "near")

    assert run.status == 0, run.err
    for told in ("near/tiny", "8,192 tokens", "estimated", "starts a new", "“The capital is"):
        assert told in run.out


def test_connections_are_listed_without_words(shell: Shell, server: ModelServer) -> None:
    shell("endpoints", "add", "near", server.url)
    shell("ask", "--model", "near/tiny", "What is the capital of France?")

    run = shell("network")

    assert "answer" in run.out
    assert "127.0.0.1" in run.out
    assert "France" not in run.out
    assert {use["purpose"] for use in shell.json("network")} == {"probe", "answer"}


def test_allow_and_forbid_are_told(shell: Shell) -> None:
    shell("endpoints", "add", "far", AWAY)
    assert shell("endpoints", "allow", "far").status == 4
    shell("endpoints", "allow", "far", "--files", "--yes")
    assert shell.json("endpoints", "list")[0]["allowed"] == ["questions", "files"]
    shell("endpoints", "forbid", "far")
    assert shell.json("endpoints", "list")[0]["allowed"] == []


def test_doctor_lists_the_hosts(shell: Shell) -> None:
    shell("endpoints", "add", "far", AWAY)

    checks = {each["name"]: each for each in shell.json("doctor", "--quick")["checks"]}

    assert checks["network"]["detail"] == "far → 192.0.2.1 (nothing yet, last used never)"


def test_settings_show_and_change_endpoints(shell: Shell) -> None:
    shell("endpoints", "add", "far.away", AWAY)
    assert shell("settings", "set", "endpoints.far.away.window", "4096").status == 0

    assert "window = 4096" in shell("settings").out
    assert shell("settings", "set", "endpoints.far.away.url", "ftp://x").status == 2


def test_a_dry_run_of_a_server_shows_the_request(shell: Shell, server: ModelServer) -> None:
    shell("endpoints", "add", "near", server.url)

    run = shell("ask", "--model", "near/tiny", "--dry-run", "What?")

    assert run.status == 0, run.err
    assert '"content": "What?"' in run.out
    assert server.bodies == []


def test_a_conversation_goes_on_with_a_model_of_this_machine(
    shell: Shell, server: ModelServer
) -> None:
    server.script = lambda asked: Answer(plain(f"{len(asked.body['messages'])}"))
    shell("endpoints", "add", "near", server.url)
    shell("ask", "--model", "near/tiny", "First?")
    assert shell("ask", "--last", "--model", "near/tiny", "Second?").out.strip() == "4"
