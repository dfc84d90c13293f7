"""Passages in library.db: stored and removed with their words, read again for an answer."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter

from assistant.core.values.base import BUILT_WHEN_USED
from assistant.core.values.conversation import Place
from assistant.core.values.documents import UnreadParts
from assistant.library.store import keywords
from assistant.library.text.analysis import Analyzer
from assistant.library.text.chunking import PassageDraft, context_of
from assistant.library.text.languages import Language
from assistant.library.text.names import with_names

_AT_ONCE = 500
"""Ids in one statement; SQLite allows some thousand."""

_COLUMNS = """
    passages.id, file_id, position, passages.start, passages."end", place, language, key,
    text, files.display, files.title, files.sha256, navigation, files.unread,
    files.mtime_ns, files.passages
"""

_UNREAD: TypeAdapter[tuple[UnreadParts, ...]] = TypeAdapter(
    tuple[UnreadParts, ...], config=BUILT_WHEN_USED
)


@dataclass(frozen=True)
class StoredPassage:
    """A stored passage, with what its file says about it."""

    id: int
    file_id: int
    position: int
    """Its number in the file, from 0."""
    start: int
    end: int
    place: Place
    language: Language
    key: bytes
    text: str
    path: str
    """Printable."""
    title: str
    content_hash: str
    navigation: bool
    """Whether it only leads elsewhere, as a menu does, and bears out nothing."""
    unread: tuple[UnreadParts, ...]
    """What of its file could not be read."""
    modified: datetime | None = None
    """When the file was changed last."""
    file_passages: int = 0
    """How many passages the file has."""


def store(
    connection: sqlite3.Connection, analyzer: Analyzer, file_id: int, drafts: Sequence[PassageDraft]
) -> list[int]:
    """Store the passages of a file that has none.

    Returns: their ids, in order.
    """
    ids = []
    for position, draft in enumerate(drafts):
        piece = draft.chunk
        row = connection.execute(
            'INSERT INTO passages (file_id, position, start, "end", place, language, key,'
            " navigation) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            (
                file_id,
                position,
                piece.start,
                piece.end,
                _place_json(piece.place),
                draft.language,
                draft.key,
                piece.navigation,
            ),
        ).fetchone()
        ids.append(row[0])
    connection.executemany(
        "INSERT INTO texts (passage_id, text) VALUES (?, ?)",
        [(id_, storable(draft.chunk.text)) for id_, draft in zip(ids, drafts, strict=True)],
    )
    path = connection.execute("SELECT display FROM files WHERE id = ?", (file_id,)).fetchone()[0]
    keywords.add(
        connection,
        analyzer,
        [
            (id_, with_names(draft.context, path), draft.chunk.text, draft.language)
            for id_, draft in zip(ids, drafts, strict=True)
        ],
    )
    return ids


def add_words(connection: sqlite3.Connection, analyzer: Analyzer, ids: Sequence[int]) -> None:
    """Index stored passages by their words, from their stored texts."""
    for at in range(0, len(ids), _AT_ONCE):
        stored = load(connection, ids[at : at + _AT_ONCE])
        keywords.add(
            connection,
            analyzer,
            [
                (each.id, indexed_context(each), each.text, each.language)
                for each in stored.values()
            ],
        )


def index_again(connection: sqlite3.Connection, analyzer: Analyzer, file_id: int) -> list[int]:
    """Index the words of a file again, which has another name.

    Returns: the ids of its passages, in order.
    """
    ids = ids_of(connection, file_id)
    keywords.remove(connection, ids)
    add_words(connection, analyzer, ids)
    return ids


def indexed_context(passage: StoredPassage) -> str:
    """What is indexed of a passage beside its text."""
    return with_names(context_of(passage.title, passage.place), passage.path)


def remove(connection: sqlite3.Connection, file_id: int) -> list[int]:
    """Remove a file's passages.

    Returns: the ids that are gone.
    """
    ids = ids_of(connection, file_id)
    remove_some(connection, ids)
    return ids


def remove_some(connection: sqlite3.Connection, ids: Sequence[int]) -> None:
    """Remove passages with their texts and words."""
    keywords.remove(connection, ids)
    connection.executemany("DELETE FROM passages WHERE id = ?", [(id_,) for id_ in ids])


def ids_of(connection: sqlite3.Connection, file_id: int) -> list[int]:
    rows = connection.execute(
        "SELECT id FROM passages WHERE file_id = ? ORDER BY position", (file_id,)
    )
    return [row[0] for row in rows]


def ids_of_files(connection: sqlite3.Connection, files: Collection[int]) -> list[int]:
    """The passages of some files, in order."""
    rows = connection.execute(
        f"SELECT id FROM passages WHERE file_id IN ({', '.join('?' * len(files))})"
        " ORDER BY file_id, position",
        list(files),
    )
    return [row[0] for row in rows]


def load(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, StoredPassage]:
    """Load passages by id, as far as they are there."""
    wanted = list(ids)
    found: dict[int, StoredPassage] = {}
    for at in range(0, len(wanted), _AT_ONCE):
        part = wanted[at : at + _AT_ONCE]
        rows = connection.execute(
            f"""
            SELECT {_COLUMNS} FROM passages
            JOIN texts ON passage_id = passages.id JOIN files ON files.id = file_id
            WHERE passages.id IN ({", ".join("?" * len(part))})
            """,
            part,
        )
        found.update((row[0], _passage(row)) for row in rows)
    return found


def between_positions(
    connection: sqlite3.Connection, file_id: int, first: int, last: int
) -> list[StoredPassage]:
    """The passages of a file at the positions `first` to `last`, both included."""
    rows = connection.execute(
        f"""
        SELECT {_COLUMNS} FROM passages
        JOIN texts ON passage_id = passages.id JOIN files ON files.id = file_id
        WHERE file_id = ? AND position BETWEEN ? AND ? ORDER BY position
        """,
        (file_id, first, last),
    )
    return [_passage(row) for row in rows]


def storable(text: str) -> str:
    """`text` with U+FFFD for lone surrogates, which no database takes; as long as before."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def unread_json(unread: Sequence[UnreadParts]) -> str:
    """What of a file could not be read, as it is stored; empty when all of it was."""
    parts = [part.model_dump(exclude_defaults=True) for part in unread]
    return storable(json.dumps(parts, ensure_ascii=False)) if parts else ""


def unread_parts(stored: str) -> tuple[UnreadParts, ...]:
    """What `unread_json` made."""
    return _UNREAD.validate_json(stored) if stored else ()


def _place_json(place: Place) -> str:
    return storable(json.dumps(place.model_dump(exclude_defaults=True), ensure_ascii=False))


def _passage(row: tuple[Any, ...]) -> StoredPassage:
    *head, digest, navigation, unread, mtime_ns, of = row
    id_, file_id, position, start, end, place, language, key, text, path, title = head
    return StoredPassage(
        id=id_,
        file_id=file_id,
        position=position,
        start=start,
        end=end,
        place=Place.model_validate_json(place),
        language=language,
        key=key,
        text=text,
        path=path,
        title=title,
        content_hash=digest or "",
        navigation=bool(navigation),
        unread=unread_parts(unread),
        modified=moment_of(mtime_ns),
        file_passages=of,
    )


def moment_of(mtime_ns: int) -> datetime | None:
    """Of a file that lives on a disk; None for times that no clock shows."""
    try:
        return datetime.fromtimestamp(mtime_ns // 10**9, UTC) if mtime_ns > 0 else None
    except (OverflowError, ValueError):
        return None
