"""The prompt library."""

from pathlib import Path

import pytest
import yaml

from assistant.core.errors import NotFoundError
from assistant.core.prompts import PromptLibrary

SHIPPED = Path(__file__).parents[2] / "prompts"


def load_yaml(text: str) -> object:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as failure:
        raise ValueError(str(failure)) from None


def write(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def test_a_file_of_the_user_overrides_a_shipped_one(tmp_path: Path) -> None:
    write(tmp_path / "a", "tutor.md", "---\ntitle: Tutor\n---\nAsk back.")
    write(tmp_path / "b", "tutor.md", "---\ntitle: Meu tutor\nlanguage: pt\n---\nPergunte.\n")

    prompts, problems = PromptLibrary([tmp_path / "a", tmp_path / "b"], load_yaml).read()

    assert [(p.name, p.title, p.text) for p in prompts] == [("tutor", "Meu tutor", "Pergunte.")]
    assert problems == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no front matter", "does not begin with front matter"),
        ("---\ntitle: x\nno end", "does not begin with front matter"),
        ("---\ndescription: no title\n---\nx", "title: field required"),
        ("---\ntitle: x\ncolour: red\n---\nx", "colour: extra inputs"),
        ("---\n- a list\n---\nx", "front matter"),
        ("---\ntitle: [\n---\nx", "while parsing"),
    ],
)
def test_a_bad_file_is_one_clear_line_and_does_not_stop_the_others(
    tmp_path: Path, text: str, reason: str
) -> None:
    write(tmp_path, "good.md", "---\ntitle: Good\n---\nx")
    write(tmp_path, "bad.md", text)

    prompts, problems = PromptLibrary([tmp_path], load_yaml).read()

    assert [prompt.name for prompt in prompts] == ["good"]
    [problem] = problems
    assert problem.path.endswith("bad.md")
    assert reason in problem.reason.lower()
    assert "\n" not in problem.reason


def test_a_file_that_is_not_utf8_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "bad.md").write_bytes(b"---\ntitle: a\xe7\xe3o\n---\nx")

    _, problems = PromptLibrary([tmp_path], load_yaml).read()

    assert "utf-8" in problems[0].reason


def test_asking_for_a_missing_prompt_names_those_there_are(tmp_path: Path) -> None:
    write(tmp_path, "good.md", "---\ntitle: Good\n---\nx")
    library = PromptLibrary([tmp_path], load_yaml)

    with pytest.raises(NotFoundError, match=r"no prompt called 'god'.*There are: good"):
        library.get("god")


def test_asking_for_a_broken_prompt_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    write(tmp_path, "bad.md", "nothing")

    with pytest.raises(NotFoundError, match="cannot be used"):
        PromptLibrary([tmp_path], load_yaml).get("bad")


def test_every_shipped_prompt_can_be_used() -> None:
    prompts, problems = PromptLibrary([SHIPPED], load_yaml).read()

    assert problems == []
    assert "general" in {prompt.name for prompt in prompts}
    assert all(prompt.text and prompt.description for prompt in prompts)
