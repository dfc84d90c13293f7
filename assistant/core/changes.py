"""What was changed or removed and can be taken back."""

from datetime import datetime
from typing import Literal

from assistant.core.models import Value

ChangeKind = Literal[
    "title",
    "system prompt",
    "sampling",
    "model",
    "adapters",
    "collections",
    "overflow",
    "pin",
    "archive",
    "folder",
    "tags",
    "rating",
    "turn",
    "summary",
    "trash",
    "messages",
]
"""What is different: `turn` stands for one that was pinned or excluded, `trash` for a conversation
that was moved there or taken back, `messages` for messages that were."""


class Change(Value):
    """One change to a conversation that can be undone."""

    number: int
    """Newer ones have greater numbers."""
    kind: ChangeKind
    conversation_id: str
    title: str
    """Of the conversation, as it is now."""
    message_id: str | None = None
    before: str = ""
    """What it was before, in few words; empty for nothing."""
    at: datetime


class Removed(Value):
    """Something in the trash."""

    kind: Literal["conversation", "messages"]
    id: str
    """Of the conversation, or of the first message: `restore` or `restore_message` takes it."""
    conversation_id: str
    title: str
    """Of the conversation."""
    excerpt: str = ""
    """How the first message begins."""
    messages: int
    removed: datetime


class Label(Value):
    """A folder or a tag that is in use."""

    name: str
    conversations: int
