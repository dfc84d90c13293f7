"""Full-text search over messages, titles and system prompts, on an open transaction.

Every match of a common word cannot be ranked while somebody types. So the newest `MAX_RANKED` of
the messages that fit are ranked by BM25, and newer ones get more of it; FTS5 finds those without
looking at the rest. Conversations in the trash are left out.

A result shows the surroundings of its matches, with the matches marked.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from threading import Event
from typing import NamedTuple

from assistant.core.conversations.search_query import Field, SearchQuery
from assistant.core.values.changes import ConversationHit, ConversationSearchResult
from assistant.core.values.conversation import ConversationSummary, SearchHit
from assistant.storage.tables import rows
from assistant.storage.tables.excerpts import excerpt, marked
from assistant.storage.tables.rows import CONVERSATION_COLUMNS, from_microseconds
from assistant.storage.tables.search_filters import SearchFilters, phrases, scope_of
from assistant.storage.tables.word_index import CONVERSATIONS, MESSAGES

MAX_RANKED = 1000
"""Messages that are ranked, the newest ones."""

UNRANKED_PREFIX_LETTERS = 2
"""Letters of the beginning of a word that say nothing about how well a message fits: the newest
come first."""

STEPS_BETWEEN_LOOKS = 10_000
"""Instructions of SQLite between two looks whether a search is still wanted."""

HITS_PER_CONVERSATION = 3
"""Messages shown of one conversation."""

RECENCY_WEIGHT = 0.5
"""How much more a message of this moment counts than an old one with the same words."""
HALF_LIFE = timedelta(days=30)

_FIELDS: dict[str, Field] = {"title": "title", "prompt": "prompts"}

FIELD_WEIGHTS = {"title": 1.25, "prompt": 0.4}
"""How much the best title and the best system prompt count, compared with the best message."""


class MessageMatch(NamedTuple):
    """Message that matches, with its score."""

    number: int
    conversation: str
    created: int
    score: float


def search(
    connection: sqlite3.Connection, query: SearchQuery, now: datetime, limit: int
) -> list[SearchHit]:
    """Search messages, best first."""
    best = _ranked(connection, query, scope_of(connection, query, now), now)[:limit]
    hits = search_hits(connection, query, [match.number for match in best])
    return [hits[match.number] for match in best]


def find(
    connection: sqlite3.Connection, query: SearchQuery, now: datetime, limit: int
) -> ConversationSearchResult:
    """Search conversations, best first, each with its best messages."""
    scope = scope_of(connection, query, now)
    matches = _ranked(connection, query, scope, now)
    by_conversation: dict[str, list[MessageMatch]] = {}
    for match in matches:
        by_conversation.setdefault(match.conversation, []).append(match)
    scores = {id: found[0].score for id, found in by_conversation.items()}
    most = max(scores.values(), default=0.0) or 1.0
    names = {
        column: _title_scores(connection, query, scope, now, column)
        for column in FIELD_WEIGHTS
        if scope is not None and (not query.fields or _FIELDS[column] in query.fields)
    }
    for column, found in names.items():
        for id, score in found.items():
            scores[id] = scores.get(id, 0.0) + FIELD_WEIGHTS[column] * most * score
    order = {id: place for place, id in enumerate(scores)}
    best = sorted(scores, key=lambda id: (-scores[id], order[id]))[:limit]
    shown = {id: by_conversation.get(id, [])[:HITS_PER_CONVERSATION] for id in best}
    hits = search_hits(
        connection, query, [match.number for found in shown.values() for match in found]
    )
    named = {
        column: marked_names(connection, query, column, [id for id in best if id in found])
        for column, found in names.items()
    }
    summaries = _summaries(connection, best)
    return ConversationSearchResult(
        conversations=tuple(
            ConversationHit(
                conversation=summaries[id],
                title=named.get("title", {}).get(id, ""),
                prompt=named.get("prompt", {}).get(id, ""),
                hits=tuple(hits[match.number] for match in shown[id]),
                messages=len(by_conversation.get(id, [])),
            )
            for id in best
        ),
        messages=len(matches),
        is_capped=len(matches) == MAX_RANKED,
        notes=query.notes,
    )


def _ranked(
    connection: sqlite3.Connection, query: SearchQuery, scope: SearchFilters | None, now: datetime
) -> list[MessageMatch]:
    if scope is None or (query.fields and "messages" not in query.fields):
        return []
    scored = _fitting(connection, query, scope)
    if not query.terms:
        return [MessageMatch(*row) for row in scored]
    time = rows.microseconds(now)
    matches = [
        MessageMatch(number, conversation, created, score * _recency(time, created))
        for number, conversation, created, score in scored
    ]
    return sorted(matches, key=lambda match: (-match.score, -match.number))


def _fitting(
    connection: sqlite3.Connection, query: SearchQuery, scope: SearchFilters
) -> list[tuple[int, str, int, float]]:
    """Number, conversation, time and BM25 of the newest messages that fit, newest first."""
    expression = _expression(query, scope.marks)
    values = {**scope.values, "ranked": MAX_RANKED, "expression": expression}
    conditions = list(scope.conditions)
    source, number, score = "messages m", "m.number", "0.0"
    if expression:
        source = f"{MESSAGES} w CROSS JOIN messages m ON m.number = w.rowid"
        number = "w.rowid"
        conditions.append(f"{MESSAGES} MATCH :expression")
    elif query.excluded:
        values["excluded"] = phrases("text", query.excluded, " OR ")
        conditions.append(
            f"m.number NOT IN (SELECT rowid FROM {MESSAGES} WHERE {MESSAGES} MATCH :excluded)"
        )
    is_ranked = not all(
        term.prefix and len(term.text) <= UNRANKED_PREFIX_LETTERS for term in query.terms
    )
    if is_ranked and not scope.has_dense_marks:
        score = f"-bm25({MESSAGES}, 1.0, 0.0)"
    cursor = connection.cursor()
    cursor.row_factory = None
    found: list[tuple[int, str, int, float]] = cursor.execute(
        f"""
        SELECT {number}, m.conversation, m.created, {score} FROM {source}
        WHERE {" AND ".join(conditions)} ORDER BY {number} DESC LIMIT :ranked
        """,
        values,
    ).fetchall()
    if not (found and is_ranked and scope.has_dense_marks):
        return found
    scores = _scores(connection, query, scope, found[-1][0], found[0][0])
    return [(number, id, time, scores.get(number, 0.0)) for number, id, time, _ in found]


def _scores(
    connection: sqlite3.Connection, query: SearchQuery, scope: SearchFilters, first: int, last: int
) -> dict[int, float]:
    """BM25 of the messages between two numbers without regard to dense marks.

    BM25 counts every phrase of its expression in the whole index, and those of dense marks take
    longest.
    """
    found = connection.execute(
        f"""
        SELECT rowid, -bm25({MESSAGES}, 1.0, 0.0) FROM {MESSAGES}
        WHERE {MESSAGES} MATCH ? AND rowid BETWEEN ? AND ?
        """,
        (_expression(query, scope.rare_marks), first, last),
    )
    return dict(found.fetchall())


def _expression(query: SearchQuery, marks: Iterable[str]) -> str:
    """In FTS5's language; empty when only conditions say what is wanted."""
    wanted = phrases("text", query.terms, " ")
    if query.terms and not wanted:
        return '""'
    parts = [part for part in (wanted, *marks) if part]
    excluded = phrases("text", query.excluded, " OR ")
    expression = " AND ".join(f"({part})" for part in parts)
    return f"({expression}) NOT ({excluded})" if expression and excluded else expression


