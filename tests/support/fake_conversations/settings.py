"""A fake of how conversations are begun, named and set up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from assistant.core.values.conversation import ChatMessage, Conversation, Overflow
from assistant.core.values.prompts import ConversationStart
from assistant.core.values.sampling import AdapterUse, SamplingChanges
from tests.support.fake_conversations.shelf import Window
from tests.support.fake_conversations.tree import kept

T = TypeVar("T")


class FakeConversationSettings:
    """core.ports.ConversationSettings on a window."""

    def __init__(self, window: Window) -> None:
        self.window = window

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
        now = self.window.now()
        with self.window.writing(self.window.own.prefix if temporary else "") as shelf:
            conversation = Conversation(
                id=shelf.new_id(),
                title=kept(title),
                created=now,
                updated=now,
                system_prompt=kept(system_prompt),
                prompt_name=kept(prompt_name),
                model=kept(model),
                adapters=kept(_tuple(adapters)),
                collections=kept(_tuple(collections)),
                examples=kept(tuple(examples)),
                sampling=sampling or SamplingChanges(),
                temporary=temporary,
            )
            return shelf.add(conversation).conversation

    def unsent(self) -> Conversation | None:
        with self.window.reading() as shelf:
            drafts = [
                record
                for record in shelf.listed()
                if not record.nodes
                and not record.conversation.deleted
                and not self.window.is_elsewhere(record.drafter)
            ]
            return drafts[0].conversation if drafts else None

    def rename(self, id: str, title: str) -> None:
        self.window.change(id, "title", title=title, titled=None)

    def set_draft(self, id: str, draft: str) -> None:
        with self.window.writing(id) as shelf:
            record = shelf.find(id)
            record.set(draft=draft)
            record.drafter = self.window if draft else None

    def set_system_prompt(
        self,
        id: str,
        text: str,
        prompt_name: str | None,
        examples: Sequence[ChatMessage] = (),
    ) -> None:
        self.window.change(
            id,
            "system prompt",
            system_prompt=text,
            prompt_name=prompt_name,
            examples=tuple(examples),
        )

    def switch_prompt(self, id: str, opening: ConversationStart, model: str | None = None) -> None:
        fields: dict[str, object] = {
            "system_prompt": opening.text,
            "prompt_name": opening.prompt_name,
            "examples": opening.examples,
            "sampling": opening.sampling,
        }
        if opening.collections is not None:
            fields["collections"] = opening.collections
        if model is not None:
            fields["model"] = model
        self.window.change(id, "system prompt", **fields)

    def set_sampling(self, id: str, sampling: SamplingChanges) -> None:
        self.window.change(id, "sampling", sampling=sampling)

    def set_model(self, id: str, model: str | None) -> None:
        self.window.change(id, "model", model=model)

    def set_adapters(self, id: str, adapters: Sequence[AdapterUse] | None) -> None:
        self.window.change(id, "adapters", adapters=_tuple(adapters))

    def set_collections(self, id: str, collections: Sequence[str] | None) -> None:
        self.window.change(id, "collections", collections=_tuple(collections))

    def set_overflow(self, id: str, overflow: Overflow) -> None:
        self.window.change(id, "overflow", overflow=overflow)


def _tuple(values: Sequence[T] | None) -> tuple[T, ...] | None:
    return None if values is None else tuple(values)
