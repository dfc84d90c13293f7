"""Amounts, reasons and order in words: the same on the screen and in the command line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    # Words are on the first frame, where no value is yet.
    from assistant.core.values.conversation import Conversation, ConversationSummary
    from assistant.core.values.library import LeftOutReason

REASONS: Final[dict[LeftOutReason, str]] = {
    "empty": "empty",
    "no_text": "no text",
    "encrypted": "encrypted",
    "corrupt": "damaged",
    "too_large": "too large",
    "timeout": "too slow to read",
    "unsupported": "unsupported kind",
    "unreadable": "not readable",
    "ignored": "ignored by rule",
    "hidden": "hidden",
}
"""Why a file is not in the library."""

MIB, GIB = 2**20, 2**30


def count(number: int, thing: str) -> str:
    """`1 file`, `1,204 files`."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def size(number: float) -> str:
    """Bytes on a disk, rounded, in the units that disks are sold by."""
    if number < 1000:
        return f"{number:.0f} bytes"
    if number < 1_000_000:
        return f"{number / 1000:,.0f} KB"
    if number < 1_000_000_000:
        return f"{number / 1_000_000:,.1f} MB"
    return f"{number / 1_000_000_000:,.1f} GB"


def memory(number: int) -> str:
    """Bytes of memory, rounded, in the units that memory is sold by."""
    if number < GIB:
        return f"{number / MIB:,.0f} MB"
    return f"{number / GIB:,.1f} GB"


def duration(seconds: float) -> str:
    """`40 s`, `3 min 20 s`, `2 h 5 min`; never less than a second."""
    minutes, rest = divmod(max(round(seconds), 1), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
    return f"{rest} s"


def order_of(conversation: Conversation | ConversationSummary) -> Iterator[str]:
    """Pin, archive, folder and tags, a word each; none for what is kept as usual."""
    if conversation.pinned:
        yield "pinned"
    if conversation.archived:
        yield "archived"
    if conversation.folder:
        yield conversation.folder
    for tag in conversation.tags:
        yield f"#{tag}"
