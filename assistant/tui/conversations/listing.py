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
    """Keeps the list as it is on disk, whoever changed it, this window or another."""

    def __init__(
        self,
        services: Services,
        sidebar: Sidebar,
        session: Session,
        today: Callable[[], date] = local_today,
    ) -> None:
        self._services = services
        self._sidebar = sidebar
        self._session = session
        self._today = today
        self._revision = -1
        self._is_behind = False
        """Whether the conversation may have changed since it was shown."""
        self._is_polling = False
        self.searched = ""
        """What was searched last."""

    async def refresh(self) -> None:
        """Show the list as it is now."""
        store, words, archived = self._services.store, self._sidebar.words, self._sidebar.archived
        revision = await self._services.run(store.revision)
        self._is_behind |= self._revision not in (-1, revision)
        self._revision = revision
        listing = await self._services.run(
            read_listing,
            store,
            words,
            archived=archived,
            temporary=self._session.has_been_temporary,
        )
        if (words, archived) == (self._sidebar.words, self._sidebar.archived):
            self._sidebar.show(listing, self._session.id, self._today())

    async def show_changed(self, conversation_id: str) -> None:
        """Show a conversation that has a title or a summary now."""
        if conversation_id == self._session.id:
            await self._session.refresh()
        await self.refresh()

    async def refresh_if_changed(self) -> None:
        """Refresh list and conversation when another process changed the database; the
        conversation when none of its turns runs here.

        One poll at a time: a slow disk must not pile them up.
        """
        if self._is_polling:
            return
        self._is_polling = True
        try:
            if await self._services.run(self._services.store.revision) != self._revision:
                await self.refresh()
            if self._is_behind and self._session.turn is None:
                self._is_behind = False
                await self._session.refresh()
        finally:
            self._is_polling = False


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
