"""Action registry: one coroutine per command of the table, found by the command's name.

Each takes the `Workspace` and the `CommandCall`, never the screen.
"""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from assistant.tui.actions import (
    conversations,
    library,
    messages,
    models,
    prompts,
    screens,
    transfer,
)
from assistant.tui.commands import BY_NAME
from assistant.tui.workspace import CommandCall, Workspace

Handler = Callable[[Workspace, CommandCall], Coroutine[Any, Any, None]]

HANDLERS: Mapping[str, Handler] = {
    **conversations.HANDLERS,
    **models.HANDLERS,
    **prompts.HANDLERS,
    **screens.HANDLERS,
    **messages.HANDLERS,
    **transfer.HANDLERS,
    **library.HANDLERS,
}


def handle(
    workspace: Workspace, name: str, argument: str = "", message_id: str = ""
) -> Coroutine[Any, Any, None]:
    """Coroutine of what a command does.

    Args:
        message_id: the message that it is for; empty for the focused one, or the last fitting.
    """
    command, session = BY_NAME[name], workspace.conversation.session
    focused = workspace.view.transcript.focused_message
    wanted = message_id or (focused.id if focused else "")
    fitting = [message for message in session.messages if command.is_for(message)]
    if wanted:
        fitting = [message for message in fitting if message.id == wanted]
    return HANDLERS[name](workspace, CommandCall(argument, fitting[-1] if fitting else None))
