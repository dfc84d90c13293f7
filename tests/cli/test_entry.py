"""The border of the process: what goes wrong is one sentence, the details are in the log."""

import json
from pathlib import Path

import pytest

from assistant.bootstrap import Assistant
from assistant.settings import Settings
from assistant.system.paths import Paths
from tests.support.fake_models import ScriptedModels
from tests.support.shell import Shell


class BrokenShell(Shell):
    def build(self, settings: Settings, paths: Paths) -> Assistant:
        raise RuntimeError("secret detail")


def test_an_unexpected_error_is_one_sentence_with_the_place_of_the_log(home: Path) -> None:
    run = BrokenShell(home, ScriptedModels())("ask", "Hello")

    log = home / "logs" / "assistant.log"
    assert run.status == 1
    assert run.err == (
        f"assistant: An unexpected error ended this command. Details are in {log}.\n"
    )
    assert run.out == ""
    assert "RuntimeError: secret detail" in log.read_text()


def test_an_unexpected_error_without_a_place_for_its_log_is_still_one_sentence(
    home: Path,
) -> None:
    (home / "logs").write_text("a file where the folder should be")

    run = BrokenShell(home, ScriptedModels())("ask", "--json", "Hello")

    assert run.status == 1
    assert "could not be logged" in run.err
    assert json.loads(run.out)["error"]["type"] == "AssistantError"


def test_the_log_of_unexpected_errors_does_not_grow_for_ever(home: Path) -> None:
    log = home / "logs" / "assistant.log"
    log.parent.mkdir()
    log.write_text("x" * 1_000_001)

    BrokenShell(home, ScriptedModels())("ask", "Hello")

    assert log.stat().st_size < 100_000


def test_without_a_terminal_it_says_how_to_ask(shell: Shell) -> None:
    run = shell()

    assert (run.status, run.out) == (2, "")
    assert "assistant ask" in run.err
    assert run.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [("nope",), ("chats", "nope"), ("--nope",)])
def test_an_unknown_command_is_a_usage_error(shell: Shell, arguments: tuple[str, ...]) -> None:
    run = shell(*arguments)

    assert run.status == 2
    assert run.out == ""
    assert "Traceback" not in run.err


@pytest.mark.parametrize("command", ["ask", "chats", "prompts", "models", "settings", "doctor"])
def test_every_command_has_its_help(
    shell: Shell, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert shell(command, "--help").status == 0
    assert "Usage: assistant" in capsys.readouterr().out


def test_the_exit_statuses_are_in_the_help(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    shell("ask", "--help")

    shown = capsys.readouterr().out
    for status in ("0  the answer is complete", "5  the question, with", "130  stopped by"):
        assert status in shown
