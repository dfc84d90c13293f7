"""Opens the window of the conversation."""

from typing import TYPE_CHECKING

from assistant.tui.actions.call import Call
from assistant.tui.screens.context import ContextScreen, Subject

if TYPE_CHECKING:
    from assistant.tui.screens.chat import ChatScreen


async def show(screen: "ChatScreen", _: Call) -> None:
    conversation = await screen.session.make()

    def changed() -> None:
        screen.do(screen.session.refresh())
        screen.afterthoughts.consider(conversation.id)

    def go_to(message_id: str) -> None:
        if any(message.id == message_id for message in screen.session.messages):
            screen.do(screen.transcript.go_to(message_id))

    await screen.app.push_screen(
        ContextScreen(
            screen.desk,
            Subject(conversation, screen.prompt.text),
            screen.outlets.told_in,
            screen.report,
            changed,
            go_to,
        )
    )


HANDLERS = {"context": show}
