"""Puts texts where names of files and collections appear while files come in."""

from asyncio import sleep
from collections.abc import Sequence
from typing import Any, Final

from textual.screen import Screen

from assistant.core.errors import AssistantError
from assistant.core.values.library import Collection, Done, IndexingProgress, LeftOut, Survey
from assistant.tui.app import AssistantApp
from assistant.tui.composer.suggestions import IncompleteMention, collections_for
from assistant.tui.library.add_dialog import AddFiles
from assistant.tui.library.jobs import IndexingStatus, WindowJob
from assistant.tui.library.offer import FilesToAdd
from assistant.tui.library.scope import ChooseFiles
from tests.support.fake_library import ScriptedLibrary

FRAME: Final = 0.017
LONGEST: Final = 300
"""Characters of a name."""


async def coming_in(app: AssistantApp, texts: Sequence[str]) -> None:
    """In the dialogs, the line of the job, the menu of suggestions and the status line."""
    library = app.desk.library
    assert isinstance(library, ScriptedLibrary)
    names = list(dict.fromkeys(text[:LONGEST] for text in texts))
    sets = [Collection(name=name, roots=(name,), files=1, passages=1) for name in names]
    for name in names[:4]:
        await _offered(app, library, name)
    await _show(app, ChooseFiles(sets, names, fall_back=True))
    await _told(app, names)
    app.chat_screen.completions.show(
        collections_for(IncompleteMention("collection", "", 0, 0, "#"), sets)
    )
    app.chat_screen.status.tell(files=names[0])
    await sleep(FRAME)
    app.chat_screen.completions.show([])


async def _offered(app: AssistantApp, library: ScriptedLibrary, name: str) -> None:
    """As a folder with what is left out of it, and as a file that is not there."""
    left_out = (LeftOut(reason="ignored", count=2, example=f"/x/{name}"),)
    library.planned = Survey(files=1, bytes=1, left_out=left_out)
    for offer in (
        FilesToAdd((f"/x/{name}", name), ("folder", "file")),
        FilesToAdd((name,), ("file",)),
    ):
        await _show(app, AddFiles(library, offer, _unexpected, proposed=name, room=9, pasted=name))
        library.missing.add(name)
    library.missing.clear()


async def _told(app: AssistantApp, names: Sequence[str]) -> None:
    """How a job goes, and how it ended."""
    screen = app.chat_screen
    for name in names:
        progress = IndexingProgress(done=1, files=2, rate=1, eta=1, current=f"/x/{name}")
        screen.job_line.work = work = IndexingStatus(name, progress=progress)
        job = WindowJob((name,), name, "", work)
        job.done = Done(indexed=1, skipped=1, removed=0, seconds=1)
        await screen.intake.ended(job, None)
        await sleep(FRAME)
    screen.job_line.work = None


async def _show(app: AssistantApp, dialog: Screen[Any]) -> None:
    await app.push_screen(dialog)
    for _ in range(3):
        await sleep(FRAME)
    await app.pop_screen()


def _unexpected(error: Exception) -> AssistantError:
    raise error
