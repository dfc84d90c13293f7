"""`assistant summarise` on scripted parts: what it reads, what it prints, how it ends."""

from pathlib import Path

import click
import pytest

from assistant.cli.entry import command
from assistant.core.values.library import Collection, FileEntry
from tests.support.fake_models import ScriptedModels
from tests.support.shell import Shell

SAID = (
    "The harbour of the town opens in May. The ships of the fleet sail to the north in June."
    " Nobody knows when the last of them comes home again."
)


@pytest.fixture
def report(home: Path, shell: Shell) -> str:
    path = home / "my report.md"
    path.write_text(SAID)
    shell.library.texts[str(path)] = SAID
    return str(path)


@pytest.mark.parametrize("name", ["summarise", "summarize"])
def test_standard_output_is_the_summary_with_its_marks(
    shell: Shell, report: str, name: str
) -> None:
    run = shell(name, report, "in", "two", "points")

    assert run.status == 0, run.err
    head, _, points = run.out.partition("\n\n")
    assert head == "**In short**:"
    assert [line[:2] for line in points.splitlines()] == ["1.", "2."]
    assert all(line.endswith("(line 1). [1]") for line in points.splitlines())
    assert run.err == ""


def test_programs_get_how_much_of_it_is_the_models(shell: Shell, report: str) -> None:
    found = shell.json("summarise", report)

    assert found["summary"] == {
        "parts": 1,
        "read": 1,
        "left": 0,
        "written": 1,
        "supported": 0,
    }
    assert [each["strength"] for each in found["citations"]] == ["verbatim"] * 3
    assert {each["strength"] for each in found["sentences"]} == {"verbatim"}


def test_the_second_time_nothing_is_read(shell: Shell, report: str, models: ScriptedModels) -> None:
    shell("summarise", report)
    asked = len(models.default.questions)

    assert shell.json("summarise", report)["summary"]["read"] == 0
    assert len(models.default.questions) == asked


def test_a_file_that_is_not_there_is_said_to_be_missing(shell: Shell) -> None:
    run = shell("summarise", "/nowhere/report.pdf")

    assert (run.status, run.out) == (3, "")
    assert "report.pdf" in run.err


def test_nothing_of_a_temporary_summary_is_kept(
    shell: Shell, report: str, models: ScriptedModels
) -> None:
    shell("summarise", report, "--temporary")
    asked = len(models.default.questions)
    shell("summarise", report)

    assert len(models.default.questions) == 2 * asked


def test_it_is_listed_once_whatever_its_spelling() -> None:
    listed = command.list_commands(click.Context(command))

    assert "summarise" in listed
    assert "summarize" not in listed


def test_a_collection_is_named_with_its_sign(shell: Shell, report: str) -> None:
    shell.library.sets = [
        Collection(name="town", roots=(report,), files=1, passages=3, skipped=0, waiting=0)
    ]
    shell.library.entries = [FileEntry(path=report, size=9, state="indexed", passages=3)]

    run = shell("summarise", "#town", "in", "one", "sentence")

    assert run.status == 0, run.err
    assert run.out.startswith("**In short**:\n\n1. “")


def test_two_files_are_compared(shell: Shell, report: str, home: Path) -> None:
    other = home / "other.md"
    other.write_text("x")
    shell.library.texts[str(other)] = SAID.replace("June", "July")

    run = shell("compare", report, str(other))

    assert run.status == 0, run.err
    assert (
        "1. my report.md: “The ships of the fleet sail to the north in June” (line 1)." in run.out
    )
    assert "other.md: “The ships of the fleet sail to the north in July” (line 1)." in run.out


def test_two_files_are_needed_to_compare(shell: Shell, report: str) -> None:
    assert shell("compare", report).status == 2
    assert shell("compare", report, "/nowhere.md").status == 3
