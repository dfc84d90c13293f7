"""Amounts, reasons and order in words: the same on the screen and in the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from assistant.language.messages import N_, _, localized, ngettext, pgettext

if TYPE_CHECKING:
    # Words are on the first frame, where no value is yet.
    from datetime import date, datetime

    from assistant.core.values.conversation import (
        Conversation,
        ConversationSummary,
        MarkSubject,
        Place,
    )
    from assistant.core.values.documents import PartKind, PartReason, UnreadParts
    from assistant.core.values.events import CardFailed, SectionRead, Summarised
    from assistant.core.values.library import LeftOutReason
    from assistant.core.values.models import DeviceUse

ENGLISH_REASONS: Final[dict[LeftOutReason | PartReason, str]] = {
    "empty": N_("empty"),
    "no_text": N_("no text"),
    "encrypted": N_("encrypted"),
    "corrupt": N_("damaged"),
    "too_large": N_("too large"),
    "timeout": N_("too slow to read"),
    "unsupported": N_("unsupported type"),
    "unreadable": N_("not readable"),
    "ignored": N_("ignored by rule"),
    "hidden": N_("hidden"),
    "pictures": N_("pictures"),
    "no_meaning": N_("unreadable letters"),
    "no_value": N_("formula without a value"),
    "too_deep": N_("nested too deeply"),
}
"""Why a file, or a part of it, is not in the library."""

REASONS: Final = {reason: _(text) for reason, text in ENGLISH_REASONS.items()}
"""The same in the user's language."""

PART_KINDS: Final[dict[PartKind, Callable[[int], str]]] = {
    "page": lambda n: ngettext("page", "pages", n),
    "slide": lambda n: ngettext("slide", "slides", n),
    "sheet": lambda n: ngettext("sheet", "sheets", n),
    "row": lambda n: ngettext("row", "rows", n),
    "column": lambda n: ngettext("column", "columns", n),
    "cell": lambda n: ngettext("cell", "cells", n),
    "object": lambda n: ngettext("embedded file", "embedded files", n),
    "attachment": lambda n: ngettext("attachment", "attachments", n),
    "message": lambda n: ngettext("message", "messages", n),
    "chapter": lambda n: ngettext("chapter", "chapters", n),
}
"""What so many parts of a file are called."""

MAX_UNREAD_GROUPS = 3
"""Kinds of unread parts that are told of in one line."""


FEW_MINUTES = 10
"""Up to which seconds are told beside them."""


