"""The prompt library: folders, overriding, files that cannot be used, files that change."""

import os
from pathlib import Path

import pytest

from assistant.core.errors import NotFoundError
from assistant.core.prompts.library import PromptLibrary
from assistant.system.front_matter import load


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def minimal(title: str, text: str) -> str:
    return f"---\ntitle: {title}\n---\n{text}\n"


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    return tmp_path / "shipped"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "own"


@pytest.fixture
def library(shipped: Path, own: Path) -> PromptLibrary:
    return PromptLibrary([shipped, own], load)


def test_a_file_of_the_user_overrides_a_shipped_one(
    library: PromptLibrary, shipped: Path, own: Path
) -> None:
    write(shipped / "tutor.md", minimal("Tutor", "Ask back."))
    write(own / "tutor.md", "---\ntitle: Meu tutor\nlanguage: pt\n---\nPergunte.\n")

    prompts, problems = library.read()

    assert [(p.name, p.title, p.text) for p in prompts] == [("tutor", "Meu tutor", "Pergunte.")]
    assert library.get("tutor").path == str(own / "tutor.md")
    assert problems == []


def test_a_bad_file_of_the_user_is_told_and_leaves_the_shipped_one(
    library: PromptLibrary, shipped: Path, own: Path
) -> None:
    write(shipped / "tutor.md", minimal("Tutor", "Ask back."))
    write(own / "tutor.md", "---\ncolour: red\n---\nx")
    write(own / "other.md", minimal("Other", "y"))

    prompts, problems = library.read()

    assert [p.name for p in prompts] == ["other", "tutor"]
    assert [Path(problem.path) for problem in problems] == [own / "tutor.md"]
    assert library.get("tutor").text == "Ask back."


def test_prompts_are_listed_by_title_whatever_its_case(library: PromptLibrary, own: Path) -> None:
    for name, title in (("a", "zebra"), ("b", "Ábaco"), ("c", "apple"), ("d", "Banana")):
        write(own / f"{name}.md", minimal(title, "x"))

    assert [p.title for p in library.read()[0]] == ["apple", "Banana", "zebra", "Ábaco"]


def test_a_changed_file_is_read_again_and_an_unchanged_one_is_not(shipped: Path, own: Path) -> None:
    parsed: list[str] = []

    def counting(text: str) -> object:
        parsed.append(text)
        return load(text)

    library = PromptLibrary([shipped, own], counting)
    path = write(own / "tutor.md", minimal("Tutor", "Ask back."))
    assert [library.get("tutor").text for _ in range(3)] == ["Ask back."] * 3
    library.read()
    assert len(parsed) == 1

    write(path, minimal("Tutor", "Ask twice."))
    assert library.get("tutor").text == "Ask twice."
    write(path, "nothing")
    assert len(library.read()[1]) == 1
    replacement = write(own / "new", minimal("Tutor", "Ask back."))
    replacement.replace(path)
    assert library.get("tutor").text == "Ask back."
    path.unlink()
    assert library.read() == ([], [])


def test_asking_for_a_missing_prompt_names_those_there_are(
    library: PromptLibrary, own: Path
) -> None:
    write(own / "good.md", minimal("Good", "x"))

    with pytest.raises(NotFoundError, match=r"no prompt called 'pirate'.*There are: good"):
        library.get("pirate")
    with pytest.raises(NotFoundError, match=r"no prompt called 'god'.*Did you mean good\?"):
        library.get("god")


@pytest.mark.parametrize("name", ["", ".", "../good", "good.md", "/etc/passwd", "\ud800", "a\0b"])
def test_a_name_is_no_path(library: PromptLibrary, own: Path, name: str) -> None:
    write(own / "good.md", minimal("Good", "x"))

    with pytest.raises(NotFoundError, match="no prompt called"):
        library.get(name)


def test_asking_for_a_broken_prompt_says_what_is_wrong_and_what_to_do(
    library: PromptLibrary, own: Path
) -> None:
    write(own / "bad.md", "---\ntitle: x\ncolour: red\n---\nx")

    with pytest.raises(NotFoundError, match="cannot be used: `colour` is not a key") as caught:
        library.get("bad")

    assert caught.value.hint.startswith("There are: title, description")


def test_a_name_is_found_however_its_accents_are_kept(library: PromptLibrary, own: Path) -> None:
    write(own / "revisa\u0303o.md", minimal("Revisão", "x"))

    assert library.get("revis\u00e3o").name == "revis\u00e3o"
    assert library.get("revisa\u0303o").name == "revis\u00e3o"


