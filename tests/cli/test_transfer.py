"""`assistant export` and `assistant import` on real files."""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from assistant.storage.conversations import SqliteConversations
from tests.support import program_exports as exports
from tests.support.chatgpt_export import conversation, node, rich
from tests.support.fake_models import ScriptedModels
from tests.support.shell import Run, Shell


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture
def other(home: Path) -> Shell:
    """The command line of somebody else."""
    folder = home / "other"
    folder.mkdir()

    class Elsewhere(Shell):
        def __call__(self, *arguments: str, stdin: bytes | None = None, **more: str) -> Run:
            return super().__call__(*arguments, stdin=stdin, ASSISTANT_HOME=str(folder), **more)

    return Elsewhere(folder, ScriptedModels())


@pytest.mark.parametrize(
    ("format", "start"), [("markdown", "---\n"), ("json", "{"), ("html", "<!")]
)
def test_one_conversation_is_printed(shell: Shell, format: str, start: str) -> None:
    (id,) = shell.asked("Where is Recife?")

    run = shell("export", id[:8], "--format", format)

    assert run.out.startswith(start)
    assert "Where is Recife?" in run.out
    assert "capital of France" in run.out


def test_all_are_written_under_names_for_every_system(shell: Shell, home: Path) -> None:
    shell.asked("CON: são Paulo/..\\?*\n|<>", "日本語 " * 40, "....", "a" * 300)
    folder = home / "out"

    shell.json("export", "--all", str(folder))

    names = sorted(contents(folder))
    assert len(names) == 4
    for name in names:
        assert re.fullmatch(r"\d{4}-\d\d-\d\d_(?:[\w-]+_)?[0-9a-f]{16}\.md", name)
        assert len(name.encode()) < 130
    assert any("_con-sao-paulo_" in name for name in names)
    assert any("_日本語" in name for name in names)
    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


@pytest.mark.parametrize("format", ["markdown", "json", "html"])
def test_exporting_again_writes_only_what_is_new(shell: Shell, home: Path, format: str) -> None:
    one, _ = shell.asked("one", "two")
    folder = home / "out"
    first = shell.json("export", "--all", str(folder), "--format", format)
    before = contents(folder)
    assert {each["what"] for each in first} == {"written"}

    again = shell.json("export", "--all", str(folder), "--format", format)
    assert {each["what"] for each in again} == {"unchanged"}
    assert contents(folder) == before

    shell("chats", "rename", one, "uno")
    third = shell.json("export", "--all", str(folder), "--format", format)
    assert sorted(each["what"] for each in third) == ["removed", "unchanged", "written"]
    names = sorted(contents(folder))
    assert len(names) == 2
    assert any("_uno_" in name for name in names)
    assert set(before) & set(names)


def test_files_of_others_and_of_conversations_that_are_gone_stay_unless_pruned(
    shell: Shell, home: Path
) -> None:
    one, _ = shell.asked("one", "two")
    folder = home / "out"
    shell.json("export", "--all", str(folder))
    (folder / "notes.md").write_text("mine")
    (folder / "2026-01-01_x_0123456789abcdef.json").write_text("another format")
    shell("chats", "delete", one)

    shell.json("export", "--all", str(folder))
    assert len(contents(folder)) == 4
    shell.json("export", "--all", str(folder), "--prune")

    assert {"notes.md", "2026-01-01_x_0123456789abcdef.json"} < set(contents(folder))
    assert len(contents(folder)) == 3


def test_archived_conversations_are_exported_and_those_in_the_trash_are_not(
    shell: Shell, home: Path
) -> None:
    one, two = shell.asked("one", "two")
    shell("chats", "archive", one)
    shell("chats", "delete", two)

    exported = shell.json("export", "--all", str(home / "out"))

    assert [each["title"] for each in exported] == ["one"]


