"""The panel of sources: what an answer rests on, beside it."""

from pathlib import Path

import pytest

from assistant.core.values.conversation import Place
from assistant.core.values.documents import UnreadParts
from assistant.core.values.library import Collection, FileEntry, SearchResult, UnusedPassage
from assistant.tui.library.screen import LibraryScreen
from assistant.tui.sources.passage import PassageScreen
from tests.support.driver import Setting, opened, scripted
from tests.support.fake_library import ScriptedLibrary
from tests.support.fake_models import Gate
from tests.support.sources import (
    LEASE_TEXT,
    NOTICE,
    RENT,
    WIDE,
    in_panel,
    lease,
    library_of,
    line,
    panel,
    passage,
)
from tests.tui.test_mouse import click

QUESTION = "When may the rent go up?"
ANSWER = f"{RENT} Bananas are yellow."

LEASE = passage(RENT, "/files/lease.pdf", Place(page=4))
NOTES = passage(NOTICE, "/files/notes.md", Place(line_start=31, line_end=31))
FAR = passage("The cat sat.", "/files/faq.docx", Place(heading=("FAQ", "Cats")), score=0.1)
TWIN = passage(RENT, "/files/copy.pdf", Place(page=4))

SCAN = FileEntry(path="/files/scan.pdf", size=9, state="skipped", passages=0, reason="no_text")
HOUSING = Collection(name="housing", roots=("/files",), files=9, passages=1204, skipped=5)


def library(**options: object) -> ScriptedLibrary:
    result = SearchResult(
        passages=(LEASE, NOTES, FAR),
        evidence=0.9,
        sufficient=True,
        unused=(UnusedPassage(passage=TWIN, reason="duplicate"),),
        searched=1204,
    )
    return ScriptedLibrary(result, **options)  # type: ignore[arg-type]


async def test_the_sources_of_an_answer_appear_beside_it(home: Path) -> None:
    async with opened(Setting(home, scripted(ANSWER), library=library()), WIDE) as driver:
        assert not driver.sources.display

        await driver.ask(QUESTION)

        await driver.until_shown("1,204 passages in your files")
        await driver.until(lambda: "●●●" in in_panel(driver, "1 lease.pdf"))
        assert "p. 4" in in_panel(driver, "1 lease.pdf")
        assert "L 31" in in_panel(driver, "2 notes.md")
        assert "○" in in_panel(driver, "2 notes.md")
        assert "The landlord may raise" in panel(driver)


async def test_what_was_found_and_not_used_has_its_reason(home: Path) -> None:
    async with opened(Setting(home, scripted(ANSWER), library=library()), WIDE) as driver:
        await driver.ask(QUESTION)

        await driver.until_shown("not used")
        assert "not relevant" in in_panel(driver, "faq.docx")
        assert "§ Cats" in in_panel(driver, "faq.docx")
        assert "duplicate" in in_panel(driver, "copy.pdf")


@pytest.mark.parametrize("size", [(80, 24), (40, 30)])
async def test_on_a_narrow_terminal_the_panel_comes_when_it_is_called(
    home: Path, size: tuple[int, int]
) -> None:
    async with opened(Setting(home, scripted(ANSWER), library=library()), size) as driver:
        await driver.ask(QUESTION)
        assert not driver.sources.display

        await driver.pilot.press("f4")
        await driver.until_shown("1 lease.pdf")
        assert driver.sources.has_focus_within
        await driver.pilot.press("escape")
        await driver.until(lambda: not driver.sources.display)
        assert driver.is_typing


async def test_a_panel_that_was_closed_stays_closed(home: Path) -> None:
    setting = Setting(home, scripted(ANSWER, ANSWER), library=library())
    async with opened(setting, WIDE) as driver:
        await driver.ask(QUESTION)
        await driver.until(lambda: driver.sources.display)
        await driver.pilot.press("f4", "f4")
        await driver.until(lambda: not driver.sources.display)

        await driver.ask("And when not?")
        await driver.until(lambda: "not?" in driver.text)
        assert not driver.sources.display


async def test_the_panel_is_there_before_the_first_word_and_does_not_tell_too_much(
    home: Path,
) -> None:
    gate = Gate(after=0)
    setting = Setting(home, scripted(ANSWER, gate=gate), library=library())
    async with opened(setting, WIDE) as driver:
        await driver.ask(QUESTION, wait=False)

        await driver.until_shown("1 lease.pdf")
        assert "…" in in_panel(driver, "1 lease.pdf")
        assert "○" not in panel(driver)
        gate.open()
        await driver.until(lambda: "●●●" in in_panel(driver, "1 lease.pdf"))


