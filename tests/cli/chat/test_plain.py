"""A chat in lines: questions, slash commands, conversations that go on."""

from pathlib import Path

import pytest

from assistant.core.values.library import Collection
from tests.support.fake_library import found
from tests.support.fake_models import ScriptedModel, ScriptedModels
from tests.support.passages import passage
from tests.support.shell import Run, Shell


@pytest.fixture
def models() -> ScriptedModels:
    other = ScriptedModel("Lisbon.", name="second")
    return ScriptedModels(ScriptedModel("Paris.", "Rome.", "Oslo.", name="first"), other)


def chat(shell: Shell, *lines: str, arguments: tuple[str, ...] = ()) -> Run:
    """What a chat of these lines leaves behind."""
    return shell("chat", "--plain", *arguments, stdin="\n".join(lines).encode())


def test_questions_are_answered_one_after_the_other_in_one_conversation(shell: Shell) -> None:
    run = chat(shell, "Of France?", "", "Of\\", "Italy?")
    assert (run.status, run.out, run.err) == (0, "Paris.\nRome.\n", "")
    shown = shell("chats", "list").out
    assert shown.count("Of France?") == 1
    asked = shell.models.by_name["first"].questions
    assert [each.content for each in asked[1].messages][-3:] == [
        "Of France?",
        "Paris.",
        "Of\nItaly?",
    ]


def test_nothing_moves_the_cursor_and_nothing_is_coloured(
    home: Path, models: ScriptedModels
) -> None:
    shell = Shell(home, models, terminal=True)
    run = chat(shell, "Of France?", "/help")
    assert "Paris." in run.out
    assert "/regenerate [MODEL]: another version of the answer" in run.out
    assert "\x1b" not in run.out + run.err
    assert "\r" not in run.out + run.err


def test_commands_are_called_as_on_the_screen(shell: Shell) -> None:
    run = chat(
        shell,
        "Of France?",
        "/regenerate second",
        "/details",
        "/rename Capitals",
        "/new",
        "Of Italy?",
        "/find Paris",
        "/conversations",
        "/conversations 2",
        "/delete",
        "/quit",
        "never asked",
    )
    assert run.status == 0, run.err
    lines = run.out.splitlines()
    assert lines[:2] == ["Paris.", "Lisbon."]
    assert "model: second" in lines
    assert "Title: Capitals" in lines
    assert any(line.startswith("1. Capitals: ") for line in lines)
    assert "2. Capitals" in lines
    assert "Moved to the trash" in run.out
    assert "never asked" not in [each.messages[-1].content for each in _asked(shell)]
    assert "Capitals" not in shell("chats", "list").out


def _asked(shell: Shell) -> list:  # type: ignore[type-arg]
    return shell.models.by_name["first"].questions


def test_a_command_that_is_not_there_is_not_asked(shell: Shell) -> None:
    run = chat(shell, "/regenrate", "/open 3", "/model third", "/home/x is a path")
    assert "There is no command /regenrate. /regenerate" in run.err
    assert "There is no answer yet." in run.err
    assert "There is no model called 'third'." in run.err
    assert run.out == "Paris.\n"
    assert run.status == 0


def test_a_conversation_goes_on_and_a_temporary_one_is_not_kept(shell: Shell) -> None:
    chat(shell, "Of France?")
    run = chat(shell, "Of Italy?", "/read", arguments=("--last",))
    assert run.out.startswith("Conversation: Of France?\nRome.\nyou:\nOf France?\n")
    assert len(shell.json("chats", "list")) == 1
    chat(shell, "Of Norway?", arguments=("--temporary",))
    assert len(shell.json("chats", "list")) == 1
    assert shell("chat", "--plain", "--last", "--temporary", stdin=b"").status == 2


def test_files_are_asked_attached_and_read(shell: Shell, tmp_path: Path) -> None:
    rent = passage("Paris.")
    shell.library = found(rent)
    shell.library.sets = [Collection(name="housing", roots=(), files=3, passages=31)]
    note = tmp_path / "note.md"
    note.write_text("The lighthouse.")
    shell.library.texts[str(note)] = "The lighthouse."
    run = chat(shell, "/files", "/files housing", "Where?", "/open 1", "/files nowhere")
    assert "housing: 3 files" in run.out
    assert shell.library.asked[0][1] == ("housing",)
    assert "Paris. [1]" in run.out
    assert f"{rent.path}, {rent.place}" in run.out
    assert "There is no collection nowhere." in run.err
    chat(shell, f"What is in @{note}?")
    branch = shell.json("chats", "show", shell.json("chats", "list")[0]["id"])
    assert "note.md" in str(branch)
