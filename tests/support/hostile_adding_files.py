"""Puts texts where names of files and collections appear while files come in."""

from asyncio import sleep
from collections.abc import Sequence
from typing import Any, Final

from textual.screen import Screen

from assistant.core.errors import AssistantError
from assistant.core.values.library import Collection, Done, IndexingProgress, LeftOut, Survey
from assistant.tui.composer.suggestions import IncompleteMention, collections_for
from assistant.tui.library.add_dialog import AddFiles
from assistant.tui.library.jobs import IndexingStatus, WindowJob
from assistant.tui.library.offer import FilesToAdd
from assistant.tui.library.scope import ChooseFiles
from tests.support.driver import ScreenDriver
from tests.support.fake_library import ScriptedLibrary

FRAME: Final = 0.017
LONGEST: Final = 300
"""Characters of a name."""


async def coming_in(driver: ScreenDriver, texts: Sequence[str]) -> None:
    """In the dialogs, the line of the job, the menu of suggestions and the status line."""
    library = driver.services.library
    assert isinstance(library, ScriptedLibrary)
    names = list(dict.fromkeys(text[:LONGEST] for text in texts))
    sets = [Collection(name=name, roots=(name,), files=1, passages=1) for name in names]
    for name in names[:4]:
        await _offered(driver, library, name)
    await _show(driver, ChooseFiles(sets, names, fall_back=True))
    await _told(driver, names)
    driver.suggest(collections_for(IncompleteMention("collection", "", 0, 0, "#"), sets))
    driver.status_line.set_status(files=names[0])
    await sleep(FRAME)
    driver.suggest([])


async def _offered(driver: ScreenDriver, library: ScriptedLibrary, name: str) -> None:
    """As a folder with what is left out of it, and as a file that is not there."""
    left_out = (LeftOut(reason="ignored", count=2, example=f"/x/{name}"),)
    library.planned = Survey(files=1, bytes=1, left_out=left_out)
    for offer in (
        FilesToAdd((f"/x/{name}", name), ("folder", "file")),
        FilesToAdd((name,), ("file",)),
    ):
        await _show(
            driver, AddFiles(library, offer, _unexpected, proposed=name, room=9, pasted=name)
        )
        library.missing.add(name)
    library.missing.clear()


async def _told(driver: ScreenDriver, names: Sequence[str]) -> None:
    """How a job goes, and how it ended."""
    for name in names:
        progress = IndexingProgress(done=1, files=2, rate=1, eta=1, current=f"/x/{name}")
        driver.job_line.work = work = IndexingStatus(name, progress=progress)
        job = WindowJob((name,), name, "", work)
        job.done = Done(indexed=1, skipped=1, removed=0, seconds=1)
        await driver.end_job(job)
        await sleep(FRAME)
    driver.job_line.work = None


async def _show(driver: ScreenDriver, dialog: Screen[Any]) -> None:
    await driver.app.push_screen(dialog)
    for _ in range(3):
        await sleep(FRAME)
    await driver.app.pop_screen()


def _unexpected(error: Exception) -> AssistantError:
    raise error
