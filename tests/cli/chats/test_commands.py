"""`assistant chats` on a real database."""

import json
import re
from contextlib import closing
from pathlib import Path
from typing import Any

from assistant.core.values.sampling import AdapterUse
from tests.support.fake_models import ScriptedModel, ScriptedModels
from tests.support.shell import Shell


def listed(shell: Shell, *arguments: str) -> list[dict[str, Any]]:
    found = json.loads(shell("chats", *arguments, "--json").out)
    assert isinstance(found, list)
    return found


def test_the_list_is_newest_first_with_the_fields_a_program_needs(shell: Shell) -> None:
    shell("ask", "First question")
    shell("ask", "Second question")

    found = listed(shell, "list")

    assert [chat["title"] for chat in found] == ["Second question", "First question"]
    assert set(found[0]) == {
        *("id", "title", "created", "updated", "messages", "model", "adapters"),
        *("folder", "tags", "pinned", "archived"),
    }
    assert found[0]["messages"] == 2
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", found[0]["created"])


def test_an_empty_list_is_an_empty_list(shell: Shell) -> None:
    assert listed(shell, "list") == []
    assert shell("chats", "list").out == ""


def test_show_is_the_active_branch_with_the_fields_a_program_needs(shell: Shell) -> None:
    shell("ask", "What is the capital of France?")
    id = listed(shell, "list")[0]["id"]

    question, answer = listed(shell, "show", id[:6])

    assert {"id", "parent", "role", "text", "state", "model", "usage", "timings"} <= set(answer)
    assert (question["role"], question["text"]) == ("user", "What is the capital of France?")
    assert (question["parent"], answer["parent"]) == (None, question["id"])
    assert (answer["role"], answer["state"]) == ("assistant", "complete")
    assert (question["model"], answer["model"]) == (None, "scripted")
    assert answer["usage"]["completion_tokens"] == 6
    assert answer["timings"]["total_ms"] > 0


def test_the_adapters_of_conversations_and_of_answers_are_told(
    shell: Shell, models: ScriptedModels
) -> None:
    formal = AdapterUse(name="formal", scale=0.8)
    with closing(shell.store()) as store:
        id = store.create(adapters=[formal]).id
    shell("ask", "--conversation", id, "What is the capital of France?")

    (conversation,) = listed(shell, "list")
    question, answer = listed(shell, "show", id)

    told = [{"name": "formal", "scale": 0.8}]
    assert models.adapters[-1] == (formal,)
    assert (conversation["model"], conversation["adapters"]) == (None, told)
    assert (question["adapters"], answer["adapters"]) == ([], told)
    assert listed(shell, "pin", id)[0]["adapters"] == told
    assert "assistant (with formal ×0.8)" in shell("chats", "show", id).out


def test_an_answer_that_is_being_written_is_a_partial_one(shell: Shell) -> None:
    store = shell.store()
    conversation = store.create(title="Now")
    question = store.append(conversation.id, None, "user", "Why?")
    answer = store.append(conversation.id, question.id, "assistant", "", state="streaming")
    store.journal(answer.id, "Because")

    assert listed(shell, "show", conversation.id)[-1]["state"] == "partial"
    store.close()


def test_a_conversation_is_readable_on_a_terminal_whatever_it_holds(home: Path) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J[red]ok[/red]"
    shell = Shell(home, ScriptedModels(ScriptedModel([evil])), terminal=True)
    shell("ask", f"{evil} title", "漢字")
    id = listed(shell, "list")[0]["id"]

    shown = shell("chats", "show", id, NO_COLOR="1").out
    lines = shell("chats", "list", NO_COLOR="1").out

    assert "[red]ok[/red]" in shown
    assert "\x1b" not in shown + lines
    assert "owned" not in lines


def test_colours_are_used_on_a_terminal_only(home: Path) -> None:
    shell = Shell(home, ScriptedModels(), terminal=True)
    shell("ask", "Hello")

    assert "\x1b[2m" in shell("chats", "list").out
    assert "\x1b" not in shell("chats", "list", NO_COLOR="1").out
    shell.term = "dumb"
    assert "\x1b" not in shell("chats", "list").out
    shell.terminal = False
    assert "\x1b" not in shell("chats", "list").out


def test_search_finds_words_without_their_accents(shell: Shell) -> None:
    shell("ask", "Onde fica São Paulo?")
    shell("ask", "Where is Rome?")

    title, message = listed(shell, "search", "sao", "paulo")

    assert (title["kind"], message["kind"]) == ("title", "message")
    assert title["title"] == title["snippet"] == message["snippet"] == "Onde fica São Paulo?"
    assert {"conversation_id", "message_id", "role", "created"} <= set(message)


def test_deleting_restoring_and_renaming(shell: Shell) -> None:
    shell("ask", "Hello")
    id = listed(shell, "list")[0]["id"]

    assert listed(shell, "rename", id[:8], " A  better\ntitle ")[0]["title"] == "A better title"
    assert listed(shell, "delete", id[:8])[0]["deleted"] is not None
    assert listed(shell, "list") == []
    assert [chat["id"] for chat in listed(shell, "list", "--deleted")] == [id]
    assert listed(shell, "restore", id[:8])[0]["deleted"] is None
    assert [chat["title"] for chat in listed(shell, "list")] == ["A better title"]


def test_deleting_says_what_it_did(shell: Shell) -> None:
    shell("ask", "Hello there")
    id = listed(shell, "list")[0]["id"]

    assert shell("chats", "delete", id).out == f"{id[:8]}  moved to the trash:  Hello there\n"


def test_nothing_is_deleted_when_one_of_the_ids_is_unknown(shell: Shell) -> None:
    shell("ask", "Hello")
    id = listed(shell, "list")[0]["id"]

    run = shell("chats", "delete", id, "nope")

    assert run.status == 3
    assert len(listed(shell, "list")) == 1


def test_an_unknown_conversation_is_one_line_and_status_3(shell: Shell) -> None:
    for command in ("show", "delete", "restore"):
        run = shell("chats", command, "\x1b[2Jnope")
        assert (run.status, run.out) == (3, "")
        assert run.err.startswith("assistant: ")
        assert run.err.count("\n") == 1
        assert "\x1b" not in run.err


def test_an_empty_title_is_a_usage_error(shell: Shell) -> None:
    shell("ask", "Hello")
    id = listed(shell, "list")[0]["id"]

    assert shell("chats", "rename", id, "\x1b[2J  ").status == 2


def test_show_tells_where_a_conversation_took_another_course(shell: Shell) -> None:
    shell("ask", "What is the capital of France?")
    shell("ask", "--last", "--prompt", "tutor", "And of Spain?")
    id = listed(shell, "list")[0]["id"]

    lines = shell("chats", "show", id).out.splitlines()

    mark = next(number for number, line in enumerate(lines) if "── role: tutor" in line)
    assert any("Paris" in line for line in lines[:mark])
    assert any("And of Spain?" in line for line in lines[mark:])
    marks = [message["marks"] for message in listed(shell, "show", id)]
    assert [bool(each) for each in marks] == [False, True, False, False]


def test_without_a_further_word_the_conversations_are_listed(shell: Shell) -> None:
    shell("ask", "First question")

    assert shell("chats").out == shell("chats", "list").out
    assert shell.json("chats") == shell.json("chats", "list")
