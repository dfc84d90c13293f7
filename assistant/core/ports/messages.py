"""Port of a conversation's messages, as a turn reads and writes them: tree, unfinished answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
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


class SectionSummaries(Protocol):
    """What models made of sections of documents, kept so that no section is read again.

    Raises as `MessageStore` does.
    """

    def keep_section_summary(self, conversation_id: str, key: str, summary: str) -> None:
        """Keep what a section of a document says, as long as the conversation is kept.

        It goes with what leaves the trash of the conversation for good, too.

        Args:
            key: names the section, its text and all that its summary depends on.
        """
        ...

    def section_summary(self, conversation_id: str, key: str) -> str | None:
        """What a section says, as kept with this or another conversation; then with this one, too.

        What temporary conversations keep, and what others do, is kept apart.
        """
        ...


class MessageStore(SectionSummaries, Protocol):
    """A conversation's messages, and what becomes of each of them.

    Raises `NotFoundError` for ids it does not know and `StorageError` for everything else.
    """

    def conversation(self, id: str) -> Conversation:
        """Conversation by its id, or by the start of it when that is unique."""
        ...

    def suggest_title(self, id: str, title: str, by: TitledBy, *, durable: bool = True) -> bool:
        """Give a conversation a title that the user did not think of.

        The first words are for one that has none, the model's replaces the first words, and
        neither replaces the user's.

        Args:
            durable: see `append`.

        Returns:
            Whether it has it now.
        """
        ...

    def branch(self, conversation_id: str) -> list[Message]:
        """Messages of the active branch, from the first to the last."""
        ...

    def path(self, message_id: str) -> list[Message]:
        """Messages from the first down to this one, this one included."""
        ...

    def message(self, id: str) -> Message:
        """Message by its id, or by the start of it when that is unique."""
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
        edited: bool = False,
        durable: bool = True,
    ) -> Message:
        """Store a message on disk, make it active and touch the conversation.

        Args:
            durable: False where something is stored at once that takes it along to the disk.
        """
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

    def set_sent(self, message_id: str, sent: str | None) -> None:
        """Store what the model reads for a question, where that is more than its text."""
        ...

    def set_retrieval(self, message_id: str, retrieval: Retrieval) -> None:
        """Store what the user's files had to do with an answer."""
        ...

    def retrieval(self, message_id: str) -> Retrieval | None:
        """Retrieval of an answer; None when no files were searched for it."""
        ...

    def set_reasoning(self, message_id: str, reasoning: str) -> None:
        """Store what the model thought before an answer."""
        ...

    def set_outgrown(self, message_id: str, overflow: Overflow) -> None:
        """Store that the conversation outgrew the window with this answer."""
        ...

    def set_summary(self, message_id: str, summary: Summary | None) -> None:
        """Store a summary of what was said down to this answer, beside it.

        One that the user has edited, and None, can be undone; any other is kept only where there
        is none.
        """
        ...

    def set_placing(self, message_id: str, placing: Placing | None) -> None:
        """Pin the turn of this question in the window, or exclude it from it; None does neither."""
        ...

    def rate(self, message_id: str, rating: Rating | None, note: str = "") -> None:
        """Rate an answer, with the user's note; None takes the rating back."""
        ...
