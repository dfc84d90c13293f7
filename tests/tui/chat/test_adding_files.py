"""Files dropped on the window: one question, then progress while chatting goes on."""

import shlex
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input, OptionList

from assistant.core.values.library import LeftOut, Survey
from assistant.tui.library.add_dialog import AddFiles
from tests.support.driver import Driver, Setting, opened, scripted
from tests.support.dropped_files import WaitingLibrary, collection, folder, progress

LEASE = "The rent may rise once every twelve months."


def drop(driver: Driver, *paths: Path, style: str = "quoted") -> None:
    """What a terminal does with files that are dropped on it."""
    if style == "quoted":
        pasted = " ".join(shlex.quote(str(path)) for path in paths) + " "
    else:
        pasted = "".join(f"{path.as_uri()}\r\n" for path in paths)
    driver.paste(pasted)


def dialog(driver: Driver) -> AddFiles:
    assert isinstance(driver.app.screen, AddFiles)
    return driver.app.screen


async def asked(driver: Driver, words: str = "Enter chooses") -> None:
    await driver.until(lambda: isinstance(driver.app.screen, AddFiles), "it is asked")
    await driver.until_shown(words)


async def test_a_dropped_folder_is_told_in_full_before_anything_is_done(home: Path) -> None:
    library = WaitingLibrary()
    async with opened(Setting(home, library=library)) as driver:
        drop(driver, folder(home, "lease.pdf"))
        await asked(driver)

        await driver.until_shown("Add 215 files from housing/?")
        await driver.until_shown("212 files to read, 34.2 MB, about 2 min 20 s")
        assert "3 already in the library" in driver.text
        assert "12 left out: unsupported type, such as photo.jpg" in driver.text
        assert "1 left out: too large, film.mkv" in driver.text
        assert dialog(driver).query_one(Input).value == "housing"
        assert "Attach the whole" not in driver.text
        assert library.added == []
        await driver.pilot.press("escape")
        await driver.until(lambda: driver.app.screen is driver.screen)
        assert library.added == []
        assert driver.typed == ""


async def test_the_dialog_is_there_before_the_folder_is_walked(home: Path) -> None:
    library = WaitingLibrary()
    library.looking = type(library.looking)()
    async with opened(Setting(home, library=library)) as driver:
        drop(driver, folder(home, "lease.pdf"))

        await asked(driver, "Scanning: 1,500 files so far")
        await driver.until_shown("Add housing/?")
        library.looking.open()
        await driver.until_shown("Add 215 files from housing/?")


@pytest.mark.parametrize("style", ["quoted", "address"])
async def test_a_folder_is_indexed_while_chatting_goes_on(home: Path, style: str) -> None:
    library = WaitingLibrary()
    dropped = folder(home, "lease.pdf")
    setting = Setting(home, library=library)
    async with opened(setting, size=(120, 30)) as driver:
        drop(driver, dropped, style=style)
        await asked(driver)
        await driver.pilot.press("enter")

        await driver.until_shown("indexing housing")
        assert library.added == [((str(dropped),), "housing")]
        await driver.until_shown("34 of 212 files · 2.1 files/s · 1 min 20 s left")
        assert "Alt+P pauses  Alt+C cancels" in driver.text
        await driver.until_shown("housing (212 files)")
        await driver.ask("What is the capital of France?")
        assert driver.messages[-1].text.startswith("Nothing in housing has been read yet.")
        assert "34 of 212" in driver.text
        library.reading.open()
        await driver.until_shown("housing: 212 indexed, 3 skipped")
        await driver.until(lambda: not driver.job_line.display)


async def test_the_conversation_is_about_what_was_added_to_it(home: Path) -> None:
    library = WaitingLibrary(collections=[collection("work")])
    async with opened(Setting(home, library=library)) as driver:
        await driver.until_shown("all files")
        drop(driver, folder(home, "lease.pdf"))
        await asked(driver)
        await driver.pilot.press("enter")
        await driver.until_shown("housing (212 files)")

        id = driver.conversation_id or ""
        assert driver.store.conversation(id).collections == ("housing",)
        driver.start_using(id, ("work",))
        await driver.until_shown("work (212 files)")
        drop(driver, folder(home, "lease.pdf") / "lease.pdf")
        await asked(driver)
        await driver.pilot.press("enter")
        await driver.until(lambda: driver.store.conversation(id).collections == ("work", "housing"))
        await driver.until_shown("work, housing (424 files)")
        library.reading.open()


