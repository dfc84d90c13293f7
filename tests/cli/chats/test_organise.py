"""Order, search, trash and undo of conversations on the command line."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.fake_models import ScriptedModels
from tests.support.shell import Shell


def messages(shell: Shell, id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shell.json("chats", "show", id)
    return found


def titles(shell: Shell, *arguments: str) -> list[str]:
    return [chat["title"] for chat in shell.json("chats", "list", *arguments)]


def test_pinned_conversations_come_first(shell: Shell) -> None:
    one, two, _ = shell.asked("one", "two", "three")

    assert [chat["pinned"] for chat in shell.json("chats", "pin", one[:8], two)] == [True, True]
    assert titles(shell) == ["two", "one", "three"]
    assert titles(shell, "--limit", "1") == ["two"]
    assert [each["title"] for each in shell.json("chats", "unpin", one, two)] == ["one", "two"]
    assert titles(shell) == ["three", "two", "one"]


def test_tags_folders_and_the_archive_limit_the_list(shell: Shell) -> None:
    one, two, three = shell.asked("one", "two", "three")
    shell.json("chats", "tag", one, "To do", "x")
    shell.json("chats", "move", one, two, "Work/ Reports")
    shell.json("chats", "archive", three)

    assert titles(shell, "--tag", "to do") == ["one"]
    assert titles(shell, "--folder", "work") == ["two", "one"]
    assert titles(shell, "--folder", "") == []
    assert titles(shell, "--archived") == ["three"]
    (untagged,) = shell.json("chats", "untag", one, "TO DO")
    assert (untagged["tags"], untagged["folder"]) == (["x"], "Work/Reports")
    shell.json("chats", "unarchive", three)
    shell.json("chats", "move", two, "")
    assert titles(shell, "--folder", "") == ["three", "two"]


def test_the_list_shows_how_conversations_are_ordered(home: Path) -> None:
    shell = Shell(home, ScriptedModels(), terminal=True)
    (id,) = shell.asked("one")
    shell("chats", "pin", id)
    shell("chats", "tag", id, "x")
    shell("chats", "move", id, "work")

    assert "pinned work #x" in shell("chats", "list", NO_COLOR="1").out
    assert "pinned work #x" in shell("chats", "show", id, NO_COLOR="1").out
    assert "no such conversation" in shell("chats", "list", "--tag", "y").err
    assert shell("chats", "list", "--deleted", "--archived").status == 2


def test_nothing_is_changed_when_one_of_the_ids_is_unknown(shell: Shell) -> None:
    (id,) = shell.asked("one")

    for command in (("pin",), ("archive",), ("move",)):
        last = ("x",) if command == ("move",) else ()
        assert shell("chats", *command, id, "nope", *last).status == 3
    (line,) = shell.json("chats", "list")
    assert (line["pinned"], line["archived"], line["folder"]) == (False, False, "")


def test_an_answer_is_rated(shell: Shell) -> None:
    (id,) = shell.asked("one")
    answer = messages(shell, id)[1]

    told = shell.json("chats", "rate", answer["id"][:9], "bad", "--note", "wrong ☹")

    assert told == {"id": answer["id"], "rating": "bad", "note": "wrong ☹"}
    assert messages(shell, id)[1]["rating"] == "bad"
    assert "rated bad wrong ☹" in shell("chats", "show", id).out
    assert shell.json("chats", "rate", answer["id"], "none")["rating"] is None
    assert shell("chats", "rate", answer["id"], "none", "--note", "x").status == 2
    assert shell("chats", "rate", "nope", "good").status == 3


def test_a_conversation_is_forked_at_a_message(shell: Shell) -> None:
    (id,) = shell.asked("one")
    question = messages(shell, id)[0]

    (fork,) = shell.json("chats", "fork", question["id"][:10])

    assert (fork["title"], fork["forked_from"]) == ("one (fork)", id)
    assert [m["text"] for m in messages(shell, fork["id"])] == ["one"]


def test_a_message_is_deleted_with_what_follows_and_restored(shell: Shell) -> None:
    (id,) = shell.asked("one")
    shell.json("ask", "two", "--conversation", id)
    second = messages(shell, id)[2]

    item = shell.json("chats", "delete-message", second["id"][:10])

    assert (item["kind"], item["messages"], item["excerpt"]) == ("messages", 2, "two")
    assert len(messages(shell, id)) == 2
    assert [i["id"] for i in shell.json("chats", "trash")] == [second["id"]]
    (restored,) = shell.json("chats", "restore", second["id"][:10])
    assert restored["id"] == id
    assert len(messages(shell, id)) == 4
    assert shell.json("chats", "trash") == []


def test_the_trash_is_listed_and_emptied_by_restoring(home: Path) -> None:
    shell = Shell(home, ScriptedModels(), terminal=True)
    (id,) = shell.asked("gone for now")
    shell("chats", "delete", id)

    shown = shell("chats", "trash", NO_COLOR="1").out
    assert "gone for now" in shown
    assert "conversation" in shown
    shell("chats", "restore", id)
    assert "The trash is empty." in shell("chats", "trash").err


def test_changes_are_listed_and_undone(shell: Shell) -> None:
    one, two = shell.asked("one", "two")
    shell("chats", "rename", one, "uno")
    shell("chats", "pin", two)
    shell("chats", "delete", one)

    changes = shell.json("chats", "history")
    assert [(c["kind"], c["title"]) for c in changes] == [
        ("trash", "uno"),
        ("pin", "two"),
        ("title", "uno"),
    ]
    assert [c["kind"] for c in shell.json("chats", "history", two)] == ["pin"]
    assert shell("chats", "undo").out == f"{one[:8]}  undone: trash:  uno\n"
    assert shell.json("chats", "undo", str(changes[2]["number"]))["title"] == "one"
    assert shell.json("chats", "undo", "--conversation", two)["kind"] == "pin"
    assert shell("chats", "undo").status == 3
    assert shell("chats", "undo", "1", "--conversation", two).status == 2


def test_search_shows_conversations_with_their_messages(home: Path) -> None:
    shell = Shell(home, ScriptedModels(), terminal=True)
    (id,) = shell.asked("Where is the lighthouse of Recife?")
    shell("chats", "tag", id, "travel")

    shown = shell("chats", "search", "lighthou", NO_COLOR="1").out

    lines = [line.rstrip() for line in shown.splitlines()]
    assert lines[0] == "Where is the lighthouse of Recife?"
    assert lines[1].startswith(id[:8])
    assert lines[1].endswith("#travel")
    assert "you" in lines[2]
    assert "\x02" not in shown


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (("capital",), ["title", "message", "message"]),
        (("role:user", "paris"), []),
        (("role:assistant", "paris"), ["message"]),
        (('"capital of"',), ["message"]),
        (("in:title", "capital"), ["title"]),
        (("--", "role:assistant", "capital", "-france"), []),
        (("tag:x", "capital"), []),
        (("after:2100", "capital"), []),
        (("in:nosuch", "capital"), []),
    ],
)
def test_search_takes_operators(shell: Shell, query: tuple[str, ...], found: list[str]) -> None:
    shell.asked("What is the capital?")

    run = shell("chats", "search", "--json", *query)

    assert [hit["kind"] for hit in json.loads(run.out)] == found


def test_a_place_of_several_words_survives_the_shell(shell: Shell) -> None:
    one, _ = shell.asked("What is the capital?", "And the capital of Spain?")
    shell("chats", "move", one, "My travels")

    found = shell.json("chats", "search", "role:user", "capital", "in:My travels")

    assert [hit["conversation_id"] for hit in found] == [one]


def test_an_operator_that_makes_no_sense_is_told(home: Path) -> None:
    shell = Shell(home, ScriptedModels(), terminal=True)

    assert "searched as words" in shell("chats", "search", "before:soon").err
