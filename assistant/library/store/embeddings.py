"""Embeddings in library.db: half-precision vectors by content, for each embedder apart.

They can be made again from the texts beside them: a damaged one counts as missing. One embedder
serves; another may be on its way.
"""

import os
import zlib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assistant.library.embedding.similarity import Vectors
from assistant.library.store.database import LibraryDatabase

CRC_BYTES = 4
"""A CRC-32 after each vector: SQLite notices damage to its structure, not to what it holds."""

_AT_ONCE = 500
_READ_AT_ONCE = 2000


class Embeddings:
    """The embeddings of one embedder."""

    def __init__(self, database: LibraryDatabase, identity: str, dimensions: int) -> None:
        self._database = database
        self._dimensions = dimensions
        self._embedder = _id_of(database, identity) or _make_id(database, identity, dimensions)
        self._damaged = False

    @property
    def dimensions(self) -> int:
        return self._dimensions

    @property
    def has_damage(self) -> bool:
        """Whether a damaged embedding was met; see `delete_damaged`."""
        return self._damaged

    def missing(self, keys: Collection[bytes]) -> set[bytes]:
        """Those of some keys that have no embedding."""
        wanted = list(dict.fromkeys(keys))
        there: set[bytes] = set()
        with self._database.read() as connection:
            for at in range(0, len(wanted), _AT_ONCE):
                part = wanted[at : at + _AT_ONCE]
                rows = connection.execute(
                    "SELECT key FROM embeddings WHERE embedder_id = ?"
                    f" AND key IN ({', '.join('?' * len(part))})",
                    (self._embedder, *part),
                )
                there.update(row[0] for row in rows)
        return set(wanted) - there

    def store(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        """Store embeddings, shape (keys, dimensions)."""
        with self._database.write() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO embeddings (embedder_id, key, vector) VALUES (?, ?, ?)",
                [
                    (self._embedder, key, pack_vector(vector))
                    for key, vector in zip(keys, vectors, strict=True)
                ],
            )

    def collection_ids(self) -> list[int]:
        with self._database.read() as connection:
            return [row[0] for row in connection.execute("SELECT id FROM collections")]

    def collections(self) -> dict[int, set[int]]:
        """The ids of the embedded passages of every collection."""
        with self._database.read() as connection:
            found: dict[int, set[int]] = {
                row[0]: set() for row in connection.execute("SELECT id FROM collections")
            }
            rows = connection.execute(
                """
                SELECT DISTINCT collection_id, passages.id FROM passages
                JOIN members USING (file_id) JOIN roots ON roots.id = root_id
                WHERE EXISTS (SELECT 1 FROM embeddings
                              WHERE embedder_id = ? AND embeddings.key = passages.key)
                """,
                (self._embedder,),
            )
            for collection, passage in rows:
                found[collection].add(passage)
        return found

    def collections_of(self, passages: Collection[int]) -> dict[int, list[int]]:
        """Some passages by the collections they are in."""
        found: dict[int, list[int]] = {}
        wanted = sorted(passages)
        with self._database.read() as connection:
            for at in range(0, len(wanted), _AT_ONCE):
                part = wanted[at : at + _AT_ONCE]
                rows = connection.execute(
                    "SELECT DISTINCT collection_id, passages.id FROM passages"
                    " JOIN members USING (file_id) JOIN roots ON roots.id = root_id"
                    f" WHERE passages.id IN ({', '.join('?' * len(part))})",
                    part,
                )
                for collection, passage in rows:
                    found.setdefault(collection, []).append(passage)
        return found

    def vectors(self, passages: Sequence[int]) -> Iterator[tuple[list[int], Vectors]]:
        """The vectors of passages, in batches: ids, and vectors of length 1. Missing and damaged
        ones are left out.
        """
        for at in range(0, len(passages), _READ_AT_ONCE):
            ids: list[int] = []
            blobs: list[bytes] = []
            with self._database.read() as connection:
                for begin in range(at, min(at + _READ_AT_ONCE, len(passages)), _AT_ONCE):
                    part = passages[begin : min(begin + _AT_ONCE, at + _READ_AT_ONCE)]
                    # CROSS: SQLite would begin with all embeddings and look for their passages.
                    rows = connection.execute(
                        "SELECT passages.id, vector FROM passages CROSS JOIN embeddings"
                        " ON embedder_id = ? AND embeddings.key = passages.key"
                        f" WHERE passages.id IN ({', '.join('?' * len(part))})",
                        (self._embedder, *part),
                    )
                    for id_, blob in rows:
                        if is_intact(blob, self._dimensions):
                            ids.append(id_)
                            blobs.append(blob)
                        else:
                            self._damaged = True
            if ids:
                yield ids, self._unpacked(blobs)

    def delete_damaged(self) -> int:
        """Check every embedding and delete the damaged ones.

        Returns: how many those were.
        """
        self._damaged = False
        last, forgotten = 0, 0
        while True:
            with self._database.read() as connection:
                rows = connection.execute(
                    "SELECT id, vector FROM embeddings WHERE embedder_id = ? AND id > ?"
                    " ORDER BY id LIMIT ?",
                    (self._embedder, last, _READ_AT_ONCE),
                ).fetchall()
            if not rows:
                return forgotten
            last = rows[-1][0]
            damaged = [(id_,) for id_, blob in rows if not is_intact(blob, self._dimensions)]
            forgotten += len(damaged)
            if damaged:
                with self._database.write() as connection:
                    connection.executemany("DELETE FROM embeddings WHERE id = ?", damaged)

    def _unpacked(self, blobs: Sequence[bytes]) -> Vectors:
        whole = b"".join(blob[:-CRC_BYTES] for blob in blobs)
        halves = np.frombuffer(whole, dtype="<f2").reshape(len(blobs), self._dimensions)
        vectors = halves.astype(np.float32)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
        return vectors


