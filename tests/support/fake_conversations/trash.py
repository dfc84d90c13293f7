"""A fake of the trash and of the changes that can be undone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from assistant.core.errors import NotFoundError
from assistant.core.values.changes import Change, TrashEntry
from tests.support.fake_conversations.shelf import Noted, Shelf, Window

KEPT = timedelta(days=30)
"""How long something stays in the trash, and a change can be undone."""

EMPTY_KEPT = timedelta(days=1)
"""How long a conversation stays that holds nothing."""

EXCERPT = 120
"""Characters of a message that tell what it was."""


class FakeConversationTrash:
    """core.ports.ConversationTrash on a window."""

    def __init__(self, window: Window) -> None:
        self.window = window

    def delete(self, id: str) -> None:
        self._trash(id, is_deleted=True)

    def restore(self, id: str) -> None:
        self._trash(id, is_deleted=False)

    def delete_message(self, id: str) -> None:
        now = self.window.now()
        with self.window.writing(id) as shelf:
            record, node = shelf.node(id)
            first = node.message.id
            record.remove(first, now)
            shelf.note(record, "messages", "kept", now, lambda: record.restore(first), first)

    def restore_message(self, id: str) -> None:
        with self.window.writing(id) as shelf:
            record = shelf.owners.get(id)
            if record is None:
                raise NotFoundError(f"There is no message {id} in the trash.")
            record.restore(id)

            def take_back() -> None:
                record.remove(id, self.window.now())

            shelf.note(record, "messages", "in the trash", self.window.now(), take_back, id)

    def trash(self) -> list[TrashEntry]:
        with self.window.reading() as shelf:
            found = [*_conversations(shelf), *_branches(shelf)]
        return sorted(found, key=lambda item: item.removed, reverse=True)

    def purge(self) -> int:
        oldest, empty_before = self.window.now() - KEPT, self.window.now() - EMPTY_KEPT
        with self.window.writing() as shelf:
            shelf.changes = [change for change in shelf.changes if change.at >= oldest]
            for record in shelf.records.values():
                trash = record.trash.items()
                if any(branch.removed < oldest for _, branch in trash):
                    record.sections.clear()
                record.trash = {id: branch for id, branch in trash if branch.removed >= oldest}
            expired = [
                record
                for record in shelf.records.values()
                if (record.conversation.deleted or oldest) < oldest
                or (record.is_empty and record.conversation.updated < empty_before)
            ]
            shelf.remove(expired)
            return len(expired)

    def empty_trash(self, ids: Collection[str] | None = None) -> int:
        wanted = {entry.id for entry in self.trash()}
        if ids is not None:
            for id in ids:
                if id not in wanted:
                    raise NotFoundError(f"There is no {id} in the trash.")
            wanted &= set(ids)
        with self.window.writing() as shelf:
            for record in shelf.records.values():
                left = {
                    id
                    for branch in wanted & record.trash.keys()
                    for id in record.trash[branch].message_ids
                }
                shelf.changes = [each for each in shelf.changes if each.message_id not in left]
                if left:
                    record.sections.clear()
                record.trash = {id: b for id, b in record.trash.items() if id not in wanted}
            shelf.remove([r for r in shelf.records.values() if r.conversation.id in wanted])
        return len(wanted)

    def forget_temporary(self, id: str) -> None:
        with self.window.writing(self.window.own.prefix) as shelf:
            shelf.remove([shelf.find(id)])

    def changes(self, conversation_id: str | None = None, *, limit: int = 50) -> list[Change]:
        with self.window.reading(conversation_id or "") as shelf:
            return [_told(noted) for noted in _newest(shelf, conversation_id)[:limit]]

    def undo(self, number: int | None = None, *, conversation_id: str | None = None) -> Change:
        with self.window.writing(conversation_id or "") as shelf:
            if number is None:
                noted = next(iter(_newest(shelf, conversation_id)), None)
                problem = "There is nothing to undo."
            else:
                noted = next((each for each in shelf.changes if each.number == number), None)
                problem = f"There is no change {number} that could be undone."
            if noted is None:
                raise NotFoundError(problem)
            change = _told(noted)
            noted.take_back()
            shelf.changes.remove(noted)
            return change

    def _trash(self, id: str, *, is_deleted: bool) -> None:
        with self.window.writing(id) as shelf:
            record = shelf.find(id)
            before = record.conversation.deleted
            if (before is not None) == is_deleted:
                return
            now = self.window.now()
            record.set(deleted=now if is_deleted else None)
            told = "kept" if is_deleted else "in the trash"
            shelf.note(record, "trash", told, now, lambda: record.set(deleted=before))


def _newest(shelf: Shelf, conversation_id: str | None) -> list[Noted]:
    wanted = None if conversation_id is None else shelf.find(conversation_id)
    return [each for each in reversed(shelf.changes) if wanted is None or each.record is wanted]


def _told(noted: Noted) -> Change:
    return Change(
        number=noted.number,
        kind=noted.kind,
        conversation_id=noted.record.id,
        title=noted.record.conversation.title,
        message_id=noted.message_id,
        before=noted.before,
        at=noted.at,
    )


def _conversations(shelf: Shelf) -> list[TrashEntry]:
    return [
        TrashEntry(
            kind="conversation",
            id=record.id,
            conversation_id=record.id,
            title=record.conversation.title,
            messages=len(record.nodes),
            removed=record.conversation.deleted,
        )
        for record in shelf.listed()
        if record.conversation.deleted is not None
    ]


def _branches(shelf: Shelf) -> list[TrashEntry]:
    return [
        TrashEntry(
            kind="messages",
            id=id,
            conversation_id=record.id,
            title=record.conversation.title,
            excerpt=branch.nodes[0].message.text[:EXCERPT],
            messages=len(branch.nodes),
            removed=branch.removed,
        )
        for record in shelf.records.values()
        for id, branch in record.trash.items()
    ]
