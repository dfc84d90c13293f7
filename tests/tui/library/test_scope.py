"""Which of the user's files a conversation is about, and what is said of answers without them."""

from pathlib import Path

from assistant.settings import LibrarySettings, Settings
from assistant.storage.conversations import SqliteConversations
from assistant.tui.library.offer import FilesToAdd
from assistant.tui.library.scope import (
    ChooseFiles,
    proposed_collection,
    scope_label,
    with_collection,
)
from assistant.tui.library.status import LibraryStatusPoller
from tests.support.driver import Driver, Setting, opened, scripted
from tests.support.dropped_files import collection
from tests.support.fake_library import ScriptedLibrary, found
from tests.support.passages import passage

RENT = passage("The landlord may raise the rent once every twelve months.")
SETS = [collection("housing"), collection("my notes", files=1), collection("work", files=40)]


def stocked(*, silent: bool = False) -> ScriptedLibrary:
    library = found(RENT, needs="never" if silent else "")
    library.sets = list(SETS)
    return library


async def choosing(driver: Driver) -> None:
    await driver.pilot.press("f5")
    await driver.until(lambda: isinstance(driver.app.screen, ChooseFiles))
    await driver.until_shown("Which files is this conversation about?")


def chosen(driver: Driver) -> tuple[str, ...] | None:
    return driver.store.conversation(driver.conversation_id or "").collections


async def test_a_conversation_is_about_all_files_until_some_are_chosen(home: Path) -> None:
    async with opened(Setting(home, library=stocked())) as driver:
        await driver.until_shown("· all files ·")
        await choosing(driver)
        assert "● all files" in driver.text
        assert "□ housing  212 files" in driver.text
        assert "□ my notes  1 file" in driver.text
        await driver.pilot.press("down", "down", "space", "down", "down", "space")
        await driver.until_shown("■ work  40 files")
        assert "○ all files" in driver.text
        await driver.pilot.press("enter")
        await driver.until_shown("housing, work (252 files)")
        assert chosen(driver) == ("housing", "work")


async def test_going_to_a_collection_and_enter_chooses_it_alone(home: Path) -> None:
    async with opened(Setting(home, library=stocked())) as driver:
        await driver.until_shown("all files")
        await choosing(driver)
        await driver.pilot.press("end", "enter")
        await driver.until_shown("work (40 files)")
        assert chosen(driver) == ("work",)
        await choosing(driver)
        await driver.pilot.press("enter")
        await driver.until(lambda: driver.app.screen is driver.screen)
        assert chosen(driver) == ("work",)


async def test_esc_leaves_the_choice_as_it_was(home: Path) -> None:
    async with opened(Setting(home, library=stocked())) as driver:
        await driver.until_shown("all files")
        await choosing(driver)
        await driver.pilot.press("end", "space", "escape")
        await driver.until(lambda: driver.app.screen is driver.screen)
        assert "all files" in driver.text
        assert driver.conversation_id is None


async def test_no_files_at_all_can_be_chosen_with_the_mouse(home: Path) -> None:
    library = stocked()
    async with opened(Setting(home, scripted("Paris."), library=library)) as driver:
        await driver.until_shown("all files")
        await choosing(driver)
        await driver.pilot.click("OptionList", offset=(4, 1))
        await driver.until_shown("● no files")
        await driver.pilot.press("enter")
        await driver.until(lambda: "all files" not in driver.text)
        assert chosen(driver) == ()
        await driver.ask("What is the capital of France?")
        assert library.asked == []
        assert "not from your files" not in driver.text


async def test_each_conversation_keeps_its_choice(home: Path) -> None:
    async with opened(Setting(home, library=stocked())) as driver:
        await driver.ask("First?")
        first = driver.conversation_id or ""
        driver.start_using(first, ("work",))
        await driver.until_shown("work (40 files)")
        await driver.pilot.press("ctrl+n")
        await driver.until_shown("all files")
        driver.start_opening(first)
        await driver.until_shown("work (40 files)")


async def test_a_collection_that_is_gone_can_be_taken_out(home: Path) -> None:
    async with opened(Setting(home, library=stocked())) as driver:
        conversation = driver.store.create()
        driver.store.set_collections(conversation.id, ("attic",))
        await driver.open(conversation.id)
        await driver.until_shown("attic (not found)")
        await choosing(driver)
        await driver.until_shown("■ attic  not found")
        await driver.pilot.press("space", "enter")
        await driver.until(lambda: chosen(driver) == ())


async def test_it_is_shown_when_the_model_may_answer_alone(home: Path) -> None:
    settings = Settings(library=LibrarySettings(fall_back=True))
    setting = Setting(home, scripted("By law."), settings, library=stocked(silent=True))
    async with opened(setting, size=(120, 30)) as driver:
        conversation = driver.store.create()
        driver.store.set_collections(conversation.id, ("housing",))
        await driver.open(conversation.id)
        await driver.until_shown("housing (212 files), or the model")
        await choosing(driver)
        await driver.until_shown("the model answers without files and says so")
        await driver.pilot.press("escape")
        await driver.ask("When?")
        await driver.until_shown("not from your files: 7 passages searched")


async def test_an_answer_of_the_model_alone_says_so_also_later(home: Path) -> None:
    store = SqliteConversations(home / "chats.db")
    setting = Setting(home, scripted("By law."), library=stocked(silent=True))
    async with opened(setting, store=store) as driver:
        await driver.ask("When?")
        await driver.until_shown("not from your files: 7 passages searched")
        id = driver.conversation_id or ""
    async with opened(setting, store=store) as driver:
        await driver.open(id)
        await driver.until_shown("not from your files: 7 passages searched")
    store.close()


async def test_an_answer_from_the_files_and_a_silent_one_are_not_labelled(home: Path) -> None:
    library = stocked()
    async with opened(Setting(home, scripted(RENT.text), library=library)) as driver:
        await driver.ask("When?")
        await driver.until_shown("[1] lease.md")
        id = driver.conversation_id or ""
        driver.start_using(id, ("work",))
        await driver.until_shown("work (40 files)")
        library.needs = "never"
        await driver.ask("And why?")
        await driver.until_shown("I found nothing about this in work (7 passages searched).")
        assert "not from your files" not in driver.text


def test_what_is_added_to_all_files_is_what_the_conversation_is_about() -> None:
    assert with_collection(None, "a") == ("a",)
    assert with_collection((), "a") == ("a",)
    assert with_collection(("b",), "a") == ("b", "a")
    assert with_collection(("b", "a"), "a") == ("b", "a")


def test_a_folder_names_its_collection_in_visible_marks() -> None:
    def named(path: str) -> str:
        return proposed_collection(FilesToAdd((path,), ("folder",)), (), "work")

    assert named("/home/ana/Férias 2024") == "Férias 2024"
    assert named("/home/ana/two\nlines\u202fhere") == "two lines here"
    assert named("/home/ana/\u202egnp\udc80") == "gnp"
    assert named("/home/ana/" + "x" * 200) == "x" * 79 + "…"
    assert named("/") == "work"
    assert named("/home/\x1b") == "work"


def test_many_collections_are_told_in_few_words() -> None:
    library_status = LibraryStatusPoller(stocked(), lambda: True)
    assert scope_label(None, library_status, fall_back=False) == ""
    library_status.is_empty = False
    assert scope_label((), library_status, fall_back=True) == ""
    assert scope_label(None, library_status, fall_back=True) == "all files"
    names = ("housing", "work", "my notes")
    assert scope_label(names, library_status, fall_back=True) == "housing, work + 1, or the model"
