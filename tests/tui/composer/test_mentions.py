"""Files and collections that a question names, completed while they are typed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.tui.composer.mentions import resolve_mentions
from assistant.tui.composer.suggestions import IncompleteMention, files_for, spell_path, typed_at
from assistant.tui.library.add_dialog import AddFiles
from assistant.tui.toolkit.dropped_paths import named_paths
from tests.support.driver import Driver, Setting, opened, scripted
from tests.support.dropped_files import WaitingLibrary, collection, folder
from tests.support.fake_library import ScriptedLibrary

LEASE = "The rent may rise once every twelve months."


@pytest.fixture
def here(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the program was started in."""
    made = folder(home, "lease.pdf", "my notes.md", "Férias.txt", "docs/a.txt", ".hidden/x.txt")
    monkeypatch.chdir(made)
    monkeypatch.setenv("HOME", str(home))
    return made


async def typed(driver: Driver, words: str) -> None:
    """Type as a user does, and wait for what is suggested."""
    driver.type(words)
    await driver.pilot.pause()


async def until_suggested(driver: Driver, *names: str) -> None:
    await driver.until(lambda: driver.suggested == list(names), f"{names} are suggested")


async def test_an_at_sign_suggests_what_is_in_the_folder(home: Path, here: Path) -> None:
    async with opened(Setting(home)) as driver:
        await typed(driver, "What is in @")
        await until_suggested(driver, "docs/", "Férias.txt", "lease.pdf", "my notes.md")
        await typed(driver, "fe")
        await until_suggested(driver, "Férias.txt")
        await driver.pilot.press("tab")
        assert driver.typed == "What is in @Férias.txt "
        await until_suggested(driver)


async def test_a_folder_is_gone_into(home: Path, here: Path) -> None:
    async with opened(Setting(home)) as driver:
        await typed(driver, "@do")
        await until_suggested(driver, "docs/")
        await driver.pilot.press("tab")
        await until_suggested(driver, "a.txt")
        await driver.pilot.press("tab")
        assert driver.typed == "@docs/a.txt "


async def test_names_with_spaces_are_quoted(home: Path, here: Path) -> None:
    (here / "my docs").mkdir()
    (here / "my docs" / "b.txt").touch()
    async with opened(Setting(home)) as driver:
        await typed(driver, "@my")
        await until_suggested(driver, "my docs/", "my notes.md")
        await driver.pilot.press("enter")
        assert driver.typed == '@"my docs/"'
        await until_suggested(driver, "b.txt")
        await driver.pilot.press("tab")
        assert driver.typed == '@"my docs/b.txt" '
        await typed(driver, '@"my n')
        await until_suggested(driver, "my notes.md")
        await driver.pilot.press("enter")
        assert driver.typed == '@"my docs/b.txt" @"my notes.md" '


async def test_hidden_names_are_suggested_when_a_dot_is_typed(home: Path, here: Path) -> None:
    async with opened(Setting(home)) as driver:
        await typed(driver, "@.")
        await until_suggested(driver, ".hidden/")


async def test_the_home_folder_is_a_tilde(home: Path, here: Path) -> None:
    async with opened(Setting(home)) as driver:
        await typed(driver, "@~")
        await until_suggested(driver, "~/")
        await driver.pilot.press("tab")
        await driver.until(lambda: "housing/" in driver.suggested)


async def test_a_menu_that_is_closed_stays_closed_for_this_mention(home: Path, here: Path) -> None:
    async with opened(Setting(home)) as driver:
        await typed(driver, "@le")
        await until_suggested(driver, "lease.pdf")
        await driver.pilot.press("escape")
        await until_suggested(driver)
        await typed(driver, "a")
        await driver.pilot.pause()
        await until_suggested(driver)
        await typed(driver, " and @le")
        await until_suggested(driver, "lease.pdf")


async def test_enter_sends_what_is_complete(home: Path, here: Path) -> None:
    library = WaitingLibrary(texts={str(here / "lease.pdf"): LEASE})
    async with opened(Setting(home, scripted(LEASE), library=library)) as driver:
        await typed(driver, "What says @lease.pdf")
        await until_suggested(driver)
        await driver.pilot.press("enter")
        await driver.until(lambda: driver.messages and driver.is_idle)
        assert driver.messages[0].attached == (str(here / "lease.pdf"),)
        await driver.until_shown("with lease.pdf")
        assert library.asked == []


