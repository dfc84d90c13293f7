"""The embeddings in library.db: half-precision vectors by content, for each embedder apart."""

import zlib
from collections.abc import Collection, Iterator, Sequence

import numpy as np

from assistant.core.errors import DatabaseDamagedError
from assistant.library.database import Database
from assistant.library.embedding import Vectors

CHECK_BYTES = 4
"""A CRC-32 after each vector: SQLite notices damage to its structure, not to what it holds."""

_AT_ONCE = 500
_READ_AT_ONCE = 2000


class Embeddings:
    """The embeddings of one embedder."""

    def __init__(self, database: Database, identity: str, dimensions: int) -> None:
        self._database = database
        self._dimensions = dimensions
        with database.write() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO embedders (identity, dimensions) VALUES (?, ?)",
                (identity, dimensions),
            )
            row = connection.execute(
                "SELECT id FROM embedders WHERE identity = ?", (identity,)
            ).fetchone()
        self._embedder: int = row[0]

    @property
    def dimensions(self) -> int:
        return self._dimensions

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

    def keep(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        """Store embeddings, shape (keys, dimensions)."""
        with self._database.write() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO embeddings (embedder_id, key, vector) VALUES (?, ?, ?)",
                [
                    (self._embedder, key, packed(vector))
                    for key, vector in zip(keys, vectors, strict=True)
                ],
            )

    def unembedded(self, limit: int) -> list[int]:
        """Passages that have no embedding of this embedder."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT id FROM passages WHERE NOT EXISTS (SELECT 1 FROM embeddings"
                " WHERE embedder_id = ? AND embeddings.key = passages.key) ORDER BY id LIMIT ?",
                (self._embedder, limit),
            )
            return [row[0] for row in rows]

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

    def vectors(self, passages: Sequence[int]) -> Iterator[tuple[list[int], Vectors]]:
        """The vectors of passages in batches, as far as they are there: ids, and vectors of
        length 1.

        Raises:
            DatabaseDamagedError: a vector is not what was stored.
        """
        for at in range(0, len(passages), _READ_AT_ONCE):
            ids: list[int] = []
            blobs: list[bytes] = []
            with self._database.read() as connection:
                for begin in range(at, min(at + _READ_AT_ONCE, len(passages)), _AT_ONCE):
                    part = passages[begin : min(begin + _AT_ONCE, at + _READ_AT_ONCE)]
                    rows = connection.execute(
                        "SELECT passages.id, vector FROM passages JOIN embeddings"
                        " ON embedder_id = ? AND embeddings.key = passages.key"
                        f" WHERE passages.id IN ({', '.join('?' * len(part))})",
                        (self._embedder, *part),
                    )
                    for id_, blob in rows:
                        ids.append(id_)
                        blobs.append(blob)
            if ids:
                yield ids, self._unpacked(blobs)

    def forget_unused(self) -> int:
        """Delete embeddings that no passage has any more; how many those were."""
        with self._database.write() as connection:
            return connection.execute(
                "DELETE FROM embeddings WHERE embedder_id = ?"
                " AND NOT EXISTS (SELECT 1 FROM passages WHERE passages.key = embeddings.key)",
                (self._embedder,),
            ).rowcount

    def forget_others(self) -> None:
        """Delete the embeddings of every other embedder."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM embedders WHERE id != ?", (self._embedder,))

    def _unpacked(self, blobs: Sequence[bytes]) -> Vectors:
        if not all(is_sound(blob, self._dimensions) for blob in blobs):
            raise DatabaseDamagedError(
                f"{self._database.path} is damaged: an embedding is not what was stored.",
                "It is made again from your files.",
            )
        whole = b"".join(blob[:-CHECK_BYTES] for blob in blobs)
        halves = np.frombuffer(whole, dtype="<f2").reshape(len(blobs), self._dimensions)
        vectors = halves.astype(np.float32)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
        return vectors


def packed(vector: Vectors) -> bytes:
    """A vector as it is stored: halves, little-endian, and their CRC-32."""
    raw = vector.astype("<f2").tobytes()
    return raw + zlib.crc32(raw).to_bytes(CHECK_BYTES, "little")


def is_sound(blob: bytes, dimensions: int) -> bool:
    raw, check = blob[:-CHECK_BYTES], blob[-CHECK_BYTES:]
    return len(raw) == 2 * dimensions and zlib.crc32(raw) == int.from_bytes(check, "little")
