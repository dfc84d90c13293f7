"""Output format of `assistant chats`: short ids, local dates, labels, JSON fields."""

from collections.abc import Iterable
from datetime import datetime

import click

from assistant.cli.console import Console
from assistant.core.values.conversation import Conversation

SHORT_ID = 8
"""Characters of an id that are shown; any unique beginning is understood."""

CHANGED_FIELDS = {
    *("id", "title", "created", "updated", "deleted", "model", "adapters"),
    *("pinned", "archived", "folder", "tags", "forked_from"),
}

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def print_changed(
    console: Console, what: str, changed: Iterable[Conversation], as_json: bool
) -> None:
    """Print what was done to conversations, as a table or as JSON."""
    if as_json:
        console.json([c.model_dump(mode="json", include=CHANGED_FIELDS) for c in changed])
    else:
        console.table([(short_id(c.id), f"{what}:", c.title) for c in changed])


def short_id(id: str) -> str:
    return id[:SHORT_ID]


def local_time(moment: datetime) -> str:
    """Local date and time, `2026-01-31 18:05`."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")
