"""Ports of the user's conversations: how each is set up, the catalog of all, the whole store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from assistant.core.ports.messages import MessageStore
from assistant.core.ports.trash import ConversationTrash

if TYPE_CHECKING:
    from datetime import datetime
    from threading import Event

    from assistant.core.values.changes import ConversationSearchResult, Label
    from assistant.core.values.conversation import (
        ChatMessage,
        Conversation,
        ConversationSummary,
        Overflow,
        SearchHit,
    )
    from assistant.core.values.prompts import ConversationStart
    from assistant.core.values.sampling import AdapterUse, SamplingChanges
    from assistant.core.values.transcript import Adoption, Transcript


class Clock(Protocol):
    """The time of day, timezone-aware, in UTC."""

    def now(self) -> datetime: ...


class ConversationSettings(Protocol):
    """Conversations begun, named and set up: what holds for each of them.

    Raises `NotFoundError` for ids it does not know and `StorageError` for everything else.
    """

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
        """Create a conversation.

        Args:
            durable: see `MessageStore.append`.
            temporary: it and its messages live in memory only, are neither listed nor found with
                the others, and end with this store.
        """
        ...

    def unsent(self) -> Conversation | None:
        """The newest conversation with a draft and no message yet, the trash left out.

        Drafts that another window keeps, which is still open, are its own.
        """
        ...

    def rename(self, id: str, title: str) -> None:
        """Give a conversation a title of the user's."""
        ...

    def set_draft(self, id: str, draft: str) -> None:
        """Store what is typed and not sent yet."""
        ...

    def set_system_prompt(
        self,
        id: str,
        text: str,
        prompt_name: str | None,
        examples: Sequence[ChatMessage] = (),
    ) -> None:
        """Set another system prompt, and the examples that go with it.

        This and `set_sampling`, `set_model`, `set_adapters`, `set_collections` and `switch_prompt`
        leave `marks` at the last message of the active branch, which go again when the change is
        undone.
        """
        ...

    def switch_prompt(self, id: str, opening: ConversationStart, model: str | None = None) -> None:
        """Switch the conversation to another prompt, as one change.

        Its sampling becomes the prompt's; collections stay unless the prompt names some.

        Args:
            model: the one to go on with, as by `set_model`; None stays with the conversation's.
        """
        ...

    def set_sampling(self, id: str, sampling: SamplingChanges) -> None:
        """Set what the conversation has otherwise than the settings."""
        ...

    def set_model(self, id: str, model: str | None) -> None:
        """Set the model that the conversation goes on with; None follows the settings.

        Adapters were chosen for the model that it had: with another one it follows the settings
        again, unless it is to have none.
        """
        ...

    def set_adapters(self, id: str, adapters: Sequence[AdapterUse] | None) -> None:
        """Set what the conversation's model is run with; see `Conversation`."""
        ...

    def set_collections(self, id: str, collections: Sequence[str] | None) -> None:
        """Set which of the user's files the conversation is about; see `Conversation`."""
        ...

    def set_overflow(self, id: str, overflow: Overflow) -> None:
        """Set what becomes of the oldest turns when the window is full."""
        ...


class ConversationCatalog(Protocol):
    """All conversations: listed, put in order, searched, forked, written out and taken in.

    Raises `NotFoundError` for ids it does not know and `StorageError` for everything else.
    """

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
        """Conversations, newest `updated` first; those with neither message nor draft are left out.

        Args:
            deleted: those in the trash instead, archived or not.
            folder: those in this folder and in folders below it; "" is no folder at all.
            tag: those with this tag.
            archived: only those, or without those; None is both.
            pinned: only those, or without those; None is both.
            temporary: those in memory instead.
        """
        ...

    def folders(self) -> list[Label]:
        """The folders in use, by name."""
        ...

    def tags(self) -> list[Label]:
        """The tags in use, by name."""
        ...

    def revision(self) -> int:
        """Number that changes when another connection changed the conversations."""
        ...

    def pin(self, id: str, pinned: bool = True) -> None:
        """Pin a conversation to the top of the list, or unpin it."""
        ...

    def archive(self, id: str, archived: bool = True) -> None:
        """Move a conversation to the archive, or back out of it."""
        ...

    def move(self, id: str, folder: str) -> None:
        """Move a conversation into a folder, or out of its folder with ""."""
        ...

    def tag(self, id: str, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        """Add and remove tags of a conversation."""
        ...

    def search(self, query: str, *, limit: int = 50) -> list[SearchHit]:
        """Find the best messages for a query as in `search_query`, best first.

        Case and accents do not matter; any text is a valid query.
        """
        ...

    def find(
        self, query: str, *, limit: int = 20, stop: Event | None = None
    ) -> ConversationSearchResult:
        """Find the best conversations for a query, by their messages, titles and system prompts.

        Args:
            stop: ends the search when set; nothing is found then.
        """
        ...

    def fork(self, message_id: str) -> Conversation:
        """Fork a conversation: a new one begins with the messages down to this one, copied."""
        ...

    def transcript(self, id: str) -> Transcript:
        """A conversation with its whole tree, without what is in the trash."""
        ...

    def adopt(self, transcript: Transcript) -> Adoption:
        """Take in a conversation, or those of its messages that are not there yet.

        Nothing that is there changes, so that adopting twice is adopting once.
        """
        ...


class ConversationStore(
    MessageStore, ConversationSettings, ConversationCatalog, ConversationTrash, Protocol
):
    """The user's conversations, all four ports of them, for a front end.

    Safe to use from several threads and processes at once.
    """

    def unwritable(self) -> str:
        """Why nothing but temporary conversations can be written; empty when everything can."""
        ...

    def close(self) -> None:
        """Close the store; answers that are not finished are left as `partial`."""
        ...
