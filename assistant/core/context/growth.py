"""Context window growth: the window is enlarged when what is to be read does not fit.

Turns are left out, or replaced by a summary, only where the window cannot grow any more.
"""

from collections.abc import Callable, Generator
from threading import Event
from typing import Protocol, TypeVar, cast

from assistant.core.context.plan import DEFAULT_RESERVE
from assistant.core.errors import ContextOverflowError
from assistant.core.ports.models import ChatModel
from assistant.core.values.context import ContextPlan
from assistant.core.values.events import Loaded, Loading, Queued
from assistant.core.values.models import ModelInfo


class PlannedPrompt(Protocol):
    """A prompt that was planned: what the model reads, and what was left out."""

    @property
    def plan(self) -> ContextPlan: ...


P = TypeVar("P", bound=PlannedPrompt)
R = TypeVar("R")


def fit_window(
    model: ChatModel, info: ModelInfo, prepare: Callable[[int], P], stop: Event
) -> Generator[Queued | Loading, None, P]:
    """Prepare a prompt for the model's window, growing the window while not everything fits.

    Args:
        prepare: what is read in a window of so many tokens.

    Returns:
        What `prepare` made for the last window.

    Raises:
        ContextOverflowError: see `prepare`; the window cannot grow so far.
    """
    while True:
        prepared: P | None = None
        failure: ContextOverflowError | None = None
        try:
            prepared = prepare(info.context_window)
            needed = prepared.plan.needed
        except ContextOverflowError as error:
            failure, needed = error, info.context_window + error.excess + DEFAULT_RESERVE
        larger = yield from grow_window(model, info, needed, stop)
        if larger is not None:
            info = larger
        elif prepared is not None:
            return prepared
        elif failure is not None:
            raise failure


def grow_window(
    model: ChatModel, info: ModelInfo, needed: int, stop: Event
) -> Generator[Queued | Loading, None, ModelInfo | None]:
    """Grow the window towards `needed` tokens.

    Returns:
        The model with its larger window; None when it cannot grow.
    """
    if needed <= info.context_window or info.trained_context <= info.context_window:
        return None
    latest = info
    for event in model.load(stop, window=min(needed, info.trained_context)):
        if isinstance(event, Loaded):
            latest = event.info
        else:
            yield event
    return latest if latest.context_window > info.context_window else None


def return_value(work: Generator[object, None, R]) -> R:
    """Run a generator to its end, its events ignored.

    Returns:
        Its return value.
    """
    while True:
        try:
            next(work)
        except StopIteration as end:
            return cast(R, end.value)