def test_what_a_format_leaves_out_is_told(home: Path) -> None:
    shell = Shell(home, ScriptedModels(), terminal=True)
    (id,) = shell.asked("one")
    store = shell.store()
    store.append(id, store.branch(id)[0].id, "assistant", "another answer")
    store.close()

    assert (
        "1 message in other branches of 1 conversation"
        in shell("export", "--all", str(home / "a")).err
    )
    told = shell("export", "--all", str(home / "b"), "--format", "json").err
    assert "left out" not in told


@pytest.mark.parametrize(
    "arguments",
    [(), ("x", "--all", "y"), ("x", "y"), ("--all", "x", "--into", "y"), ("x", "--prune")],
)
def test_a_wrong_command_line_is_told(shell: Shell, arguments: tuple[str, ...]) -> None:
    assert shell("export", *arguments).status == 2


def test_a_folder_that_cannot_be_made_is_one_line(shell: Shell, home: Path) -> None:
    shell.asked("one")
    (home / "file").write_text("x")

    run = shell("export", "--all", str(home / "file" / "out"))

    assert (run.status, run.err.count("\n")) == (9, 1)
    assert "cannot be written" in run.err


@pytest.mark.parametrize("format", ["markdown", "json"])
def test_what_was_exported_is_imported_and_exported_alike(
    shell: Shell, other: Shell, home: Path, format: str
) -> None:
    one, _ = shell.asked("one", "two ☂")
    shell("chats", "tag", one, "x")
    shell.json("export", "--all", str(home / "a"), "--format", format)

    first = other.json("import", str(home / "a"))
    again = other.json("import", str(home / "a"))
    other.json("export", "--all", str(home / "b"), "--format", format)

    assert [(c["is_new"], c["added"]) for c in first["conversations"]] == [(True, 2)] * 2
    assert [(c["is_new"], c["added"]) for c in again["conversations"]] == [(False, 0)] * 2
    assert contents(home / "a") == contents(home / "b")


def chatgpt(home: Path, *stored: dict[str, Any]) -> Path:
    file = home / "conversations.json"
    file.write_text(json.dumps(stored))
    return file


def test_chatgpts_export_is_imported_once(shell: Shell, home: Path) -> None:
    file = chatgpt(home, rich(), conversation(node("q", None, "user", "Hi"), conversation_id="b"))

    first = shell.json("import", str(file))
    assert shell.json("import", str(file))["conversations"][0]["added"] == 0

    assert [c["added"] for c in first["conversations"]] == [8, 1]
    assert first["problems"] == ["“Lease”: an image or a file is mentioned, but was not imported."]
    assert len(shell.json("chats", "list")) == 2
    (hit,) = shell.json("chats", "search", '"Uno"')
    assert hit["title"] == "Lease"


def test_exports_of_other_programs_are_imported_once(shell: Shell, home: Path) -> None:
    folder = home / "in"
    folder.mkdir()
    (folder / "chats.json").write_text(json.dumps([exports.open_webui()]))
    (folder / "1.conversation.json").write_text(json.dumps(exports.lm_studio()))
    (folder / "libre.json").write_text(json.dumps(exports.librechat()))
    (folder / "lists.jsonl").write_text(json.dumps(exports.sharegpt()))
    with zipfile.ZipFile(folder / "claude.zip", "w") as packed:
        packed.writestr("conversations.json", json.dumps([exports.claude()]))

    first = shell.json("import", str(folder))
    again = shell.json("import", str(folder))

    assert sorted(c["added"] for c in first["conversations"]) == [3, 4, 4, 4, 4]
    assert all(c["is_new"] for c in first["conversations"])
    assert sum(c["added"] for c in again["conversations"]) == 0
    assert len(shell.json("chats", "list")) == 4, "one of them is archived"


def test_what_happens_in_many_files_is_told_in_one_line(shell: Shell, home: Path) -> None:
    folder = home / "in"
    folder.mkdir()
    for number in range(4):
        (folder / f"notes-{number}.json").write_text("{}")

    run = shell("import", str(folder))

    assert run.status == 9
    assert run.err.count("has no conversation") == 1
    assert "notes-0.json and 3 more files: " in run.err


