"""ConversationStore: where the user's conversations are kept, as a port."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from assistant.core.values.changes import Change, ConversationSearchResult, Label, TrashEntry
from assistant.core.values.conversation import (
    ChatMessage,
    Citation,
    Conversation,
    ConversationSummary,
    Message,
    MessageState,
    Overflow,
    Placing,
    QuestionPrompt,
    Rating,
    Role,
    SearchHit,
    StopReason,
    Summary,
    Timings,
    TitledBy,
    Usage,
)
from assistant.core.values.library import Retrieval
from assistant.core.values.prompts import ConversationStart
from assistant.core.values.sampling import AdapterUse, Sampling, SamplingChanges
from assistant.core.values.transcript import Adoption, Transcript


class Clock(Protocol):
    """The time of day, timezone-aware, in UTC."""

    def now(self) -> datetime: ...


class ConversationStore(Protocol):
    """The user's conversations. Safe to use from several threads and processes at once.

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
    ) -> Conversation:
        """Args:
        temporary: it and its messages live in memory only, are neither listed nor found with
            the others, and end with this store.
        """
        ...

    def conversation(self, id: str) -> Conversation:
        """By its id or by the start of it, when that is unique."""
        ...

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
        """Newest `updated` first; those without any message and any draft are left out.

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

    def unsent(self) -> Conversation | None:
        """The newest conversation with a draft and no message yet, the trash left aside.

        Drafts that another window keeps, which is still open, are its own.
        """
        ...

    def rename(self, id: str, title: str) -> None: ...

    def suggest_title(self, id: str, title: str, by: TitledBy) -> bool:
        """Set a title that the user did not give.

        The first words are for one that has none, the model's replaces the first words, and
        neither replaces the user's.

        Returns:
            Whether the conversation has it now.
        """
        ...

    def set_draft(self, id: str, draft: str) -> None: ...

    def set_system_prompt(
        self,
        id: str,
        text: str,
        prompt_name: str | None,
        examples: Sequence[ChatMessage] = (),
    ) -> None:
        """Another system prompt, and the examples that go with it.

        This and `set_sampling`, `set_model`, `set_adapters`, `set_collections` and `take_up` leave
        `marks` at the last message of the active branch, which go again when the change is undone.
        """
        ...

    def take_up(self, id: str, opening: ConversationStart, model: str | None = None) -> None:
        """Switch the conversation to another prompt, as one change.

        Its sampling becomes the prompt's; collections stay unless the prompt names some.

        Args:
            model: the one to go on with, as by `set_model`; None stays with the conversation's.
        """
        ...

    def set_sampling(self, id: str, sampling: SamplingChanges) -> None:
        """What the conversation has otherwise than the settings."""
        ...

    def set_model(self, id: str, model: str | None) -> None:
        """Which model the conversation goes on with; None follows the settings.

        Adapters were chosen for the model that it had: with another one it follows the settings
        again, unless it is to have none.
        """
        ...

    def set_adapters(self, id: str, adapters: Sequence[AdapterUse] | None) -> None:
        """What the conversation's model is run with; see `Conversation`."""
        ...

    def set_collections(self, id: str, collections: Sequence[str] | None) -> None:
        """Which of the user's files the conversation is about; see `Conversation`."""
        ...

    def set_overflow(self, id: str, overflow: Overflow) -> None: ...

    def pin(self, id: str, pinned: bool = True) -> None: ...

    def archive(self, id: str, archived: bool = True) -> None: ...

    def move(self, id: str, folder: str) -> None:
        """Into a folder, or out of its folder with ""."""
        ...

    def tag(self, id: str, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None: ...

    def rate(self, message_id: str, rating: Rating | None, note: str = "") -> None: ...

    def delete(self, id: str) -> None:
        """Move to the trash, where it stays for 30 days."""
        ...

    def restore(self, id: str) -> None:
        """Take back from the trash."""
        ...

    def delete_message(self, id: str) -> None:
        """Move a message and everything below it to the trash.

        A version beside it takes its place in the active branch.

        Raises:
            StorageError: one of them is being written.
        """
        ...

    def restore_message(self, id: str) -> None:
        """Take a message and what left together with it back from the trash."""
        ...

    def purge(self) -> int:
        """Delete for good what has been in the trash, or could be undone, for 30 days.

        Nothing of it is left anywhere afterwards. Many short transactions, between which others
        write; where much has to leave it can take minutes.

        Returns:
            How many conversations were deleted.
        """
        ...

    def trash(self) -> list[TrashEntry]:
        """Conversations and messages in the trash, newest first."""
        ...

    def changes(self, conversation_id: str | None = None, *, limit: int = 50) -> list[Change]:
        """What was changed in the last 30 days and can be undone, newest first."""
        ...

    def undo(self, number: int | None = None, *, conversation_id: str | None = None) -> Change:
        """Take a change back: this one, or the newest one; it is forgotten then.

        Raises:
            NotFoundError: there is no such change, or what was changed is in the trash.
        """
        ...

    def branch(self, conversation_id: str) -> list[Message]:
        """The active branch, from its first message to its last."""
        ...

    def path(self, message_id: str) -> list[Message]:
        """From the first message down to this one, this one included."""
        ...

    def message(self, id: str) -> Message:
        """By its id or by the start of it, when that is unique."""
        ...

    def versions(self, message_id: str) -> list[Message]:
        """All messages with the same parent and role, oldest first, this one included."""
        ...

    def select(self, message_id: str) -> None:
        """Make the branch through this message the active one; below it, the one last used."""
        ...

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
    ) -> Message:
        """Store a message on disk, make it active and touch the conversation."""
        ...

    def reopen(
        self,
        message_id: str,
        *,
        model: str | None,
        sampling: Sampling,
        adapters: Sequence[AdapterUse] = (),
    ) -> Message:
        """Reopen an unfinished answer: state `streaming`, its text kept."""
        ...

    def set_sent(self, message_id: str, sent: str | None) -> None:
        """Keep what the model reads for a question, where that is more than its text."""
        ...

    def place(self, message_id: str, placing: Placing | None) -> None:
        """Pin the turn of this question in the window, or exclude it from it; None does neither."""
        ...

    def set_summary(self, message_id: str, summary: Summary | None) -> None:
        """Keep what was said down to this answer beside it.

        One that the user has edited, and None, can be undone; any other is kept only where there
        is none.
        """
        ...

    def set_outgrown(self, message_id: str, overflow: Overflow) -> None:
        """Keep that the conversation outgrew the window with this answer."""
        ...

    def set_reasoning(self, message_id: str, reasoning: str) -> None:
        """Keep what the model thought before an answer."""
        ...

    def set_retrieval(self, message_id: str, retrieval: Retrieval) -> None:
        """Keep what the user's files had to do with an answer."""
        ...

    def retrieval(self, message_id: str) -> Retrieval | None:
        """What was searched and used for an answer; None when no files were searched."""
        ...

    def journal(self, message_id: str, text: str) -> None:
        """Add to a streaming message. On disk within 250 ms; does not wait for it."""
        ...

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
        """End a streaming message, everything journalled included."""
        ...

    def search(self, query: str, *, limit: int = 50) -> list[SearchHit]:
        """Search messages for a query as in `core.conversations.search_query`, best first.

        Case and accents do not matter; any text is a valid query.
        """
        ...

    def find(self, query: str, *, limit: int = 20) -> ConversationSearchResult:
        """Search conversations by their messages, titles and system prompts, best first."""
        ...

    def fork(self, message_id: str) -> Conversation:
        """A new conversation that begins with the messages down to this one, copied."""
        ...

    def transcript(self, id: str) -> Transcript:
        """A conversation with its whole tree, the trash left aside."""
        ...

    def adopt(self, transcript: Transcript) -> Adoption:
        """Import a conversation, or those of its messages that are not there yet.

        Nothing that is there changes, so that adopting twice is adopting once.
        """
        ...

    def revision(self) -> int:
        """A number that changes when another connection changed the conversations."""
        ...

    def close(self) -> None: ...
