"""Commands on whole conversations."""

from typing import TYPE_CHECKING

from assistant.tui import text
from assistant.tui.actions.call import Call
from assistant.tui.screens.field import Field

if TYPE_CHECKING:
    from assistant.tui.screens.chat import ChatScreen


async def new(screen: "ChatScreen", _: Call) -> None:
    await screen.session.begin_new()


async def show_list(screen: "ChatScreen", _: Call) -> None:
    screen.panels.show_sidebar(not screen.sidebar.display)
    if screen.sidebar.display:
        screen.sidebar.action_list()
    else:
        screen.prompt.focus()


async def find(screen: "ChatScreen", call: Call) -> None:
    screen.panels.show_sidebar(True)
    screen.sidebar.find(call.argument)


async def rename(screen: "ChatScreen", call: Call) -> None:
    wanted = _wanted(screen)
    if wanted is None:
        screen.say("There is nothing to rename yet.")
        return
    id, title = wanted
    answer = call.argument or await screen.app.push_screen_wait(
        Field("Title of the conversation", title, "renames")
    )
    if answer and answer.strip():
        await screen.desk.run(screen.desk.store.rename, id, answer.strip())
        await screen.session.refresh()
        await screen.browser.refresh()


async def delete(screen: "ChatScreen", _: Call) -> None:
    wanted = _wanted(screen)
    if wanted is None:
        screen.say("There is nothing to delete yet.")
        return
    id, title = wanted
    screen.turns.forget_line(id)
    screen.turns.stop(id)
    await screen.desk.run(screen.desk.store.delete, id)
    screen.deleted = id
    if screen.session.conversation is not None and screen.session.conversation.id == id:
        await screen.session.begin_new()
    await screen.browser.refresh()
    screen.notice.say(
        text.own("Deleted “"),
        text.line(title or "Untitled", 40),
        text.own("” — "),
        text.button("Ctrl+Z undoes", "screen.command", "undo", style=text.ACCENT),
        seconds=10,
    )


async def undo(screen: "ChatScreen", _: Call) -> None:
    if screen.deleted is None:
        screen.say("There is nothing to undo.")
        return
    id, screen.deleted = screen.deleted, None
    await screen.desk.run(screen.desk.store.restore, id)
    await screen.session.open(id)
    screen.say("It is back.")


def _wanted(screen: "ChatScreen") -> tuple[str, str] | None:
    """Id and title of the conversation meant: the highlighted one while the list has the focus."""
    highlighted = screen.sidebar.highlighted
    if highlighted is not None and screen.sidebar.has_focus_within:
        return highlighted.id, highlighted.title
    conversation = screen.session.conversation
    if conversation is None or not screen.session.messages:
        return None
    return conversation.id, conversation.title


HANDLERS = {
    "new": new,
    "conversations": show_list,
    "find": find,
    "rename": rename,
    "delete": delete,
    "undo": undo,
}
