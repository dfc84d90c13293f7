"""Looks for what is being typed, one search at a time; only the newest is of interest."""

from collections.abc import Callable
from typing import Final

from assistant.core.findings import Findings
from assistant.core.models import SearchHit
from assistant.core.ports import ConversationStore
from assistant.tui.aside import aside

CONVERSATIONS: Final = 40
"""Conversations that are shown; more words find the others."""
MESSAGES: Final = 200
"""Messages of one conversation that are shown."""


class Finder:
    """Searches in a thread; what was typed meanwhile is looked for next, all between is skipped."""

    def __init__(self, store: ConversationStore, found: Callable[[str, Findings], None]) -> None:
        """`found` is called with what was looked for, unless something else is wanted by then."""
        self._store = store
        self._found = found
        self._wanted = ""
        self._busy = False

    async def look(self, words: str) -> None:
        """Look for these words. Raises what the store raises."""
        self._wanted = words
        if self._busy:
            return
        self._busy = True
        try:
            looked: str | None = None
            while looked != self._wanted:
                looked = self._wanted
                findings = await aside(self._store.find, looked, limit=CONVERSATIONS)
                if looked == self._wanted:
                    self._found(looked, findings)
        finally:
            self._busy = False

    async def within(self, words: str, conversation_id: str) -> list[SearchHit]:
        """All messages of one conversation that fit, best first."""
        query = f'{words} in:"{conversation_id}"'
        return await aside(self._store.search, query, limit=MESSAGES)
