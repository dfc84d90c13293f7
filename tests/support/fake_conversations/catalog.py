"""A fake of the catalog of conversations: listed, put in order, searched, taken out and in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from threading import Event

from assistant.core.errors import StorageError
from assistant.core.values.changes import ConversationSearchResult, Label
from assistant.core.values.conversation import Conversation, ConversationSummary, Message, SearchHit
from assistant.core.values.transcript import Adoption, Transcript, TranscriptEntry, derived_id
from assistant.storage.tables.rows import comparable
from tests.support.fake_conversations import search
from tests.support.fake_conversations.shelf import (
    TEMPORARY,
    Shelf,
    Window,
    cleaned,
    summary_of,
)
from tests.support.fake_conversations.tree import Record, kept

_FORK = re.compile(r" \(fork(?: (\d+))?\)$")


class FakeConversationCatalog:
    """core.ports.ConversationCatalog on a window."""

    def __init__(self, window: Window) -> None:
        self.window = window

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
        def fits(there: Conversation) -> bool:
            return (
                (there.deleted is not None) == deleted
                and (deleted or archived in (None, there.archived))
                and pinned in (None, there.pinned)
                and (folder is None or _is_in_folder(there, folder))
                and (tag is None or comparable(cleaned(tag)) in map(comparable, there.tags))
                and comparable(title_contains) in comparable(there.title)
            )

        with self.window.reading(TEMPORARY if temporary else "") as shelf:
            found = [record for record in shelf.listed() if fits(record.conversation)]
            return [summary_of(record) for record in found[:limit]]

    def folders(self) -> list[Label]:
        with self.window.reading() as shelf:
            return _labels([there.folder] for there in _in_use(shelf))

    def tags(self) -> list[Label]:
        with self.window.reading() as shelf:
            return _labels(there.tags for there in _in_use(shelf))

    def revision(self) -> int:
        with self.window.reading() as shelf:
            return sum(times for window, times in shelf.written.items() if window != self.window)

    def pin(self, id: str, pinned: bool = True) -> None:
        self.window.change(id, "pin", pinned=pinned)

    def archive(self, id: str, archived: bool = True) -> None:
        self.window.change(id, "archive", archived=archived)

    def move(self, id: str, folder: str) -> None:
        self.window.change(id, "folder", folder=cleaned(folder))

    def tag(self, id: str, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        with self.window.writing(id) as shelf:
            there = shelf.find(id).conversation.tags
            self.window.change(id, "tags", tags=_changed(there, add, remove))

    def search(self, query: str, *, limit: int = 50) -> list[SearchHit]:
        with self.window.reading() as shelf:
            return search.search(shelf, query, self.window.now(), limit)

    def find(
        self, query: str, *, limit: int = 20, stop: Event | None = None
    ) -> ConversationSearchResult:
        if stop is not None and stop.is_set():
            return ConversationSearchResult(conversations=(), messages=0)
        with self.window.reading() as shelf:
            return search.find(shelf, query, self.window.now(), limit)

    def fork(self, message_id: str) -> Conversation:
        now = self.window.now()
        with self.window.writing(message_id) as shelf:
            origin, node = shelf.begun_like(message_id)
            path = origin.path(node.message.id)
            if any(each.writer for each in path):
                raise StorageError("This answer is being written right now.")
            there = origin.conversation
            anew = {
                "id": shelf.new_id(),
                "title": _fork_title(there.title),
                "titled": None,
                "created": now,
                "updated": now,
                "forked_from": origin.id,
                "forked_at": node.message.id,
                "draft": "",
                "deleted": None,
                "pinned": False,
                "archived": False,
            }
            fork = shelf.add(there.model_copy(update=anew))
            parent: str | None = None
            for each in path:
                update = {"id": shelf.new_id(), "parent_id": parent}
                copied = each.message.model_copy(update=update)
                shelf.add_message(fork, copied, each.retrieval)
                parent = copied.id
                fork.choose(copied.id)
            return fork.conversation

    def transcript(self, id: str) -> Transcript:
        with self.window.reading(id) as shelf:
            record = shelf.find(id)
            chosen, nodes = set(record.chosen.values()), list(record.nodes.values())
            return Transcript(
                conversation=record.conversation,
                entries=tuple(
                    TranscriptEntry(
                        message=_settled(message),
                        active=message.id in chosen,
                        retrieval=node.retrieval,
                    )
                    for node, message in zip(nodes, record.read(nodes), strict=True)
                ),
            )

    def adopt(self, transcript: Transcript) -> Adoption:
        given = kept(transcript.conversation)
        id = derived_id(TEMPORARY, given.id) if given.id.startswith(TEMPORARY) else given.id
        with self.window.writing() as shelf:
            there = shelf.records.get(id)
            record = there or shelf.add(_adopted(given, id))
            adding = _Adding(shelf, record)
            for entry in transcript.entries:
                adding.add(entry)
            if adding.added:
                record.set(updated=max(record.conversation.updated, given.updated))
            return Adoption(
                conversation_id=id,
                title=record.conversation.title,
                is_new=there is None,
                added=len(adding.added),
                present=adding.present,
                trashed=adding.trashed,
                in_trash=record.conversation.deleted is not None,
            )


class _Adding:
    """Adds messages to a conversation that are not there; what is chosen there stays so."""

    def __init__(self, shelf: Shelf, record: Record) -> None:
        self._shelf = shelf
        self._record = record
        self._ids: dict[str | None, str | None] = {None: None}
        """What messages are called here by what they are called in the transcript."""
        self.added: set[str] = set()
        self.present = 0
        self.trashed = 0

    def add(self, entry: TranscriptEntry) -> None:
        record, given = self._record, entry.message
        id, parent = self._id_for(given.id), self._ids[given.parent_id]
        self._ids[given.id] = id
        if id in record.nodes:
            self.present += 1
        elif id in self._shelf.owners or not (parent is None or parent in record.nodes):
            self.trashed += 1
        else:
            message = given.model_copy(update={"id": id, "parent_id": parent})
            self._shelf.add_message(record, message, entry.retrieval)
            chosen = record.chosen.get(parent)
            if chosen is None or (entry.active and chosen in self.added):
                record.chosen[parent] = id
            self.added.add(id)

    def _id_for(self, id: str) -> str:
        """Another one, always the same, where a message of another conversation has it."""
        id = kept(id)
        owner = self._shelf.owners.get(id, self._record)
        if id.startswith(TEMPORARY) or owner is not self._record:
            return derived_id(self._record.id, id)
        return id


def _adopted(given: Conversation, id: str) -> Conversation:
    tags = _changed((), given.tags, ())
    anew = {"id": id, "deleted": None, "temporary": False, "folder": cleaned(given.folder)}
    return given.model_copy(update={**anew, "tags": tags})


def _settled(message: Message) -> Message:
    is_growing = message.state == "streaming"
    return message.model_copy(update={"state": "partial"}) if is_growing else message


def _fork_title(title: str) -> str:
    """Another number for the fork of a fork."""
    found = _FORK.search(title)
    if found is None:
        return f"{title} (fork)".strip()
    return f"{title[: found.start()]} (fork {int(found[1] or 1) + 1})"


def _is_in_folder(there: Conversation, folder: str) -> bool:
    return search.is_within(there.folder, folder) if cleaned(folder) else not there.folder


def _changed(tags: Iterable[str], add: Iterable[str], remove: Iterable[str]) -> tuple[str, ...]:
    """Those that are left and the new ones under the spelling that is known, in their order."""
    known = {comparable(tag): tag for tag in tags}
    for name in filter(None, map(cleaned, add)):
        known.setdefault(comparable(name), name)
    unwanted = {comparable(cleaned(name)) for name in remove}
    return tuple(known[key] for key in sorted(known) if key not in unwanted)


def _in_use(shelf: Shelf) -> list[Conversation]:
    return [record.conversation for record in shelf.listed() if not record.conversation.deleted]


def _labels(names: Iterable[Iterable[str]]) -> list[Label]:
    """Names by how they compare, with the number of conversations."""
    alike: dict[str, list[str]] = {}
    for each in names:
        for name in filter(None, each):
            alike.setdefault(comparable(name), []).append(name)
    return [Label(name=min(spelt), conversations=len(spelt)) for _, spelt in sorted(alike.items())]
