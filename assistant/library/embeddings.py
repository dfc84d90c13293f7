"""The embeddings in library.db: half-precision vectors by content, for each embedder apart.

They can be made again from the texts beside them: a damaged one counts as missing.
"""

import zlib
from collections.abc import Collection, Iterator, Sequence

import numpy as np

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
        self._damaged = False

    @property
    def dimensions(self) -> int:
        return self._dimensions

    @property
    def has_damage(self) -> bool:
        """Whether an embedding was met that is not what was stored; see `forget_damaged`."""
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
        """The vectors of passages in batches, as far as they are there and are what was stored:
        ids, and vectors of length 1."""
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
                        if is_sound(blob, self._dimensions):
                            ids.append(id_)
                            blobs.append(blob)
                        else:
                            self._damaged = True
            if ids:
                yield ids, self._unpacked(blobs)

    def forget_damaged(self) -> int:
        """Look at every embedding and delete those that are not what was stored; how many."""
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
            damaged = [(id_,) for id_, blob in rows if not is_sound(blob, self._dimensions)]
            forgotten += len(damaged)
            if damaged:
                with self._database.write() as connection:
                    connection.executemany("DELETE FROM embeddings WHERE id = ?", damaged)

    def _unpacked(self, blobs: Sequence[bytes]) -> Vectors:
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
