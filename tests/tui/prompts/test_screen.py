"""The library of prompts on the screen, and conversations that become prompts."""

from pathlib import Path

import pytest
from textual.widgets import Input, OptionList, TextArea

from assistant.tui.prompts.dialogs import SavePrompt
from assistant.tui.prompts.screen import PromptsScreen
from assistant.tui.toolkit.dialogs import AskForLine, TextEditor
from tests.support.driver import Driver, Setting, opened, scripted

PIRATE = "---\ntitle: Pirate\n---\n\nSpeak like a pirate.\n"


@pytest.fixture
def prompts(home: Path) -> Path:
    folder = home / "own-prompts"
    folder.mkdir()
    (folder / "pirate.md").write_text(PIRATE)
    return folder


async def open_library(driver: Driver, words: str = "") -> PromptsScreen:
    """The screen of prompts, showing those that these words find."""
    await driver.pilot.press("alt+l")
    await driver.until(lambda: isinstance(driver.app.screen, PromptsScreen), "the library")
    await driver.until_shown("● general")
    screen = driver.app.screen
    assert isinstance(screen, PromptsScreen)
    if words:
        await driver.pilot.press("slash", *words, "enter")
    return screen


async def test_prompts_are_found_by_their_words_and_read(home: Path, prompts: Path) -> None:
    async with opened(Setting(home, prompts=(prompts,))) as driver:
        await open_library(driver, "pirate")
        await driver.until_shown("Speak like a pirate.")
        assert "brainstorm" not in driver.text
        await driver.pilot.press("escape")
        await driver.until_shown("brainstorm")


async def test_the_highlighted_prompt_becomes_the_role(home: Path, prompts: Path) -> None:
    async with opened(Setting(home, prompts=(prompts,))) as driver:
        await driver.ask("Hi")
        await open_library(driver, "pirate")
        await driver.until_shown("Speak like a pirate.")
        await driver.pilot.press("enter")
        await driver.until_shown("── role: pirate")


async def test_a_shipped_prompt_is_edited_as_a_copy_and_the_edit_undone(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await open_library(driver, "concise-pt")
        await driver.pilot.press("e")
        await driver.until(lambda: isinstance(driver.app.screen, TextEditor), "the editor")
        driver.app.screen.query_one(TextArea).insert("\nSem rodeios.\n")
        await driver.pilot.press("ctrl+s")
        await driver.until_shown("Saved concise-pt.")
        await driver.until_shown("Sem rodeios.")
        own = home / "prompts" / "concise-pt.md"
        assert own.exists()
        await driver.pilot.press("ctrl+z")
        await driver.until(lambda: "Sem rodeios." not in driver.text, "undone")
        assert not own.exists()


async def test_a_text_that_is_no_prompt_is_told_in_one_line_until_it_is(
    home: Path, prompts: Path
) -> None:
    async with opened(Setting(home, prompts=(prompts,))) as driver:
        await open_library(driver, "pirate")
        await driver.pilot.press("e")
        await driver.until(lambda: isinstance(driver.app.screen, TextEditor), "the editor")
        driver.app.screen.query_one(TextArea).load_text("---\nname: x\n---\nAhoy!\n")
        await driver.pilot.press("ctrl+s")
        await driver.until_shown("Saved, but it cannot be used: `title` is missing.")
        driver.app.screen.query_one(TextArea).load_text("---\ntitle: Ahoy\n---\nAhoy!\n")
        await driver.pilot.press("ctrl+s")
        await driver.until_shown("Saved pirate.")
        assert (prompts / "pirate.md").read_text() == "---\ntitle: Ahoy\n---\nAhoy!\n"


async def test_a_new_prompt_is_begun_under_a_name_that_is_free(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await open_library(driver)
        await driver.pilot.press("n")
        await driver.until(lambda: isinstance(driver.app.screen, AskForLine), "the name")
        for name, told in (("a b", "'a b' cannot be the name"), ("tutor", "is a prompt tutor")):
            driver.app.screen.query_one(Input).value = name
            await driver.pilot.press("enter")
            await driver.until_shown(told)
        driver.app.screen.query_one(Input).value = "ajudante"
        await driver.pilot.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, TextEditor), "the editor")
        await driver.pilot.press("ctrl+s")
        await driver.until_shown("Saved ajudante.")
        await driver.until_shown("Tell the model here who it is")
        await driver.pilot.press("ctrl+z")
        await driver.until_shown("Undone: ajudante.")
        assert not (home / "prompts" / "ajudante.md").exists()


