"""The search, and the way to what it has found."""

from typing import TYPE_CHECKING

from assistant.tui.actions.call import Call
from assistant.tui.screens.search import Found, SearchScreen

if TYPE_CHECKING:
    from assistant.tui.screens.chat import ChatScreen


async def find(screen: "ChatScreen", call: Call) -> None:
    """Search for the words, else for what was searched last; show what is chosen."""
    search = SearchScreen(screen.desk.store, call.argument or screen.searched)
    found: Found | None = await screen.app.push_screen_wait(search)
    screen.searched = search.words
    if found is None:
        return
    while screen.app.screen is not screen:
        await screen.app.pop_screen()
    await screen.session.open(found.conversation_id, found.message_id, found.snippet)


HANDLERS = {"find": find}