async def test_the_answer_that_has_the_focus_is_the_one_that_is_told_of(home: Path) -> None:
    setting = Setting(home, scripted(ANSWER, f"{NOTICE} Really."), library=library())
    async with opened(setting, WIDE) as driver:
        await driver.ask(QUESTION)
        await driver.ask("How is it told?")
        await driver.until(lambda: "●●●" in in_panel(driver, "2 notes.md"))
        assert "○" in in_panel(driver, "1 lease.pdf")

        await driver.pilot.press("tab", "up", "up")

        await driver.until(lambda: "●●●" in in_panel(driver, "1 lease.pdf"))
        assert "○" in in_panel(driver, "2 notes.md")
        await driver.pilot.press("escape")
        await driver.until(lambda: "●●●" in in_panel(driver, "2 notes.md"))


async def test_an_answer_without_files_says_that_they_had_no_part_in_it(home: Path) -> None:
    files = library()
    async with opened(Setting(home, scripted(ANSWER, "Hi."), library=files), WIDE) as driver:
        await driver.ask(QUESTION)
        await driver.until_shown("1 lease.pdf")
        store, id = driver.store, driver.conversation_id
        assert id is not None
        store.set_collections(id, [])
        await driver.refresh()

        await driver.ask("Hello")

        await driver.until_shown("not based on your files")
        assert driver.sources.display


async def test_where_nothing_was_found_it_is_told_what_was_searched(home: Path) -> None:
    files = ScriptedLibrary(
        SearchResult(passages=(FAR,), searched=1204), collections=[HOUSING], needs="rent"
    )
    async with opened(Setting(home, library=files), WIDE) as driver:
        await driver.ask("Who won? #housing")
        await driver.until_shown("I found nothing about this in housing")

        await driver.pilot.press("f4")

        await driver.until_shown("1,204 passages in housing")
        assert "nothing relevant found" in panel(driver)
        assert "not relevant" in in_panel(driver, "faq.docx")


async def test_files_that_could_not_be_read_are_told_and_lead_to_the_library(home: Path) -> None:
    files = library(collections=[HOUSING], files=[SCAN] * 5)
    async with opened(Setting(home, scripted(ANSWER), library=files), WIDE) as driver:
        await driver.ask(f"{QUESTION} #housing")

        await driver.until_shown("could not be read: 5")
        assert "no text" in in_panel(driver, "scan.pdf")
        await click(driver, "see the library", 3)
        await driver.until(lambda: isinstance(driver.app.screen, LibraryScreen))


async def test_a_conversation_that_is_opened_again_has_its_sources(home: Path) -> None:
    files = library_of(lease(home))
    setting = Setting(home, scripted(ANSWER), library=files)
    async with opened(setting, WIDE) as driver:
        await driver.ask(QUESTION)
        await driver.until(lambda: "●●●" in in_panel(driver, "1 lease.md"))
        id = driver.conversation_id
    async with opened(setting, WIDE) as driver:
        assert id is not None
        await driver.open(id)

        await driver.until(lambda: "●●●" in in_panel(driver, "1 lease.md"))
        assert "changed since" not in panel(driver)
        assert len(files.asked) == 1


@pytest.mark.parametrize(
    ("becomes", "told"), [(f"{LEASE_TEXT}More.", "changed since"), (None, "no longer there")]
)
async def test_a_source_that_has_changed_since_says_so(
    home: Path, becomes: str | None, told: str
) -> None:
    found = lease(home)
    async with opened(Setting(home, scripted(ANSWER), library=library_of(found)), WIDE) as driver:
        await driver.ask(QUESTION)
        await driver.until_shown("1 lease.md")
        id = driver.conversation_id
        assert told not in panel(driver)
        if becomes is None:
            Path(found.path).unlink()
        else:
            Path(found.path).write_text(becomes)
        await driver.begin_new()
        await driver.until(lambda: not driver.sources.display)

        assert id is not None
        await driver.open(id)

        await driver.until(lambda: told in panel(driver))


async def test_a_source_opens_by_enter_in_the_panel(home: Path) -> None:
    files = library_of(lease(home))
    async with opened(Setting(home, scripted(ANSWER), library=files), WIDE) as driver:
        await driver.ask(QUESTION)
        await driver.until_shown("1 lease.md")
        await driver.pilot.press("f4", "enter")
        await driver.until(lambda: isinstance(driver.app.screen, PassageScreen))
        await driver.until_shown("## Rent")


