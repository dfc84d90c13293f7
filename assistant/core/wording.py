"""Amounts, reasons and order in words: the same on the screen and in the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    # Words are on the first frame, where no value is yet.
    from datetime import date

    from assistant.core.values.conversation import Conversation, ConversationSummary
    from assistant.core.values.documents import PartKind, PartReason, UnreadParts
    from assistant.core.values.events import CardFailed, SectionRead, Summarised
    from assistant.core.values.library import LeftOutReason
    from assistant.core.values.models import DeviceUse

REASONS: Final[dict[LeftOutReason | PartReason, str]] = {
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
    "pictures": "pictures",
    "no_meaning": "letters without meaning",
    "no_value": "formula without a value",
    "too_deep": "nested too deeply",
}
"""Why a file, or a part of it, is not in the library."""

PART_KINDS: Final[dict[PartKind, tuple[str, str]]] = {
    "page": ("page", "pages"),
    "slide": ("slide", "slides"),
    "sheet": ("sheet", "sheets"),
    "row": ("row", "rows"),
    "column": ("column", "columns"),
    "cell": ("cell", "cells"),
    "object": ("embedded file", "embedded files"),
    "attachment": ("attachment", "attachments"),
    "message": ("message", "messages"),
    "chapter": ("chapter", "chapters"),
}
"""What one part of a file is called, and several."""

MAX_UNREAD_GROUPS = 3
"""Kinds of unread parts that are told of in one line."""


def count(number: int, thing: str) -> str:
    """`1 file`, `1,204 files`."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def unread_place(part: UnreadParts) -> str:
    """Where unread parts are: `pages 2–3, 7`, `cell B4 in Budget`."""
    names = ", ".join(part.names)
    more = part.count - _named(part)
    if more > 0:
        names += f" and {more:,} more"
    within = f" in {part.within}" if part.within else ""
    return f"{PART_KINDS[part.kind][part.count > 1]} {names}{within}"


def _named(part: UnreadParts) -> int:
    """How many of the parts are named: of a run such as `2–3`, both its ends are numbers."""
    named = 0
    for name in part.names:
        first, dash, last = name.partition("–")
        is_run = dash and first.isdecimal() and last.isdecimal()
        named += int(last) - int(first) + 1 if is_run else 1
    return named


def unread_sentence(parts: Sequence[UnreadParts]) -> str:
    """What of a file could not be read: `pages 2–3 could not be read (pictures)`."""
    told = [(unread_place(part), REASONS[part.reason]) for part in parts[:MAX_UNREAD_GROUPS]]
    if len(parts) == 1:
        return f"{told[0][0]} could not be read ({told[0][1]})"
    listed = ", ".join(f"{place} ({reason})" for place, reason in told)
    more = len(parts) - len(told)
    return f"{listed}{f' and {more:,} more' if more else ''} could not be read"


def unread_summary(parts: Sequence[UnreadParts]) -> str:
    """How much of a file could not be read: `2 of 3 pages (pictures)`."""
    told = []
    for part in parts[:MAX_UNREAD_GROUPS]:
        of = f" of {part.total:,}" if part.total else ""
        noun = PART_KINDS[part.kind][(part.total or part.count) > 1]
        told.append(f"{part.count:,}{of} {noun} ({REASONS[part.reason]})")
    more = len(parts) - len(told)
    return ", ".join(told) + (f" and {more:,} more" if more else "")


def size(number: float) -> str:
    """Bytes, rounded: of files, of disks and of memory in the same units."""
    if number < 1000:
        return f"{number:.0f} bytes"
    if number < 1_000_000:
        return f"{number / 1000:,.0f} KB"
    if number < 1_000_000_000:
        return f"{number / 1_000_000:,.1f} MB"
    return f"{number / 1_000_000_000:,.1f} GB"


def duration(seconds: float) -> str:
    """`40 s`, `3 min 20 s`, `2 h 5 min`; never less than a second."""
    minutes, rest = divmod(max(round(seconds), 1), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if minutes:
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
    return f"{rest} s"


def section_progress(event: SectionRead) -> str:
    """How far a summary is: `reading 12 of 40 sections (pages 31–33), 3 min 20 s left`."""
    place = ""
    if event.pages is not None:
        first, last = event.pages
        place = f" (page {last})" if first == last else f" (pages {first}–{last})"
    left = "" if event.seconds_left is None else f", {duration(event.seconds_left)} left"
    if event.done >= event.total:
        return "summing up"
    return f"reading part {event.done + 1:,} of {event.total:,}{place}{left}"


def card_failed_text(event: CardFailed) -> str:
    """A graphics card that failed in the middle of an answer."""
    return f"{event.card} failed: the answer goes on on the processor."


def device_text(device: DeviceUse) -> str:
    """Where a model is computed: `Radeon RX 7800 · 33 of 33 layers`."""
    return f"{device.name} · {device.layers} of {device.of} layers"


def card_share_text(share: float) -> str:
    """How much of a model graphics cards have room for: `on the card`, `60 % on the card`."""
    if share >= 1:
        return "on the card"
    return f"{share:.0%} on the card".replace("%", " %") if share >= 0.01 else ""


def summarised_text(event: Summarised) -> str:
    """What of a summary is new, and what is the model's."""
    known = event.parts - event.read - event.left
    told = f"read {count(event.read, 'part')}" + (f", {known:,} known already" if known else "")
    told += f", {event.left:,} left" if event.left else ""
    if not event.written:
        return f"{told}; all sentences are the document's own"
    return (
        f"{told}; the model wrote {count(event.written, 'sentence')}, of which the text supports"
        f" {event.supported:,}: the others are left out"
    )


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


DAYS_OF_A_MONTH = 30.44
"""On average."""


def age_of(made: date, today: date) -> str:
    """How old something is that was made on a day, such as `3 months old`."""
    days = max((today - made).days, 0)
    months = int(days / DAYS_OF_A_MONTH)
    return f"{count(months, 'month') if months else count(days, 'day')} old"
