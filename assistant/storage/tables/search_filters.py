"""Search filters: conditions of SQL, and marks in the word index.

The conditions decide. The marks only let FTS5 leap over messages that cannot fit: by who wrote
them, by conversation, by year and month.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from assistant.core.conversations.search_query import SearchQuery, SearchTerm
from assistant.storage.tables.conversations import (
    Values,
    clean_label,
    folder_values,
    has_tag,
    in_folder,
)
from assistant.storage.tables.rows import LAST_CHARACTER, comparable, microseconds, storable

MAX_MARKED = 200
"""Conversations that are named one by one in the word index."""

EPOCH_YEAR = 1970


TRASHED = "m.conversation NOT IN (SELECT id FROM conversations WHERE deleted IS NOT NULL)"


@dataclass
class SearchFilters:
    """Filters of a search, for rows `m` of messages and `c` of conversations."""

    conditions: list[str] = field(default_factory=list)
    """All of them have to hold for a message."""
    of_conversations: list[str] = field(default_factory=list)
    """All of them have to hold for a conversation whose title is found."""
    values: Values = field(default_factory=dict)
    rare_marks: list[str] = field(default_factory=list)
    """Expressions of FTS5 that the index has for every message that fits, and for few others."""
    dense_marks: list[str] = field(default_factory=list)
    """Those that it has for many others as well."""

    @property
    def marks(self) -> list[str]:
        return [*self.rare_marks, *self.dense_marks]

    @property
    def has_dense_marks(self) -> bool:
        return bool(self.dense_marks)


def scope_of(
    connection: sqlite3.Connection, query: SearchQuery, now: datetime
) -> SearchFilters | None:
    """Filters of a query.

    Returns:
        None when there is nothing to search: an empty query, or a place that is not there.
    """
    if query.is_empty:
        return None
    scope = SearchFilters()
    _limit_roles(scope, query)
    _limit_time(scope, query, now)
    conditions = _place_conditions(scope.values, query)
    scope.of_conversations += conditions
    if not conditions:
        scope.conditions.append(TRASHED)
        return scope
    chosen = f"c.deleted IS NULL AND {' AND '.join(conditions)}"
    ids = _limited_ids(connection, chosen, scope.values)
    if not ids:
        return None
    if len(ids) <= MAX_MARKED:
        scope.rare_marks.append(_any_mark(f"c{id}" for id in ids))
        scope.conditions.append("1")
    else:
        scope.conditions.append(
            f"m.conversation IN (SELECT c.id FROM conversations c WHERE {chosen})"
        )
    return scope


def phrases(columns: str, terms: Iterable[SearchTerm], between: str) -> str:
    """FTS5 expression of terms over columns; quoted, so that nothing in them is syntax."""
    quoted = [f'"{storable(term.text)}"{"*" if term.prefix else ""}' for term in terms]
    return f"{{{columns}}} : ({between.join(quoted)})" if quoted else ""


def _limit_roles(scope: SearchFilters, query: SearchQuery) -> None:
    for name, roles, word in (("role", query.roles, "IN"), ("other", query.other_roles, "NOT IN")):
        if roles:
            values = {f"{name}{place}": role for place, role in enumerate(roles)}
            scope.conditions.append(f"m.role {word} ({', '.join(f':{key}' for key in values)})")
            scope.values |= values
    if query.roles == ("system",):
        scope.rare_marks.append(_any_mark(query.roles))


def _limit_time(scope: SearchFilters, query: SearchQuery, now: datetime) -> None:
    """Days begin at midnight where the user is."""
    first = _midnight(query.after) if query.after else None
    last = _midnight(query.before) if query.before else None
    if first is not None:
        scope.conditions.append("m.created >= :first")
        scope.of_conversations.append("c.updated >= :first")
        scope.values["first"] = microseconds(first)
    if last is not None:
        scope.conditions.append("m.created < :last")
        scope.of_conversations.append("c.created < :last")
        scope.values["last"] = microseconds(last)
    if first is not None or last is not None:
        mark = _any_mark(_months(first, last, now.year + 1))
        if mark:
            scope.dense_marks.append(mark)


def _midnight(day: date) -> datetime:
    naive = datetime.combine(day, time.min)
    try:
        return naive.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return naive.replace(tzinfo=UTC)


def _months(first: datetime | None, last: datetime | None, newest: int) -> list[str]:
    """Marks of all years and months from `first` to `last`; none for the whole of time."""
    begin = (first.year, first.month) if first else (EPOCH_YEAR, 1)
    end = (last.year, last.month) if last else (newest, 12)
    if begin < (EPOCH_YEAR, 1) or end[0] > newest:
        return []
    marks = []
    for year in range(begin[0], end[0] + 1):
        since = begin[1] if year == begin[0] else 1
        until = end[1] if year == end[0] else 12
        if (since, until) == (1, 12):
            marks.append(f"y{year}")
        else:
            marks += [f"m{year}{month:02}" for month in range(since, until + 1)]
    return marks or ["y0"]


def _place_conditions(values: Values, query: SearchQuery) -> list[str]:
    """Conditions for the places and tags, whose values are added."""
    conditions = []
    wanted = [_place_condition(values, f"in{n}", place) for n, place in enumerate(query.places)]
    if wanted:
        conditions.append(f"({' OR '.join(wanted)})")
    for n, place in enumerate(query.other_places):
        conditions.append(f"NOT {_place_condition(values, f'not_in{n}', place)}")
    for name, word, tags in (("tag", "", query.tags), ("not_tag", "NOT ", query.other_tags)):
        for n, tag in enumerate(tags):
            conditions.append(word + has_tag(f"{name}{n}"))
            values[f"{name}{n}"] = comparable(clean_label(tag))
    return conditions


def _place_condition(values: Values, name: str, place: str) -> str:
    """A conversation by the start of its id or a part of its title, or all in a folder."""
    values |= folder_values(name, clean_label(place))
    values |= {f"{name}_title": comparable(place), f"{name}_id": storable(place).lower()}
    values[f"{name}_ids"] = storable(place).lower() + LAST_CHARACTER
    return (
        f"(coalesce({in_folder(name)}, 0) OR instr(c.title_key, :{name}_title)"
        f" OR (c.id >= :{name}_id AND c.id < :{name}_ids))"
    )


def _limited_ids(connection: sqlite3.Connection, chosen: str, values: Values) -> list[str]:
    """Of the conversations, one more than can be marked at most."""
    query = f"SELECT c.id FROM conversations c WHERE {chosen} LIMIT :most"
    found = connection.execute(query, {**values, "most": MAX_MARKED + 1})
    return [id for (id,) in found]


def _any_mark(marks: Iterable[str]) -> str:
    joined = " OR ".join(f'"{mark}"' for mark in marks)
    return f"{{marks}} : ({joined})" if joined else ""
