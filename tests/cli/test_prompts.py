"""`assistant prompts`: listed, shown, written, edited, checked, deleted and brought back."""

import json
import sys
from pathlib import Path

import pytest

from assistant.bootstrap import prompt_library
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.prompts import Prompt
from assistant.core.values.sampling import SamplingChanges
from assistant.system.paths import find_paths
from tests.support.checkout import SHIPPED_PROMPTS
from tests.support.shell import Shell

EDITOR = """
import pathlib, sys
file = pathlib.Path(sys.argv[-1])
text = file.read_text(encoding="utf-8")
file.write_text(text.replace("OLD", "NEW").replace("title:", sys.argv[1]), encoding="utf-8")
sys.exit(int(sys.argv[2]))
"""


@pytest.fixture
def own(home: Path) -> Path:
    folder = home / "prompts"
    folder.mkdir()
    return folder


def editor(home: Path, title: str = "title:", status: int = 0) -> str:
    script = home / "editor.py"
    script.write_text(EDITOR)
    return f"'{sys.executable}' '{script}' '{title}' {status}"


def own_prompt(home: Path, name: str) -> Prompt:
    return prompt_library(find_paths({"ASSISTANT_HOME": str(home)})).get(name)


def write(path: Path, title: str, text: str = "OLD") -> Path:
    path.write_text(f"---\ntitle: {title}\n---\n{text}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("command", [("prompts",), ("prompts", "list")])
def test_the_list_has_shipped_and_own_prompts_and_what_cannot_be_used(
    shell: Shell, own: Path, command: tuple[str, ...]
) -> None:
    write(own / "pirate.md", "Pirate")
    (own / "broken.md").write_text("---\ntitle: [\n---\nx\n")

    found = json.loads(shell(*command, "--json").out)

    prompts = {prompt["name"]: prompt for prompt in found["prompts"]}
    assert {"general", "pirate"} <= set(prompts)
    assert (prompts["general"]["default"], prompts["general"]["own"]) == (True, False)
    assert (prompts["pirate"]["default"], prompts["pirate"]["own"]) == (False, True)
    assert [Path(problem["path"]).name for problem in found["problems"]] == ["broken.md"]
    assert found["folder"] == str(own)


def test_the_list_for_people_marks_the_default_and_own_ones_and_names_the_problem(
    shell: Shell, own: Path
) -> None:
    (own / "broken.md").write_text("nothing")
    write(own / "general.md", "Mine")
    write(own / "pirate.md", "Pirate")

    run = shell("prompts")

    assert run.status == 0
    lines = [line.split() for line in run.out.splitlines()]
    assert ["*+", "general", "en", "Mine"] in lines
    assert ["+", "pirate", "en", "Pirate"] in lines
    assert "broken.md cannot be used: it does not begin with front matter" in run.err
    assert run.err.count("\n") == 1


def test_the_list_can_be_of_one_language(shell: Shell) -> None:
    listed = json.loads(shell("prompts", "list", "--language", "pt-BR", "--json").out)

    languages = {prompt["language"] for prompt in listed["prompts"]}
    assert languages
    assert all(language.startswith("pt") for language in languages)


def test_a_prompt_is_shown_as_its_file(shell: Shell, home: Path) -> None:
    assert shell("prompts", "show", "general").out == (SHIPPED_PROMPTS / "general.md").read_text()
    assert json.loads(shell("prompts", "show", "general", "--json").out)["name"] == "general"

    file = write(home / "elsewhere.md", "Elsewhere")
    assert shell("prompts", "show", str(file)).out == file.read_text()
    assert shell("prompts", "show", "nope").status == 3


def test_the_folder_and_the_file_of_a_prompt_can_be_asked_for(shell: Shell, home: Path) -> None:
    assert shell("prompts", "path").out == f"{home / 'prompts'}\n"
    assert Path(shell("prompts", "path", "tutor").out.strip()).samefile(
        SHIPPED_PROMPTS / "tutor.md"
    )


def test_check_tells_file_key_problem_and_fix_in_a_line_each(shell: Shell, own: Path) -> None:
    assert shell("prompts", "check").status == 0

    (own / "a.md").write_text("---\ntitle: x\ncolour: red\n---\nx")
    (own / "b.md").write_bytes(b"\xff\xfe")
    run = shell("prompts", "check")

    assert (run.status, run.out) == (3, "")
    first, second = run.err.splitlines()
    assert first.startswith(f"assistant: {own / 'a.md'} cannot be used: `colour` is not a key.")
    assert "There are: title, description" in first
    assert "b.md cannot be used: line 1: it is not UTF-8. Save the file as UTF-8." in second


def test_check_takes_files_from_anywhere(shell: Shell, home: Path) -> None:
    good, bad = write(home / "good.md", "Good"), home / "bad.md"

    run = shell("prompts", "check", str(good), str(bad), "--json")

    assert run.status == 3
    [problem] = json.loads(run.out)["problems"]
    assert problem["path"] == str(bad)
    assert shell("prompts", "check", str(good)).status == 0


def test_editing_a_shipped_prompt_changes_a_copy(shell: Shell, home: Path) -> None:
    before = (SHIPPED_PROMPTS / "tutor.md").read_text()

    run = shell("prompts", "edit", "tutor", EDITOR=editor(home, "title: My"), VISUAL="")

    assert (run.status, run.err) == (0, "")
    assert own_prompt(home, "tutor").title.startswith("My ")
    assert (SHIPPED_PROMPTS / "tutor.md").read_text() == before


def test_an_edit_that_changes_nothing_leaves_no_copy(shell: Shell, home: Path) -> None:
    assert shell("prompts", "edit", "tutor", VISUAL=editor(home)).status == 0

    assert not (home / "prompts" / "tutor.md").exists()


def test_an_edit_that_breaks_the_file_says_so_and_can_be_taken_back(
    shell: Shell, home: Path, own: Path
) -> None:
    file = write(own / "mine.md", "Mine")
    text = file.read_text()

    run = shell("prompts", "edit", "mine", VISUAL=editor(home, "tilte:"))

    assert run.status == 3
    assert "`title` is missing" in run.err or "`tilte` is not a key" in run.err
    assert "tilte" in file.read_text()
    assert shell("prompts", "restore", "mine").status == 0
    assert file.read_text() == text


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("/nonexistent/editor", "The editor '/nonexistent/editor' was not found"),
        ("vi 'open", "open quotation mark"),
        ("", "There is no editor here"),
        ("false", "The editor ended with status 1"),
    ],
)
def test_an_editor_that_fails_is_told(shell: Shell, home: Path, command: str, message: str) -> None:
    path = "/usr/bin:/bin" if command else str(home)
    run = shell("prompts", "edit", "tutor", VISUAL=command, EDITOR="", PATH=path)

    assert run.status == 1
    assert message in run.err
    assert not (home / "prompts" / "tutor.md").exists()