async def test_nothing_is_asked_of_a_collection_before_it_is_there(home: Path) -> None:
    library = WaitingLibrary()
    library.queue = type(library.queue)()
    async with opened(Setting(home, library=library)) as driver:
        drop(driver, folder(home, "lease.pdf"))
        await asked(driver)
        await driver.pilot.press("enter")
        await driver.until_shown("waiting for the library")
        id = driver.conversation_id or ""
        assert driver.store.conversation(id).collections is None

        library.queue.open()
        library.reading.open()
        await driver.until(lambda: driver.store.conversation(id).collections == ("housing",))


async def test_the_name_of_the_collection_can_be_changed(home: Path) -> None:
    library = WaitingLibrary(collections=[collection("Work", files=40)])
    async with opened(Setting(home, library=library)) as driver:
        drop(driver, folder(home, "lease.pdf"))
        await asked(driver)
        await driver.pilot.press("shift+tab", "ctrl+u", *"work")
        await driver.until_shown("already in this collection: 40 files")
        await driver.pilot.press("ctrl+u")
        await driver.until_shown("Give the collection a name.")
        await driver.pilot.press("enter")
        assert library.added == []
        await driver.pilot.press(*"work", "enter")
        await driver.until(lambda: library.added)
        assert library.added[0][1] == "Work"
        library.reading.open()


async def test_loose_files_go_where_the_conversation_is(home: Path) -> None:
    library = WaitingLibrary(collections=[collection("work")])
    made = folder(home, "a.txt", "b.txt")
    async with opened(Setting(home, library=library)) as driver:
        drop(driver, made / "a.txt", made / "b.txt")
        await asked(driver, "a.txt and 1 other")
        assert dialog(driver).query_one(Input).value == "default"
        await driver.pilot.press("escape")
        conversation = driver.store.create()
        driver.store.set_collections(conversation.id, ("work",))
        await driver.open(conversation.id)
        drop(driver, made / "a.txt", made / "b.txt")
        await asked(driver)
        assert dialog(driver).query_one(Input).value == "work"


async def test_files_of_a_collection_go_back_into_it(home: Path) -> None:
    made = folder(home, "sub/a.txt")
    library = WaitingLibrary(collections=[collection("my home", made), collection("other")])
    async with opened(Setting(home, library=library)) as driver:
        drop(driver, made / "sub")
        await asked(driver)
        await driver.until(lambda: dialog(driver).query_one(Input).value == "my home")


async def test_a_name_that_cannot_be_shown_in_full_is_kept(home: Path) -> None:
    made = folder(home, "sub/a.txt")
    library = WaitingLibrary(collections=[collection("my\u3164home", made)])
    async with opened(Setting(home, library=library)) as driver:
        drop(driver, made / "sub")
        await asked(driver)
        await driver.until(lambda: dialog(driver).query_one(Input).value == "myhome")
        await driver.until_shown("already in this collection: 212 files")
        await driver.pilot.press("enter")
        await driver.until(lambda: library.added)
        assert library.added[0][1] == "my\u3164home"
        library.reading.open()


async def test_files_that_are_pasted_one_after_the_other_are_one_question(home: Path) -> None:
    library = WaitingLibrary()
    made = folder(home, "a.txt", "b.txt", "c.txt")
    async with opened(Setting(home, library=library)) as driver:
        drop(driver, made / "a.txt")
        drop(driver, made / "b.txt")
        await asked(driver, "and 1 other?")
        driver.app.screen.post_message(events.Paste(f"{made / 'c.txt'} "))
        await asked(driver, "and 2 others?")
        assert len(driver.app.screen_stack) == 2
        await driver.pilot.press("enter")
        await driver.until(lambda: library.added)
        assert len(library.added[0][0]) == 3
        library.reading.open()