@pytest.mark.parametrize(("mention", "suggested"), [("@docs/", "a.txt"), ("@docs", "docs/")])
async def test_enter_sends_what_is_a_folder_already(
    home: Path, here: Path, mention: str, suggested: str
) -> None:
    library = WaitingLibrary(collections=[collection("my home", here)])
    async with opened(Setting(home, library=library), size=(120, 30)) as driver:
        await typed(driver, f"What is in {mention}")
        await until_suggested(driver, suggested)
        await driver.pilot.press("enter")
        await driver.until(lambda: driver.messages and driver.is_idle)
        assert driver.messages[0].text == 'What is in #"my home"'
        assert library.asked[0][:2] == ("What is in", ("my home",))


async def test_a_folder_that_was_not_added_is_offered_and_the_question_waits(
    home: Path, here: Path
) -> None:
    library = WaitingLibrary()
    async with opened(Setting(home, library=library)) as driver:
        driver.type("When may the rent go up? @docs/ Tell me.")
        await driver.pilot.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, AddFiles))
        assert driver.typed == "When may the rent go up? @docs/ Tell me."
        assert driver.messages == []
        await driver.until_shown("Add 215 files from docs/?")
        await driver.pilot.press("enter")
        await driver.until(lambda: driver.typed == "When may the rent go up? #docs Tell me.")
        assert library.added == [((str(here / "docs"),), "docs")]
        library.reading.open()


