"""What commands tell of the sources of an answer: at once, and long after."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from assistant.core.values.documents import Passage, UnreadParts
from assistant.core.values.library import Collection, SearchResult
from tests.support.fake_library import passage
from tests.support.fake_models import ScriptedModel, ScriptedModels
from tests.support.shell import Shell

RENT = "The rent rises every twelve months."
PAGES = UnreadParts(kind="page", names=("2–3",), count=2, total=3, reason="pictures")
ANSWER = f"Well. {RENT} Nobody likes purple elephants."


@pytest.fixture
def lease(home: Path) -> Path:
    file = home / "lease.md"
    file.write_text(RENT)
    return file


@pytest.fixture
def shell(home: Path, lease: Path) -> Shell:
    """A shell whose library finds the lease for every question."""
    shell = Shell(home, ScriptedModels(ScriptedModel(ANSWER)))
    found = _of(lease)
    shell.library.result = SearchResult(
        passages=(found,), evidence=0.9, sufficient=True, searched=7
    )
    shell.library.sets = [Collection(name="home", roots=(str(home),), files=1, passages=7)]
    return shell


def _of(file: Path) -> Passage:
    content_hash = hashlib.sha256(file.read_bytes()).hexdigest()
    return passage(1, RENT).model_copy(update={"path": str(file), "content_hash": content_hash})


def shown(shell: Shell) -> list[dict[str, Any]]:
    id = shell.store().conversations()[0].id
    found: list[dict[str, Any]] = json.loads(shell("chats", "show", id, "--json").out)
    return found


def test_every_sentence_is_told_with_what_bears_it_out(shell: Shell) -> None:
    told = json.loads(shell("ask", "When?", "--json").out)

    assert told["answer"] == f"Well. {RENT} [1] Nobody likes purple elephants."
    assert [(s["text"], s["strength"], s["number"]) for s in told["sentences"]] == [
        ("Well.", "unsupported", None),
        (RENT, "verbatim", 1),
        ("Nobody likes purple elephants.", "unsupported", None),
    ]
    spans = [told["answer"][s["start"] : s["end"]] for s in told["sentences"]]
    assert spans == ["Well.", f"{RENT} [1]", "Nobody likes purple elephants."]
    (citation,) = told["citations"]
    assert told["answer"][citation["start"] : citation["end"]] == f"{RENT} [1]"


def test_without_passages_no_sentence_is_called_unsupported(shell: Shell) -> None:
    told = json.loads(shell("ask", "--no-library", "When?", "--json").out)

    assert (told["answer"], told["citations"], told["sentences"]) == (ANSWER, [], [])


def test_an_old_answer_tells_that_its_source_is_what_it_was(shell: Shell) -> None:
    shell("ask", "When?")

    question, answer = shown(shell)

    assert (question["citations"], question["sentences"], question["searched"]) == ([], [], None)
    assert [c["source"] for c in answer["citations"]] == ["unchanged"]
    assert answer["text"] == ANSWER
    assert [answer["text"][s["start"] : s["end"]] for s in answer["sentences"]][1] == RENT
    assert answer["searched"]["passages"] == 7
    assert answer["searched"]["collections"] is None
    assert [read["number"] for read in answer["searched"]["read"]] == [1]


def test_an_old_answer_tells_that_its_source_has_changed_or_is_gone(
    shell: Shell, lease: Path
) -> None:
    shell("ask", "When?")
    id = shell.store().conversations()[0].id

    lease.write_text("The rent never rises.")
    changed = shown(shell)[-1]["citations"][0]["source"], shell("chats", "show", id).out
    lease.unlink()
    gone = shown(shell)[-1]["citations"][0]["source"], shell("chats", "show", id).out

    assert (changed[0], gone[0]) == ("changed", "gone")
    assert f"[1] {lease}, lines 3–5, “Part” (verbatim) – changed since\n" in changed[1]
    assert "– no longer there\n" in gone[1]
    assert f"{RENT} [1]" in gone[1]


def test_attached_files_are_told_with_their_question(shell: Shell, lease: Path) -> None:
    shell.library.texts[str(lease.resolve())] = RENT
    shell("ask", "--attach", str(lease), "When?")

    question, answer = shown(shell)

    assert question["attached"] == [str(lease.resolve())]
    assert answer["searched"]["collections"] == []
    assert f"attached: {lease.resolve()}\n" in shell("chats", "show", answer_of(shell)).out


def answer_of(shell: Shell) -> str:
    return shell.store().conversations()[0].id


def test_what_could_not_be_read_of_a_file_is_told_with_every_answer_from_it(
    shell: Shell, lease: Path
) -> None:
    found = _of(lease).model_copy(update={"unread": (PAGES,)})
    shell.library.result = SearchResult(
        passages=(found, found.model_copy(update={"id": "2"})),
        evidence=0.9,
        sufficient=True,
        searched=7,
    )

    run = shell("ask", "When?")

    assert run.err.count("lease.md: pages 2–3 could not be read (pictures)\n") == 1
    assert "could not be read" not in run.out
    told = json.loads(shell("ask", "When?", "--json").out)
    assert told["partial"] == [{"path": str(lease), "where": "pages 2–3", "reason": "pictures"}]


def test_where_nothing_is_found_the_unread_pages_of_the_nearest_file_are_told(
    shell: Shell, lease: Path
) -> None:
    found = _of(lease).model_copy(update={"unread": (PAGES,)})
    shell.library.result = SearchResult(passages=(found,), evidence=0.2, searched=7)

    run = shell("ask", "--collection", "home", "Who?")

    assert "The closest passage is lease.md" in run.out
    assert "In that file, pages 2–3 could not be read (pictures)." in run.out


def test_what_could_not_be_read_of_an_attached_file_is_told(shell: Shell, lease: Path) -> None:
    shell.library.texts = {str(lease): RENT}
    shell.library.unread = {str(lease): (PAGES,)}

    run = shell("ask", "--attach", str(lease), "When?")

    assert "lease.md: pages 2–3 could not be read (pictures)\n" in run.err


def test_a_file_that_was_read_whole_is_told_of_by_no_such_line(shell: Shell) -> None:
    assert "could not be read" not in shell("ask", "When?").err
    assert json.loads(shell("ask", "When?", "--json").out)["partial"] == []


def test_what_the_files_say_comes_before_an_answer_that_they_do_not_support(
    shell: Shell, lease: Path
) -> None:
    shell.models = ScriptedModels(ScriptedModel("Bananas are yellow."))

    said = shell("ask", "When does the rent rise?").out

    assert said == (
        f"Your files say: “{RENT}”\n[1] {lease}, lines 3–5, “Part”\n\n"
        "What the model wrote, not supported by your files:\nBananas are yellow.\n"
    )


def test_an_answer_that_the_files_deny_names_what_they_say(shell: Shell) -> None:
    shell.models = ScriptedModels(ScriptedModel("The rent rises not every twelve months."))

    told = json.loads(shell("ask", "When does the rent rise?", "--json").out)

    assert [citation["strength"] for citation in told["citations"]] == ["contradicted"]
    assert told["citations"][0]["quote"] == RENT
    assert told["saying"]["text"] == RENT
    shell.terminal = True
    told = shell("ask", "When does the rent rise?").err
    assert f"your files say otherwise: “{RENT}”" in told
    assert told.count(RENT) == told.count("[1]") == 1


@pytest.mark.parametrize(
    ("answer", "printed"),
    [
        (
            "Purple elephants dance [1] [2] [99].\n\nSources:\n[1] /etc/passwd, p. 3 (verbatim)",
            "Purple elephants dance.\n\nSources (written by the model, not checked):\n"
            "/etc/passwd, p. 3 (verbatim)",
        ),
        (
            "Elefantes roxos dançam [1], dizem [3].\n\nFontes: [1] contrato.pdf, página 2",
            "Elefantes roxos dançam, dizem.\n\n"
            "Fontes (written by the model, not checked): contrato.pdf, página 2",
        ),
        ("Take `list[0]` of it.\n\n```\na[1] = b[2]\n```", None),
    ],
)
def test_marks_that_nothing_confirmed_are_taken_away_and_that_is_said(
    home: Path, lease: Path, answer: str, printed: str | None
) -> None:
    shell = Shell(home, ScriptedModels(ScriptedModel(answer)))
    shell.library.result = SearchResult(
        passages=(_of(lease),), evidence=0.9, sufficient=True, searched=7
    )
    shell.library.sets = [Collection(name="home", roots=(str(home),), files=1, passages=7)]

    run = shell("ask", "Who dances?")

    assert run.status == 0
    assert (printed or answer) in run.out
    assert "Nothing in this answer is confirmed by your files." in run.err
    [conversation] = shell.json("chats", "list")
    _, shown = shell.json("chats", "show", conversation["id"])
    assert (shown["text"], shown["checked_text"]) == (answer, printed or answer)
