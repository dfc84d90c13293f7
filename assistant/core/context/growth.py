"""A window that grows when what is to be read does not fit it.

Turns are left out, or told in a summary, only where the window cannot grow any more.
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


class Prepared(Protocol):
    """What a model reads, and what was left out."""

    @property
    def plan(self) -> ContextPlan: ...


P = TypeVar("P", bound=Prepared)
R = TypeVar("R")


def fitting(
    model: ChatModel, info: ModelInfo, prepare: Callable[[int], P], stop: Event
) -> Generator[Queued | Loading, None, P]:
    """What is read in the model's window, which grows when not everything fits; what is needed is
    asked for at once.

    Args:
        prepare: what is read in a window of so many tokens.

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
        larger = yield from grown(model, info, needed, stop)
        if larger is not None:
            info = larger
        elif prepared is not None:
            return prepared
        elif failure is not None:
            raise failure


def grown(
    model: ChatModel, info: ModelInfo, needed: int, stop: Event
) -> Generator[Queued | Loading, None, ModelInfo | None]:
    """Let the window grow towards so many tokens; None when it is as large as it can be."""
    if needed <= info.context_window or info.trained_context <= info.context_window:
        return None
    latest = info
    for event in model.load(stop, window=min(needed, info.trained_context)):
        if isinstance(event, Loaded):
            latest = event.info
        else:
            yield event
    return latest if latest.context_window > info.context_window else None


def result(work: Generator[object, None, R]) -> R:
    """What is there in the end, for who does not watch."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return cast(R, end.value)
