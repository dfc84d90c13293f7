"""What the commands do: one function each, found by the command's name."""

from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from assistant.tui.actions import (
    adapters,
    answers,
    branching,
    context,
    conversations,
    course,
    files,
    finding,
    library,
    models,
    moving,
    order,
    prompts,
    rating,
    removal,
    sources,
    view,
)
from assistant.tui.actions.call import Call

if TYPE_CHECKING:
    from assistant.tui.screens.chat import ChatScreen

Handler = Callable[["ChatScreen", Call], Coroutine[Any, Any, None]]

HANDLERS: Mapping[str, Handler] = {
    **conversations.HANDLERS,
    **course.HANDLERS,
    **models.HANDLERS,
    **adapters.HANDLERS,
    **prompts.HANDLERS,
    **context.HANDLERS,
    **finding.HANDLERS,
    **order.HANDLERS,
    **branching.HANDLERS,
    **rating.HANDLERS,
    **moving.HANDLERS,
    **removal.HANDLERS,
    **answers.HANDLERS,
    **files.HANDLERS,
    **sources.HANDLERS,
    **library.HANDLERS,
    **view.HANDLERS,
}
