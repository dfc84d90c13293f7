"""Loads the model in a thread, so that it is ready when the first question is.

Which model answers in the conversation that is shown, and with which adapters.
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
from assistant.tui.services import Desk
from assistant.tui.toolkit.threads import Feed, Report, from_disk

LoadEvent = Queued | Loading | Loaded


class ModelAdvanced(Message):
    """The model came further on its way into memory."""

    def __init__(self, event: LoadEvent) -> None:
        super().__init__()
        self.event = event


class ModelFailed(Message):
    """The model cannot be used."""

    def __init__(self, failure: AssistantError) -> None:
        super().__init__()
        self.failure = failure


class ModelLoading:
    """One load at a time; a new one stops the former."""

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
        """Bring the model called `name` into memory; None is the default one.

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
        """Let go of the load, if there is one."""
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


Asked = tuple[str | None, Adapters | None]

NOT_YET: Final = object()


class Answerer:
    """Tells it in the status line when another conversation is shown, or it goes on otherwise."""

    def __init__(self, desk: Desk, session: Session, status: StatusLine) -> None:
        self._desk = desk
        self._session = session
        self._status = status
        self._told: object = NOT_YET

    async def tell(self) -> None:
        """Look up what the conversation asks for, unless it was told last."""
        asked = self._asked
        if asked == self._told:
            return
        self._told = asked
        opened: ChatModel | None = None
        # Whoever asks is told what is wrong.
        with suppress(AssistantError):
            opened = await from_disk(self._desk.models.open, *asked)
        if asked != self._asked:
            return
        status = self._status
        status.tell(adapters=opened.adapters if opened else asked[1] or ())
        if opened is not None and status.status.model not in ("", opened.name):
            # The size of its window is told when it is loaded.
            status.tell(model=opened.name, window=0)

    @property
    def _asked(self) -> Asked:
        conversation = self._session.conversation
        return (conversation.model, conversation.adapters) if conversation else (None, None)