def pack_vector(vector: Vectors) -> bytes:
    """A vector as it is stored: halves, little-endian, and their CRC-32."""
    raw = vector.astype("<f2").tobytes()
    return raw + zlib.crc32(raw).to_bytes(CRC_BYTES, "little")


def is_intact(blob: bytes, dimensions: int) -> bool:
    raw, check = blob[:-CRC_BYTES], blob[-CRC_BYTES:]
    return len(raw) == 2 * dimensions and zlib.crc32(raw) == int.from_bytes(check, "little")


_DELETED_AT_ONCE = 5000


class KnownEmbedder(NamedTuple):
    """An embedder that library.db has embeddings of."""

    identity: str
    folder: Path | None
    """Where its model was last."""


def _id_of(database: LibraryDatabase, identity: str) -> int | None:
    with database.read() as connection:
        row = connection.execute(
            "SELECT id FROM embedders WHERE identity = ?", (identity,)
        ).fetchone()
    return int(row[0]) if row else None


def _make_id(database: LibraryDatabase, identity: str, dimensions: int) -> int:
    with database.write() as connection:
        row = connection.execute(
            "INSERT INTO embedders (identity, dimensions) VALUES (?, ?) RETURNING id",
            (identity, dimensions),
        ).fetchone()
    return int(row[0])


def serving_embedder(database: LibraryDatabase) -> KnownEmbedder | None:
    """The embedder whose embeddings answer questions; None while there are none at all."""
    with database.read() as connection:
        row = connection.execute(
            "SELECT identity, folder FROM embedders WHERE serves AND EXISTS"
            " (SELECT 1 FROM embeddings WHERE embedder_id = embedders.id)"
        ).fetchone()
    return KnownEmbedder(row[0], Path(os.fsdecode(row[1])) if row[1] else None) if row else None


def set_serving(database: LibraryDatabase, identity: str) -> None:
    """Make an embedder the one that serves, in place of any other."""
    with database.write() as connection:
        connection.execute("UPDATE embedders SET serves = (identity = ?)", (identity,))


def store_model_folder(database: LibraryDatabase, identity: str, folder: Path) -> None:
    """Store the folder of an embedder's model."""
    with database.write() as connection:
        connection.execute(
            "UPDATE embedders SET folder = ? WHERE identity = ?", (os.fsencode(folder), identity)
        )


def passages_without_embedding(
    database: LibraryDatabase, identity: str, after: int, limit: int
) -> list[int]:
    """Ids of passages without an embedding by an embedder, above `after`, rising."""
    with database.read() as connection:
        rows = connection.execute(
            "SELECT id FROM passages WHERE id > ? AND NOT EXISTS (SELECT 1 FROM embeddings"
            " WHERE embedder_id = (SELECT id FROM embedders WHERE identity = ?)"
            " AND embeddings.key = passages.key) ORDER BY id LIMIT ?",
            (after, identity, limit),
        )
        return [row[0] for row in rows]


def count_without_embedding(database: LibraryDatabase, identity: str) -> int:
    """How many passages have no embedding by an embedder."""
    return _counts(database, identity)[0]


def embedded_share(database: LibraryDatabase, identity: str) -> float:
    """The share of the passages that have an embedding by an embedder, from 0 to 1."""
    without, passages = _counts(database, identity)
    return 1 - without / passages if passages else 1.0


def _counts(database: LibraryDatabase, identity: str) -> tuple[int, int]:
    """Passages without an embedding, and all of them."""
    with database.read() as connection:
        without, passages = connection.execute(
            "SELECT coalesce(sum(NOT EXISTS (SELECT 1 FROM embeddings"
            " WHERE embedder_id = (SELECT id FROM embedders WHERE identity = ?)"
            " AND embeddings.key = passages.key)), 0), count(*) FROM passages",
            (identity,),
        ).fetchone()
    return without, passages


def has_other_embedders(database: LibraryDatabase, identity: str) -> bool:
    """Whether library.db has embeddings of other embedders than this one."""
    with database.read() as connection:
        row = connection.execute("SELECT 1 FROM embedders WHERE identity != ? LIMIT 1", (identity,))
        return row.fetchone() is not None


def delete_other_embedders(database: LibraryDatabase, identity: str) -> None:
    """Delete all other embedders and their embeddings, little by little: others write too."""
    left = 1
    while left:
        with database.write() as connection:
            left = connection.execute(
                "DELETE FROM embeddings WHERE id IN (SELECT embeddings.id FROM embeddings"
                " JOIN embedders ON embedders.id = embedder_id WHERE identity != ? LIMIT ?)",
                (identity, _DELETED_AT_ONCE),
            ).rowcount
    with database.write() as connection:
        connection.execute("DELETE FROM embedders WHERE identity != ?", (identity,))


def delete_unused(database: LibraryDatabase) -> int:
    """Delete the embeddings that no passage has any more.

    Not while files wait to be read: some of them may be embedded in part.

    Returns: how many those were.
    """
    with database.write() as connection:
        return connection.execute(
            "DELETE FROM embeddings WHERE NOT EXISTS"
            " (SELECT 1 FROM passages WHERE passages.key = embeddings.key)"
            " AND NOT EXISTS (SELECT 1 FROM files WHERE state = 'waiting')"
        ).rowcount
