"""`assistant eval` on a library that keeps to a script."""

import json
import signal
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from assistant.core.values.library import Collection, FileEntry, SearchResult
from tests.support.fake_library import ScriptedLibrary, passage
from tests.support.fake_models import ScriptedModel, ScriptedModels
from tests.support.shell import Shell

RENT = "The rent rises every twelve months."


@pytest.fixture
def library(shell: Shell) -> ScriptedLibrary:
    """Two files, and what is found in them for every question."""
    found = (passage(1, RENT), passage(2, "Cats are allowed."))
    shell.library.result = SearchResult(passages=found, evidence=0.9, sufficient=True, searched=2)
    shell.library.sets = [Collection(name="home", roots=("/files",), files=2, passages=2)]
    shell.library.entries = [
        FileEntry(path=f"/files/{n}.md", size=9, state="indexed", passages=1) for n in (1, 2)
    ]
    return shell.library


def questions(shell: Shell, *rows: dict[str, Any] | str) -> str:
    file = shell.home / "questions.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(file)


FIRST = {"question": "When does the rent rise?", "path": "1.md", "answer": "twelve months"}
SECOND = {"question": "Are cats allowed?", "path": "/files/2.md", "collection": "home"}


def test_ranks_and_evidence_are_measured_without_asking_a_model(
    shell: Shell, library: ScriptedLibrary, models: ScriptedModels
) -> None:
    run = shell("eval", questions(shell, FIRST, "", SECOND), "--json")

    report = json.loads(run.out)
    assert (run.status, run.err) == (0, "")
    assert report.keys() == {
        "questions",
        "measured",
        "files",
        "passages",
        "evidence_kept",
        "answers",
        "unknown_files",
        "details",
    }
    assert (report["questions"], report["measured"], report["evidence_kept"]) == (2, 2, 100)
    assert report["files"] == {
        "questions": 2,
        "recall_1": 50,
        "recall_5": 100,
        "mrr_10": 75,
        "ndcg_10": 81.55,
    }
    assert (report["passages"], report["answers"], report["unknown_files"]) == (None, None, [])
    assert [row["file_rank"] for row in report["details"]] == [1, 2]
    assert [scope for _, scope, _ in library.asked] == [None, ("home",)]
    assert models.default.questions == []
    assert not (shell.home / "data" / "chats.db").exists()


def test_answers_are_checked_and_no_conversation_is_kept(
    home: Path, library: ScriptedLibrary
) -> None:
    models = ScriptedModels(ScriptedModel(RENT, "I do not know."))
    asking = Shell(home, models, library)

    run = asking("eval", questions(asking, FIRST, SECOND), "--answers", "--json")

    report = json.loads(run.out)
    assert report["answers"] == {
        "asked": 2,
        "cited": 50,
        "right_file_cited": 50,
        "contains_answer": 100,
    }
    assert [row["answer"] for row in report["details"]] == [RENT, "I do not know."]
    assert RENT in models.default.questions[0].messages[-1].content
    assert asking.store().conversations() == []
    assert list((home / "cache").iterdir()) == []


def test_a_person_gets_a_table_and_the_questions_that_find_nothing(
    shell: Shell, library: ScriptedLibrary
) -> None:
    shell.terminal = True
    gone = {"question": "Who?", "paths": ["gone.md"]}

    run = shell("eval", questions(shell, FIRST, gone, {"question": "?", "text": RENT}))

    lines = [" ".join(line.split()) for line in run.out.splitlines()]
    assert lines[0] == "3 questions"
    assert "right file 2 50.0 50.0 50.0 50.0" in lines
    assert "right passage 1 100.0 100.0 100.0 100.0" in lines
    assert "answered from the files 100.0 %" in lines
    assert "not found: Who?" in run.err
    assert "not in the library: gone.md" in run.err
    assert "3 of 3 questions" in run.err


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "it is not JSON"),
        ('{"question": "a", "path": "b", "pages": 3}', "`pages` is not a field"),
        ('{"question": "a"}', "nothing says what is right"),
    ],
)
def test_a_wrong_line_is_named_with_its_number(
    shell: Shell, library: ScriptedLibrary, line: str, problem: str
) -> None:
    file = questions(shell, FIRST, line)

    run = shell("eval", file)

    assert (run.status, run.out) == (2, "")
    assert f"Line 2 of {file} is not valid: {problem}" in run.err
    assert run.err.count("\n") == 1
    assert library.asked == []


def test_files_that_are_no_questions_are_told_in_one_line(shell: Shell) -> None:
    strange = shell.home / "strange.jsonl"
    strange.write_bytes(b'{"question": "caf\xe9", "path": "a"}\n')

    for file, problem in ((questions(shell, ""), "has no questions"), (strange, "not UTF-8")):
        run = shell("eval", str(file))
        assert (run.status, run.out, run.err.count("\n")) == (2, "", 1)
        assert problem in run.err
    assert shell("eval", "/nowhere.jsonl").status == 2


def test_an_empty_library_and_an_unknown_collection_are_told(
    shell: Shell, library: ScriptedLibrary
) -> None:
    unknown = shell("eval", questions(shell, {**FIRST, "collection": "work"}))
    assert unknown.status == 3
    assert "'work'" in unknown.err

    empty = Shell(shell.home, ScriptedModels())("eval", questions(shell, FIRST))
    assert empty.status == 3
    assert "There are no files" in empty.err


def test_an_interruption_prints_what_was_measured_so_far(
    shell: Shell, library: ScriptedLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = library.search

    def interrupted(question: str, scope: Any, limit: int, stop: Event) -> SearchResult:
        if "cats" in question:
            signal.raise_signal(signal.SIGINT)
            return SearchResult()
        return search(question, scope, limit, stop)

    monkeypatch.setattr(library, "search", interrupted)

    run = shell("eval", questions(shell, FIRST, SECOND), "--json")

    assert run.status == 130
    report = json.loads(run.out)
    assert (report["questions"], report["measured"], len(report["details"])) == (2, 1, 1)


def test_an_interruption_before_the_first_question_is_no_error(
    shell: Shell, library: ScriptedLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> SearchResult:
        signal.raise_signal(signal.SIGINT)
        return SearchResult()

    monkeypatch.setattr(library, "search", interrupted)

    run = shell("eval", questions(shell, FIRST))

    assert (run.status, run.out) == (130, "0 of 1 question\n")