async def test_a_single_file_can_go_whole_with_the_question(home: Path) -> None:
    made = folder(home, "my lease.txt") / "my lease.txt"
    library = WaitingLibrary(
        planned=Survey(files=1, bytes=43, seconds=None), texts={str(made): LEASE}
    )
    async with opened(Setting(home, scripted(LEASE), library=library)) as driver:
        driver.type("What about")
        drop(driver, made)
        await asked(driver, "Attach the whole file  about 12 tokens")
        assert "time not known yet" in driver.text
        await driver.pilot.press("w")
        await driver.until(lambda: driver.app.screen is driver.screen)

        assert driver.typed == f'What about @"{made}" '
        driver.type("?")
        await driver.pilot.press("enter")
        await driver.until(lambda: driver.messages and driver.is_idle)
        assert driver.messages[0].attached == (str(made),)
        await driver.until_shown("with my lease.txt")
        sent = driver.models.default.questions[0].messages[-1].content
        assert LEASE in sent
        assert "my lease.txt ?" in sent
        assert str(home) not in sent
        assert library.added == []


async def test_a_file_that_is_too_long_or_gives_no_text_cannot_go_whole(home: Path) -> None:
    made = folder(home, "long.txt", "scan.pdf")
    library = WaitingLibrary(
        planned=Survey(files=1, bytes=10, seconds=1),
        texts={str(made / "long.txt"): LEASE * 2000},
        unreadable={str(made / "scan.pdf"): "no text, a scan"},
    )
    async with opened(Setting(home, library=library), size=(110, 30)) as driver:
        drop(driver, made / "long.txt")
        await asked(driver, "too long, about 24,571 tokens")
        await driver.pilot.press("w")
        assert isinstance(driver.app.screen, AddFiles)
        await driver.pilot.press("escape")
        drop(driver, made / "scan.pdf")
        await asked(driver, "Attach the whole file  no readable text")
        await driver.until_shown("scan.pdf gives no text: no text, a scan.")


async def test_a_path_can_be_meant_as_text(home: Path) -> None:
    made = folder(home)
    async with opened(Setting(home, library=WaitingLibrary())) as driver:
        drop(driver, made)
        await asked(driver)
        await driver.pilot.press("t")
        await driver.until(lambda: driver.typed == f"{made} ")


async def test_a_path_that_is_typed_and_sent_is_offered_once_and_never_lost(home: Path) -> None:
    """A terminal without bracketed paste types what is dropped on it."""
    library = WaitingLibrary()
    typed = f"'{folder(home, 'lease.pdf')}' "
    async with opened(Setting(home, scripted("A folder."), library=library)) as driver:
        driver.type(typed)
        await driver.pilot.press("enter")
        await asked(driver)
        assert driver.typed == ""
        await driver.pilot.press("escape")
        await driver.until(lambda: driver.typed.strip() == typed.strip())

        await driver.pilot.press("enter")

        await driver.until_shown("A folder.")
        assert library.added == []
        driver.type(typed)
        await driver.pilot.press("enter")
        await asked(driver)


async def test_a_sentence_with_a_path_is_pasted_at_once(home: Path) -> None:
    async with opened(Setting(home, library=WaitingLibrary())) as driver:
        pasted = f"{folder(home)} is where the lease is"
        driver.paste(pasted)
        await driver.until(lambda: driver.typed == pasted)
        assert driver.app.screen is driver.screen


async def test_what_holds_nothing_to_read_cannot_be_added(home: Path) -> None:
    made = folder(home, "photo.jpg")
    nothing = Survey(
        files=0, bytes=0, left_out=(LeftOut(reason="unsupported", count=1, example="photo.jpg"),)
    )
    library = WaitingLibrary(planned=nothing, unreadable={str(made / "photo.jpg"): "unsupported"})
    async with opened(Setting(home, library=library)) as driver:
        drop(driver, made / "photo.jpg")
        await asked(driver, "Nothing to read.")
        await driver.pilot.press("a")
        assert library.added == []
        choices = dialog(driver).query_one(OptionList)
        assert choices.highlighted_option is not None
        assert choices.highlighted_option.id == "paste"