async def test_a_deleted_prompt_is_brought_back_at_once_or_later(home: Path, prompts: Path) -> None:
    file = prompts / "pirate.md"
    async with opened(Setting(home, prompts=(prompts,))) as driver:
        await open_library(driver, "pirate")
        await driver.pilot.press("delete")
        await driver.until_shown("Deleted pirate — Ctrl+Z undoes.")
        assert not file.exists()
        await driver.pilot.press("ctrl+z")
        await driver.until_shown("Undone: pirate.")
        assert file.read_text() == PIRATE
        await driver.pilot.press("delete")
        await driver.until_shown("pirate  deleted")
    async with opened(Setting(home, prompts=(prompts,))) as driver:
        await open_library(driver, "pirate")
        await driver.until_shown("pirate  deleted")
        await driver.pilot.press("enter")
        await driver.until_shown("Restored pirate.")
        assert file.read_text() == PIRATE


async def test_shipped_prompts_are_not_deleted(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await open_library(driver, "tutor-pt")
        await driver.pilot.press("delete")
        await driver.until_shown("This prompt comes with the program")


async def test_files_that_change_are_read_again(home: Path, prompts: Path) -> None:
    async with opened(Setting(home, prompts=(prompts,)), size=(120, 30)) as driver:
        await open_library(driver, "pirate")
        (prompts / "pirate.md").write_text("---\ntitle: Pirate\n---\nArr! A longer text.\n")
        await driver.until_shown("Arr! A longer text.")
        (prompts / "pirate.md").write_text("no front matter")
        await driver.until_shown("! pirate: it does not begin")


async def test_a_prompt_named_like_a_command_says_so(home: Path, prompts: Path) -> None:
    (prompts / "help.md").write_text("---\ntitle: Help desk\n---\nHelp.\n")
    async with opened(Setting(home, prompts=(prompts,)), size=(120, 30)) as driver:
        await open_library(driver, "desk")
        await driver.until_shown("/help is a command: use /role help")


async def test_a_conversation_becomes_a_prompt_with_the_turns_that_were_chosen(
    home: Path, prompts: Path
) -> None:
    setting = Setting(home, scripted("Um.", "Dois."), prompts=(prompts,))
    async with opened(setting) as driver:
        await driver.ask("One")
        await driver.ask("Two")
        await driver.pilot.press("alt+h")
        await driver.until(lambda: isinstance(driver.app.screen, SavePrompt), "the dialog")
        for name, told in (("a/b", "'a/b' cannot be the name"), ("tutor", "is a prompt tutor")):
            driver.app.screen.query_one(Input).value = name
            await driver.pilot.press("enter")
            await driver.until_shown(told)
        driver.app.screen.query_one(Input).value = "números"
        await driver.pilot.press("down", "down", "space")
        await driver.until_shown("■ Two")
        await driver.pilot.press("ctrl+s")
        await driver.until_shown("Saved as números")

        text = (prompts / "números.md").read_text(encoding="utf-8")
        assert "## User\n\nTwo\n\n## Assistant\n\nDois." in text
        assert "## User\n\nOne" not in text
        await driver.ask("/números Three")
        assert [m.content for m in driver.models.default.questions[-1].messages[1:3]] == [
            "Two",
            "Dois.",
        ]


async def test_saving_keeps_role_sampling_files_and_model(home: Path, prompts: Path) -> None:
    async with opened(Setting(home, prompts=(prompts,))) as driver:
        await driver.ask("One")
        id = driver.conversation_id or ""
        driver.store.set_collections(id, ["leases"])
        driver.store.set_model(id, "scripted")
        driver.type("/set temperature 0.25")
        await driver.pilot.press("enter")
        await driver.until_shown("temperature 0.25")
        driver.type("/save-prompt lease-helper")
        await driver.pilot.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, SavePrompt), "the dialog")
        await driver.pilot.press("enter")
        await driver.until_shown("Saved as lease-helper")

        prompt = driver.services.prompts.get("lease-helper")
        assert prompt.sampling.temperature == 0.25
        assert (prompt.collections, prompt.model) == (("leases",), "scripted")
        assert prompt.text == driver.store.conversation(id).system_prompt
        assert prompt.examples == ()


async def test_without_a_conversation_there_is_nothing_to_save(home: Path) -> None:
    async with opened(Setting(home)) as driver:
        await driver.pilot.press("alt+h")
        await driver.until_shown("There is no conversation yet to save as a prompt.")
        assert not driver.app.screen.query(OptionList).filter("#prompt-list")


async def test_the_library_fits_a_small_terminal(home: Path) -> None:
    async with opened(Setting(home), size=(80, 24)) as driver:
        await open_library(driver)
        assert "Esc back" in driver.text
        assert all(len(line) <= 80 for line in driver.text.splitlines())
