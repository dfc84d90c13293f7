"""Search results: one query at a time, the newest only; excerpts with matches marked."""

from collections.abc import Callable, Sequence
from threading import Event
from typing import Final

from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual

from assistant.core.ports.conversations import ConversationCatalog
from assistant.core.values.changes import MATCH_BEGIN, MATCH_END, ConversationSearchResult
from assistant.core.values.conversation import SearchHit
from assistant.tui.toolkit import text
from assistant.tui.toolkit.threads import in_thread

CONVERSATIONS: Final = 40
"""Conversations that are shown; more words find the others."""
MESSAGES: Final = 200
"""Messages of one conversation that are shown."""

MATCH_STYLE: Final = f"bold {text.ACCENT}"
MAX_MATCH_CHARACTERS: Final = 80
"""Characters; a word can be as long as a message."""
MAX_PIECE_CHARACTERS: Final = 400
"""Characters between two matches."""
ELLIPSIS: Final = "… "


class IncrementalSearch:
    """Search as you type, in a thread: the newest words are searched for, those between skipped."""

    def __init__(
        self, store: ConversationCatalog, found: Callable[[str, ConversationSearchResult], None]
    ) -> None:
        """`found` is called with what was searched for, unless something else is wanted by then."""
        self._store = store
        self._found = found
        self._wanted = ""
        self._busy = False
        self._stop = Event()

    async def search(self, words: str) -> None:
        """Search for these words; of what is typed meanwhile only the newest is searched next.

        Raises what the store raises.
        """
        self._wanted = words
        self.stop()
        if self._busy:
            return
        self._busy = True
        try:
            searched: str | None = None
            while searched != self._wanted:
                searched = self._wanted
                self._stop = Event()
                result = await in_thread(
                    self._store.find, searched, limit=CONVERSATIONS, stop=self._stop
                )
                if searched == self._wanted:
                    self._found(searched, result)
        finally:
            self._busy = False

    def stop(self) -> None:
        """End the search that is running: nobody waits for what it finds."""
        self._stop.set()

    async def within(self, words: str, conversation_id: str) -> list[SearchHit]:
        """All messages of one conversation that fit, best first."""
        query = f'{words} in:"{conversation_id}"'
        return await in_thread(self._store.search, query, limit=MESSAGES)


def marked_excerpt(found: str) -> Content:
    """Excerpt on one line with its matches styled; see `MATCH_BEGIN` and `MATCH_END`."""
    parts: list[Content] = []
    for place, piece in enumerate(found.split(MATCH_BEGIN)):
        match, _unused, rest = piece.partition(MATCH_END) if place else ("", "", piece)
        parts += [text.line(match, MAX_MATCH_CHARACTERS, MATCH_STYLE), _spaced(rest)]
    return text.joined(parts)


def first_match(content: Content) -> int:
    """Offset of the first match in a marked text; 0 without one."""
    return min((span.start for span in content.spans if span.style == MATCH_STYLE), default=0)


class Excerpt(Visual):
    """Excerpt around a match on a few lines, behind a word on whose it is.

    What has too little room is cut so that the first match is seen.
    """

    def __init__(self, head: Content, body: Content, indent: int, lines: int = 2) -> None:
        self._head = head
        self._body = body
        self._indent = indent
        self._lines = lines
        self._laid_out: tuple[int, Sequence[Content]] = (0, ())

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        room = width - self._indent
        if room < 1:
            return []
        rows = self._wrapped(room)
        head = self._head.truncate(self._indent - 1, ellipsis=True)
        strips: list[Strip] = []
        for place, row in enumerate(rows if height is None else rows[:height]):
            beside = head if place == 0 else text.EMPTY
            line = beside.pad_right(self._indent - beside.cell_length) + row
            strips += line.render_strips(width, 1, style, options)[:1]
        return strips

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:  # noqa: ARG002
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:  # noqa: ARG002
        return len(self._wrapped(width - self._indent)) if width > self._indent else 1

    def _wrapped(self, room: int) -> Sequence[Content]:
        if self._laid_out[0] != room:
            self._laid_out = (room, self._wrap(room))
        return self._laid_out[1]

    def _wrap(self, room: int) -> Sequence[Content]:
        rows = self._body.wrap(room)
        if len(rows) <= self._lines:
            return rows
        start = first_match(self._body)
        before = max(start - room // 2, 0)
        body = self._body
        if before:
            # Begins between words where there are any.
            blank = body.plain.find(" ", before, start)
            body = text.muted(ELLIPSIS) + body[blank + 1 if blank >= 0 else before :]
        return body.wrap(room)[: self._lines]


def _spaced(piece: str) -> Content:
    """One line that keeps the blanks at its ends."""
    before = text.own(" " if piece[:1].isspace() else "")
    after = text.own(" " if piece[-1:].isspace() and piece.strip() else "")
    return before + text.line(piece, MAX_PIECE_CHARACTERS) + after