def test_a_new_prompt_begins_as_a_file_that_can_be_used(shell: Shell, home: Path) -> None:
    run = shell("prompts", "new", "revisor-ação", "--title", 'A "quoted": title')

    assert run.status == 0
    assert run.out == f"{home / 'prompts' / 'revisor-ação.md'}\n"
    assert own_prompt(home, "revisor-ação").title == 'A "quoted": title'


def test_a_new_prompt_can_begin_as_a_copy(shell: Shell, home: Path) -> None:
    shell("prompts", "new", "mentor", "--from", "tutor", "--title", "Mentor")

    made, tutor = own_prompt(home, "mentor"), own_prompt(home, "tutor")
    assert (made.title, made.text, made.language) == ("Mentor", tutor.text, tutor.language)


def test_a_new_prompt_is_opened_in_the_editor_of_a_person(shell: Shell, home: Path) -> None:
    shell.ask = lambda name: name

    shell("prompts", "new", "mine", VISUAL=editor(home, "title: My"))
    shell("prompts", "new", "other", "--no-edit", VISUAL=editor(home, "title: My"))

    assert own_prompt(home, "mine").title == "My mine"
    assert own_prompt(home, "other").title == "other"


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../x", ".hidden", "a b", "-x", "x" * 51])
def test_a_name_that_is_no_file_name_is_refused(shell: Shell, home: Path, name: str) -> None:
    run = shell("prompts", "new", "--no-edit", "--", name)

    assert run.status == 1
    assert "cannot be the name of a prompt" in run.err
    assert not (home / "prompts").exists()


