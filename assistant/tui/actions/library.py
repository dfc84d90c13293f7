"""Commands on the user's files: what is added, and what a conversation is about.

Opens the library.
"""

from functools import partial
from typing import TYPE_CHECKING

from assistant.tui.actions.models import asked_under
from assistant.tui.composer.mentions import FolderNotAddedError, limited_to
from assistant.tui.library.lines import Filter
from assistant.tui.library.maintenance import Ways
from assistant.tui.library.scope import ChooseFiles
from assistant.tui.library.screen import LibraryScreen
from assistant.tui.toolkit.threads import aside
from assistant.tui.workspace import Call

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.tui.chat_screen import ChatScreen


SHARE = 0.75
"""Of the window that a file may take which goes whole with a question."""


async def add(screen: "ChatScreen", call: Call) -> None:
    """Ask what to do with the paths that were named; without any, let them be typed."""
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
    await offer(screen, paths)


async def offer(screen: "ChatScreen", paths: "Sequence[str]", pasted: str = "") -> str | None:
    """Ask what to do with these paths; the collection they went into."""
    room = int(screen.status.status.window * SHARE)
    return await screen.intake.offer(paths, screen.app.push_screen_wait, pasted=pasted, room=room)


async def submit(screen: "ChatScreen", question: str) -> None:
    """Ask a question; folders that it names are added first."""
    try:
        await screen.session.submit(question, partial(asked_under, screen))
    except FolderNotAddedError as missing:
        collection = await offer(screen, missing.paths)
        if collection is not None:
            kept = await limited_to(screen.prompt.text, missing.paths, collection)
            screen.prompt.show(kept)


async def choose(screen: "ChatScreen", _: Call) -> None:
    """Choose the collections of the conversation."""
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


async def pause(screen: "ChatScreen", _: Call) -> None:
    """Hold indexing back, or let it go on."""
    library, holdings = screen.desk.library, screen.holdings
    if holdings.is_empty and screen.jobs.is_idle:
        screen.say("There is nothing to index.")
        return
    status = await aside(library.status)
    await aside(library.resume if status.paused else library.pause)
    screen.say("Indexing goes on." if status.paused else "Indexing is paused, also for later jobs.")
    await holdings.refresh()


async def cancel(screen: "ChatScreen", _: Call) -> None:
    """Stop adding files."""
    screen.say(await screen.jobs.cancel(screen.holdings.status))
    await screen.holdings.refresh()


async def show(screen: "ChatScreen", _: Call) -> None:
    await show_library(screen)


async def show_library(screen: "ChatScreen", filter_by: Filter = "all") -> None:
    """The library screen; `filter_by` says which files it lists first."""

    async def add(typed: str) -> None:
        await offer(screen, await screen.intake.named(typed))

    ways = Ways(
        screen.desk.library,
        screen.holdings,
        screen.jobs,
        add,
        screen.read_file,
    )
    await screen.app.push_screen(LibraryScreen(ways, filter_by))


HANDLERS = {
    "add": add,
    "files": choose,
    "pause-indexing": pause,
    "cancel-indexing": cancel,
    "library": show,
}
