"""Output format of `assistant chats`: labels, JSON fields."""

from collections.abc import Iterable

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
