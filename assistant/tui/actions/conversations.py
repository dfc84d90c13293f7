"""Commands on whole conversations."""

from typing import TYPE_CHECKING

from assistant.tui import text
from assistant.tui.actions.call import Call
from assistant.tui.actions.meaning import meant
from assistant.tui.screens.field import Field

if TYPE_CHECKING:
    from assistant.tui.screens.chat import ChatScreen


async def new(screen: "ChatScreen", _: Call) -> None:
    await screen.session.begin_new()


async def temporary(screen: "ChatScreen", _: Call) -> None:
    """Begin a conversation of which no byte reaches the disk."""
    await screen.session.begin_new(temporary=True)
    screen.prompt.focus()
    screen.say("In memory only: it is neither found nor kept, and gone when the window closes.")


async def show_list(screen: "ChatScreen", _: Call) -> None:
    screen.panels.show_sidebar(not screen.sidebar.display)
    if screen.sidebar.display:
        screen.sidebar.action_list()
    else:
        screen.prompt.focus()


async def rename(screen: "ChatScreen", call: Call) -> None:
    wanted = await meant(screen)
    if wanted is None:
        screen.say("There is nothing to rename yet.")
        return
    answer = call.argument or await screen.app.push_screen_wait(
        Field("Title of the conversation", wanted.title, "renames")
    )
    if answer and answer.strip():
        await screen.desk.run(screen.desk.store.rename, wanted.id, answer.strip())
        await screen.undoing.offer(wanted.id, text.own("Renamed"))


HANDLERS = {
    "new": new,
    "conversations": show_list,
    "rename": rename,
    "temporary": temporary,
}