def _title_scores(
    connection: sqlite3.Connection,
    query: SearchQuery,
    scope: SearchFilters,
    now: datetime,
    column: str,
) -> dict[str, float]:
    """Scores of conversations whose title or system prompt fits: 1 for the best one, if it is new.

    Those who wrote have no part in them.
    """
    expression = in_names(query, column)
    if not expression or query.roles or query.other_roles:
        return {}
    conditions = ["c.deleted IS NULL", *scope.of_conversations]
    found = connection.execute(
        f"""
        SELECT c.id, c.updated, -bm25({CONVERSATIONS}) AS score
        FROM {CONVERSATIONS} w CROSS JOIN conversations c ON c.number = w.rowid
        WHERE {CONVERSATIONS} MATCH :expression AND {" AND ".join(conditions)}
        """,
        {**scope.values, "expression": expression},
    ).fetchall()
    best = max((row["score"] for row in found), default=0.0) or 1.0
    time, most = rows.microseconds(now), 1 + RECENCY_WEIGHT
    scores = {row["id"]: row["score"] / best * _recency(time, row["updated"]) for row in found}
    ranked = sorted(scores.items(), key=lambda pair: -pair[1])[:MAX_RANKED]
    return {id: score / most for id, score in ranked}


def _recency(now: int, time: int) -> float:
    age = max(now - time, 0) * rows.MICROSECOND / HALF_LIFE
    return float(1 + RECENCY_WEIGHT * 0.5 ** min(age, 1000.0))


