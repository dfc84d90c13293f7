"""Collections and their roots: what the user chose, and the only thing no file can give back.

They live in library.db and, written anew at every change, in a small file beside it, from which
a lost or damaged library.db gets them again.
"""

import json
import os
import sqlite3
import unicodedata

from assistant.core.atomic import replace_file
from assistant.core.errors import AssistantError, NotFoundError
from assistant.core.values.base import Value
from assistant.library.file_access import printable_path
from assistant.library.peek import MIRROR_FILE, read_mirror
from assistant.library.store.database import LibraryDatabase

MAX_NAME = 80


class CollectionRoot(Value):
    """A folder or a file that the user added."""

    id: int
    path: bytes
    display: str


class StoredCollection(Value):
    """A named set of roots."""

    id: int
    name: str
    roots: tuple[CollectionRoot, ...] = ()


class CollectionStore:
    """The collections of library.db."""

    def __init__(self, database: LibraryDatabase) -> None:
        self._database = database
        self._mirror = database.path.with_name(MIRROR_FILE)

    def all(self) -> list[StoredCollection]:
        """Every collection, by name."""
        with self._database.read() as connection:
            return _all_collections(connection)

    def roots(self) -> list[CollectionRoot]:
        """The roots of all collections."""
        return [root for each in self.all() for root in each.roots]

    def named(self, name: str) -> StoredCollection:
        """Raises:
        NotFoundError: there is none of this name.
        """
        for collection in self.all():
            if _key(collection.name) == _key(name):
                return collection
        raise NotFoundError(
            f"There is no collection called {name!r}.",
            "`assistant library list` shows all collections.",
        )

    def add(self, name: str) -> StoredCollection:
        """The collection of this name; a new one when there is none.

        Raises:
            AssistantError: the name will not do.
        """
        cleaned = name.strip()
        if not cleaned or len(cleaned) > MAX_NAME or not cleaned.isprintable():
            raise AssistantError(
                f"{name!r} cannot be the name of a collection.",
                f"Choose a name of up to {MAX_NAME} visible characters.",
            )
        for collection in self.all():
            if _key(collection.name) == _key(cleaned):
                return collection
        with self._database.write() as connection:
            connection.execute("INSERT OR IGNORE INTO collections (name) VALUES (?)", (cleaned,))
        self._write_mirror()
        return self.named(cleaned)

    def add_root(self, collection_id: int, path: bytes) -> CollectionRoot:
        """Add a folder or file to a collection; the one that is there when it already was."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO roots (collection_id, path, display) VALUES (?, ?, ?)",
                (collection_id, path, printable_path(path)),
            )
            row = connection.execute(
                "SELECT id, path, display FROM roots WHERE collection_id = ? AND path = ?",
                (collection_id, path),
            ).fetchone()
        self._write_mirror()
        return CollectionRoot(id=row[0], path=row[1], display=row[2])

    def remove_root(self, root_id: int) -> None:
        """Remove a root whose files have all left it."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM roots WHERE id = ?", (root_id,))
        self._write_mirror()

    def remove(self, collection_id: int) -> None:
        """Remove a collection whose roots' files have all left it."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM collections WHERE id = ?", (collection_id,))
        self._write_mirror()

    def restore(self) -> None:
        """Bring library.db and the mirror file in line: an empty library.db takes its
        collections from the file, any other one writes it.
        """
        if self._database.read_only:
            return
        kept = read_mirror(self._mirror)
        if kept and not self.all():
            with self._database.write() as connection:
                for name, roots in kept.items():
                    row = connection.execute(
                        "INSERT INTO collections (name) VALUES (?) RETURNING id", (name,)
                    ).fetchone()
                    connection.executemany(
                        "INSERT OR IGNORE INTO roots (collection_id, path, display)"
                        " VALUES (?, ?, ?)",
                        [(row[0], path, printable_path(path)) for path in roots],
                    )
        self._write_mirror()

    def _write_mirror(self) -> None:
        """What the user chose has to outlast library.db, which a loss of power may damage."""
        kept = {
            collection.name: [os.fsdecode(root.path) for root in collection.roots]
            for collection in self.all()
        }
        replace_file(self._mirror, json.dumps(kept, indent=1).encode(), durable=True)


def _key(name: str) -> str:
    """What names are compared by: neither case nor how accents are typed matter."""
    return unicodedata.normalize("NFC", name).casefold()


def _all_collections(connection: sqlite3.Connection) -> list[StoredCollection]:
    roots: dict[int, list[CollectionRoot]] = {}
    for id_, collection_id, path, display in connection.execute(
        "SELECT id, collection_id, path, display FROM roots ORDER BY display"
    ):
        roots.setdefault(collection_id, []).append(
            CollectionRoot(id=id_, path=path, display=display)
        )
    rows = connection.execute("SELECT id, name FROM collections ORDER BY name COLLATE NOCASE")
    return [
        StoredCollection(id=id_, name=name, roots=tuple(roots.get(id_, ()))) for id_, name in rows
    ]