def test_a_name_that_is_taken_is_refused_by_new(shell: Shell, own: Path) -> None:
    (own / "broken.md").write_text("nothing")

    for name in ("tutor", "broken"):
        run = shell("prompts", "new", name)
        assert run.status == 3
        assert f"There is a prompt {name} already" in run.err


def conversation(shell: Shell) -> str:
    store = shell.store()
    sampling = SamplingChanges(temperature=0)
    examples = [
        ChatMessage(role="user", content="{{kept}}"),
        ChatMessage(role="assistant", content="yes"),
    ]
    made = store.create(
        title="Rent\x1b[2J", system_prompt="Be {{brief}}.\r\n", examples=examples, sampling=sampling
    )
    parent = None
    for number in range(3):
        question = store.append(made.id, parent, "user", f"Q{number}\n## User\nx")
        answer = store.append(
            made.id, question.id, "assistant", f"A{number}" if number != 1 else ""
        )
        parent = answer.id
    store.close()
    return made.id


def test_a_conversation_becomes_a_prompt_with_its_first_turns(shell: Shell, home: Path) -> None:
    id = conversation(shell)

    run = shell("prompts", "save", id[:10], "rent", "--turns", "2")

    assert (run.status, run.out) == (0, f"{home / 'prompts' / 'rent.md'}\n")
    saved = own_prompt(home, "rent")
    opening = saved.resolve({})
    assert saved.title == "Rent"
    assert opening.text == "Be {{brief}}."
    assert opening.sampling == SamplingChanges(temperature=0)
    assert [example.content for example in opening.examples] == [
        "{{kept}}",
        "yes",
        "Q0\n## User\nx",
        "A0",
        "Q2\n## User\nx",
        "A2",
    ]


def test_a_saved_prompt_replaces_another_only_when_told_to(shell: Shell, home: Path) -> None:
    id = conversation(shell)
    assert shell("prompts", "save", id, "tutor").status == 3
    assert shell("prompts", "save", id, "tutor", "--replace").status == 0
    assert shell("prompts", "save", id, "tutor", "--replace", "--title", "Two").status == 0
    assert own_prompt(home, "tutor").title == "Two"

    assert shell("prompts", "restore", "tutor").status == 0
    assert own_prompt(home, "tutor").title == "Rent"
    assert shell("prompts", "restore", "tutor").status == 0
    assert own_prompt(home, "tutor").title == "Two"


def test_a_conversation_without_a_word_is_no_prompt(shell: Shell, home: Path) -> None:
    store = shell.store()
    id = store.create().id
    store.close()

    run = shell("prompts", "save", id, "nothing")

    assert run.status == 3
    assert "has no text for a prompt" in run.err
    assert not (home / "prompts").exists()


def test_a_deleted_prompt_is_brought_back(shell: Shell, own: Path) -> None:
    file = write(own / "mine.md", "Mine")

    assert shell("prompts", "delete", "mine").status == 0
    assert not file.exists()
    assert shell("prompts", "delete", "mine").status == 3
    assert shell("prompts", "restore", "mine").out == f"{file}\n"

    assert file.read_text() == "---\ntitle: Mine\n---\nOLD\n"
    assert shell("prompts", "delete", "general").status == 3
    assert shell("prompts", "restore", "general").status == 3


def test_a_folder_that_cannot_be_written_is_one_line(shell: Shell, home: Path) -> None:
    (home / "prompts").write_text("a file, not a folder")

    run = shell("prompts", "new", "mine")

    assert run.status == 1
    assert "mine.md cannot be written" in run.err
    assert run.err.count("\n") == 1


def test_a_name_that_a_broken_file_has_is_taken(shell: Shell, home: Path) -> None:
    folder = Path(shell("prompts", "path").out.strip())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mine.md").write_text("no front matter")

    run = shell("prompts", "new", "mine", "--no-edit")

    assert run.status == 3
    assert "There is a prompt mine already" in run.err
