"""Opens the models."""

from typing import TYPE_CHECKING

from assistant.core.downloads import Offer
from assistant.core.errors import AssistantError
from assistant.tui import text
from assistant.tui.actions import course
from assistant.tui.actions.call import Call
from assistant.tui.screens.models_screen import ModelsScreen

if TYPE_CHECKING:
    from assistant.tui.screens.chat import ChatScreen


async def models(screen: "ChatScreen", _: Call) -> None:
    """See the models of this machine, fetch others, and go on with the one that is chosen."""
    desk = screen.desk
    current = await desk.run(_current, screen)
    shown = ModelsScreen(desk.models, desk.fetch, current, desk.report)
    name: str | None = await screen.app.push_screen_wait(shown)

    def tell(offer: Offer, failure: AssistantError | None) -> None:
        if failure is not None:
            screen.notice.fail(failure)
        else:
            arrived = text.line(offer.files[0].name, 80)
            screen.notice.say(arrived, text.own(" is here: /models uses it."), seconds=15)

    desk.fetch.ended = tell
    if name is not None:
        await course.model(screen, Call(argument=name))


def _current(screen: "ChatScreen") -> str | None:
    """The path of the model that the conversation has. Blocks."""
    conversation = screen.session.conversation
    try:
        return screen.desk.models.reference(conversation.model if conversation else None).path
    except AssistantError:
        return None


HANDLERS = {"models": models}
