"""Actions on messages: stop, continue, regenerate, edit, versions, copy, rating."""

from typing import TYPE_CHECKING

from assistant.core.turn.requests import Continue, Regenerate
from assistant.core.values.conversation import Message, Rating
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import AskForLine
from assistant.tui.workspace import CommandCall

if TYPE_CHECKING:
    from assistant.tui.chat_screen import ChatScreen


async def stop(screen: "ChatScreen", _: CommandCall) -> None:
    """Leave the edit, stop the answer, or go back to the prompt – the first that applies (Esc)."""
    if screen.composer.editing is not None:
        screen.composer.show("")
    elif not screen.turns.stop(screen.session.id):
        screen.prompt.focus()


async def go_on(screen: "ChatScreen", call: CommandCall) -> None:
    if call.message is None:
        screen.say("There is no unfinished answer here.")
    elif screen.is_free():
        screen.session.start(Continue(message_id=call.message.id))


async def regenerate(screen: "ChatScreen", call: CommandCall) -> None:
    if call.message is None:
        screen.say("There is no answer yet.")
    elif screen.is_free():
        screen.session.start(Regenerate(message_id=call.message.id))


async def edit(screen: "ChatScreen", call: CommandCall) -> None:
    if call.message is None:
        screen.say("There is no question yet.")
    elif screen.is_free():
        screen.composer.edit(call.message)


async def older(screen: "ChatScreen", call: CommandCall) -> None:
    await _show_version(screen, call.message, -1)


async def newer(screen: "ChatScreen", call: CommandCall) -> None:
    await _show_version(screen, call.message, 1)


async def copy(screen: "ChatScreen", call: CommandCall) -> None:
    if call.message is None:
        screen.say("There is nothing to copy yet.")
        return
    await screen.outlets.copy(screen.text_of(call.message), "the message")


async def copy_code(screen: "ChatScreen", call: CommandCall) -> None:
    view = screen.transcript.view(call.message.id) if call.message else None
    code = view.code if view else None
    if code is None:
        screen.say("There is no code in this message.")
        return
    await screen.outlets.copy(code, "the code")


async def _show_version(screen: "ChatScreen", message: Message | None, step: int) -> None:
    if message is None:
        screen.say("There is only one version.")
        return
    if not screen.is_free():
        return
    store = screen.desk.store
    versions = await screen.desk.run(store.versions, message.id)
    place = [version.id for version in versions].index(message.id) + step
    if 0 <= place < len(versions):
        await screen.desk.run(store.select, versions[place].id)
        await screen.session.refresh()
        screen.transcript.focus_message(versions[place].id)


async def good(screen: "ChatScreen", call: CommandCall) -> None:
    await _rate(screen, call, "good")


async def bad(screen: "ChatScreen", call: CommandCall) -> None:
    await _rate(screen, call, "bad")


async def note(screen: "ChatScreen", call: CommandCall) -> None:
    """Edit the note of a rating."""
    message = call.message
    if message is None or message.rating is None:
        screen.say("A note belongs to a rating: + or - on an answer, /good or /bad.")
        return
    why: str | None = call.argument
    if not call.argument:
        field = AskForLine(f"Why is the answer {message.rating}?", message.note, "keeps it")
        why = await screen.app.push_screen_wait(field)
    if why is not None:
        await _store_rating(
            screen, message.conversation_id, message.id, message.rating, why.strip()
        )


async def _rate(screen: "ChatScreen", call: CommandCall, rating: Rating) -> None:
    """Rate, with a note when one was typed; the same rating again takes it away."""
    message = call.message
    if message is None:
        screen.say("There is no answer to rate.")
        return
    again = message.rating == rating and not call.argument
    why = call.argument or (message.note if message.rating == rating else "")
    await _store_rating(
        screen, message.conversation_id, message.id, None if again else rating, "" if again else why
    )


async def _store_rating(
    screen: "ChatScreen", conversation_id: str, id: str, rating: Rating | None, why: str
) -> None:
    await screen.desk.run(screen.desk.store.rate, id, rating, why)
    told = [text.own(f"Rated {rating}" if rating else "Not rated any more")]
    if rating and not why:
        told += [
            text.own(" · "),
            text.button("/note why", "screen.command", "note", "", id, style=text.ACCENT),
        ]
    await screen.undoing.offer(conversation_id, *told)


HANDLERS = {
    "stop": stop,
    "continue": go_on,
    "regenerate": regenerate,
    "edit": edit,
    "older": older,
    "newer": newer,
    "copy": copy,
    "code": copy_code,
    "good": good,
    "bad": bad,
    "note": note,
}
