"""What the user thinks of an answer."""

from typing import TYPE_CHECKING

from assistant.core.models import Rating
from assistant.tui import text
from assistant.tui.actions.call import Call
from assistant.tui.screens.field import Field

if TYPE_CHECKING:
    from assistant.tui.screens.chat import ChatScreen


async def good(screen: "ChatScreen", call: Call) -> None:
    await _rate(screen, call, "good")


async def bad(screen: "ChatScreen", call: Call) -> None:
    await _rate(screen, call, "bad")


async def note(screen: "ChatScreen", call: Call) -> None:
    """Say why an answer was rated so."""
    message = call.message
    if message is None or message.rating is None:
        screen.say("A note belongs to a rating: + or - on an answer, /good or /bad.")
        return
    why: str | None = call.argument
    if not call.argument:
        field = Field(f"Why is the answer {message.rating}?", message.note, "keeps it")
        why = await screen.app.push_screen_wait(field)
    if why is not None:
        await _keep(screen, message.conversation_id, message.id, message.rating, why.strip())


async def _rate(screen: "ChatScreen", call: Call, rating: Rating) -> None:
    """Rate, with a note when one was typed; the same rating again takes it away."""
    message = call.message
    if message is None:
        screen.say("There is no answer to rate.")
        return
    again = message.rating == rating and not call.argument
    why = call.argument or (message.note if message.rating == rating else "")
    await _keep(
        screen, message.conversation_id, message.id, None if again else rating, "" if again else why
    )


async def _keep(
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


HANDLERS = {"good": good, "bad": bad, "note": note}
