"""Trash and undo of the store: deleted, restored, changed back, purged."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from time import sleep
from typing import TYPE_CHECKING

from assistant.core.errors import NotFoundError
from assistant.storage.store.backends import SqliteStorePart
from assistant.storage.tables import conversations as conversation_table
from assistant.storage.tables import messages as message_table
from assistant.storage.tables import trash as trash_table
from assistant.storage.tables import undo, word_index
from assistant.storage.tables.rows import MICROSECOND, from_microseconds, storable

if TYPE_CHECKING:
    from assistant.core.values.changes import Change, TrashEntry

MERGE_PAGES = 100
"""How much of a word index one transaction writes anew: some ten milliseconds."""

PAUSE_SECONDS = 0.001
"""Seconds between two of its transactions: whoever waits for the lock gets it then."""

KEEP_TRASH = timedelta(days=30)
"""How long something stays in the trash, and a change can be undone."""
KEEP_EMPTY = timedelta(days=1)
"""How long a conversation without a message and without a draft stays."""


class SqliteTrash(SqliteStorePart):
    """Trash and undo of the store, as in `ConversationTrash`."""

    def delete(self, id: str) -> None:
        self._trash(id, is_deleted=True)

    def restore(self, id: str) -> None:
        self._trash(id, is_deleted=False)

    def delete_message(self, id: str) -> None:
        backend, id = self._backends.for_id(id), storable(id)
        with backend.database.write() as connection:
            now = self._now()
            conversation = trash_table.remove(connection, id, now, backend.answers.is_live)
            undo.record(connection, now, "messages", conversation, {"removed": False}, id)

    def restore_message(self, id: str) -> None:
        id = storable(id)
        with self._write(id) as connection:
            conversation = trash_table.restore(connection, id)
            undo.record(connection, self._now(), "messages", conversation, {"removed": True}, id)

    def trash(self) -> list[TrashEntry]:
        # A question looks at no trash.
        from assistant.core.values.changes import TrashEntry  # noqa: PLC0415

        with self._backends.disk.database.read() as connection:
            whole = conversation_table.listed(
                connection, conversation_table.ConversationFilter(deleted=True, archived=None), None
            )
            branches = trash_table.listed(connection)
        conversations = [
            TrashEntry(
                kind="conversation",
                id=row["id"],
                conversation_id=row["id"],
                title=row["title"],
                messages=row["messages"],
                removed=from_microseconds(row["deleted"]),
            )
            for row in whole
        ]
        messages = [
            TrashEntry(
                kind="messages",
                id=row["branch"],
                conversation_id=row["conversation"],
                title=row["title"],
                excerpt=trash_table.excerpt(row["message"]),
                messages=row["messages"],
                removed=from_microseconds(row["removed"]),
            )
            for row in branches
        ]
        return sorted([*conversations, *messages], key=lambda item: item.removed, reverse=True)

    def changes(self, conversation_id: str | None = None, *, limit: int = 50) -> list[Change]:
        with self._read(conversation_id or "") as connection:
            id = conversation_id
            if id is not None:
                id = conversation_table.find(connection, id)["id"]
            return [undo.change(row) for row in undo.listed(connection, id, limit)]

    def undo(self, number: int | None = None, *, conversation_id: str | None = None) -> Change:
        backend = self._backends.for_id(conversation_id or "")
        with backend.database.write() as connection:
            if number is not None:
                row = undo.find(connection, number)
            else:
                id = conversation_id
                if id is not None:
                    id = conversation_table.find(connection, id)["id"]
                newest = undo.listed(connection, id, 1)
                if not newest:
                    raise NotFoundError("There is nothing to undo.")
                row = newest[0]
            change = undo.change(row)
            undo.revert(connection, row, self._now(), backend.answers.is_live)
        return change

    def purge(self) -> int:
        """Delete for good what is in the trash or can be undone for more than `KEEP_TRASH`.

        As in the port; nor is anything left of empty leftovers.

        Returns:
            How many conversations left.
        """
        database, now = self._backends.disk.database, self._now()
        oldest = now - KEEP_TRASH // MICROSECOND
        with database.read() as connection:
            ids = conversation_table.expired(
                connection, from_microseconds(now), KEEP_TRASH, KEEP_EMPTY
            )
            branches = trash_table.expired(connection, oldest)
            has_old_changes = undo.has_older_than(connection, oldest)
        self._forget(ids, branches)
        if has_old_changes:
            with database.write() as connection:
                undo.forget(connection, oldest)
        if ids or branches or has_old_changes:
            self._merge_indexes()
        return len(ids)

    def empty_trash(self, ids: Collection[str] | None = None) -> int:
        entries = self.trash()
        if ids is not None:
            known = {entry.id for entry in entries}
            for id in ids:
                if id not in known:
                    raise NotFoundError(
                        f"There is no {id} in the trash.", "`assistant chats trash` lists what is."
                    )
            entries = [entry for entry in entries if entry.id in set(ids)]
        self._forget(
            [entry.id for entry in entries if entry.kind == "conversation"],
            [entry.id for entry in entries if entry.kind == "messages"],
        )
        if entries:
            self._merge_indexes()
            self._backends.disk.database.scrub()
        return len(entries)

    def forget_temporary(self, id: str) -> None:
        database = self._backends.memory.database
        with database.write() as connection:
            row = conversation_table.find(connection, storable(id))
            message_table.remove(connection, row["id"])
            conversation_table.remove(connection, row["id"])

    def _forget(self, conversations: Iterable[str], branches: Iterable[str]) -> None:
        """Delete for good, each in a transaction of its own."""
        database = self._backends.disk.database
        for id in conversations:
            with database.write() as connection:
                message_table.remove(connection, id)
                conversation_table.remove(connection, id)
            sleep(PAUSE_SECONDS)
        for branch in branches:
            with database.write() as connection:
                undo.forget_branch(connection, branch)
                trash_table.forget(connection, branch)
            sleep(PAUSE_SECONDS)

    def _merge_indexes(self) -> None:
        for index in (word_index.MESSAGES, word_index.CONVERSATIONS):
            self._merge(index)

    def _merge(self, index: str) -> None:
        pages = -MERGE_PAGES
        while pages:
            with self._backends.disk.database.write() as connection:
                pages = MERGE_PAGES if word_index.merge(connection, index, pages) else 0
            sleep(PAUSE_SECONDS)

    def _trash(self, id: str, *, is_deleted: bool) -> None:
        with self._write(id) as connection:
            row = conversation_table.find(connection, id)
            if (row["deleted"] is not None) != is_deleted:
                now = self._now()
                undo.record(connection, now, "trash", row["id"], {"deleted": row["deleted"]})
                conversation_table.update(
                    connection, row["id"], deleted=now if is_deleted else None
                )
