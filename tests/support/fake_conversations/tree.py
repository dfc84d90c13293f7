"""A conversation's tree of messages and its trash, in dictionaries."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from assistant.core.errors import NotFoundError, StorageError
from assistant.core.values import changes
from assistant.core.values.base import Value
from assistant.core.values.conversation import Conversation, Mark, Message
from assistant.core.values.library import Retrieval
from assistant.storage.tables.rows import storable

T = TypeVar("T")


def kept(value: T) -> T:
    """A value with all its texts as a store keeps them: without lone surrogates."""
    return _kept(value)  # type: ignore[no-any-return]


def _kept(value: Any) -> Any:
    match value:
        case str():
            return storable(value)
        case Value():
            fields = {name: _kept(getattr(value, name)) for name in type(value).model_fields}
            return value.model_copy(update=fields)
        case list() | tuple():
            return tuple(map(_kept, value))
    return value


@dataclass
class Node:
    """A message in its tree."""

    number: int
    """Newer messages of any conversation have greater ones."""
    message: Message
    """As it was stored; which version it is, is told when it is read."""
    retrieval: Retrieval | None = None
    writer: object = None
    """The window that is writing it."""
    pieces: list[str] = field(default_factory=list)
    """What was written since it was opened."""

    def set(self, **fields: object) -> None:
        self.message = self.message.model_copy(update=kept_fields(fields))

    def settle(self, **fields: object) -> None:
        """End the writing."""
        self.set(text=self.message.text + "".join(self.pieces), **fields)
        self.writer, self.pieces = None, []


@dataclass
class Branch:
    """A message in the trash and what was below it."""

    nodes: list[Node]
    removed: datetime
    was_chosen: bool

    @property
    def message_ids(self) -> set[str]:
        return _ids(self.nodes)


@dataclass
class Record:
    """A conversation and its tree."""

    number: int
    conversation: Conversation
    nodes: dict[str, Node] = field(default_factory=dict)
    """By id, parents before children and older versions before newer ones."""
    chosen: dict[str | None, str] = field(default_factory=dict)
    """The message last used below each, and below none."""
    trash: dict[str, Branch] = field(default_factory=dict)
    """By the id of the first message."""
    sections: dict[str, str] = field(default_factory=dict)
    """What sections of documents say, by their keys."""
    drafter: object = None
    """The window that keeps its draft."""

    @property
    def id(self) -> str:
        return self.conversation.id

    @property
    def holds_something(self) -> bool:
        return bool(self.nodes or self.conversation.draft)

    @property
    def message_ids(self) -> set[str]:
        """Those in the trash included."""
        trashed = (branch.message_ids for branch in self.trash.values())
        return set(self.nodes).union(*trashed)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left of it, not even in the trash."""
        return not self.holds_something and not self.trash

    def set(self, **fields: object) -> None:
        self.conversation = self.conversation.model_copy(update=kept_fields(fields))

    def path(self, id: str) -> list[Node]:
        """From the first message down to this one."""
        found: list[Node] = []
        at: str | None = id
        while at is not None:
            found.append(self.nodes[at])
            at = found[-1].message.parent_id
        return found[::-1]

    def branch(self) -> list[Node]:
        found: list[Node] = []
        at = self.chosen.get(None)
        while at is not None:
            found.append(self.nodes[at])
            at = self.chosen.get(at)
        return found

    def beside(self, message: Message) -> list[Node]:
        """All messages with the parent of this one, oldest first."""
        return [each for each in self.nodes.values() if each.message.parent_id == message.parent_id]

    def below(self, id: str) -> list[Node]:
        """A message and everything below it."""
        ids, found = {id}, []
        for node in self.nodes.values():
            if node.message.id == id or node.message.parent_id in ids:
                ids.add(node.message.id)
                found.append(node)
        return found

    def choose(self, id: str) -> None:
        """Let the branch through this message be the one in use; below it all stays."""
        for node in self.path(id):
            self.chosen[node.message.parent_id] = node.message.id

    def read(self, nodes: Iterable[Node]) -> list[Message]:
        """Messages as they are now, with their places among their versions."""
        versions: dict[tuple[str | None, str], list[str]] = defaultdict(list)
        for node in self.nodes.values():
            versions[node.message.parent_id, node.message.role].append(node.message.id)
        found = []
        for node in nodes:
            message = node.message
            alike = versions[message.parent_id, message.role]
            update: dict[str, object] = {
                "version": alike.index(message.id) + 1,
                "versions": len(alike),
            }
            if node.pieces:
                update["text"] = message.text + "".join(node.pieces)
            found.append(message.model_copy(update=update))
        return found

    def remove(self, id: str, now: datetime) -> None:
        """Move a message and everything below it to the trash.

        Raises:
            StorageError: one of them is being written.
        """
        first, nodes = self.nodes[id].message, self.below(id)
        if any(node.writer for node in nodes):
            raise StorageError("An answer below this message is being written right now.")
        was_chosen = self.chosen.get(first.parent_id) == id
        self.trash[id] = Branch(nodes, now, was_chosen)
        number = self.nodes[id].number
        for node in nodes:
            del self.nodes[node.message.id]
        if was_chosen:
            del self.chosen[first.parent_id]
            left = self.beside(first)
            alike = [node for node in left if node.message.role == first.role] or left
            before = [node for node in alike if node.number < number]
            for next_to in before[-1:] or alike[:1]:
                self.chosen[first.parent_id] = next_to.message.id

    def restore(self, id: str) -> None:
        """Take a message and what left with it back from the trash.

        Raises:
            NotFoundError: it is not there, or what it belongs to is there as well.
        """
        branch = self.trash.get(id)
        if branch is None:
            raise NotFoundError(f"There is no message {id} in the trash.")
        first = branch.nodes[0].message
        if first.parent_id is not None and first.parent_id not in self.nodes:
            above = [id for id, other in self.trash.items() if first.parent_id in other.message_ids]
            if not above:
                raise StorageError(f"What message {id} belonged to was deleted for good.")
            raise NotFoundError(
                f"What message {id} belongs to is in the trash as well.",
                f"Restore {above[0]} first.",
            )
        del self.trash[id]
        self.nodes |= {node.message.id: node for node in branch.nodes}
        self.nodes = dict(sorted(self.nodes.items(), key=lambda item: item[1].number))
        if branch.was_chosen or len(self.beside(first)) == 1:
            self.chosen[first.parent_id] = id

    def unmark(self, message_id: str, ids: Sequence[str]) -> None:
        """Take marks away from a message, in the trash or not."""
        trashed = (node for branch in self.trash.values() for node in branch.nodes)
        for node in (*self.nodes.values(), *trashed):
            if node.message.id == message_id:
                node.set(marks=changes.without_marks(node.message.marks, ids))

    def mark(self, made: Sequence[Mark]) -> Callable[[], None]:
        """Put marks after the last message of the branch in use.

        Returns:
            What takes them away again.
        """
        tips = self.branch()[-1:] if made else []
        for tip in tips:
            tip.set(marks=(*tip.message.marks, *made))

        def unmark() -> None:
            for tip in tips:
                self.unmark(tip.message.id, [mark.id for mark in made])

        return unmark


def kept_fields(fields: dict[str, object]) -> dict[str, object]:
    return {name: kept(value) for name, value in fields.items()}


def _ids(nodes: Iterable[Node]) -> set[str]:
    return {node.message.id for node in nodes}
