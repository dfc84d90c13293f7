"""Messages of the store: branches, versions, and answers in the making."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.core.errors import StorageError
from assistant.core.values.conversation import (
    Citation,
    Message,
    MessageState,
    Overflow,
    Placing,
    QuestionPrompt,
    Rating,
    Role,
    StopReason,
    Summary,
    Timings,
    Usage,
)
from assistant.core.values.sampling import AdapterUse, Sampling
from assistant.storage.store.backends import SqliteStorePart
from assistant.storage.tables import conversations as conversation_table
from assistant.storage.tables import marks as mark_table
from assistant.storage.tables import messages as message_table
from assistant.storage.tables import rows, section_summaries, undo
from assistant.storage.tables.rows import storable, storable_or_none

if TYPE_CHECKING:
    from assistant.core.values.changes import ChangeKind
    from assistant.core.values.library import Retrieval


class SqliteMessages(SqliteStorePart):
    """Messages of the store, as in `MessageStore`."""

    def branch(self, conversation_id: str) -> list[Message]:
        def query(connection: sqlite3.Connection) -> list[sqlite3.Row]:
            return message_table.branch(
                connection, conversation_table.find(connection, conversation_id)["id"]
            )

        return self._backends.for_id(conversation_id).answers.read(query)

    def path(self, message_id: str) -> list[Message]:
        id = storable(message_id)
        return self._backends.for_id(id).answers.read(
            lambda connection: message_table.path(connection, id)
        )

    def message(self, id: str) -> Message:
        id = storable(id)
        answers = self._backends.for_id(id).answers
        return answers.read(lambda connection: [message_table.find(connection, id)])[0]

    def versions(self, message_id: str) -> list[Message]:
        id = storable(message_id)
        return self._backends.for_id(id).answers.read(
            lambda connection: message_table.versions(connection, id)
        )

    def select(self, message_id: str) -> None:
        with self._write(message_id) as connection:
            message_table.activate(
                connection, message_table.message(connection, storable(message_id))["id"]
            )

    def append(
        self,
        conversation_id: str,
        parent_id: str | None,
        role: Role,
        text: str,
        *,
        state: MessageState = "complete",
        model: str | None = None,
        adapters: Sequence[AdapterUse] = (),
        sampling: Sampling | None = None,
        attached: Sequence[str] = (),
        prompt: QuestionPrompt | None = None,
        edited: bool = False,
        durable: bool = True,
    ) -> Message:
        """Append as in the port; a question also takes its conversation back from the trash."""
        backend, now = self._backends.for_id(conversation_id), self._now()
        id = backend.new_id()
        values: dict[str, str | int | None] = {
            "id": id,
            "parent": storable_or_none(parent_id),
            "role": role,
            "text": storable(text),
            "state": state,
            "created": now,
            "writer": backend.answers.writer() if state == "streaming" else None,
            "model": storable_or_none(model),
            "adapters": rows.json_adapters(adapters),
            "sampling": rows.json(sampling),
            "attached": rows.json_names([storable(path) for path in attached]),
            "prompt": mark_table.stored_prompt(prompt),
            "edited": 1 if edited else None,
        }
        with backend.database.write(durable=durable) as connection:
            conversation = conversation_table.find(connection, conversation_id)
            message_table.insert(connection, {**values, "conversation": conversation["id"]})
            message_table.activate(connection, id)
            deleted = None if role == "user" else conversation["deleted"]
            conversation_table.update(
                connection,
                conversation["id"],
                updated=now,
                messages=conversation["messages"] + 1,
                deleted=deleted,
            )
            message = rows.message(message_table.message(connection, id))
        if state == "streaming":
            backend.answers.open(id)
        return message

    def reopen(
        self,
        message_id: str,
        *,
        model: str | None,
        sampling: Sampling,
        adapters: Sequence[AdapterUse] = (),
    ) -> Message:
        """Reopen as in the port; also makes the message's branch the active one.

        Raises:
            StorageError: it is being written right now.
        """
        answers, id = self._backends.for_id(message_id).answers, storable(message_id)
        afresh = {
            "state": "streaming",
            "writer": answers.writer(),
            "model": storable_or_none(model),
            "adapters": rows.json_adapters(adapters),
            "sampling": rows.json(sampling),
            **dict.fromkeys(("stop_reason", "usage", "timings", "error")),
        }
        with self._write(id) as connection:
            row = message_table.message(connection, id)
            if answers.is_live(row):
                raise StorageError(
                    "This answer is being written right now.",
                    "Stop it first, in the window that writes it.",
                )
            message_table.fold_journal(connection, id)
            message_table.update(connection, id, afresh)
            message_table.activate(connection, id)
            conversation_table.update(connection, row["conversation"], updated=self._now())
            message = rows.message(message_table.message(connection, id))
        answers.open(id)
        return message

    def set_sent(self, message_id: str, sent: str | None) -> None:
        with self._write(message_id) as connection:
            message_table.update(connection, message_id, {"sent": storable_or_none(sent)})

    def rate(self, message_id: str, rating: Rating | None, note: str = "") -> None:
        id = storable(message_id)
        columns = {"rating": rating, "note": storable(note) or None}
        with self._write(id) as connection:
            row = message_table.message(connection, id)
            before = {column: row[column] for column in columns}
            if before != columns:
                undo.record(
                    connection, self._now(), "rating", row["conversation"], before, row["id"]
                )
                message_table.update(connection, row["id"], columns)

    def set_placing(self, message_id: str, placing: Placing | None) -> None:
        self._mark_message(message_id, "turn", "placing", placing)

    def set_summary(self, message_id: str, summary: Summary | None) -> None:
        stored = storable_or_none(rows.json(summary))
        if summary is not None and not summary.edited:
            with self._write(message_id) as connection:
                row = message_table.message(connection, storable(message_id))
                if row["summary"] is None:
                    message_table.update(connection, row["id"], {"summary": stored})
            return
        self._mark_message(message_id, "summary", "summary", stored)

    def set_outgrown(self, message_id: str, overflow: Overflow) -> None:
        with self._write(message_id) as connection:
            row = message_table.message(connection, storable(message_id))
            message_table.update(connection, row["id"], {"outgrown": overflow})

    def set_reasoning(self, message_id: str, reasoning: str) -> None:
        with self._write(message_id) as connection:
            message_table.update(connection, message_id, {"reasoning": storable(reasoning) or None})

    def set_retrieval(self, message_id: str, retrieval: Retrieval) -> None:
        with self._write(message_id) as connection:
            message_table.message(connection, message_id)
            message_table.set_retrieval(
                connection, message_id, storable(retrieval.model_dump_json())
            )

    def retrieval(self, message_id: str) -> Retrieval | None:
        # Few answers are from files.
        from assistant.core.values.library import Retrieval  # noqa: PLC0415

        with self._read(message_id) as connection:
            return rows.parsed(Retrieval, message_table.retrieval(connection, storable(message_id)))

    def keep_section_summary(self, conversation_id: str, key: str, summary: str) -> None:
        with self._write(conversation_id) as connection:
            id = conversation_table.find(connection, conversation_id)["id"]
            section_summaries.keep(connection, id, key, storable(summary))

    def section_summary(self, conversation_id: str, key: str) -> str | None:
        with self._write(conversation_id) as connection:
            id = conversation_table.find(connection, conversation_id)["id"]
            found = section_summaries.find(connection, key)
            if found is not None:
                # It outlives the conversation that it was first read in.
                section_summaries.keep(connection, id, key, found)
            return found

    def journal(self, message_id: str, text: str) -> None:
        """Journal as in the port.

        Raises:
            StorageError: this store does not write that message, or an earlier piece could not
                be stored; what came in is kept, and tried again.
        """
        self._backends.for_id(message_id).answers.journal(message_id, storable(text))

    def finish(
        self,
        message_id: str,
        state: MessageState,
        *,
        stop_reason: StopReason | None = None,
        usage: Usage | None = None,
        timings: Timings | None = None,
        error: str | None = None,
        citations: Sequence[Citation] = (),
    ) -> Message:
        columns = {
            "state": state,
            "stop_reason": stop_reason,
            "usage": rows.json(usage),
            "timings": rows.json(timings),
            "error": storable_or_none(error),
            "citations": storable_or_none(rows.json_list(citations)),
        }
        return self._backends.for_id(message_id).answers.finish(message_id, columns)

    def _mark_message(
        self, message_id: str, kind: ChangeKind, column: str, value: str | None
    ) -> None:
        """Set a column of a message and record what it was, for undo."""
        with self._write(message_id) as connection:
            row = message_table.message(connection, storable(message_id))
            before = {column: row[column]}
            if before != {column: value}:
                undo.record(connection, self._now(), kind, row["conversation"], before, row["id"])
                message_table.update(connection, row["id"], {column: value})
