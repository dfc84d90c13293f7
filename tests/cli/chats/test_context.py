"""The window of a conversation on the command line."""

from typing import Any

from tests.support.shell import Shell


def conversation(shell: Shell, *questions: str) -> str:
    first, *others = questions
    id: str = shell.json("ask", first)["conversation_id"]
    for question in others:
        shell.json("ask", "--conversation", id, question)
    return id


def turns(overview: dict[str, Any]) -> list[dict[str, Any]]:
    return [part for part in overview["slices"] if part["kind"] == "turn"]


def test_the_window_is_told_as_json_with_prompt_and_tokens(shell: Shell) -> None:
    id = conversation(shell, "one", "two")

    found = shell.json("chats", "context", id[:8], "--question", "three")

    assert found["conversation_id"] == id
    assert [part["excerpt"] for part in turns(found)] == ["one", "two"]
    assert sum(part["tokens"] for part in found["slices"]) == found["window"]
    assert len(found["prompt"]["tokens"]) == found["prompt_tokens"]
    assert "three" in found["prompt"]["text"]


def test_turns_are_pinned_and_excluded_by_their_number_and_it_can_be_undone(shell: Shell) -> None:
    id = conversation(shell, "one", "two")

    found = shell.json("chats", "context", id, "--exclude", "1", "--pin", "2")

    assert [part["placing"] for part in turns(found)] == ["excluded", "pinned"]
    assert [part["reason"] for part in turns(found)] == ["excluded by you", ""]
    assert "one" not in found["prompt"]["text"]
    shell.json("chats", "undo")
    found = shell.json("chats", "context", id, "--free", "2")
    assert all(part["placing"] is None or part["number"] != 2 for part in turns(found))


def test_the_choice_for_what_does_not_fit_is_set_here(shell: Shell) -> None:
    id = conversation(shell, "one")

    assert shell.json("chats", "context", id)["overflow"] == "leave_out"
    found = shell.json("chats", "context", id, "--overflow", "summarise")
    assert found["overflow"] == "summarise"


def test_the_window_is_a_bar_and_a_table_for_people(shell: Shell) -> None:
    id = conversation(shell, "one")

    run = shell("chats", "context", id)

    assert run.status == 0
    lines = run.out.splitlines()
    assert lines[0] == "one"
    assert lines[1].startswith("[")
    assert len(lines[1]) == 62
    assert "tokens" in lines[2]
    assert any(line.startswith("turn 1") for line in lines)


def test_the_exact_prompt_and_its_tokens_are_printed(shell: Shell) -> None:
    id = conversation(shell, "one")

    prompt = shell("chats", "context", id, "--prompt")
    tokens = shell("chats", "context", id, "--tokens")

    found = shell.json("chats", "context", id)["prompt"]
    assert prompt.out.rstrip("\n") == found["text"].rstrip("\n")
    assert [line.split("\t")[1] for line in tokens.out.splitlines()] == [
        str(token) for token in found["tokens"]
    ]


def test_a_turn_that_is_not_there_is_refused_and_nothing_is_changed(shell: Shell) -> None:
    id = conversation(shell, "one")

    run = shell("chats", "context", id, "--pin", "1", "--exclude", "9")

    assert run.status != 0
    assert "There is no turn 9: the conversation has 1." in run.err


def test_two_forms_at_once_are_refused(shell: Shell) -> None:
    id = conversation(shell, "one")

    assert shell("chats", "context", id, "--prompt", "--tokens").status == 2