def count(number: int, thing: str) -> str:
    """`1 file`, `1,204 files`."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def files_text(files: int) -> str:
    """`1 file`, `1,204 files`."""
    return ngettext("{files:,} file", "{files:,} files", files, files=files)


def passages_text(passages: int) -> str:
    """`1 passage`, `1,204 passages`."""
    return ngettext("{passages:,} passage", "{passages:,} passages", passages, passages=passages)


def messages_text(messages: int) -> str:
    """`1 message`, `1,204 messages`."""
    return ngettext("{messages:,} message", "{messages:,} messages", messages, messages=messages)


def tokens_text(tokens: int) -> str:
    """`1 token`, `1,204 tokens`."""
    return ngettext("{tokens:,} token", "{tokens:,} tokens", tokens, tokens=tokens)


def unread_place(part: UnreadParts) -> str:
    """Where unread parts are: `pages 2–3, 7`, `cell B4 in Budget`."""
    names = _and_more(", ".join(part.names), part.count - _named(part))
    kind = PART_KINDS[part.kind](part.count)
    if part.within:
        return _("{kind} {names} in {within}", kind=kind, names=names, within=part.within)
    return _("{kind} {names}", kind=kind, names=names)


def _and_more(listed: str, more: int) -> str:
    return _("{listed} and {more:,} more", listed=listed, more=more) if more > 0 else listed


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
        place, reason = told[0]
        return _("{place} could not be read ({reason})", place=place, reason=reason)
    listed = ", ".join(f"{place} ({reason})" for place, reason in told)
    return _("{places} could not be read", places=_and_more(listed, len(parts) - len(told)))


def unread_summary(parts: Sequence[UnreadParts]) -> str:
    """How much of a file could not be read: `2 of 3 pages (pictures)`."""
    told = [_how_many_unread(part) for part in parts[:MAX_UNREAD_GROUPS]]
    return _and_more(", ".join(told), len(parts) - len(told))


def _how_many_unread(part: UnreadParts) -> str:
    kind, reason = PART_KINDS[part.kind](part.total or part.count), REASONS[part.reason]
    if not part.total:
        return _("{count:,} {kind} ({reason})", count=part.count, kind=kind, reason=reason)
    return _(
        "{count:,} of {total:,} {kind} ({reason})",
        count=part.count,
        total=part.total,
        kind=kind,
        reason=reason,
    )


def size(number: float) -> str:
    """Bytes, rounded: of files, of disks and of memory in the same units."""
    if number < 1000:
        whole = round(number)
        return ngettext("{number} byte", "{number} bytes", whole, number=whole)
    if number < 1_000_000:
        return _("{number:,.0f} KB", number=number / 1000)
    if number < 1_000_000_000:
        return _("{number:,.1f} MB", number=number / 1_000_000)
    return _("{number:,.1f} GB", number=number / 1_000_000_000)


def duration(seconds: float) -> str:
    """`40 s`, `3 min 20 s`, `2 h 5 min`; never less than a second."""
    minutes, rest = divmod(max(round(seconds), 1), 60)
    hours, minutes = divmod(minutes, 60)
    if hours and minutes:
        return _("{hours} h {minutes} min", hours=hours, minutes=minutes)
    if hours:
        return _("{hours} h", hours=hours)
    if minutes and rest and minutes < FEW_MINUTES:
        return _("{minutes} min {seconds} s", minutes=minutes, seconds=rest)
    if minutes:
        return _("{minutes} min", minutes=minutes)
    return _("{seconds} s", seconds=rest)


def section_progress(event: SectionRead) -> str:
    """How far a summary is: `reading part 12 of 40 (pages 31–33), 3 min 20 s left`."""
    if event.done >= event.total:
        return _("writing the summary")
    progress = _parts_progress(event)
    if event.seconds_left is None:
        return progress
    return f"{progress}, {time_left(event.seconds_left)}"


def time_left(seconds: float) -> str:
    """`3 min 20 s left`."""
    return _("{duration} left", duration=duration(seconds))


def _parts_progress(event: SectionRead) -> str:
    part, parts = event.done + 1, event.total
    if event.pages is None:
        return _("reading part {part:,} of {parts:,}", part=part, parts=parts)
    first, last = event.pages
    if first == last:
        return _(
            "reading part {part:,} of {parts:,} (page {page})", part=part, parts=parts, page=last
        )
    return _(
        "reading part {part:,} of {parts:,} (pages {first}–{last})",
        part=part,
        parts=parts,
        first=first,
        last=last,
    )


def card_failed_text(event: CardFailed) -> str:
    """A graphics card that failed in the middle of an answer."""
    return _("{card} failed: the answer continues on the processor.", card=event.card)


def device_text(device: DeviceUse) -> str:
    """Where a model is computed: `Radeon RX 7800 · 33 of 33 layers`."""
    return _(
        "{device} · {layers} of {all} layers",
        device=device.name,
        layers=device.layers,
        all=device.of,
    )


def card_problem_text(problem: str) -> str:
    """Verdicts on models that leave the graphics card out.

    Args:
        problem: see `GraphicsCards.problem`; not empty.
    """
    return _("The graphics card is not used: {problem}.", problem=localized(problem))


def card_share_text(share: float) -> str:
    """How much of a model graphics cards have room for: `on the card`, `60 % on the card`."""
    if share >= 1:
        return _("on the card")
    return _("{percent:.0f} % on the card", percent=share * 100) if share >= 0.01 else ""


def summarised_text(event: Summarised) -> str:
    """What of a summary is new, and what is the model's."""
    told = ", ".join(_summarised_parts(event))
    if not event.written:
        return _("{parts}; all sentences are from the document", parts=told)
    return ngettext(
        "{parts}; the model wrote {written:,} sentence, of which the text supports"
        " {supported:,}: the others are left out",
        "{parts}; the model wrote {written:,} sentences, of which the text supports"
        " {supported:,}: the others are left out",
        event.written,
        parts=told,
        written=event.written,
        supported=event.supported,
    )


def _summarised_parts(event: Summarised) -> Iterator[str]:
    yield ngettext("read {parts:,} part", "read {parts:,} parts", event.read, parts=event.read)
    known = event.parts - event.read - event.left
    if known:
        yield _("{parts:,} read before", parts=known)
    if event.left:
        yield _("{parts:,} left", parts=event.left)


