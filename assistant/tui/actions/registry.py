"""Action registry: one coroutine per command of the table, found by the command's name.

Each takes the `Workspace` and the `Call`, never the screen.
"""

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from assistant.tui.actions import (
    conversations,
    library,
    messages,
    models,
    prompts,
    screens,
    transfer,
)
from assistant.tui.workspace import CommandCall

if TYPE_CHECKING:
    from assistant.tui.chat_screen import ChatScreen

Handler = Callable[["ChatScreen", CommandCall], Coroutine[Any, Any, None]]

HANDLERS: Mapping[str, Handler] = {
    **conversations.HANDLERS,
    **models.HANDLERS,
    **prompts.HANDLERS,
    **screens.HANDLERS,
    **messages.HANDLERS,
    **transfer.HANDLERS,
    **library.HANDLERS,
}