def test_the_whole_archive_is_read_and_what_is_left_is_told(shell: Shell, home: Path) -> None:
    archive = home / "export.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("conversations-000.json", json.dumps([rich()]))
        second = conversation(node("q", None, "user", "Hi"), conversation_id="b")
        packed.writestr("conversations-001.json", json.dumps([second]))
        packed.writestr("file-abc.png", b"\x89PNG")
        packed.writestr("user.json", "{}")

    report = shell.json("import", str(archive))

    assert len(report["conversations"]) == 2
    assert report["problems"][-1] == ("2 other files in it, such as images, were not imported.")


def test_a_file_that_cannot_be_read_is_told_and_does_not_keep_the_others_back(
    shell: Shell, home: Path
) -> None:
    folder = home / "in"
    folder.mkdir()
    chatgpt(folder, rich())
    (folder / "bad.json").write_text("[{]")
    (folder / "notes.md").write_text("# Notes")
    (folder / "broken.zip").write_bytes(b"PK\x03\x04 no archive")

    run = shell("import", str(folder), "--json")

    report = json.loads(run.out)
    assert run.status == 9
    assert len(report["conversations"]) == 1
    assert {Path(path).name for path in report["refused"]} == {
        "bad.json",
        "notes.md",
        "broken.zip",
    }
    human = shell("import", str(folder))
    assert human.status == 9
    assert human.err.count("\n") == len(report["problems"])
    assert all(line.startswith("assistant: ") for line in human.err.splitlines())


def test_what_was_read_before_the_damage_is_kept(shell: Shell, home: Path) -> None:
    file = home / "conversations.json"
    file.write_text(f"[{json.dumps(rich())}, {{")

    run = shell("import", str(file), "--json")

    assert run.status == 9
    assert len(shell.json("chats", "list")) == 1


def test_a_deleted_conversation_stays_in_the_trash(shell: Shell, home: Path) -> None:
    file = chatgpt(home, rich())
    (imported,) = shell.json("import", str(file))["conversations"]
    shell("chats", "delete", imported["conversation_id"])

    run = shell("import", str(file))

    assert "stayed in the trash" in run.err
    assert shell.json("chats", "list") == []


def test_a_path_that_is_not_there_is_told(shell: Shell) -> None:
    run = shell("import", "/nowhere/x.json")

    assert (run.status, run.out) == (3, "")


def test_files_that_are_damaged_at_different_places_are_one_line(
    shell: Shell, tmp_path: Path
) -> None:
    for number in range(3):
        (tmp_path / f"bad{number}.json").write_text('{"x": ' + "1" * (number + 1))

    run = shell("import", str(tmp_path))

    assert run.status == 9
    (line,) = run.err.splitlines()
    assert "bad0.json and 2 more files: character 7 and 2 more: It is damaged: " in line


LITTLE_MEMORY = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (700_000_000,) * 2)
from assistant.cli.entry import main
sys.exit(main(sys.argv[1:]))
"""


def test_a_small_file_is_imported_with_little_memory(home: Path, tmp_path: Path) -> None:
    shell = Shell(home, ScriptedModels())
    id = shell.asked("Hello?")[0]
    exported = tmp_path / "exported"
    assert shell("export", "--all", str(exported)).status == 0
    assert shell("chats", "delete", "--now", id).status == 0

    done = subprocess.run(
        [sys.executable, "-c", LITTLE_MEMORY, "import", str(exported)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "new, 2 messages" in done.stdout


def test_what_needs_more_memory_than_there_is_says_so(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_much(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(SqliteConversations, "conversations", too_much)

    run = shell("chats", "list")

    assert run.status == 1
    assert run.err == (
        "assistant: There is not enough memory for this. Close other programs, or lift a limit on"
        " memory (ulimit -v).\n"
    )
