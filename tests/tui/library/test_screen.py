"""The library screen: what is in it, what is not and why, and what can be done about it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

import pytest
from textual.widgets import Input

from assistant.core.errors import NotFoundError
from assistant.core.values.documents import UnreadParts
from assistant.core.values.library import (
    Collection,
    Done,
    FileEntry,
    FileFilter,
    IndexEvent,
    IndexingProgress,
    IntegrityProblem,
    Planned,
    Verification,
)
from assistant.tui.library.add_dialog import AddFiles
from assistant.tui.library.dialogs import IntegrityReport, UnreadFileReason
from assistant.tui.library.lists import MAX_PAGES, PAGE_SIZE, FileList
from assistant.tui.library.screen import LibraryScreen
from assistant.tui.sources.passage import PassageScreen
from tests.support.driver import Setting, opened
from tests.support.fake_library import ScriptedLibrary
from tests.support.fake_models import ScriptedModels
from tests.support.sources import line
from tests.tui.test_mouse import click

SIZE = (120, 30)
HOUSING = Collection(
    name="housing", roots=("/docs/housing", "/docs/lease.pdf"), files=2, passages=40, skipped=1
)
LEASE = FileEntry(path="/docs/housing/lease.md", size=900, state="indexed", passages=40)
SCAN = FileEntry(
    path="/docs/housing/scan.pdf",
    size=2_000_000,
    state="skipped",
    passages=0,
    reason="no_text",
    detail="3 pages of pictures",
)
DONE = Done(indexed=2, skipped=1, removed=0, seconds=1.0)


class Housed(ScriptedLibrary):
    """Has one collection, and keeps which pages and jobs were asked for."""

    def __init__(self, files: Sequence[FileEntry] = (LEASE, SCAN)) -> None:
        super().__init__(collections=[HOUSING], files=files)
        self.texts["/docs/housing/lease.md"] = "# Lease\n\nOnce every twelve months."
        self.pages: list[tuple[int, int]] = []
        self.refreshed: list[str | None] = []
        self.verification = Verification(ok=True, files=2, passages=40)

    def files(
        self,
        collection: str | None = None,
        state: FileFilter | None = None,
        *,
        offset: int = 0,
        limit: int | None = None,
    ) -> list[FileEntry]:
        if limit is not None:
            self.pages.append((offset, limit))
        return super().files(collection, state, offset=offset, limit=limit)

    def refresh(self, stop: Event, collection: str | None = None) -> Iterator[IndexEvent]:
        self.refreshed.append(collection)
        return super().refresh(stop, collection)

    def verify(self) -> Verification:
        return self.verification


async def test_collections_and_files_are_listed_with_what_became_of_them(home: Path) -> None:
    async with opened(Setting(home, library=Housed()), SIZE) as driver:
        await driver.pilot.press("f7")

        await driver.until_shown("1 collection · 2 files · 40 passages")
        await driver.until_shown("/docs/lease.pdf")
        await driver.until_shown("lease.md")
        assert "1 ✕  2" in line(driver, "housing  ")
        assert "40 passages" in line(driver, "lease.md")
        assert "no text" in line(driver, "scan.pdf")


async def test_what_is_not_as_it_should_be_is_told_on_top(home: Path) -> None:
    library = Housed()
    library.sets = [HOUSING.model_copy(update={"missing": ("/docs/lease.pdf",)})]
    changes = {
        "embedder": "all-MiniLM-L6-v2",
        "embedder_problem": "The embedder e5 cannot be used: it is not there.",
        "next_embedder_done": 0.4,
        "missing": ("/docs/lease.pdf",),
    }
    status = library.status
    library.status = lambda: status().model_copy(update=changes)  # type: ignore[method-assign]
    async with opened(Setting(home, library=library), SIZE) as driver:
        await driver.pilot.press("f7")
        await driver.until_shown("· all-MiniLM-L6-v2")
        assert "The embedder e5 cannot be used: it is not there." in driver.text
        assert "switching to another embedder: 40 % done" in driver.text
        assert "1 folder not found" in driver.text
        assert "not found" in line(driver, "/docs/lease.pdf")


async def test_an_empty_library_says_so(home: Path) -> None:
    async with opened(Setting(home), SIZE) as driver:
        await driver.pilot.press("f7")
        await driver.until_shown("nothing added yet")
        await driver.until_shown("no files")


async def test_files_that_failed_are_found_by_a_filter_and_tell_everything(home: Path) -> None:
    async with opened(Setting(home, library=Housed()), SIZE) as driver:
        await driver.pilot.press("f7")
        await driver.until_shown("lease.md")
        await driver.pilot.press("f")
        await driver.until(lambda: "lease.md" not in driver.text and "scan.pdf" in driver.text)

        await driver.pilot.press("tab", "enter")

        await driver.until(lambda: isinstance(driver.app.screen, UnreadFileReason))
        await driver.until_shown("It has no text: pictures only")
        assert "3 pages of pictures" in driver.text
        assert "/docs/housing/scan.pdf" in driver.text
        await driver.pilot.press("escape", "f")
        await driver.until_shown("no files were read in part")
        await driver.pilot.press("f")
        await driver.until_shown("no files are waiting")


async def test_a_file_opens_in_the_viewer_and_back_is_the_library(home: Path) -> None:
    async with opened(Setting(home, library=Housed()), SIZE) as driver:
        await driver.pilot.press("f7")
        await driver.until_shown("lease.md")
        await driver.pilot.press("tab", "enter")
        await driver.until(lambda: isinstance(driver.app.screen, PassageScreen))
        await driver.until_shown("Once every twelve months.")
        await driver.pilot.press("escape")
        await driver.until(lambda: isinstance(driver.app.screen, LibraryScreen))


async def test_a_hundred_thousand_files_are_read_page_by_page(home: Path) -> None:
    many = [
        FileEntry(path=f"/docs/{number:06}.md", size=1, state="indexed", passages=1)
        for number in range(100_000)
    ]
    library = Housed(many)
    async with opened(Setting(home, library=library), SIZE) as driver:
        await driver.pilot.press("f7")
        await driver.until_shown("000000.md")
        await driver.pilot.press("tab", "end")
        await driver.until_shown("099999.md")
        await driver.pilot.press("home")
        await driver.until_shown("000000.md")
        for _ in range(MAX_PAGES):
            driver.app.screen.query_one(FileList).action_turn(PAGE_SIZE // 20)
            await driver.pilot.pause()

        assert {limit for _, limit in library.pages} == {PAGE_SIZE}
        assert driver.app.screen.query_one(FileList).pages_kept <= MAX_PAGES


async def test_a_folder_is_removed_and_taken_back(home: Path) -> None:
    library = Housed()
    async with opened(Setting(home, library=library), SIZE) as driver:
        await driver.pilot.press("f7")
        await driver.until_shown("/docs/lease.pdf")
        await driver.pilot.press("down", "down", "x")
        await driver.until_shown("Removed /docs/housing (2 files; kept on disk)")
        assert library.removed == [("housing", ("/docs/housing",))]

        await driver.pilot.press("ctrl+z")

        await driver.until(lambda: library.added == [(("/docs/housing",), "housing")])
        await driver.pilot.press("ctrl+z")
        await driver.until_shown("Nothing to undo.")


async def test_a_collection_is_removed_and_taken_back_by_a_click(home: Path) -> None:
    library = Housed()
    async with opened(Setting(home, library=library), SIZE) as driver:
        await driver.pilot.press("f7")
        await driver.until_shown("/docs/lease.pdf")
        await driver.pilot.press("x")
        await driver.until_shown("Choose a collection or a folder")
        await driver.pilot.press("down", "delete")
        await driver.until_shown("Removed housing")
        assert library.removed == [("housing", ())]

        await click(driver, "Ctrl+Z adds it again", 3)

        await driver.until(lambda: library.added == [(HOUSING.roots, "housing")])


async def test_indexing_is_paused_and_goes_on(home: Path) -> None:
    library = Housed()
    async with opened(Setting(home, library=library), SIZE) as driver:
        await driver.pilot.press("f7", "p")
        await driver.until_shown("Indexing is paused until you resume it.")
        assert library.paused
        await driver.pilot.press("p")
        await driver.until_shown("Indexing resumed.")


async def test_the_folders_are_looked_at_again_and_what_was_done_is_told(home: Path) -> None:
    library = Housed()
    library.events = [Planned(files=2, bytes=9), DONE]
    async with opened(Setting(home, library=library), SIZE) as driver:
        await driver.pilot.press("f7")
        await driver.until_shown("/docs/lease.pdf")

        await driver.pilot.press("u")
        await driver.until_shown("all files: 2 indexed, 1 not read.")
        await driver.pilot.press("down", "u")
        await driver.until_shown("housing: 2 indexed, 1 not read.")

        assert library.refreshed == [None, "housing"]


class Working(Housed):
    """Rebuilds until it is stopped."""

    def rebuild(self, stop: Event) -> Iterator[IndexEvent]:
        yield Planned(files=200, bytes=9)
        yield IndexingProgress(
            done=50, files=200, rate=12.5, eta=12.0, current="/docs/housing/scan.pdf"
        )
        stop.wait()
        yield Done(indexed=51, skipped=0, removed=0, seconds=1.0, stopped=True)


async def test_a_job_shows_how_far_it_is_and_is_cancelled(home: Path) -> None:
    async with opened(Setting(home, library=Working()), SIZE) as driver:
        await driver.pilot.press("f7", "b")
        await driver.until_shown("50 of 200 files")
        assert "12.5 files/s" in driver.text
        assert "12 s left" in driver.text
        assert "scan.pdf" in line(driver, "50 of 200")

        await driver.pilot.press("c")

        await driver.until_shown("51 indexed, then cancelled")
        await driver.until(lambda: "50 of 200" not in driver.text)
        await driver.pilot.press("c")
        await driver.until_shown("Nothing is being indexed.")


class Broken(Housed):
    """Cannot add anything again."""

    def add(self, paths: Sequence[str], collection: str, stop: Event) -> Iterator[IndexEvent]:
        raise NotFoundError(f"{paths[0]} is not there.", "Check the path.")


async def test_what_cannot_be_taken_back_says_why(home: Path) -> None:
    async with opened(Setting(home, library=Broken()), SIZE) as driver:
        await driver.pilot.press("f7")
        await driver.until_shown("/docs/lease.pdf")
        await driver.pilot.press("down", "x")
        await driver.until_shown("Removed housing")
        await driver.pilot.press("ctrl+z")
        await driver.until_shown("/docs/housing is not there.")


@pytest.mark.parametrize("ok", [True, False])
async def test_a_check_tells_what_it_found(home: Path, ok: bool) -> None:
    library = Housed()
    problems = (IntegrityProblem(what="a passage without words", repaired=True),) if not ok else ()
    library.verification = Verification(ok=ok, files=2, passages=40, problems=problems)
    async with opened(Setting(home, library=library), SIZE) as driver:
        await driver.pilot.press("f7", "v")
        if ok:
            await driver.until_shown("2 files, 40 passages: no problems found.")
        else:
            await driver.until(lambda: isinstance(driver.app.screen, IntegrityReport))
            await driver.until_shown("repaired  a passage without words")
            assert "problems found" in driver.text


async def test_adding_asks_for_a_path_and_then_what_to_do_with_it(home: Path) -> None:
    folder = home / "papers"
    folder.mkdir()
    async with opened(Setting(home, library=Housed()), SIZE) as driver:
        await driver.pilot.press("f7", "a")
        await driver.until_shown("Folder or file to add")
        driver.app.screen.query_one(Input).value = str(folder)
        await driver.pilot.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, AddFiles))


async def test_a_path_that_is_not_there_is_refused_by_name(home: Path) -> None:
    async with opened(Setting(home, library=Housed()), SIZE) as driver:
        await driver.pilot.press("f7", "a")
        await driver.until_shown("Folder or file to add")
        driver.app.screen.query_one(Input).value = "/nowhere/at/all"
        await driver.pilot.press("enter")
        await driver.until_shown("There is nothing at /nowhere/at/all.")
        assert isinstance(driver.app.screen, LibraryScreen)


@pytest.mark.parametrize("size", [(80, 24), (40, 30), (200, 60)])
async def test_everything_can_be_reached_at_any_size(home: Path, size: tuple[int, int]) -> None:
    async with opened(Setting(home, library=Housed()), size) as driver:
        await driver.pilot.press("f7")
        await driver.until_shown("lease.md")
        for words in ("housing", "failed 1", "Esc back", "b rebuild", "x remove"):
            assert words in driver.text
        await driver.pilot.press("escape")
        await driver.until(lambda: driver.app.screen is driver.screen)


PLAN = FileEntry(
    path="/docs/housing/plan.pdf",
    size=900,
    state="indexed",
    passages=3,
    unread=(UnreadParts(kind="page", names=("2–3",), count=2, total=3, reason="pictures"),),
)


async def test_files_that_were_read_in_part_are_marked_and_found_by_a_filter(home: Path) -> None:
    async with opened(Setting(home, library=Housed((LEASE, PLAN, SCAN))), SIZE) as driver:
        await driver.pilot.press("f7")
        await driver.until_shown("in part 1")
        assert "not read: 2 of 3 pages (pictures)" in line(driver, "plan.pdf")

        await driver.pilot.press("f", "f")
        await driver.until(lambda: "lease.md" not in driver.text)
        assert "scan.pdf" not in driver.text
        assert "◐ plan.pdf" in line(driver, "plan.pdf")


async def test_a_worker_that_did_not_answer_and_was_restarted_is_told_in_one_line(
    home: Path,
) -> None:
    library, models = Housed(), ScriptedModels()
    async with opened(Setting(home, models, library=library), size=SIZE) as driver:
        models.tell("The engine did not answer and was ended.")
        await driver.until_shown("The engine did not answer and was ended.")

        library.tell("The library did not answer and was restarted while it was at /docs/a.txt.")

        await driver.until_shown("was restarted while it was at /docs/a.txt.")
