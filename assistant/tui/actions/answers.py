"""Commands on answers and questions."""

from typing import TYPE_CHECKING

from assistant.core.models import Message
from assistant.core.requests import Continue, Regenerate
from assistant.tui.actions.call import Call

if TYPE_CHECKING:
    from assistant.tui.screens.chat import ChatScreen


async def stop(screen: "ChatScreen", _: Call) -> None:
    """Esc: leave the edit, stop the answer, or go back to the prompt – the first that applies."""
    if screen.composer.editing is not None:
        screen.composer.show("")
    elif not screen.turns.stop(screen.session.id):
        screen.prompt.focus()


async def go_on(screen: "ChatScreen", call: Call) -> None:
    if call.message is None:
        screen.say("There is no unfinished answer here.")
    elif screen.is_free():
        screen.session.start(Continue(message_id=call.message.id))


async def regenerate(screen: "ChatScreen", call: Call) -> None:
    if call.message is None:
        screen.say("There is no answer yet.")
    elif screen.is_free():
        screen.session.start(Regenerate(message_id=call.message.id))


async def edit(screen: "ChatScreen", call: Call) -> None:
    if call.message is None:
        screen.say("There is no question yet.")
    elif screen.is_free():
        screen.composer.edit(call.message)


async def older(screen: "ChatScreen", call: Call) -> None:
    await _show_version(screen, call.message, -1)


async def newer(screen: "ChatScreen", call: Call) -> None:
    await _show_version(screen, call.message, 1)


async def copy(screen: "ChatScreen", call: Call) -> None:
    if call.message is None:
        screen.say("There is nothing to copy yet.")
        return
    await screen.outlets.copy(screen.text_of(call.message), "the message")


async def copy_code(screen: "ChatScreen", call: Call) -> None:
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


HANDLERS = {
    "stop": stop,
    "continue": go_on,
    "regenerate": regenerate,
    "edit": edit,
    "older": older,
    "newer": newer,
    "copy": copy,
    "code": copy_code,
}
