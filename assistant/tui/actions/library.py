"""Actions on the user's files: add, choose collections, pause, cancel, library screen."""

from functools import partial
from typing import TYPE_CHECKING

from assistant.tui.actions.models import prompt_for_question
from assistant.tui.composer.mentions import FolderNotAddedError, replace_folders
from assistant.tui.library.lines import Filter
from assistant.tui.library.maintenance import LibraryActions
from assistant.tui.library.scope import ChooseFiles
from assistant.tui.library.screen import LibraryScreen
from assistant.tui.toolkit.threads import in_thread
from assistant.tui.workspace import CommandCall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.tui.chat_screen import ChatScreen


ATTACHED_WINDOW_SHARE = 0.75
"""Of the window that a file may take which goes whole with a question."""


async def add(screen: "ChatScreen", call: CommandCall) -> None:
    """Ask what to do with the paths that were named; without any, wait until they are typed."""
    if not call.argument:
        screen.prompt.show("/add ")
        screen.prompt.focus()
        screen.say("Which folder or file? It can also be dropped on the window.")
        return
    try:
        paths = await screen.intake.named(call.argument)
    except Exception:
        screen.prompt.show(f"/add {call.argument}")
        raise
    await offer_paths(screen, paths)


async def offer_paths(screen: "ChatScreen", paths: "Sequence[str]", pasted: str = "") -> str | None:
    """Ask whether to add these paths.

    Returns: the collection they went into; None when they were not added.
    """
    room = int(screen.status.status.window * ATTACHED_WINDOW_SHARE)
    return await screen.intake.offer(paths, screen.app.push_screen_wait, pasted=pasted, room=room)


async def submit_question(screen: "ChatScreen", question: str) -> None:
    """Submit a question; folders that it names are added first."""
    try:
        await screen.session.submit(question, partial(prompt_for_question, screen))
    except FolderNotAddedError as missing:
        collection = await offer_paths(screen, missing.paths)
        if collection is not None:
            kept = await replace_folders(screen.prompt.text, missing.paths, collection)
            screen.prompt.show(kept)


async def choose_collections(screen: "ChatScreen", _: CommandCall) -> None:
    """Choose the collections that the conversation searches."""
    if screen.holdings.status is None:
        if not screen.holdings.is_empty:
            screen.say("Asking the library …")
        await screen.holdings.refresh()
    if screen.holdings.is_empty:
        screen.say("There are no files yet: /add, or a folder dropped on the window, adds some.")
        return
    conversation = screen.session.conversation
    dialog = ChooseFiles(
        screen.holdings.collections,
        conversation.collections if conversation else None,
        fall_back=screen.desk.settings.library.fall_back,
    )
    chosen = await screen.app.push_screen_wait(dialog)
    if chosen is not None:
        conversation = await screen.session.make()
        await screen.session.use_collections(conversation.id, chosen.collections)


async def pause_indexing(screen: "ChatScreen", _: CommandCall) -> None:
    """Pause indexing, or resume it."""
    library, holdings = screen.desk.library, screen.holdings
    if holdings.is_empty and screen.jobs.is_idle:
        screen.say("There is nothing to index.")
        return
    status = await in_thread(library.status)
    await in_thread(library.resume if status.paused else library.pause)
    screen.say("Indexing goes on." if status.paused else "Indexing is paused, also for later jobs.")
    await holdings.refresh()


async def cancel_indexing(screen: "ChatScreen", _: CommandCall) -> None:
    """Cancel the indexing job that is shown."""
    screen.say(await screen.jobs.cancel(screen.holdings.status))
    await screen.holdings.refresh()


async def open_library(screen: "ChatScreen", _: CommandCall) -> None:
    await show_library(screen)


async def show_library(screen: "ChatScreen", filter_by: Filter = "all") -> None:
    """Open the library screen; `filter_by` says which files it lists first."""

    async def add(typed: str) -> None:
        await offer_paths(screen, await screen.intake.named(typed))

    ways = LibraryActions(
        screen.desk.library,
        screen.holdings,
        screen.jobs,
        add,
        screen.read_file,
    )
    await screen.app.push_screen(LibraryScreen(ways, filter_by))


HANDLERS = {
    "add": add,
    "files": choose_collections,
    "pause-indexing": pause_indexing,
    "cancel-indexing": cancel_indexing,
    "library": open_library,
}