async def test_a_source_opens_by_a_click_on_its_line_below_the_answer(home: Path) -> None:
    files = library_of(lease(home))
    async with opened(Setting(home, scripted(ANSWER), library=files), (80, 24)) as driver:
        await driver.ask(QUESTION)
        await click(driver, "[1] lease.md", 5)
        await driver.until(lambda: isinstance(driver.app.screen, PassageScreen))
        await driver.until_shown("## Rent")


async def test_a_source_opens_by_enter_on_the_answer_and_by_its_number(home: Path) -> None:
    files = library_of(lease(home))
    async with opened(Setting(home, scripted(ANSWER), library=files), (80, 24)) as driver:
        await driver.ask(QUESTION)
        await driver.pilot.press("tab", "enter")
        await driver.until(lambda: isinstance(driver.app.screen, PassageScreen))
        await driver.pilot.press("escape")
        await driver.until(lambda: driver.app.screen is driver.screen)

        driver.run("open", "7")
        await driver.until_shown("The answer has no source 7.")
        driver.run("open", "1")
        await driver.until(lambda: isinstance(driver.app.screen, PassageScreen))


async def test_a_source_that_is_not_cited_can_be_read_as_well(home: Path) -> None:
    files = library_of(lease(home))
    async with opened(Setting(home, scripted("Ask a lawyer."), library=files)) as driver:
        await driver.ask(QUESTION)
        await driver.pilot.press("tab", "enter")
        await driver.until(lambda: isinstance(driver.app.screen, PassageScreen))
        await driver.until_shown("read, not cited")


async def test_of_many_passages_that_are_not_used_the_nearest_are_told(home: Path) -> None:
    files = library()
    many = tuple(
        UnusedPassage(passage=passage(str(n), f"/files/{n}.md", Place(), score=0.1), reason="score")
        for n in range(9)
    )
    files.result = files.result.model_copy(update={"unused": many})
    async with opened(Setting(home, scripted(ANSWER), library=files), WIDE) as driver:
        await driver.ask(QUESTION)
        await driver.until_shown("and 5 more")
        await click(driver, "and 5 more", 3)
        await driver.until_shown("8 of 12")


async def test_without_files_there_is_nothing_to_open(home: Path) -> None:
    async with opened(Setting(home, scripted("Hi."))) as driver:
        await driver.ask("Hello")
        await driver.pilot.press("f9")
        await driver.until_shown("This answer does not use your files.")


async def test_sources_and_conversations_share_the_room_there_is(home: Path) -> None:
    setting = Setting(home, scripted(ANSWER), library=library())
    async with opened(setting, (110, 30)) as driver:
        await driver.ask(QUESTION)
        assert driver.sidebar.display

        await driver.pilot.press("f4")

        await driver.until_shown("1 lease.pdf")
        assert not driver.sidebar.display
        assert line(driver, "The landlord may raise the rent once")


PAGES = UnreadParts(kind="page", names=("2–3",), count=2, total=3, reason="pictures")


async def test_what_could_not_be_read_of_an_answers_files_stands_below_it(home: Path) -> None:
    partly = LEASE.model_copy(update={"unread": (PAGES,)})
    result = SearchResult(passages=(partly, NOTES), evidence=0.9, sufficient=True, searched=9)
    setting = Setting(home, scripted(ANSWER), library=ScriptedLibrary(result))
    async with opened(setting, WIDE) as driver:
        await driver.ask(QUESTION)

        await driver.until_shown("lease.pdf: pages 2–3 could not be read (pictures)")
        assert "notes.md:" not in driver.text


async def test_files_that_were_read_in_part_are_told_beside_an_answer(home: Path) -> None:
    partly = FileEntry(
        path="/files/lease.pdf", size=9, state="indexed", passages=3, unread=(PAGES,)
    )
    with_files = library(files=[partly, SCAN])
    async with opened(Setting(home, scripted(ANSWER), library=with_files), WIDE) as driver:
        await driver.ask(QUESTION)

        await driver.until_shown("read in part: 1")
        assert "without 2 of 3 pages (pic" in panel(driver)
        assert "could not be read: 1" in panel(driver)


async def test_a_source_that_was_read_in_part_says_so_when_it_is_opened(home: Path) -> None:
    with_text = library(texts={"/files/lease.pdf": LEASE_TEXT})
    with_text.unread = {"/files/lease.pdf": (PAGES,)}
    async with opened(Setting(home, scripted(ANSWER), library=with_text), WIDE) as driver:
        await driver.ask(QUESTION)
        await driver.until(lambda: "1 lease.pdf" in panel(driver))
        await driver.pilot.press("f4", "enter")
        await driver.until(lambda: isinstance(driver.app.screen, PassageScreen))

        await driver.until_shown("pages 2–3 could not be read (pictures)")
