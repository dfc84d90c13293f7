"""Action registry: one coroutine per command of the table, found by the command's name.

Each takes the `Workspace` and the `CommandCall`, never the screen.
"""

from collections.abc import Callable, Coroutine, Mapping
from functools import cache
from importlib import import_module
from threading import Thread
from typing import Any

from assistant.command_table import BY_NAME
from assistant.tui.workspace import CommandCall, Workspace

Handler = Callable[[Workspace, CommandCall], Coroutine[Any, Any, None]]


@cache
def handlers() -> Mapping[str, Handler]:
    """Actions by command name.

    They bring all screens and dialogs with them, half of what there is to import: that is done
    behind the first frame (see `preload`), or when the first of them is called.
    """
    # Not before the first frame.
    from assistant.tui.actions import (  # noqa: PLC0415
        conversations,
        defaults,
        library,
        messages,
        models,
        prompts,
        screens,
        transfer,
    )

    return {
        **conversations.HANDLERS,
        **models.HANDLERS,
        **defaults.HANDLERS,
        **prompts.HANDLERS,
        **screens.HANDLERS,
        **messages.HANDLERS,
        **transfer.HANDLERS,
        **library.HANDLERS,
    }


def preload() -> None:
    """Import what answers and commands need in a thread, while the user reads the first frame."""
    Thread(target=_import_all, name="preload", daemon=True).start()


def _import_all() -> None:
    import_module("assistant.tui.transcript.message")
    handlers()


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
    return handlers()[name](workspace, CommandCall(argument, fitting[-1] if fitting else None))
