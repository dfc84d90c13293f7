"""Conversations in dictionaries, as all windows see them, and the changes that can be undone."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from secrets import token_hex
from threading import RLock

from assistant.core.errors import NotFoundError, StorageError
from assistant.core.ports.conversations import Clock
from assistant.core.values import changes
from assistant.core.values.changes import ChangeKind
from assistant.core.values.conversation import Conversation, ConversationSummary, Message
from assistant.core.values.library import Retrieval
from assistant.storage.tables.rows import storable
from tests.support.fake_conversations.tree import Node, Record, kept

TEMPORARY = "tmp-"
"""How the ids of what belongs to one window begin."""

CANDIDATES = 5
"""Conversations that are named when the start of an id fits several."""

TOLD = 60
"""Characters of what was before that a change tells."""

WITHOUT_MESSAGES: tuple[ChangeKind, ...] = ("pin", "archive", "tags")
"""Changes that are noted before a conversation holds anything."""


@dataclass(frozen=True)
class Noted:
    """A change that can be undone."""

    number: int
    kind: ChangeKind
    record: Record
    message_id: str | None
    before: str
    """In few words."""
    at: datetime
    take_back: Callable[[], None]


class Shelf:
    """Conversations, for all the windows that look at them."""

    def __init__(self, prefix: str = "") -> None:
        """Args:
        prefix: of all ids.
        """
        self.lock = RLock()
        self.records: dict[str, Record] = {}
        self.owners: dict[str, Record] = {}
        """The conversation of every message, in the trash or not."""
        self.changes: list[Noted] = []
        self.written: Counter[Window] = Counter()
        """How often each window wrote."""
        self.prefix = prefix
        self._numbers = count(1)

    def listed(self) -> list[Record]:
        """Those that hold something, newest first, the trash included."""
        found = (record for record in self.records.values() if record.holds_something)
        return sorted(
            found, key=lambda record: (record.conversation.updated, record.number), reverse=True
        )

    def new_id(self) -> str:
        return self.prefix + token_hex(8)

    def find(self, id: str) -> Record:
        """A conversation by its id or by the start of it."""
        id = storable(id)
        if id in self.records:
            return self.records[id]
        fitting = sorted(each for each in self.records if id and each.startswith(id))
        if not fitting:
            raise NotFoundError(f"There is no conversation {id}.")
        if len(fitting) > 1:
            told = ", ".join(fitting[:CANDIDATES])
            raise NotFoundError(f"Several conversations begin with {id}: {told}.")
        return self.records[fitting[0]]

    def node(self, id: str) -> tuple[Record, Node]:
        """A message by its id, with its conversation."""
        id = storable(id)
        record = self.owners.get(id)
        if record is None or id not in record.nodes:
            raise unknown(id)
        return record, record.nodes[id]

    def begun_like(self, id: str) -> tuple[Record, Node]:
        """A message by its id or by the start of it, with its conversation."""
        id = storable(id)
        if id and id not in self.owners:
            fitting = [
                own
                for own, record in self.owners.items()
                if own.startswith(id) and own in record.nodes
            ]
            if len(fitting) == 1:
                return self.node(fitting[0])
        return self.node(id)

    def add(self, conversation: Conversation) -> Record:
        record = Record(next(self._numbers), kept(conversation))
        self.records[record.id] = record
        return record

    def add_message(
        self, record: Record, message: Message, retrieval: Retrieval | None = None
    ) -> Node:
        """Add a message to the tree; the branch in use stays.

        Raises:
            NotFoundError: its parent is not in this conversation.
        """
        if message.parent_id is not None and message.parent_id not in record.nodes:
            raise unknown(message.parent_id)
        message = message.model_copy(update={"conversation_id": record.id})
        node = Node(next(self._numbers), kept(message), kept(retrieval))
        record.nodes[message.id] = node
        self.owners[message.id] = record
        return node

    def note(
        self,
        record: Record,
        kind: ChangeKind,
        before: str,
        at: datetime,
        take_back: Callable[[], None],
        message_id: str | None = None,
    ) -> None:
        """Keep how a change is taken back."""
        noted = Noted(next(self._numbers), kind, record, message_id, before, at, take_back)
        self.changes.append(noted)

    def remove(self, expired: Collection[Record]) -> None:
        """Delete conversations for good, and forget what left the trash of others."""
        ids = {record.id for record in expired}
        self.records = {id: record for id, record in self.records.items() if id not in ids}
        self.owners = {id: record for record in self.records.values() for id in record.message_ids}
        self.changes = [change for change in self.changes if change.record.id not in ids]
        for record in self.records.values():
            if record.conversation.forked_from in ids:
                record.set(forked_from=None, forked_at=None)


class Window:
    """One open store: the conversations of all, those of its own, and the answers it writes."""

    def __init__(self, shelf: Shelf | None = None, clock: Clock | None = None) -> None:
        self.shelf = Shelf() if shelf is None else shelf
        self.own = Shelf(TEMPORARY)
        self.is_closed = False
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now() if self._clock else datetime.now(UTC)

    @contextmanager
    def reading(self, id: str = "") -> Iterator[Shelf]:
        """The shelf on which a conversation or message is, for this thread alone."""
        shelf = self.own if id.startswith(TEMPORARY) else self.shelf
        with shelf.lock:
            if self.is_closed:
                raise StorageError("The conversations are closed.")
            yield shelf

    @contextmanager
    def writing(self, id: str = "") -> Iterator[Shelf]:
        with self.reading(id) as shelf:
            yield shelf
            shelf.written[self] += 1

    def is_elsewhere(self, window: object) -> bool:
        """Whether that is another window, and open."""
        return isinstance(window, Window) and window is not self and not window.is_closed

    def change(self, id: str, kind: ChangeKind, **fields: object) -> None:
        """Set fields of a conversation and note what they were, with a mark where it takes
        another course. Another model leaves the adapters behind."""
        now = self.now()
        with self.writing(id) as shelf:
            record = shelf.find(id)
            before = record.conversation
            if fields.get("model", before.model) != before.model and before.adapters != ():
                fields["adapters"] = None
            record.set(**fields)
            is_first = kind == "title" and not before.title
            is_noted = record.nodes or kind in WITHOUT_MESSAGES
            if record.conversation == before or is_first or not is_noted:
                return
            unmark = record.mark(changes.marks_between(before, record.conversation, now))
            was = {name: getattr(before, name) for name in fields}

            def take_back() -> None:
                record.set(**was)
                unmark()

            shelf.note(record, kind, before_change(kind, before), now, take_back)

    def close(self) -> None:
        """Leave what is still being written as partial."""
        with self.shelf.lock:
            self.is_closed = True
            for record in self.shelf.records.values():
                for node in record.nodes.values():
                    if node.writer is self:
                        node.settle(state="partial")


def unknown(message: str) -> NotFoundError:
    return NotFoundError(f"There is no message {message}.")


def before_change(kind: ChangeKind, before: Conversation) -> str:
    """What of a conversation is told of a change to it, in few words."""
    match kind:
        case "pin" | "archive":
            return "yes" if (before.pinned if kind == "pin" else before.archived) else "no"
        case "tags":
            return short(", ".join(before.tags))
        case "adapters":
            return short(changes.describe_adapters(before.adapters)) or "default"
        case "collections":
            names = before.collections
            return "all" if names is None else short(", ".join(names)) or "none"
        case "overflow":
            return "" if before.overflow == "leave_out" else before.overflow
        case "sampling":
            return short(before.sampling.model_dump_json(exclude_none=True)).removeprefix("{}")
        case "system prompt":
            return short(before.system_prompt)
    return short(getattr(before, kind) or "")


def short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= TOLD else line[: TOLD - 1] + "…"


def cleaned(name: str) -> str:
    """A tag or a folder on one line; folders within folders are separated by single `/`."""
    parts = (" ".join(part.split()) for part in storable(name).replace("\0", " ").split("/"))
    return "/".join(part for part in parts if part)


def summary_of(record: Record) -> ConversationSummary:
    """A line of the list."""
    fields = ConversationSummary.model_fields.keys() - {"messages"}
    there = {name: getattr(record.conversation, name) for name in fields}
    return ConversationSummary(messages=len(record.nodes), **there)
