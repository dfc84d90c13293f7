"""A fake of the messages of conversations: answers grow in a list of pieces."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.core.errors import StorageError
from assistant.core.values.changes import ChangeKind
from assistant.core.values.conversation import (
    Citation,
    Conversation,
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
    TitledBy,
    Usage,
)
from assistant.core.values.library import Retrieval
from assistant.core.values.sampling import AdapterUse, Sampling
from assistant.storage.tables.rows import storable
from tests.support.fake_conversations.shelf import Window, short
from tests.support.fake_conversations.tree import Node, Record, kept


class FakeSectionSummaries:
    """core.ports.SectionSummaries on a window."""

    def __init__(self, window: Window) -> None:
        self.window = window

    def keep_section_summary(self, conversation_id: str, key: str, summary: str) -> None:
        with self.window.writing(conversation_id) as shelf:
            shelf.find(conversation_id).sections[key] = storable(summary)

    def section_summary(self, conversation_id: str, key: str) -> str | None:
        with self.window.writing(conversation_id) as shelf:
            record = shelf.find(conversation_id)
            for each in shelf.records.values():
                if key in each.sections:
                    record.sections[key] = each.sections[key]
                    return each.sections[key]
            return None


class FakeMessages(FakeSectionSummaries):
    """core.ports.MessageStore on a window."""

    def conversation(self, id: str) -> Conversation:
        with self.window.reading(id) as shelf:
            return shelf.find(id).conversation

    def suggest_title(
        self,
        id: str,
        title: str,
        by: TitledBy,
        *,
        durable: bool = True,
    ) -> bool:
        with self.window.writing(id) as shelf:
            record = shelf.find(id)
            there = record.conversation
            is_open = not there.title if by == "words" else there.titled == "words"
            if is_open:
                record.set(title=title, titled=by)
            return is_open

    def branch(self, conversation_id: str) -> list[Message]:
        with self.window.reading(conversation_id) as shelf:
            record = shelf.find(conversation_id)
            return record.read(record.branch())

    def path(self, message_id: str) -> list[Message]:
        with self.window.reading(message_id) as shelf:
            record, node = shelf.node(message_id)
            return record.read(record.path(node.message.id))

    def message(self, id: str) -> Message:
        with self.window.reading(id) as shelf:
            record, node = shelf.begun_like(id)
            return record.read([node])[0]

    def versions(self, message_id: str) -> list[Message]:
        with self.window.reading(message_id) as shelf:
            record, node = shelf.node(message_id)
            beside = record.beside(node.message)
            return record.read(each for each in beside if each.message.role == node.message.role)

    def select(self, message_id: str) -> None:
        with self.window.writing(message_id) as shelf:
            record, node = shelf.node(message_id)
            record.choose(node.message.id)

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
        now = self.window.now()
        with self.window.writing(conversation_id) as shelf:
            record = shelf.find(conversation_id)
            message = Message(
                id=shelf.new_id(),
                conversation_id=record.id,
                parent_id=parent_id,
                role=role,
                text=kept(text),
                state=state,
                created=now,
                model=kept(model),
                adapters=kept(tuple(adapters)),
                sampling=sampling,
                attached=kept(tuple(attached)),
                prompt=prompt,
                edited=edited,
            )
            node = shelf.add_message(record, message)
            node.writer = self.window if state == "streaming" else None
            record.choose(message.id)
            record.set(updated=now)
            if role == "user":
                record.set(deleted=None)
            return record.read([node])[0]

    def reopen(
        self,
        message_id: str,
        *,
        model: str | None,
        sampling: Sampling,
        adapters: Sequence[AdapterUse] = (),
    ) -> Message:
        with self.window.writing(message_id) as shelf:
            record, node = shelf.node(message_id)
            if node.writer is not None:
                raise StorageError("This answer is being written right now.")
            node.writer = self.window
            node.set(state="streaming", model=model, sampling=sampling, adapters=tuple(adapters))
            node.set(stop_reason=None, usage=None, timings=None, error=None)
            record.choose(node.message.id)
            record.set(updated=self.window.now())
            return record.read([node])[0]

    def journal(self, message_id: str, text: str) -> None:
        with self.window.writing(message_id):
            self._own(message_id)[1].pieces.append(kept(text))

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
        with self.window.writing(message_id):
            record, node = self._own(message_id)
            node.settle(
                state=state,
                stop_reason=stop_reason,
                usage=usage,
                timings=timings,
                error=error,
                citations=tuple(citations),
            )
            return record.read([node])[0]

    def set_sent(self, message_id: str, sent: str | None) -> None:
        self._set(message_id, sent=sent)

    def set_retrieval(self, message_id: str, retrieval: Retrieval) -> None:
        with self.window.writing(message_id) as shelf:
            shelf.node(message_id)[1].retrieval = kept(retrieval)

    def retrieval(self, message_id: str) -> Retrieval | None:
        with self.window.reading(message_id) as shelf:
            record = shelf.owners.get(message_id)
            node = record.nodes.get(message_id) if record else None
            return node.retrieval if node else None

    def set_reasoning(self, message_id: str, reasoning: str) -> None:
        self._set(message_id, reasoning=reasoning)

    def set_outgrown(self, message_id: str, overflow: Overflow) -> None:
        self._set(message_id, outgrown=overflow)

    def set_summary(self, message_id: str, summary: Summary | None) -> None:
        with self.window.writing(message_id) as shelf:
            _, node = shelf.node(message_id)
            there = node.message.summary
            if summary is None or summary.edited:
                before = short(there.text) if there else ""
                self._change(message_id, "summary", before, summary=summary)
            elif there is None:
                node.set(summary=summary)

    def set_placing(self, message_id: str, placing: Placing | None) -> None:
        with self.window.writing(message_id) as shelf:
            before = shelf.node(message_id)[1].message.placing or ""
            self._change(message_id, "turn", before, placing=placing)

    def rate(self, message_id: str, rating: Rating | None, note: str = "") -> None:
        with self.window.writing(message_id) as shelf:
            before = shelf.node(message_id)[1].message.rating or ""
            self._change(message_id, "rating", before, rating=rating, note=note)

    def _set(self, message_id: str, **fields: object) -> None:
        with self.window.writing(message_id) as shelf:
            shelf.node(message_id)[1].set(**fields)

    def _change(self, message_id: str, kind: ChangeKind, before: str, **fields: object) -> None:
        """Set fields of a message and note what they were."""
        now = self.window.now()
        with self.window.writing(message_id) as shelf:
            record, node = shelf.node(message_id)
            was = {name: getattr(node.message, name) for name in fields}
            node.set(**fields)
            id = node.message.id

            def take_back() -> None:
                shelf.node(id)[1].set(**was)

            if {name: getattr(node.message, name) for name in fields} != was:
                shelf.note(record, kind, before, now, take_back, id)

    def _own(self, message_id: str) -> tuple[Record, Node]:
        """A message that this window writes."""
        with self.window.reading(message_id) as shelf:
            record = shelf.owners.get(message_id)
            node = record.nodes.get(message_id) if record else None
            if record is None or node is None or node.writer is not self.window:
                raise StorageError(f"Message {message_id} is not being written by this window.")
            return record, node