async def test_an_at_word_that_is_no_path_is_a_word(home: Path, here: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("What does @pytest.fixture do? Ask me@lease.pdf.")
        assert driver.messages[0].attached == ()
        assert driver.messages[0].text == "What does @pytest.fixture do? Ask me@lease.pdf."


async def test_an_edited_question_keeps_its_file_wherever_the_program_was_started(
    home: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = WaitingLibrary(texts={str(here / "lease.pdf"): LEASE})
    async with opened(Setting(home, scripted(LEASE), library=library)) as driver:
        await driver.ask("What says @lease.pdf ?")
        monkeypatch.chdir("/")
        await driver.pilot.press("up")
        driver.type(" Really?")
        await driver.pilot.press("enter")
        await driver.until(lambda: driver.messages[0].versions == 2 and driver.is_idle)
        assert driver.messages[0].attached == (str(here / "lease.pdf"),)


async def test_a_question_in_line_takes_its_file_along(home: Path, here: Path) -> None:
    from tests.support.fake_models import Gate

    gate = Gate(after=1)
    library = WaitingLibrary(texts={str(here / "lease.pdf"): LEASE})
    setting = Setting(home, scripted("first done", gate=gate), library=library)
    async with opened(setting) as driver:
        await driver.ask("One?", wait=False)
        await driver.until_shown("first")
        await driver.ask("Two @lease.pdf ?", wait=False)
        await driver.until_shown("waiting  Two @lease.pdf ?")
        gate.open()
        await driver.until(lambda: driver.is_idle and len(driver.messages) == 4)
        assert driver.messages[2].attached == (str(here / "lease.pdf"),)


async def test_a_hash_suggests_collections(home: Path, here: Path) -> None:
    library = WaitingLibrary(collections=[collection("housing"), collection("my Férias", files=1)])
    async with opened(Setting(home, library=library)) as driver:
        await typed(driver, "When? #")
        await until_suggested(driver, "housing", "my Férias")
        assert "my Férias  1 file" in driver.text
        await typed(driver, "ferias")
        await until_suggested(driver, "my Férias")
        await driver.pilot.press("enter")
        assert driver.typed == 'When? #"my Férias" '
        await driver.pilot.press("enter")
        await driver.until(lambda: driver.messages and driver.is_idle)
        assert library.asked[0][1] == ("my Férias",)


async def test_suggestions_are_walked_and_clicked(home: Path, here: Path) -> None:
    async with opened(Setting(home)) as driver:
        await typed(driver, "@")
        await until_suggested(driver, "docs/", "Férias.txt", "lease.pdf", "my notes.md")
        await driver.pilot.press("down", "down", "tab")
        assert driver.typed == "@lease.pdf "
        await typed(driver, "@")
        await driver.until(lambda: driver.suggested)
        await driver.pilot.click("#completion-menu", offset=(4, 1))
        await driver.until(lambda: driver.typed == "@lease.pdf @Férias.txt ")
        assert driver.is_typing


async def test_walking_through_earlier_questions_opens_no_menu(home: Path, here: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.ask("first")
        await driver.ask("second with @le")
        await driver.pilot.press("ctrl+up", "ctrl+up")
        await driver.until(lambda: driver.typed == "first")
        await driver.pilot.press("ctrl+down")
        await driver.until(lambda: driver.typed == "second with @le")
        assert driver.suggested == []


async def test_add_completes_paths_and_asks_as_a_drop_does(home: Path, here: Path) -> None:
    library = WaitingLibrary()
    async with opened(Setting(home, library=library)) as driver:
        await driver.pilot.press("alt+a")
        await driver.until(lambda: driver.typed == "/add ")
        await typed(driver, "my")
        await until_suggested(driver, "my notes.md")
        await driver.pilot.press("tab")
        assert driver.typed == '/add "my notes.md" '
        await typed(driver, "docs")
        await until_suggested(driver, "docs/")
        await driver.pilot.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, AddFiles))
        await driver.until_shown("from docs/ and 1 other?")
        assert "Paste as text" not in driver.text
        await driver.pilot.press("enter")
        await driver.until(lambda: library.added)
        assert library.added[0][0] == (str(here / "my notes.md"), str(here / "docs"))
        library.reading.open()


async def test_add_says_what_is_missing_and_keeps_what_was_typed(home: Path, here: Path) -> None:
    async with opened(Setting(home, library=WaitingLibrary())) as driver:
        driver.type("/add lease.pdf missing.pdf")
        await driver.pilot.press("enter")
        await driver.until_shown("missing.pdf. Check the path.")
        assert driver.typed == "/add lease.pdf missing.pdf"


def test_a_big_folder_is_completed(home: Path) -> None:
    big = home / "big"
    big.mkdir()
    for number in range(20_000):
        (big / f"file-{number:05}.txt").touch()
    word = f"{big}/file-1999"
    found = files_for(IncompleteMention("file", word, 0, 0, f"@{word}"))

    assert [each.name for each in found] == [f"file-1999{digit}.txt" for digit in range(10)]


@pytest.mark.parametrize(
    ("line", "kind", "word"),
    [
        ("@", "file", ""),
        ("see @docs/a", "file", "docs/a"),
        ("(@a", "file", "a"),
        ('@"my fi', "file", "my fi"),
        ('@"a\\"b', "file", 'a"b'),
        ("#", "collection", ""),
        ('#"my fi', "collection", "my fi"),
        ("/add ~/do", "path", "~/do"),
        ("/add a my\\ no", "path", "my no"),
        ('/add "my no', "path", "my no"),
    ],
)
def test_what_is_typed_at_the_cursor(line: str, kind: str, word: str) -> None:
    found = typed_at(line, 0, len(line))

    assert found is not None
    assert (found.kind, found.word) == (kind, word)


@pytest.mark.parametrize(
    "line", ["", "me@lease", "a#b", "# Title", "## ", '@"a" b', "@a b", "/add ", "/ad x", "'@x"]
)
def test_what_is_no_mention_suggests_nothing(line: str) -> None:
    assert typed_at(line, 0, len(line)) is None


@given(
    st.text(st.characters(exclude_characters="\0\r/", exclude_categories=["Cs"]), min_size=1).map(
        lambda name: f"/x/{name}"
    )
)
def test_a_completed_path_is_read_as_it_was_meant(path: str) -> None:
    assert named_paths(f"{spell_path(path)} ", {path}.__contains__) == (path,)


async def test_a_mention_is_its_file_however_its_accents_are_typed(here: Path) -> None:
    found = await resolve_mentions(ScriptedLibrary(), "resuma @Fe\u0301rias.txt e @gone.txt, @anna")
    assert found.attached == (str(here / "Férias.txt"),)
    assert found.missing == ("gone.txt",)
