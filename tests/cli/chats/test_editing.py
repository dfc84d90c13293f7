"""`assistant chats edit` and `continue` on a real database."""

import json
from pathlib import Path

from tests.support.fake_library import found
from tests.support.fake_models import ScriptedModel, ScriptedModels
from tests.support.passages import passage
from tests.support.shell import Shell

RENT = passage("The landlord may raise the rent once every twelve months.")


def answer_of(shell: Shell) -> str:
    return str(shell.json("ask", "When may the rent go up?")["message_id"])


def test_an_answer_gets_another_text_as_a_version_that_says_so(shell: Shell) -> None:
    id = answer_of(shell)

    run = shell("chats", "edit", id[:8], "It", "may", "not.")

    assert run.status == 0
    assert run.out.rstrip().endswith("edited: version 2 of 2")
    listed = shell.json("chats", "list")[0]["id"]
    edited = shell.json("chats", "show", listed)[-1]
    assert (edited["text"], edited["edited"], edited["version"]) == ("It may not.", True, 2)
    assert "assistant (edited, version 2 of 2)" in shell("chats", "show", listed).out


def test_the_text_may_be_piped_in_and_its_citations_are_checked(
    models: ScriptedModels, home: Path
) -> None:
    shell = Shell(home, models, found(RENT))
    id = answer_of(shell)

    run = shell("chats", "edit", id, "--json", stdin=f"{RENT.text}\n".encode())

    edited = json.loads(run.out)
    assert edited["text"] == RENT.text
    assert [citation["strength"] for citation in edited["citations"]] == ["verbatim"]


def test_the_editor_opens_with_the_answer(shell: Shell, home: Path) -> None:
    id = answer_of(shell)
    script = home / "editor"
    script.write_text("#!/bin/sh\nprintf ' Truly.' >> \"$1\"\n")
    script.chmod(0o700)

    shell("chats", "edit", id, VISUAL=str(script))

    listed = shell.json("chats", "list")[0]["id"]
    before, after = shell.json("chats", "show", listed)[-1], shell.json("chats", "show", listed)
    assert after[-1]["text"].endswith(" Truly.")
    assert before["edited"]


def test_the_same_text_or_none_changes_nothing(shell: Shell) -> None:
    id = answer_of(shell)
    text = shell.json("chats", "show", shell.json("chats", "list")[0]["id"])[-1]["text"]

    for same in (text, " "):
        run = shell("chats", "edit", id, same)
        assert (run.status, run.out) == (0, "")
    assert len(shell.json("chats", "show", shell.json("chats", "list")[0]["id"])) == 2


def test_a_question_is_refused(shell: Shell) -> None:
    answer_of(shell)
    question = shell.json("chats", "show", shell.json("chats", "list")[0]["id"])[0]["id"]

    run = shell("chats", "edit", question, "Never?")

    assert run.status == 3
    assert "is a question, not an answer" in run.err


def test_the_model_goes_on_with_an_edited_answer_and_all_of_it_is_printed(home: Path) -> None:
    models = ScriptedModels(ScriptedModel("Once.", " and again."))
    shell = Shell(home, models)
    edited = shell.json("chats", "edit", answer_of(shell), "Twice")

    run = shell("chats", "continue", edited["id"])

    assert (run.status, run.out) == (0, "Twice and again.\n")
