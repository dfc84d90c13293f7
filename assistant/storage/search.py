"""Full-text search over messages."""

import secrets
import sqlite3

from assistant.core.models import SearchHit
from assistant.storage.rows import moment

SNIPPET_WORDS = 24
SNIPPET_CHARS = 1000
"""A word can be as long as a message: what a snippet may hold at most."""

MATCH_BEGIN, MATCH_END = "\x02", "\x03"

_SEARCH = """
    SELECT m.id, m.conversation, c.title, m.role, m.created,
           snippet(message_words, 0, :begin, :end, '…', :words) AS snippet
    FROM message_words
    CROSS JOIN messages m ON m.number = message_words.rowid
    CROSS JOIN conversations c ON c.id = m.conversation
    WHERE message_words MATCH :query AND c.deleted IS NULL
    ORDER BY message_words.rank LIMIT :limit
"""


def match_query(text: str) -> str:
    """An FTS5 query for all words of `text`, the last as a prefix; "" when there are none.

    Words are quoted, so nothing in them is syntax.
    """
    words = text.replace("\0", " ").replace('"', " ").split()
    return " ".join(f'"{word}"' for word in words) + "*" if words else ""


def search(connection: sqlite3.Connection, text: str, limit: int) -> list[SearchHit]:
    """The best hits first; conversations in the trash are left out."""
    query = match_query(text)
    if not query:
        return []
    mark = secrets.token_hex(8)
    begin, end = f"<{mark}", f"{mark}>"
    rows = connection.execute(
        _SEARCH,
        {
            "begin": begin,
            "end": end,
            "words": SNIPPET_WORDS,
            "query": query,
            "limit": limit,
        },
    )
    return [
        SearchHit(
            conversation_id=row["conversation"],
            title=row["title"],
            message_id=row["id"],
            role=row["role"],
            snippet=_marked(row["snippet"], begin, end),
            created=moment(row["created"]),
        )
        for row in rows
    ]


def _marked(snippet: str, begin: str, end: str) -> str:
    """The message's own U+0002 and U+0003 leave, so that those which remain mark matches."""
    text = snippet.replace(MATCH_BEGIN, "").replace(MATCH_END, "")
    marked = text.replace(begin, MATCH_BEGIN).replace(end, MATCH_END)
    if len(marked) <= SNIPPET_CHARS:
        return marked
    cut = marked[:SNIPPET_CHARS]
    is_open = cut.rfind(MATCH_BEGIN) > cut.rfind(MATCH_END)
    return cut + (MATCH_END if is_open else "") + "…"
