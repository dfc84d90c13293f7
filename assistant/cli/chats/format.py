"""What the commands of `assistant chats` print alike."""

from collections.abc import Iterable
from datetime import datetime

import click

from assistant.cli.console import Console
from assistant.core.values.conversation import Conversation, ConversationSummary

SHORT_ID = 8
"""Characters of an id that are shown; any unique beginning is understood."""

FIELDS = {
    *("id", "title", "created", "updated", "deleted", "model", "adapters"),
    *("pinned", "archived", "folder", "tags", "forked_from"),
}

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def tell(console: Console, what: str, changed: Iterable[Conversation], as_json: bool) -> None:
    """Say what was done to conversations."""
    if as_json:
        console.json([c.model_dump(mode="json", include=FIELDS) for c in changed])
    else:
        console.table([(short(c.id), f"{what}:", c.title) for c in changed])


def order_of(conversation: Conversation | ConversationSummary) -> str:
    """Where a conversation is kept, in few words: pin, archive, folder, tags."""
    parts = ["pinned"] if conversation.pinned else []
    parts += ["archived"] if conversation.archived else []
    parts += [conversation.folder] if conversation.folder else []
    parts += [f"#{tag}" for tag in conversation.tags]
    return " ".join(parts)


def short(id: str) -> str:
    return id[:SHORT_ID]


def when(moment: datetime) -> str:
    """Local date and time."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")
