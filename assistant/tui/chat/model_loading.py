"""Model loading in a thread, and the model and adapters of the shown conversation.

A model is loaded early, so that it is ready when the first question is.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from textual.message import Message

from assistant.core.errors import AssistantError
from assistant.core.ports.models import ChatModel
from assistant.core.turn.adapters import Adapters
from assistant.core.values.events import Loaded, Loading, Queued
from assistant.core.values.sampling import AdapterUse
from assistant.tui.chat.panels import Welcome
from assistant.tui.chat.session import Session
from assistant.tui.chat.status_line import StatusLine
from assistant.tui.services import Services
from assistant.tui.toolkit.threads import Stream, with_timeout

LoadEvent = Queued | Loading | Loaded

ModelChoice = tuple[str | None, Adapters | None]
"""A model by its name and what it is run with; None for those of the settings."""

NOTHING_SHOWN: Final = object()


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
        self,
        services: Services,
        session: Session,
        status: StatusLine,
        welcome: Welcome,
        post: Callable[[Message], object],
    ) -> None:
        self._services = services
        self._session = session
        self._status = status
        self._welcome = welcome
        self._post = post
        self._stream: Stream[LoadEvent] | None = None
        self._shown_choice: object = NOTHING_SHOWN

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

        def advanced(events: Sequence[LoadEvent]) -> None:
            self._post(ModelAdvanced(events[-1]))

        def over(failure: AssistantError | None) -> None:
            if stream.stop.is_set():
                return
            if ended is not None:
                ended(failure)
            elif failure:
                self._post(ModelFailed(failure))

        models = self._services.models
        stream: Stream[LoadEvent] = Stream(
            lambda stop: models.open(name, adapters).load(stop),
            advanced,
            over,
            self._services.report,
        )
        self._stream = stream

    def stop(self) -> None:
        """Stop the load, if there is one."""
        if self._stream is not None:
            self._stream.stop.set()

    async def show_model(self) -> None:
        """Show model and adapters of the conversation, unless they are shown already."""
        wanted = self._wanted
        if wanted == self._shown_choice:
            return
        self._shown_choice = wanted
        opened: ChatModel | None = None
        # Whoever asks is told what is wrong.
        with suppress(AssistantError):
            opened = await with_timeout(self._services.models.open, *wanted)
        if wanted != self._wanted:
            return
        status, host = self._status, opened.host if opened else ""
        status.set_status(adapters=opened.adapters if opened else wanted[1] or (), host=host)
        self._welcome.show_host(host)
        if opened is not None and status.status.model not in ("", opened.name):
            # The size of its window is known when it is loaded.
            status.set_status(model=opened.name, window=0, template_problem="", device="")

    @property
    def _wanted(self) -> ModelChoice:
        conversation = self._session.conversation
        return (conversation.model, conversation.adapters) if conversation else (None, None)
