"""Forks, exports and imports of the store: whole conversations at once."""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING

from assistant.core.errors import StorageError
from assistant.core.values.conversation import Conversation, Message
from assistant.core.values.sampling import SamplingChanges
from assistant.storage.store.backends import SqliteStorePart
from assistant.storage.store.conversations import (
    stored_adapters,
    stored_collections,
    stored_examples,
    stored_overflow,
)
from assistant.storage.tables import conversations as conversation_table
from assistant.storage.tables import marks as mark_table
from assistant.storage.tables import messages as message_table
from assistant.storage.tables import rows
from assistant.storage.tables import trash as trash_table
from assistant.storage.tables.rows import (
    TEMPORARY,
    comparable,
    microseconds,
    storable,
    storable_or_none,
)

if TYPE_CHECKING:
    from assistant.core.values.transcript import Adoption, Transcript, TranscriptEntry

_FORK = re.compile(r" \(fork(?: (\d+))?\)$")


class SqliteTransfer(SqliteStorePart):
    """Forks, exports and imports of the store, as in `ConversationCatalog`."""

    def fork(self, message_id: str) -> Conversation:
        """Fork as in the port; the fork of a temporary conversation is temporary as well."""
        backend, now, at = self._backends.for_id(message_id), self._now(), storable(message_id)
        path = backend.answers.read(
            lambda connection: message_table.path(
                connection, message_table.find(connection, at)["id"]
            )
        )
        if any(message.state == "streaming" for message in path):
            raise StorageError(
                "This answer is being written right now.", "Fork it when it is finished."
            )
        id = backend.new_id()
        with backend.database.write() as connection:
            origin = conversation_table.find(connection, path[0].conversation_id)
            kept = {
                column: origin[column]
                for column in (
                    "system_prompt",
                    "prompt_name",
                    "model",
                    "adapters",
                    "collections",
                    "examples",
                    "sampling",
                    "overflow",
                    "folder",
                    "folder_key",
                )
            }
            title = _fork_title(origin["title"])
            values = {
                **kept,
                "id": id,
                "title": title,
                "title_key": comparable(title),
                "created": now,
                "updated": now,
                "forked_from": origin["id"],
                "forked_at": path[-1].id,
                "messages": len(path),
            }
            conversation_table.insert(connection, values)
            conversation_table.set_tags(
                connection, id, conversation_table.tags(connection, origin["id"])
            )
            parent: str | None = None
            for message in path:
                copied = message.model_copy(update={"id": backend.new_id(), "parent_id": parent})
                retrieval = message_table.retrieval(connection, message.id)
                insert_message(connection, id, copied, retrieval)
                message_table.activate(connection, copied.id)
                parent = copied.id
            return rows.conversation(conversation_table.find(connection, id))

    def transcript(self, id: str) -> Transcript:
        # Exports and imports only.
        from assistant.core.values.library import Retrieval  # noqa: PLC0415
        from assistant.core.values.transcript import Transcript, TranscriptEntry  # noqa: PLC0415

        found: list[tuple[sqlite3.Row, dict[str, str], set[str]]] = []

        def query(connection: sqlite3.Connection) -> list[sqlite3.Row]:
            conversation = conversation_table.find(connection, id)
            retrievals = message_table.retrievals(connection, conversation["id"])
            found.append(
                (conversation, retrievals, message_table.active_ids(connection, conversation["id"]))
            )
            return message_table.all_messages(connection, conversation["id"])

        messages = self._backends.for_id(id).answers.read(query)
        conversation, retrievals, chosen = found[-1]
        return Transcript(
            conversation=rows.conversation(conversation),
            entries=tuple(
                TranscriptEntry(
                    message=_without_writer(message),
                    active=message.id in chosen,
                    retrieval=rows.parsed(Retrieval, retrievals.get(message.id)),
                )
                for message in messages
            ),
        )

    def adopt(self, transcript: Transcript) -> Adoption:
        from assistant.core.values.transcript import Adoption, derived_id  # noqa: PLC0415

        conversation = transcript.conversation
        id = storable(conversation.id)
        if id.startswith(TEMPORARY):
            id = derived_id(TEMPORARY, id)
        now = self._now()
        with self._backends.disk.database.write() as connection:
            there = conversation_table.find_exact(connection, id)
            if there is None:
                conversation_table.insert(connection, _columns(conversation, id, now))
                conversation_table.set_tags(
                    connection, id, conversation_table.merge_tags([], conversation.tags, [])
                )
            adding = _Adding(connection, id)
            for entry in transcript.entries:
                adding.add(entry)
            if adding.added:
                row = conversation_table.find(connection, id)
                updated = max(row["updated"], microseconds(conversation.updated))
                count = row["messages"] + len(adding.added)
                conversation_table.update(connection, id, messages=count, updated=updated)
        return Adoption(
            conversation_id=id,
            title=conversation.title if there is None else there["title"],
            is_new=there is None,
            added=len(adding.added),
            present=adding.present,
            trashed=adding.trashed,
            in_trash=there is not None and there["deleted"] is not None,
        )


