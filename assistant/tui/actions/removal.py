"""Commands that remove, and those that take back; nothing asks, everything can be undone."""

from typing import TYPE_CHECKING

from assistant.core.models import Message
from assistant.tui import text
from assistant.tui.actions.call import Call
from assistant.tui.actions.meaning import meant, quoted
from assistant.tui.amounts import count
from assistant.tui.screens.trash import TrashScreen

if TYPE_CHECKING:
    from assistant.tui.screens.chat import ChatScreen


async def delete(screen: "ChatScreen", _: Call) -> None:
    """Move the conversation to the trash."""
    wanted = await meant(screen)
    if wanted is None:
        screen.say("There is nothing to delete yet.")
        return
    screen.turns.forget_line(wanted.id)
    screen.turns.stop(wanted.id)
    await screen.desk.run(screen.desk.store.delete, wanted.id)
    if screen.session.id == wanted.id:
        await screen.session.begin_new()
    await screen.undoing.offer(wanted.id, text.own("Deleted "), quoted(wanted.title))


async def delete_message(screen: "ChatScreen", call: Call) -> None:
    """Move the message and all that follows it to the trash."""
    if call.message is None:
        screen.say("There is no message to delete: Tab goes to the messages.")
        return
    if not screen.is_free():
        return
    message: Message = call.message
    is_typing = screen.prompt.has_focus
    await screen.desk.run(screen.desk.store.delete_message, message.id)
    removed = await screen.desk.run(screen.desk.store.trash)
    messages = next((each.messages for each in removed if each.id == message.id), 0)
    what = f"Deleted {count(messages, 'message')}" if messages else "Deleted the message"
    await screen.undoing.offer(message.conversation_id, text.own(what))
    if is_typing or not screen.session.messages:
        screen.prompt.focus()
    else:
        screen.transcript.focus_last()


async def undo(screen: "ChatScreen", _: Call) -> None:
    """Take back what was told just now, else the newest change of all."""
    await screen.undoing.undo()


async def show_trash(screen: "ChatScreen", _: Call) -> None:
    """What was removed and changed, to be taken back."""
    await screen.app.push_screen(TrashScreen(screen.desk, screen.undoing))


HANDLERS = {
    "delete": delete,
    "delete-message": delete_message,
    "undo": undo,
    "trash": show_trash,
}