def test_what_is_no_prompt_file_is_left_aside(library: PromptLibrary, own: Path) -> None:
    for name in (".hidden.md", ".#tutor.md", "tutor.md~", "notes.txt", "tutor.md.swp"):
        write(own / name, "nothing")
    (own / "folder").mkdir()

    assert library.read() == ([], [])


def test_a_file_that_cannot_be_read_is_a_problem_and_stops_nothing(
    library: PromptLibrary, own: Path
) -> None:
    write(own / "good.md", minimal("Good", "x"))
    write(own / "latin.md", b"---\ntitle: a\n---\nli\xe7\xe3o")
    write(own / "utf16.md", minimal("x", "y").encode("utf-16"))
    write(own / "zeros.md", minimal("x", "y\0"))
    write(own / "huge.md", minimal("x", "y" * 300_000))
    write(own / "empty.md", "")
    (own / "folder.md").mkdir()
    (own / "dangling.md").symlink_to(own / "nowhere")
    (own / "loop.md").symlink_to(own / "loop.md")
    os.mkfifo(own / "pipe.md")
    (own / "endless.md").symlink_to("/dev/zero")

    prompts, problems = library.read()

    assert [prompt.name for prompt in prompts] == ["good"]
    reasons = {Path(problem.path).stem: problem.reason for problem in problems}
    assert reasons == {
        "dangling": "it cannot be read: No such file or directory",
        "empty": "it does not begin with front matter between two --- lines",
        "endless": "it is not a regular file",
        "folder": "it is not a regular file",
        "huge": "it is larger than 262 KB",
        "latin": "line 4: it is not UTF-8",
        "loop": "it cannot be read: Too many levels of symbolic links",
        "pipe": "it is not a regular file",
        "utf16": "line 1: it is not UTF-8",
        "zeros": "it is not text",
    }
    assert all(problem.fix.endswith(".") for problem in problems)


def test_a_file_whose_name_is_no_text_is_listed_all_the_same(
    library: PromptLibrary, own: Path
) -> None:
    own.mkdir()
    (own / os.fsdecode(b"caf\xe9.md")).write_text(minimal("Café", "x"))
    (own / os.fsdecode(b"bad\xe9.md")).write_text("nothing")

    prompts, problems = library.read()

    assert [prompt.name for prompt in prompts] == ["caf\ufffd"]
    assert [Path(problem.path).name for problem in problems] == ["bad\ufffd.md"]


def test_a_linked_file_is_a_prompt_and_follows_its_target(
    library: PromptLibrary, own: Path, tmp_path: Path
) -> None:
    target = write(tmp_path / "elsewhere.md", minimal("Linked", "one"))
    own.mkdir()
    (own / "linked.md").symlink_to(target)
    assert library.get("linked").text == "one"

    write(target, minimal("Linked", "two"))

    assert library.get("linked").text == "two"


def test_a_prompt_can_be_opened_by_its_path(library: PromptLibrary, tmp_path: Path) -> None:
    path = write(tmp_path / "my prompt.txt", minimal("Mine", "x"))

    assert library.open(path).name == "my prompt.txt"
    with pytest.raises(NotFoundError, match=r"nowhere\.md cannot be used: it cannot be read"):
        library.open(tmp_path / "nowhere.md")


def test_an_internal_prompt_can_be_overridden_only_with_all_its_placeholders(
    library: PromptLibrary, shipped: Path, own: Path
) -> None:
    head = "---\ntitle: Title\nvariables:\n  text:\n---\n"
    write(shipped / "internal" / "title.md", f"{head}Name it: {{{{text}}}}")
    assert library.internal("title").text == "Name it: {{text}}"
    assert library.read() == ([], [])

    write(own / "internal" / "title.md", f"{head}Dê um nome: {{{{text}}}}")
    assert library.internal("title").text == "Dê um nome: {{text}}"

    write(own / "internal" / "title.md", f"{head}Name it.")
    write(own / "internal" / "titel.md", f"{head}Name it: {{{{text}}}}")
    assert library.internal("title").text == "Name it: {{text}}"
    problems = {Path(p.path).name: p.reason for p in library.read()[1]}
    assert problems == {
        "title.md": "{{text}} is missing",
        "titel.md": "the program does not use it",
    }
