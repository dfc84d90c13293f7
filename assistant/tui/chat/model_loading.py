"""Model loading in a thread, and the model and adapters of the shown conversation.

A model is loaded early, so that it is ready when the first question is.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from threading import Event, Thread
from typing import Final

from textual.message import Message

from assistant.core.errors import AssistantError
from assistant.core.ports.models import ChatModel, ModelCatalog
from assistant.core.turn.adapters import Adapters
from assistant.core.values.events import Loaded, Loading, Queued
from assistant.core.values.sampling import AdapterUse
from assistant.tui.chat.session import Session
from assistant.tui.chat.status_line import StatusLine
from assistant.tui.services import Services
from assistant.tui.toolkit.threads import Feed, Report, with_timeout

LoadEvent = Queued | Loading | Loaded


class ModelAdvanced(Message):
    """The loading of a model made progress."""

    def __init__(self, event: LoadEvent) -> None:
        super().__init__()
        self.event = event


class ModelFailed(Message):
    """The loading of a model failed."""

    def __init__(self, failure: AssistantError) -> None:
        super().__init__()
        self.failure = failure


class ModelLoading:
    """Loads a model in a thread, one at a time; a new load stops the former."""

    def __init__(
        self, models: ModelCatalog, post: Callable[[Message], object], report: Report
    ) -> None:
        self._models = models
        self._post = post
        self._report = report
        self._stop = Event()
        self._ended: Callable[[AssistantError | None], object] | None = None

    def start(
        self,
        name: str | None,
        adapters: Sequence[AdapterUse] | None = None,
        ended: Callable[[AssistantError | None], object] | None = None,
    ) -> None:
        """Start loading the model called `name`; None is the default one.

        Args:
            adapters: what it is run with; None takes those of the settings.
            ended: called when it is there, with what went wrong when it is not, in place of
                `ModelFailed`; not called for a load that another one stopped.
        """
        self.stop()
        self._ended = ended
        self._stop = Event()
        feed: Feed[LoadEvent] = Feed(self._deliver)
        wanted = (name, adapters, self._stop, feed)
        Thread(target=self._run, args=wanted, name="load", daemon=True).start()

    def stop(self) -> None:
        """Stop the load, if there is one."""
        self._stop.set()

    def _deliver(self, events: Sequence[LoadEvent]) -> None:
        self._post(ModelAdvanced(events[-1]))

    def _run(
        self,
        name: str | None,
        adapters: Sequence[AdapterUse] | None,
        stop: Event,
        feed: Feed[LoadEvent],
    ) -> None:
        failure: AssistantError | None = None
        try:
            for event in self._models.open(name, adapters).load(stop):
                feed.put(event)
        except AssistantError as known:
            failure = known
        except Exception as unexpected:  # noqa: BLE001 -- the border between a load and the screen
            failure = self._report(unexpected)
        feed.close(partial(self._end, failure, stop))

    def _end(self, failure: AssistantError | None, stop: Event) -> None:
        if stop.is_set():
            return
        if self._ended is not None:
            self._ended(failure)
        elif failure:
            self._post(ModelFailed(failure))


RequestedModel = tuple[str | None, Adapters | None]

NEVER_SHOWN: Final = object()


class ActiveModel:
    """Shows in the status line which model and adapters the conversation uses."""

    def __init__(self, desk: Services, session: Session, status: StatusLine) -> None:
        self._desk = desk
        self._session = session
        self._status = status
        self._told: object = NEVER_SHOWN

    async def tell(self) -> None:
        """Show model and adapters of the conversation, unless they are shown already."""
        asked = self._asked
        if asked == self._told:
            return
        self._told = asked
        opened: ChatModel | None = None
        # Whoever asks is told what is wrong.
        with suppress(AssistantError):
            opened = await with_timeout(self._desk.models.open, *asked)
        if asked != self._asked:
            return
        status = self._status
        status.tell(adapters=opened.adapters if opened else asked[1] or ())
        if opened is not None and status.status.model not in ("", opened.name):
            # The size of its window is told when it is loaded.
            status.tell(model=opened.name, window=0)

    @property
    def _asked(self) -> RequestedModel:
        conversation = self._session.conversation
        return (conversation.model, conversation.adapters) if conversation else (None, None)
