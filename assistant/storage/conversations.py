"""The user's conversations in one SQLite file, for any number of threads and processes."""

import secrets
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.core.errors import StorageError
from assistant.core.library import Retrieval
from assistant.core.models import (
    ChatMessage,
    Citation,
    Conversation,
    ConversationSummary,
    Message,
    MessageState,
    Role,
    Sampling,
    SamplingChanges,
    SearchHit,
    StopReason,
    Timings,
    Usage,
)
from assistant.core.ports import Clock
from assistant.storage import catalogue, rows, search, tree, words
from assistant.storage.answers import Answers
from assistant.storage.database import Database
from assistant.storage.files import Files
from assistant.storage.opening import prepare
from assistant.storage.text import comparable, storable

MERGE_PAGES = 100
"""How much of the word index one transaction writes anew: some ten milliseconds."""

KEEP_TRASH = timedelta(days=30)
KEEP_EMPTY = timedelta(days=1)
"""How long a conversation without a message and without a draft stays."""


class UtcClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class SqliteConversations:
    """core.ports.ConversationStore on the database at `path`, which is made when missing.

    An answer that is being written belongs to the store that opened it. When that store is gone,
    whoever reads the answer next finds it in state `partial`. Lone surrogates, which no UTF-8
    text can hold, are stored as U+FFFD.

    Raises:
        DatabaseNewerError: written by a newer version of the program.
        DatabaseDamagedError: damaged; it was set aside, and the next start begins a new one.
        StorageError: it cannot be used for another reason.
    """

    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        self._clock = clock or UtcClock()
        self._files = Files(path.resolve())
        prepare(self._files, self._clock.now())
        self._database = Database(self._files)
        self._answers = Answers(self._database, self._files)
        self._answers.tidy()

    def create(
        self,
        *,
        title: str = "",
        system_prompt: str = "",
        prompt_name: str | None = None,
        model: str | None = None,
        collections: Sequence[str] | None = None,
        examples: Sequence[ChatMessage] = (),
        sampling: SamplingChanges | None = None,
    ) -> Conversation:
        now = self._now()
        values = {
            "id": secrets.token_hex(8),
            "title": storable(title),
            "title_key": comparable(title),
            "created": now,
            "updated": now,
            "system_prompt": storable(system_prompt),
            "prompt_name": _storable(prompt_name),
            "model": _storable(model),
            "collections": _collections(collections),
            "examples": _examples(examples),
            "sampling": rows.json(sampling),
        }
        columns = ", ".join(values)
        places = ", ".join(f":{column}" for column in values)
        with self._database.write() as connection:
            connection.execute(f"INSERT INTO conversations ({columns}) VALUES ({places})", values)
            return rows.conversation(catalogue.find(connection, str(values["id"])))

    def conversation(self, id: str) -> Conversation:
        with self._database.read() as connection:
            return rows.conversation(catalogue.find(connection, id))

    def conversations(
        self, *, deleted: bool = False, limit: int | None = None, title_contains: str = ""
    ) -> list[ConversationSummary]:
        with self._database.read() as connection:
            found = catalogue.listed(
                connection, deleted=deleted, limit=limit, title_contains=title_contains
            )
        return [rows.summary(row) for row in found]

    def unsent(self) -> Conversation | None:
        with self._database.read() as connection:
            unsent = catalogue.unsent(connection)
        mine = (row for row in unsent if not self._answers.is_elsewhere(row["drafter"]))
        row = next(mine, None)
        return None if row is None else rows.conversation(row)

    def rename(self, id: str, title: str) -> None:
        self._update(id, title=storable(title), title_key=comparable(title))

    def set_draft(self, id: str, draft: str) -> None:
        self._update(id, draft=storable(draft), drafter=self._answers.writer() if draft else None)

    def set_system_prompt(
        self,
        id: str,
        text: str,
        prompt_name: str | None,
        examples: Sequence[ChatMessage] = (),
    ) -> None:
        self._update(
            id,
            system_prompt=storable(text),
            prompt_name=_storable(prompt_name),
            examples=_examples(examples),
        )

    def set_sampling(self, id: str, sampling: SamplingChanges) -> None:
        self._update(id, sampling=rows.json(sampling))

    def set_model(self, id: str, model: str | None) -> None:
        self._update(id, model=_storable(model))

    def set_collections(self, id: str, collections: Sequence[str] | None) -> None:
        self._update(id, collections=_collections(collections))

    def delete(self, id: str) -> None:
        with self._database.write() as connection:
            if catalogue.find(connection, id)["deleted"] is None:
                catalogue.update(connection, id, deleted=self._now())

    def restore(self, id: str) -> None:
        self._update(id, deleted=None)

    def purge(self) -> int:
        """Delete for good what is in the trash for more than `KEEP_TRASH`, and empty leftovers.

        Afterwards nothing of it is left in the file. Many short transactions, so that others
        can write meanwhile; on a huge file they can take some seconds.

        Returns:
            How many conversations left.
        """
        with self._database.read() as connection:
            ids = catalogue.expired(connection, self._clock.now(), KEEP_TRASH, KEEP_EMPTY)
        for id in ids:
            with self._database.write() as connection:
                tree.remove(connection, id)
                catalogue.remove(connection, id)
        pages = -MERGE_PAGES if ids else 0
        while pages:
            with self._database.write() as connection:
                pages = MERGE_PAGES if words.merge(connection, pages) else 0
        return len(ids)

    def branch(self, conversation_id: str) -> list[Message]:
        def query(connection: sqlite3.Connection) -> list[sqlite3.Row]:
            return tree.branch(connection, catalogue.find(connection, conversation_id)["id"])

        return self._answers.read(query)

    def path(self, message_id: str) -> list[Message]:
        id = storable(message_id)
        return self._answers.read(lambda connection: tree.path(connection, id))

    def message(self, id: str) -> Message:
        id = storable(id)
        return self._answers.read(lambda connection: [tree.message(connection, id)])[0]

    def versions(self, message_id: str) -> list[Message]:
        id = storable(message_id)
        return self._answers.read(lambda connection: tree.versions(connection, id))

    def select(self, message_id: str) -> None:
        with self._database.write() as connection:
            tree.activate(connection, tree.message(connection, storable(message_id))["id"])

    def append(
        self,
        conversation_id: str,
        parent_id: str | None,
        role: Role,
        text: str,
        *,
        state: MessageState = "complete",
        model: str | None = None,
        sampling: Sampling | None = None,
        attached: Sequence[str] = (),
    ) -> Message:
        """As in the port; a question also takes its conversation back from the trash."""
        id, now = secrets.token_hex(8), self._now()
        values: dict[str, str | int | None] = {
            "id": id,
            "parent": _storable(parent_id),
            "role": role,
            "text": storable(text),
            "state": state,
            "created": now,
            "writer": self._answers.writer() if state == "streaming" else None,
            "model": _storable(model),
            "sampling": rows.json(sampling),
            "attached": rows.json_names([storable(path) for path in attached]),
        }
        with self._database.write() as connection:
            conversation = catalogue.find(connection, conversation_id)
            tree.insert(connection, {**values, "conversation": conversation["id"]})
            tree.activate(connection, id)
            deleted = None if role == "user" else conversation["deleted"]
            catalogue.update(
                connection,
                conversation["id"],
                updated=now,
                messages=conversation["messages"] + 1,
                deleted=deleted,
            )
            message = rows.message(tree.message(connection, id))
        if state == "streaming":
            self._answers.open(id)
        return message

    def reopen(self, message_id: str, *, model: str | None, sampling: Sampling) -> Message:
        """As in the port; also makes the message's branch the active one.

        Raises:
            StorageError: it is being written right now.
        """
        writer, id = self._answers.writer(), storable(message_id)
        afresh = {
            "state": "streaming",
            "writer": writer,
            "model": _storable(model),
            "sampling": rows.json(sampling),
            **dict.fromkeys(("stop_reason", "usage", "timings", "error")),
        }
        with self._database.write() as connection:
            row = tree.message(connection, id)
            if self._answers.is_live(row):
                raise StorageError(
                    "This answer is being written right now.",
                    "Stop it first, in the window that writes it.",
                )
            tree.fold(connection, id)
            tree.update(connection, id, afresh)
            tree.activate(connection, id)
            catalogue.update(connection, row["conversation"], updated=self._now())
            message = rows.message(tree.message(connection, id))
        self._answers.open(id)
        return message

    def set_sent(self, message_id: str, sent: str | None) -> None:
        with self._database.write() as connection:
            tree.update(connection, message_id, {"sent": _storable(sent)})

    def set_retrieval(self, message_id: str, retrieval: Retrieval) -> None:
        with self._database.write() as connection:
            tree.message(connection, message_id)
            tree.set_retrieval(connection, message_id, storable(retrieval.model_dump_json()))

    def retrieval(self, message_id: str) -> Retrieval | None:
        with self._database.read() as connection:
            return rows.parsed(Retrieval, tree.retrieval(connection, storable(message_id)))

    def journal(self, message_id: str, text: str) -> None:
        """As in the port.

        Raises:
            StorageError: this store does not write that message, or an earlier piece could not
                be stored; what came in is kept, and tried again.
        """
        self._answers.journal(message_id, storable(text))

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
            "error": _storable(error),
            "citations": _storable(rows.json_list(citations)),
        }
        return self._answers.finish(message_id, columns)

    def search(self, query: str, *, limit: int = 50) -> list[SearchHit]:
        with self._database.read() as connection:
            return search.search(connection, storable(query), limit)

    def revision(self) -> int:
        """As in the port; what this store writes itself does not count."""
        return self._database.foreign_changes()

    def close(self) -> None:
        """End the store; answers that were not finished are left as `partial`."""
        self._answers.close()
        self._database.close()

    def _now(self) -> int:
        return rows.microseconds(self._clock.now())

    def _update(self, id: str, **columns: str | int | None) -> None:
        with self._database.write() as connection:
            catalogue.update(connection, id, **columns)


def _storable(text: str | None) -> str | None:
    return None if text is None else storable(text)


def _collections(names: Sequence[str] | None) -> str | None:
    """NULL stands for all of them, so that none is an empty list."""
    return None if names is None else rows.json_names([storable(name) for name in names]) or "[]"


def _examples(messages: Sequence[ChatMessage]) -> str | None:
    return rows.json_list(
        [message.model_copy(update={"content": storable(message.content)}) for message in messages]
    )