async def test_a_drop_works_while_a_message_has_the_focus(home: Path) -> None:
    async with opened(Setting(home, library=WaitingLibrary())) as driver:
        await driver.ask("A question")
        await driver.pilot.press("tab")
        await driver.until(lambda: driver.views[-1].has_focus)
        driver.screen.post_message(events.Paste(str(folder(home))))
        await asked(driver)


async def test_indexing_is_paused_and_goes_on(home: Path) -> None:
    library = WaitingLibrary()
    async with opened(Setting(home, library=library)) as driver:
        drop(driver, folder(home, "lease.pdf"))
        await asked(driver)
        await driver.pilot.press("enter")
        await driver.until_shown("34 of 212")
        await driver.pilot.press("alt+p")
        await driver.until(lambda: library.paused)
        await driver.until_shown("Indexing is paused")
        await driver.pilot.press("alt+p")
        await driver.until(lambda: not library.paused)
        library.reading.open()


async def test_indexing_is_cancelled_after_the_file_at_hand(home: Path) -> None:
    library = WaitingLibrary()
    async with opened(Setting(home, library=library)) as driver:
        drop(driver, folder(home, "lease.pdf"))
        await asked(driver)
        await driver.pilot.press("enter")
        await driver.until_shown("34 of 212")
        driver.type("/cancel-indexing")
        await driver.pilot.press("enter")
        await driver.until_shown("housing: 35 indexed, 3 skipped, then cancelled")


async def test_a_job_that_was_begun_elsewhere_is_shown(home: Path) -> None:
    library = WaitingLibrary(collections=[collection("housing")])
    library.told = progress(100)
    async with opened(Setting(home, library=library)) as driver:
        await driver.until_shown("100 of 212 files")
        assert "Alt+C" in driver.text
        await driver.pilot.press("alt+c")
        await driver.until_shown("Indexing stops after the current file.")
        assert library.cancelled == 1
        library.told = None
        await driver.until(lambda: not driver.job_line.display)


async def test_an_empty_library_is_never_asked(home: Path) -> None:
    library = WaitingLibrary()
    async with opened(Setting(home, library=library)) as driver:
        await driver.refresh_library()
        await driver.ask("A question")
        await driver.pilot.press("f5")
        await driver.until_shown("There are no files yet")
        await driver.pilot.press("alt+p")
        await driver.until_shown("There is nothing to index")
    assert library.statuses == 0


async def test_a_failed_job_says_why(home: Path) -> None:
    library = WaitingLibrary()
    made = folder(home, "lease.pdf")
    async with opened(Setting(home, library=library)) as driver:
        drop(driver, made)
        await asked(driver)
        library.missing.add(str(made))
        await driver.pilot.press("enter")
        await driver.until_shown("cannot be added: No such file or directory.")
        await driver.until(lambda: not driver.job_line.display)


async def test_a_path_that_has_gone_meanwhile_is_told_in_the_dialog(home: Path) -> None:
    made = folder(home, "lease.pdf")
    library = WaitingLibrary(missing=[str(made)])
    async with opened(Setting(home, library=library)) as driver:
        drop(driver, made)
        await asked(driver, "cannot be added: No such file")
        await driver.pilot.press("a")
        assert library.added == []


async def test_names_that_try_to_harm_are_only_names(home: Path) -> None:
    library = WaitingLibrary()
    names = ["a[/b].txt", "[@click=app.quit]x", "two\nlines", "\x1b[2J\x1b]0;x\x07", "\u202efdp.x"]
    for name in names:
        (home / name.replace("/", "∕")).mkdir()
    async with opened(Setting(home, library=library)) as driver:
        for made in sorted(path for path in home.iterdir() if path.is_dir()):
            driver.start_offering(str(made))
            await asked(driver)
            await driver.pilot.press("escape")
            await driver.until(lambda: driver.app.screen is driver.screen)
    assert not (home / "logs" / "assistant.log").exists()
