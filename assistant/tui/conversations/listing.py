"""Conversation list data, refreshed when another process changed the database."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from assistant.core.ports.conversations import ConversationCatalog
from assistant.tui.chat.session import Session
from assistant.tui.conversations.rows import ConversationListing
from assistant.tui.conversations.sidebar import Sidebar
from assistant.tui.services import Services

MAX_LISTED: Final = 200
"""Conversations in the list; older ones are found by their words."""


def local_today() -> date:
    return datetime.now().astimezone().date()


class ConversationList:
    """Data of the conversation list, read from the store."""

    def __init__(
        self,
        desk: Services,
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
        """Read and show the list."""
        store, words, archived = self._desk.store, self._sidebar.words, self._sidebar.archived
        self._revision = await self._desk.run(store.revision)
        listing = await self._desk.run(
            read_listing,
            store,
            words,
            archived=archived,
            temporary=self._session.has_been_temporary,
        )
        if (words, archived) == (self._sidebar.words, self._sidebar.archived):
            self._sidebar.show(listing, self._session.id, self._today())

    async def is_outdated(self) -> bool:
        """Whether another process changed the database since the list was read."""
        return await self._desk.run(self._desk.store.revision) != self._revision


def read_listing(
    store: ConversationCatalog, words: str, *, archived: bool, temporary: bool
) -> ConversationListing:
    """Read the conversations whose titles have these words; blocks.

    Args:
        temporary: whether there can be any in memory.
    """
    if archived:
        found = store.conversations(archived=True, title_contains=words, limit=MAX_LISTED)
        return ConversationListing(others=found, is_archive=True)
    return ConversationListing(
        temporary=store.conversations(temporary=True, title_contains=words) if temporary else (),
        pinned=store.conversations(pinned=True, title_contains=words),
        others=store.conversations(pinned=False, title_contains=words, limit=MAX_LISTED),
        folders=store.folders(),
    )


class RevisionPoller:
    """Refreshes the list when another process changed the database."""

    def __init__(self, session: Session, browser: ConversationList) -> None:
        self._session = session
        self._browser = browser
        self._looking = False

    async def look(self) -> None:
        """Refresh list and conversation when another process changed the database."""
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