class _Adding:
    """Adds messages to a conversation that are not there; what is chosen there stays so."""

    def __init__(self, connection: sqlite3.Connection, conversation: str) -> None:
        self._connection = connection
        self._conversation = conversation
        self._ids: dict[str, str] = {}
        """What messages are called here by what they are called in the transcript."""
        self.added: set[str] = set()
        self.present = 0
        self.trashed = 0

    def add(self, entry: TranscriptEntry) -> None:
        connection, message = self._connection, entry.message
        id = self._id_for(message.id)
        self._ids[message.id] = id
        parent = None if message.parent_id is None else self._ids[message.parent_id]
        if message_table.exists(connection, id):
            self.present += 1
        elif trash_table.is_removed(connection, id) or not (
            parent is None or message_table.exists(connection, parent)
        ):
            self.trashed += 1
        else:
            kept = message.model_copy(update={"id": id, "parent_id": parent})
            retrieval = entry.retrieval
            insert_message(
                connection,
                self._conversation,
                kept,
                None if retrieval is None else storable(retrieval.model_dump_json()),
            )
            chosen = message_table.active_below(connection, self._conversation, parent)
            if chosen is None or (entry.active and chosen in self.added):
                message_table.set_active(connection, self._conversation, parent, id)
            self.added.add(id)

    def _id_for(self, id: str) -> str:
        """Another one, always the same, where a message of another conversation has it."""
        from assistant.core.values.transcript import derived_id  # noqa: PLC0415

        id = storable(id)
        owner = trash_table.owner(self._connection, id)
        if id.startswith(TEMPORARY) or owner not in (None, self._conversation):
            return derived_id(self._conversation, id)
        return id


def _fork_title(title: str) -> str:
    """Another number for the fork of a fork."""
    found = _FORK.search(title)
    if found is None:
        return f"{title} (fork)".strip()
    return f"{title[: found.start()]} (fork {int(found[1] or 1) + 1})"


def _without_writer(message: Message) -> Message:
    """An answer that is still being written is, so far, a part of one."""
    if message.state != "streaming":
        return message
    return message.model_copy(update={"state": "partial"})


def _columns(conversation: Conversation, id: str, now: int) -> conversation_table.Values:
    folder = conversation_table.clean_label(conversation.folder)
    sampling = conversation.sampling
    return {
        "id": id,
        "title": storable(conversation.title),
        "title_key": comparable(conversation.title),
        "titled": conversation.titled,
        "created": microseconds(conversation.created),
        "updated": microseconds(conversation.updated),
        "system_prompt": storable(conversation.system_prompt),
        "prompt_name": storable_or_none(conversation.prompt_name),
        "model": storable_or_none(conversation.model),
        "adapters": stored_adapters(conversation.adapters),
        "collections": stored_collections(conversation.collections),
        "examples": stored_examples(conversation.examples),
        "sampling": rows.json(sampling) if sampling != SamplingChanges() else None,
        "overflow": stored_overflow(conversation.overflow),
        "draft": storable(conversation.draft),
        "pinned": now if conversation.pinned else None,
        "archived": now if conversation.archived else None,
        "folder": folder or None,
        "folder_key": comparable(folder) if folder else None,
        "forked_from": storable_or_none(conversation.forked_from),
        "forked_at": storable_or_none(conversation.forked_at),
    }


def insert_message(
    connection: sqlite3.Connection, conversation: str, message: Message, retrieval: str | None
) -> None:
    """Insert a message as it is, under its own id and time."""
    values: conversation_table.Values = {
        "id": message.id,
        "conversation": conversation,
        "parent": message.parent_id,
        "role": message.role,
        "text": storable(message.text),
        "state": message.state,
        "created": microseconds(message.created),
        "model": storable_or_none(message.model),
        "adapters": rows.json_adapters(message.adapters),
        "sampling": rows.json(message.sampling),
        "stop_reason": message.stop_reason,
        "usage": rows.json(message.usage),
        "timings": rows.json(message.timings),
        "error": storable_or_none(message.error),
        "sent": storable_or_none(message.sent),
        "citations": storable_or_none(rows.json_list(message.citations)),
        "attached": rows.json_names([storable(path) for path in message.attached]),
        "rating": message.rating,
        "note": storable(message.note) or None,
        "marks": mark_table.stored(message.marks),
        "prompt": mark_table.stored_prompt(message.prompt),
        "placing": message.placing,
        "summary": storable_or_none(rows.json(message.summary)),
        "outgrown": message.outgrown,
        "reasoning": storable(message.reasoning) or None,
        "edited": 1 if message.edited else None,
    }
    message_table.insert(connection, values)
    if retrieval is not None:
        message_table.set_retrieval(connection, message.id, retrieval)
