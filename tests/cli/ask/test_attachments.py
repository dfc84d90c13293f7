"""`assistant ask --attach`: a file goes whole with a question, or the reason why it cannot."""

import json
import os
from pathlib import Path

import pytest

from assistant.core.errors import UnreadableFileError
from tests.support.fake_models import ScriptedModel, ScriptedModels
from tests.support.shell import Run, Shell

LEASE = "The landlord may raise the rent once every twelve months."


@pytest.fixture
def lease(shell: Shell) -> Path:
    """A file on disk, which the library can read."""
    file = Path(os.path.realpath(shell.home)) / "lease.md"
    file.write_text(LEASE)
    shell.library.texts[str(file)] = LEASE
    return file


def test_the_model_reads_the_whole_file_before_the_question(
    shell: Shell, models: ScriptedModels, lease: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(lease.parent)

    run = shell("ask", "--attach", "lease.md", "When?")

    assert run.status == 0
    [*_, question] = models.default.questions[-1].messages
    assert question.content.startswith("[1] lease.md")
    assert f"> {LEASE}" in question.content
    stored = shell.store().branch(shell.store().conversations()[0].id)[0]
    assert (stored.text, stored.attached) == ("When?", (str(lease),))


def test_a_dry_run_shows_the_prompt_with_the_file_and_asks_nothing(
    shell: Shell, models: ScriptedModels, lease: Path
) -> None:
    run = shell("ask", "--dry-run", "--json", "--attach", str(lease), "When?")

    preview = json.loads(run.out)
    assert run.status == 0
    assert f"[1] lease.md, line 1\n> {LEASE}\n\n" in preview["messages"][-1]["content"]
    assert preview["prompt_tokens"] == sum(part["tokens"] for part in preview["parts"]) + 1
    assert models.default.questions == []
    assert shell.store().conversations() == []


def test_a_dry_run_is_the_prompt_that_is_sent(
    shell: Shell, models: ScriptedModels, lease: Path
) -> None:
    question = ("--attach", str(lease), "What does @lease.md say?")

    shown = json.loads(shell("ask", "--dry-run", "--json", *question).out)["messages"]
    shell("ask", *question)

    sent = [message.model_dump() for message in models.default.questions[-1].messages]
    assert shown == sent


def _refused(run: Run, status: int, *words: str) -> None:
    assert (run.status, run.out) == (status, "")
    assert run.err.startswith("assistant: ")
    assert run.err.count("\n") == 1
    assert all(word in run.err for word in words), run.err


def test_a_file_that_is_not_there_is_told_before_anything_is_stored(shell: Shell) -> None:
    run = shell("ask", "--attach", "/nowhere/x.md", "When?")

    _refused(run, 3, "'/nowhere/x.md' cannot be attached", "No such file")
    assert shell.store().conversations() == []


@pytest.mark.parametrize("name", ["~nobody-of-this-name/x", "a\0b", ""])
def test_a_name_that_no_file_can_have_is_told_in_one_line(shell: Shell, name: str) -> None:
    _refused(shell("ask", "--attach", name, "When?"), 3, "cannot be attached")


def test_a_folder_is_not_attached(shell: Shell) -> None:
    _refused(shell("ask", "--attach", str(shell.home), "When?"), 3, "is not a file", "add FOLDER")


def test_a_file_that_cannot_be_read_ends_with_the_status_for_files(
    shell: Shell, lease: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise UnreadableFileError("lease.md gives no text: encrypted, it has a password.")

    monkeypatch.setattr(shell.library, "read", refuse)

    for more in ([], ["--dry-run"]):
        run = shell("ask", "--attach", str(lease), *more, "When?")
        _refused(run, 8, "encrypted")


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_of_a_file_that_is_too_long_the_nearest_passages_are_read_and_that_is_said(
    home: Path, more: tuple[str, ...]
) -> None:
    models = ScriptedModels(ScriptedModel(window=512))
    shell = Shell(home, models)
    book = Path(os.path.realpath(home)) / "book.md"
    book.write_text("x")
    shell.library.texts[str(book)] = f"{'Nothing of note. ' * 900} {LEASE} {'Idle words. ' * 900}"

    run = shell("ask", *more, "--attach", str(book), "How often may the rent rise?")

    assert run.status == 0, run.err
    if more:
        assert LEASE in run.out
    else:
        assert LEASE in models.default.questions[0].messages[-1].content
        assert run.err.splitlines() == [
            "book.md is larger than the window: only the nearest passages are read",
            "Nothing in this answer is confirmed by your files.",
        ]


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_a_file_beside_which_nothing_fits_is_told_with_its_name_and_a_way_out(
    home: Path, more: tuple[str, ...]
) -> None:
    shell = Shell(home, ScriptedModels(ScriptedModel(window=64)))
    book = Path(os.path.realpath(home)) / "book.md"
    book.write_text("x")
    shell.library.texts[str(book)] = "word " * 5000

    run = shell("ask", *more, "--attach", str(book), "When? " * 20)

    _refused(run, 5, "book.md", "assistant add")


def test_to_attach_and_to_search_exclude_each_other(shell: Shell, lease: Path) -> None:
    run = shell("ask", "--attach", str(lease), "--collection", "trip", "When?")

    _refused(run, 2, "Use --collection or --attach")


def test_a_file_is_attached_however_its_accents_are_typed(
    shell: Shell, models: ScriptedModels
) -> None:
    file = Path(os.path.realpath(shell.home)) / "fe\u0301rias.md"
    file.write_text(LEASE)
    shell.library.texts[str(file)] = LEASE

    run = shell("ask", "--attach", str(file.with_name("férias.md")), "When?")

    assert run.status == 0
    assert f"> {LEASE}" in models.default.questions[-1].messages[-1].content


def test_a_mention_that_attaches_nothing_is_told(shell: Shell) -> None:
    shell.terminal = True
    run = shell("ask", "What is in @lease.md? Ask @anna.")

    assert "@lease.md is sent as plain text: use --attach FILE to send a file" in run.err
    assert "@anna" not in run.err
