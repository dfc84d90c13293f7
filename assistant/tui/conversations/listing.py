"""The list of conversations beside the one that is read.

What other windows do to the conversations appears here by itself.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from assistant.core.ports.conversations import ConversationStore
from assistant.tui.chat.session import Session
from assistant.tui.conversations.rows import Listing
from assistant.tui.conversations.sidebar import Sidebar
from assistant.tui.services import Desk

LISTED: Final = 200
"""Conversations in the list; older ones are found by their words."""


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
        store, words, archived = self._desk.store, self._sidebar.words, self._sidebar.archived
        self._revision = await self._desk.run(store.revision)
        listing = await self._desk.run(
            read, store, words, archived=archived, temporary=self._session.has_been_temporary
        )
        if (words, archived) == (self._sidebar.words, self._sidebar.archived):
            self._sidebar.show(listing, self._session.id, self._today())

    async def is_outdated(self) -> bool:
        """Whether another window changed something since the list was read."""
        return await self._desk.run(self._desk.store.revision) != self._revision


def read(store: ConversationStore, words: str, *, archived: bool, temporary: bool) -> Listing:
    """What to list for these words of titles. Blocks.

    Args:
        temporary: whether there can be any in memory.
    """
    if archived:
        found = store.conversations(archived=True, title_contains=words, limit=LISTED)
        return Listing(others=found, is_archive=True)
    return Listing(
        temporary=store.conversations(temporary=True, title_contains=words) if temporary else (),
        pinned=store.conversations(pinned=True, title_contains=words),
        others=store.conversations(pinned=False, title_contains=words, limit=LISTED),
        folders=store.folders(),
    )


class Elsewhere:
    """Looks whether something was changed, one look at a time."""

    def __init__(self, session: Session, browser: Browser) -> None:
        self._session = session
        self._browser = browser
        self._looking = False

    async def look(self) -> None:
        """Show what another window has changed since the last look."""
        if self._looking:
            return
        self._looking = True
        try:
            if await self._browser.is_outdated():
                await self._browser.refresh()
                if self._session.turn is None:
                    await self._session.refresh()
        finally:
            self._looking = False
