"""Port of the trash, and of the changes that can be undone."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from assistant.core.values.changes import Change, TrashEntry


class ConversationTrash(Protocol):
    """Conversations and messages that were removed, and what was before each change.

    Raises `NotFoundError` for ids it does not know and `StorageError` for everything else.
    """

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

    def trash(self) -> list[TrashEntry]:
        """Conversations and messages in the trash, newest first."""
        ...

    def purge(self) -> int:
        """Delete for good what has been in the trash, or could be undone, for 30 days.

        Nothing of it is left anywhere afterwards. Many short transactions, between which others
        write; where much has to leave it can take minutes.

        Returns:
            How many conversations left.
        """
        ...

    def empty_trash(self, ids: Collection[str] | None = None) -> int:
        """Delete for good what is in the trash now, or only these conversations and messages of it.

        Nothing of it is left anywhere afterwards, nor can a change of it be undone.

        Returns:
            How many entries of the trash left.

        Raises:
            NotFoundError: one of these is not in the trash; then none of them left.
        """
        ...

    def forget_temporary(self, id: str) -> None:
        """Delete a temporary conversation for good, at once.

        Raises:
            NotFoundError: there is none such; any other one goes by way of the trash.
        """
        ...

    def changes(self, conversation_id: str | None = None, *, limit: int = 50) -> list[Change]:
        """Changes of the last 30 days that can be undone, newest first."""
        ...

    def undo(self, number: int | None = None, *, conversation_id: str | None = None) -> Change:
        """Take a change back: this one, or the newest one; it is forgotten then.

        Raises:
            NotFoundError: there is no such change, or what was changed is in the trash.
        """
        ...
