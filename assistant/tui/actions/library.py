"""Opens the library."""

from typing import TYPE_CHECKING

from assistant.tui.actions import files
from assistant.tui.actions.call import Call
from assistant.tui.housekeeping import Ways
from assistant.tui.screens.library import LibraryScreen
from assistant.tui.widgets.library_lines import Filter

if TYPE_CHECKING:
    from assistant.tui.screens.chat import ChatScreen


async def show(screen: "ChatScreen", _: Call) -> None:
    await show_library(screen)


async def show_library(screen: "ChatScreen", filter_by: Filter = "all") -> None:
    """The library screen; `filter_by` says which files it lists first."""

    async def add(typed: str) -> None:
        await files.offer(screen, await screen.intake.named(typed))

    ways = Ways(
        screen.desk.library,
        screen.holdings,
        screen.jobs,
        add,
        screen.read_file,
    )
    await screen.app.push_screen(LibraryScreen(ways, filter_by))


HANDLERS = {"library": show}
