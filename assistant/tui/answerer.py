"""Which model answers in the conversation that is shown, and with which adapters."""

from contextlib import suppress
from typing import Final

from assistant.core.adapters import Adapters
from assistant.core.errors import AssistantError
from assistant.core.ports import ChatModel
from assistant.tui.aside import from_disk
from assistant.tui.desk import Desk
from assistant.tui.session import Session
from assistant.tui.widgets.status import StatusLine

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
