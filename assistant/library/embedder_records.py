"""Which embedders library.db has embeddings of: one serves, another may be on its way."""

import os
from pathlib import Path
from typing import NamedTuple

from assistant.library.database import Database

_FORGOTTEN_AT_ONCE = 5000


class KnownEmbedder(NamedTuple):
    """What library.db knows of an embedder."""

    identity: str
    folder: Path | None
    """Where its model was last."""


def serving(database: Database) -> KnownEmbedder | None:
    """The embedder whose embeddings answer questions; None while there are none at all."""
    with database.read() as connection:
        row = connection.execute(
            "SELECT identity, folder FROM embedders WHERE serves AND EXISTS"
            " (SELECT 1 FROM embeddings WHERE embedder_id = embedders.id)"
        ).fetchone()
    return KnownEmbedder(row[0], Path(os.fsdecode(row[1])) if row[1] else None) if row else None


def serve(database: Database, identity: str) -> None:
    """From now on this embedder serves, and no other one."""
    with database.write() as connection:
        connection.execute("UPDATE embedders SET serves = (identity = ?)", (identity,))


def note_folder(database: Database, identity: str, folder: Path) -> None:
    """Keep where the model of an embedder lies."""
    with database.write() as connection:
        connection.execute(
            "UPDATE embedders SET folder = ? WHERE identity = ?", (os.fsencode(folder), identity)
        )


def unembedded(database: Database, identity: str, after: int, limit: int) -> list[int]:
    """Passages that have no embedding of an embedder, with ids above `after`, rising."""
    with database.read() as connection:
        rows = connection.execute(
            "SELECT id FROM passages WHERE id > ? AND NOT EXISTS (SELECT 1 FROM embeddings"
            " WHERE embedder_id = (SELECT id FROM embedders WHERE identity = ?)"
            " AND embeddings.key = passages.key) ORDER BY id LIMIT ?",
            (after, identity, limit),
        )
        return [row[0] for row in rows]


def count_unembedded(database: Database, identity: str) -> int:
    """How many passages have no embedding of an embedder."""
    return _count(database, identity)[0]


def share_embedded(database: Database, identity: str) -> float:
    """The share of the passages that have an embedding of an embedder, from 0 to 1."""
    without, passages = _count(database, identity)
    return 1 - without / passages if passages else 1.0


def _count(database: Database, identity: str) -> tuple[int, int]:
    """Passages without an embedding, and all of them."""
    with database.read() as connection:
        without, passages = connection.execute(
            "SELECT coalesce(sum(NOT EXISTS (SELECT 1 FROM embeddings"
            " WHERE embedder_id = (SELECT id FROM embedders WHERE identity = ?)"
            " AND embeddings.key = passages.key)), 0), count(*) FROM passages",
            (identity,),
        ).fetchone()
    return without, passages


def are_there_others(database: Database, identity: str) -> bool:
    """Whether library.db holds another embedder than this one."""
    with database.read() as connection:
        row = connection.execute("SELECT 1 FROM embedders WHERE identity != ? LIMIT 1", (identity,))
        return row.fetchone() is not None


def forget_others(database: Database, identity: str) -> None:
    """Delete all other embedders and their embeddings, little by little: others write too."""
    left = 1
    while left:
        with database.write() as connection:
            left = connection.execute(
                "DELETE FROM embeddings WHERE id IN (SELECT embeddings.id FROM embeddings"
                " JOIN embedders ON embedders.id = embedder_id WHERE identity != ? LIMIT ?)",
                (identity, _FORGOTTEN_AT_ONCE),
            ).rowcount
    with database.write() as connection:
        connection.execute("DELETE FROM embedders WHERE identity != ?", (identity,))


def forget_unused(database: Database) -> int:
    """Delete embeddings that no passage has any more; how many those were.

    Not while files wait to be read: some of them may be embedded in part.
    """
    with database.write() as connection:
        return connection.execute(
            "DELETE FROM embeddings WHERE NOT EXISTS"
            " (SELECT 1 FROM passages WHERE passages.key = embeddings.key)"
            " AND NOT EXISTS (SELECT 1 FROM files WHERE state = 'waiting')"
        ).rowcount
