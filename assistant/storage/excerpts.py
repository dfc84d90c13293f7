"""What is shown of what was found: surroundings with the matches marked, on an open transaction."""

import secrets
import sqlite3
from collections.abc import Sequence

from assistant.core.findings import MATCH_BEGIN, MATCH_END
from assistant.core.models import SearchHit
from assistant.core.search_query import SearchQuery
from assistant.storage.rows import moment
from assistant.storage.scope import phrases
from assistant.storage.words import CONVERSATIONS, MESSAGES

SNIPPET_WORDS = 24
SNIPPET_CHARS = 1000
"""A word can be as long as a message: what a snippet may hold at most."""


def hits(
    connection: sqlite3.Connection, query: SearchQuery, numbers: Sequence[int]
) -> dict[int, SearchHit]:
    """Hits by the numbers of their messages; the numbers have to be of matches.

    Without the `+` FTS5 would begin anew for every number, which is dear for beginnings of words.
    """
    if not numbers:
        return {}
    marks = ", ".join("?" * len(numbers))
    columns = "m.number, m.id, m.conversation, c.title, m.role, m.created"
    joined = "JOIN conversations c ON c.id = m.conversation"
    wanted = phrases("text", query.terms, " ")
    mark = secrets.token_hex(8)
    begin, end = f"<{mark}", f"{mark}>"
    if wanted:
        found = connection.execute(
            f"""
            SELECT {columns}, snippet({MESSAGES}, 0, ?, ?, '…', ?) AS snippet
            FROM {MESSAGES} w CROSS JOIN messages m ON m.number = w.rowid {joined}
            WHERE {MESSAGES} MATCH ? AND w.rowid BETWEEN ? AND ? AND +w.rowid IN ({marks})
            """,
            (begin, end, SNIPPET_WORDS, wanted, min(numbers), max(numbers), *numbers),
        )
    else:
        found = connection.execute(
            f"""
            SELECT {columns}, substr(m.text, 1, ?) AS snippet FROM messages m {joined}
            WHERE m.number IN ({marks})
            """,
            (SNIPPET_WORDS * 8, *numbers),
        )
    return {
        row["number"]: SearchHit(
            conversation_id=row["conversation"],
            title=row["title"],
            message_id=row["id"],
            role=row["role"],
            snippet=_marked(row["snippet"], begin, end),
            created=moment(row["created"]),
        )
        for row in found
    }


def names(
    connection: sqlite3.Connection, query: SearchQuery, column: str, ids: Sequence[str]
) -> dict[str, str]:
    """Whole titles, or the surroundings of matches in system prompts, with the matches marked."""
    if not ids:
        return {}
    mark = secrets.token_hex(8)
    begin, end = f"<{mark}", f"{mark}>"
    shown = (
        f"highlight({CONVERSATIONS}, 0, :begin, :end)"
        if column == "title"
        else f"snippet({CONVERSATIONS}, 1, :begin, :end, '…', {SNIPPET_WORDS})"
    )
    values = {f"id{place}": id for place, id in enumerate(ids)}
    found = connection.execute(
        f"""
        SELECT c.id, {shown} FROM {CONVERSATIONS} w
        CROSS JOIN conversations c ON c.number = w.rowid
        WHERE {CONVERSATIONS} MATCH :expression AND c.id IN ({", ".join(f":{n}" for n in values)})
        """,
        {**values, "begin": begin, "end": end, "expression": in_names(query, column)},
    )
    return {id: _marked(text, begin, end) for id, text in found}


def in_names(query: SearchQuery, column: str) -> str:
    """A query for titles or system prompts, as an FTS5 expression."""
    wanted = phrases(column, query.terms, " ")
    excluded = phrases("title prompt", query.excluded, " OR ")
    return f"({wanted}) NOT ({excluded})" if wanted and excluded else wanted


def _marked(snippet: str, begin: str, end: str) -> str:
    """The text's own U+0002 and U+0003 leave, so that those which remain mark matches."""
    text = snippet.replace(MATCH_BEGIN, "").replace(MATCH_END, "")
    marked = text.replace(begin, MATCH_BEGIN).replace(end, MATCH_END)
    if len(marked) <= SNIPPET_CHARS:
        return marked
    cut = marked[:SNIPPET_CHARS]
    is_open = cut.rfind(MATCH_BEGIN) > cut.rfind(MATCH_END)
    return cut + (MATCH_END if is_open else "") + "…"