def order_of(conversation: Conversation | ConversationSummary) -> Iterator[str]:
    """Pin, archive, folder and tags, a word each; none for what is kept as usual."""
    if conversation.pinned:
        yield pgettext("conversation", "pinned")
    if conversation.archived:
        yield pgettext("conversation", "archived")
    if conversation.folder:
        yield conversation.folder
    for tag in conversation.tags:
        yield f"#{tag}"


def mark_text(subject: MarkSubject, now: str) -> str:
    """A change of the conversation's settings in a transcript: `model: qwen`, `top_k 20`."""
    match subject:
        case "role":
            role = _("own text") if now == "own text" else now
            return _("role: {role}", role=role) if now else _("no role")
        case "model":
            return _("model: {model}", model=now or _("default"))
        case "adapters":
            return _("adapters: {adapters}", adapters=_adapters_text(now))
        case "files":
            return _("files: {files}", files=collections_text(now))
    return f"{subject} {now or _('default')}"


def _adapters_text(adapters: str) -> str:
    if adapters == "none":
        return pgettext("adapters", "none")
    return adapters or _("default")


def collections_text(collections: str) -> str:
    """Collections of a conversation, as `describe_collections` names them."""
    if collections == "all":
        return pgettext("files", "all")
    return pgettext("files", "none") if collections == "none" else collections


def place_text(place: Place) -> str:
    """Where a passage stands in its file: `page 3, “Results”`; empty when the format knows none."""
    return ", ".join(_place_parts(place))


def _place_parts(place: Place) -> Iterator[str]:
    if place.page is not None:
        end = place.page_end or place.page
        if end == place.page:
            yield _("page {page}", page=end)
        else:
            yield _("pages {first}–{last}", first=place.page, last=end)
    if place.sheet is not None:
        yield _("sheet {sheet}", sheet=place.sheet)
    if place.row is not None:
        yield _("row {row}", row=place.row)
    if place.line_start is not None:
        end = place.line_end or place.line_start
        if end == place.line_start:
            yield _("line {line}", line=end)
        else:
            yield _("lines {first}–{last}", first=place.line_start, last=end)
    if place.heading:
        yield f"“{place.shown_heading}”"


def _months() -> tuple[str, ...]:
    return (
        pgettext("month", "January"),
        pgettext("month", "February"),
        pgettext("month", "March"),
        pgettext("month", "April"),
        pgettext("month", "May"),
        pgettext("month", "June"),
        pgettext("month", "July"),
        pgettext("month", "August"),
        pgettext("month", "September"),
        pgettext("month", "October"),
        pgettext("month", "November"),
        pgettext("month", "December"),
    )


def _short_months() -> tuple[str, ...]:
    return (
        pgettext("short month", "Jan"),
        pgettext("short month", "Feb"),
        pgettext("short month", "Mar"),
        pgettext("short month", "Apr"),
        pgettext("short month", "May"),
        pgettext("short month", "Jun"),
        pgettext("short month", "Jul"),
        pgettext("short month", "Aug"),
        pgettext("short month", "Sep"),
        pgettext("short month", "Oct"),
        pgettext("short month", "Nov"),
        pgettext("short month", "Dec"),
    )


def month_of(day: date) -> str:
    """`November 2026`."""
    return _("{month} {year}", month=_months()[day.month - 1], year=str(day.year))


def day_text(day: date) -> str:
    """`03 Nov 2026`."""
    return _(
        "{day} {month} {year}",
        day=f"{day.day:02}",
        month=_short_months()[day.month - 1],
        year=str(day.year),
    )


def minute_text(moment: datetime) -> str:
    """`03 Nov 15:04`."""
    return _(
        "{day} {month} {time}",
        day=f"{moment.day:02}",
        month=_short_months()[moment.month - 1],
        time=f"{moment:%H:%M}",
    )


DAYS_OF_A_MONTH = 30.44
"""On average."""


def age_of(made: date, today: date) -> str:
    """How old something is that was made on a day, such as `3 months old`."""
    days = max((today - made).days, 0)
    months = int(days / DAYS_OF_A_MONTH)
    if months:
        return ngettext("{months:,} month old", "{months:,} months old", months, months=months)
    return ngettext("{days:,} day old", "{days:,} days old", days, days=days)
