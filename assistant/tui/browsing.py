"""The list of conversations beside the one that is read."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from assistant.core.models import SearchHit
from assistant.tui.desk import Desk
from assistant.tui.session import Session
from assistant.tui.widgets.sidebar import Sidebar

LISTED: Final = 200
"""Conversations in the list; older ones are found by their words."""
HITS: Final = 30
"""Messages that are found by their words."""


def local_today() -> date:
    return datetime.now().astimezone().date()


class Browser:
    """Keeps the list as it is on disk, whoever changed it."""

    def __init__(
        self,
        desk: Desk,
        sidebar: Sidebar,
        session: Session,
        today: Callable[[], date] = local_today,
    ) -> None:
        self._desk = desk
        self._sidebar = sidebar
        self._session = session
        self._today = today
        self._revision = -1

    async def refresh(self) -> None:
        """Show the list as it is now."""
        store, words = self._desk.store, self._sidebar.words
        self._revision = await self._desk.run(store.revision)
        found = await self._desk.run(store.conversations, limit=LISTED, title_contains=words)
        hits: list[SearchHit] = []
        if words:
            hits = await self._desk.run(store.search, words, limit=HITS)
        if words == self._sidebar.words:
            self._sidebar.show(found, hits, self._session.id, self._today())

    async def is_outdated(self) -> bool:
        """Whether another window changed something since the list was read."""
        return await self._desk.run(self._desk.store.revision) != self._revision
