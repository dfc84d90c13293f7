"""Output format of `assistant chats`: local dates, labels, JSON fields."""

from collections.abc import Iterable
from datetime import datetime

from assistant.cli.console import Console, short_id
from assistant.core.values.conversation import Conversation

CHANGED_FIELDS = {
    *("id", "title", "created", "updated", "deleted", "model", "adapters"),
    *("pinned", "archived", "folder", "tags", "forked_from"),
}


def print_changed(
    console: Console, what: str, changed: Iterable[Conversation], as_json: bool
) -> None:
    """Print what was done to conversations, as a table or as JSON."""
    if as_json:
        console.json([c.model_dump(mode="json", include=CHANGED_FIELDS) for c in changed])
    else:
        console.table([(short_id(c.id), f"{what}:", c.title) for c in changed])


def local_time(moment: datetime) -> str:
    """Local date and time, `2026-01-31 18:05`."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")
