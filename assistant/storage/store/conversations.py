"""Conversations of the store: made, listed, and set one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assistant.core.values.conversation import (
    ChatMessage,
    Conversation,
    ConversationSummary,
    Overflow,
    TitledBy,
)
from assistant.core.values.prompts import ConversationStart
from assistant.core.values.sampling import AdapterUse, SamplingChanges
from assistant.storage.store.backends import SqliteStorePart
from assistant.storage.tables import conversations as conversation_table
from assistant.storage.tables import marks as mark_table
from assistant.storage.tables import rows, undo
from assistant.storage.tables.conversations import ConversationFilter
from assistant.storage.tables.rows import comparable, from_microseconds, storable, storable_or_none

if TYPE_CHECKING:
    from assistant.core.values.changes import ChangeKind, Label


class SqliteCatalog(SqliteStorePart):
    def create(
        self,
        *,
        title: str = "",
        system_prompt: str = "",
        prompt_name: str | None = None,
        model: str | None = None,
        adapters: Sequence[AdapterUse] | None = None,
        collections: Sequence[str] | None = None,
        examples: Sequence[ChatMessage] = (),
        sampling: SamplingChanges | None = None,
        temporary: bool = False,
        durable: bool = True,
    ) -> Conversation:
        backend, now = self._backends.memory if temporary else self._backends.disk, self._now()
        id = backend.new_id()
        values: conversation_table.Values = {
            "id": id,
            "title": storable(title),
            "title_key": comparable(title),
            "created": now,
            "updated": now,
            "system_prompt": storable(system_prompt),
            "prompt_name": storable_or_none(prompt_name),
            "model": storable_or_none(model),
            "adapters": stored_adapters(adapters),
            "collections": stored_collections(collections),
            "examples": stored_examples(examples),
            "sampling": rows.json(sampling),
        }
        with backend.database.write(durable=durable) as connection:
            conversation_table.insert(connection, values)
            return rows.conversation(conversation_table.find(connection, id))

    def conversation(self, id: str) -> Conversation:
        with self._read(id) as connection:
            return rows.conversation(conversation_table.find(connection, id))

    def conversations(
        self,
        *,
        deleted: bool = False,
        limit: int | None = None,
        title_contains: str = "",
        folder: str | None = None,
        tag: str | None = None,
        archived: bool | None = False,
        pinned: bool | None = None,
        temporary: bool = False,
    ) -> list[ConversationSummary]:
        wanted = ConversationFilter(
            deleted=deleted,
            archived=None if deleted else archived,
            pinned=pinned,
            folder=None if folder is None else conversation_table.clean_label(folder),
            tag=None if tag is None else conversation_table.clean_label(tag),
            title_contains=title_contains,
        )
        backend = self._backends.memory if temporary else self._backends.disk
        with backend.database.read() as connection:
            found = conversation_table.listed(connection, wanted, limit)
        return [rows.summary(row) for row in found]

    def folders(self) -> list[Label]:
        return self._labels("folders")

    def tags(self) -> list[Label]:
        return self._labels("tags")

    def unsent(self) -> Conversation | None:
        backend = self._backends.disk
        with backend.database.read() as connection:
            unsent = conversation_table.unsent(connection)
        mine = (row for row in unsent if not backend.answers.is_elsewhere(row["drafter"]))
        row = next(mine, None)
        return None if row is None else rows.conversation(row)

    def rename(self, id: str, title: str) -> None:
        self._change(id, "title", title=storable(title), title_key=comparable(title), titled=None)

    def suggest_title(self, id: str, title: str, by: TitledBy, *, durable: bool = True) -> bool:
        with self._write(id, durable=durable) as connection:
            row = conversation_table.find(connection, id)
            is_open = not row["title"] if by == "words" else row["titled"] == "words"
            if is_open:
                conversation_table.update(
                    connection,
                    row["id"],
                    title=storable(title),
                    title_key=comparable(title),
                    titled=by,
                )
            return is_open

    def set_draft(self, id: str, draft: str) -> None:
        drafter = self._backends.for_id(id).answers.writer() if draft else None
        with self._write(id) as connection:
            conversation_table.update(connection, id, draft=storable(draft), drafter=drafter)

    def set_system_prompt(
        self,
        id: str,
        text: str,
        prompt_name: str | None,
        examples: Sequence[ChatMessage] = (),
    ) -> None:
        self._change(
            id,
            "system prompt",
            system_prompt=storable(text),
            prompt_name=storable_or_none(prompt_name),
            examples=stored_examples(examples),
        )

    def switch_prompt(self, id: str, opening: ConversationStart, model: str | None = None) -> None:
        columns = {
            "system_prompt": storable(opening.text),
            "prompt_name": storable_or_none(opening.prompt_name),
            "examples": stored_examples(opening.examples),
            "sampling": rows.json(opening.sampling),
        }
        if opening.collections is not None:
            columns["collections"] = stored_collections(opening.collections)
        if model is not None:
            columns["model"] = storable(model)
        self._change(id, "system prompt", **columns)

    def set_sampling(self, id: str, sampling: SamplingChanges) -> None:
        self._change(id, "sampling", sampling=rows.json(sampling))

    def set_model(self, id: str, model: str | None) -> None:
        self._change(id, "model", model=storable_or_none(model))

    def set_adapters(self, id: str, adapters: Sequence[AdapterUse] | None) -> None:
        self._change(id, "adapters", adapters=stored_adapters(adapters))

    def set_collections(self, id: str, collections: Sequence[str] | None) -> None:
        self._change(id, "collections", collections=stored_collections(collections))

    def set_overflow(self, id: str, overflow: Overflow) -> None:
        self._change(id, "overflow", overflow=stored_overflow(overflow))

    def pin(self, id: str, pinned: bool = True) -> None:
        self._mark(id, "pin", "pinned", pinned)

    def archive(self, id: str, archived: bool = True) -> None:
        self._mark(id, "archive", "archived", archived)

    def move(self, id: str, folder: str) -> None:
        name = conversation_table.clean_label(folder)
        key = comparable(name) if name else None
        self._change(id, "folder", folder=name or None, folder_key=key)

    def tag(self, id: str, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        with self._write(id) as connection:
            row = conversation_table.find(connection, id)
            before = conversation_table.tags(connection, row["id"])
            after = conversation_table.merge_tags(before, add, remove)
            if set(after) != set(before):
                undo.record(connection, self._now(), "tags", row["id"], {"tags": before})
                conversation_table.set_tags(connection, row["id"], after)

    def _mark(self, id: str, kind: ChangeKind, column: str, wanted: bool) -> None:
        with self._write(id) as connection:
            row = conversation_table.find(connection, id)
            if (row[column] is not None) != wanted:
                now = self._now()
                undo.record(connection, now, kind, row["id"], {column: row[column]})
                conversation_table.update(
                    connection, row["id"], **{column: now if wanted else None}
                )

    def _change(self, id: str, kind: ChangeKind, **columns: str | int | None) -> None:
        """Set columns and note what they were, with a mark where the conversation takes another
        course; before it holds anything, just set. Another model leaves the adapters behind."""
        # A question changes nothing.
        from assistant.core.values import changes  # noqa: PLC0415

        now = self._now()
        with self._write(id) as connection:
            row = conversation_table.find(connection, id)
            if columns.get("model", row["model"]) != row["model"] and row["adapters"] != "[]":
                columns["adapters"] = None
            before: dict[str, Any] = {column: row[column] for column in columns}
            if before == columns:
                return
            conversation_table.update(connection, row["id"], **columns)
            if not row["messages"] or (kind == "title" and not row["title"]):
                return
            after = conversation_table.find(connection, row["id"])
            made = changes.marks_between(
                rows.conversation(row), rows.conversation(after), from_microseconds(now)
            )
            marked = mark_table.add(connection, row["id"], made)
            if marked is not None:
                before["marks"] = marked
            undo.record(connection, now, kind, row["id"], before)

    def _labels(self, what: str) -> list[Label]:
        from assistant.core.values.changes import Label  # noqa: PLC0415 -- lists only

        with self._backends.disk.database.read() as connection:
            found = conversation_table.labels_in_use(connection, what)
        return [Label(name=row["name"], conversations=row["conversations"]) for row in found]


def stored_adapters(adapters: Sequence[AdapterUse] | None) -> str | None:
    """JSON of adapters. NULL stands for those of the settings, so that none is an empty list."""
    return None if adapters is None else rows.json_adapters(adapters) or "[]"


def stored_collections(names: Sequence[str] | None) -> str | None:
    """JSON of collections. NULL stands for all of them, so that none is an empty list."""
    return None if names is None else rows.json_names([storable(name) for name in names]) or "[]"


def stored_examples(messages: Sequence[ChatMessage]) -> str | None:
    return rows.json_list(
        [message.model_copy(update={"content": storable(message.content)}) for message in messages]
    )


def stored_overflow(overflow: Overflow) -> str | None:
    """Overflow as stored. NULL stands for what is usual."""
    return None if overflow == "leave_out" else overflow