def _summaries(
    connection: sqlite3.Connection, ids: Sequence[str]
) -> dict[str, ConversationSummary]:
    query = f"""
        SELECT {CONVERSATION_COLUMNS} FROM conversations c
        WHERE c.id IN ({", ".join("?" * len(ids))})
    """
    return {row["id"]: rows.summary(row) for row in connection.execute(query, ids)}


def search_hits(
    connection: sqlite3.Connection, query: SearchQuery, numbers: Sequence[int]
) -> dict[int, SearchHit]:
    """Search hits by the numbers of their messages."""
    marks = ", ".join("?" * len(numbers))
    found = connection.execute(
        f"""
        SELECT m.number, m.id, m.conversation, c.title, m.role, m.created, m.text
        FROM messages m JOIN conversations c ON c.id = m.conversation WHERE m.number IN ({marks})
        """,
        numbers,
    )
    return {
        row["number"]: SearchHit(
            conversation_id=row["conversation"],
            title=row["title"],
            message_id=row["id"],
            role=row["role"],
            snippet=excerpt(row["text"], query.terms),
            created=from_microseconds(row["created"]),
        )
        for row in found
    }


def marked_names(
    connection: sqlite3.Connection, query: SearchQuery, column: str, ids: Sequence[str]
) -> dict[str, str]:
    """Whole titles, or excerpts of system prompts, by id, with the matches marked."""
    shown = {"title": "title", "prompt": "system_prompt"}[column]
    show = marked if column == "title" else excerpt
    found = connection.execute(
        f"SELECT id, {shown} FROM conversations WHERE id IN ({', '.join('?' * len(ids))})",
        tuple(ids),
    )
    return {id: show(text, query.terms) for id, text in found}


def find_until(
    connection: sqlite3.Connection,
    query: SearchQuery,
    now: datetime,
    limit: int,
    stop: Event | None,
) -> ConversationSearchResult:
    """Search conversations as `find`; nothing is found when `stop` was set meanwhile."""
    if stop is None:
        return find(connection, query, now, limit)
    connection.set_progress_handler(lambda: int(stop.is_set()), STEPS_BETWEEN_LOOKS)
    try:
        return find(connection, query, now, limit)
    except sqlite3.OperationalError:
        if not stop.is_set():
            raise
        return ConversationSearchResult(conversations=(), messages=0)
    finally:
        connection.set_progress_handler(None, 0)


def in_names(query: SearchQuery, column: str) -> str:
    """FTS5 expression of a query for titles or system prompts."""
    wanted = phrases(column, query.terms, " ")
    excluded = phrases("title prompt", query.excluded, " OR ")
    return f"({wanted}) NOT ({excluded})" if wanted and excluded else wanted
