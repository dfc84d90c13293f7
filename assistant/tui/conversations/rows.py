"""Rows of the conversation list (pinned, folders, days), its labels, the title line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.widgets.option_list import Option

from assistant.core import wording
from assistant.language.messages import _, ngettext, number, pgettext
from assistant.tui.toolkit import text
from assistant.tui.toolkit.disk import normalised
from assistant.tui.toolkit.widgets import Clickable, Row, RowStack

if TYPE_CHECKING:
    # The list is part of the first frame, where no value is yet.
    from assistant.core.values.changes import Label
    from assistant.core.values.conversation import Conversation, ConversationSummary

HEADING_STYLE: Final = f"{text.MUTED} bold"
TAG_CELLS: Final = 12
"""Cells of a line that tags may take."""
FOLDER_ID: Final = "folder "
"""Before a folder's name, in the id of its line."""
MORE_ID: Final = "more "
SEARCH_ID: Final = "search"


@dataclass(frozen=True)
class ConversationListing:
    """Conversations to list, by group."""

    temporary: Sequence[ConversationSummary] = ()
    pinned: Sequence[ConversationSummary] = ()
    others: Sequence[ConversationSummary] = ()
    """The newest ones, in folders and in none."""
    folders: Sequence[Label] = ()
    """All folders, with the number of conversations that are in each of them."""
    is_archive: bool = False
    """Whether it is the archive that is listed, without any order."""

    @property
    def all(self) -> Sequence[ConversationSummary]:
        return [*self.temporary, *self.pinned, *self.others]


def list_options(
    listing: ConversationListing,
    shown: str | None,
    today: date,
    closed: Collection[str],
    words: str,
) -> Iterator[Option]:
    """Options of the list, as rows of conversations, folders and headings.

    Their ids: a conversation's id, `FOLDER_ID` and a name, `MORE_ID` and a name, or `SEARCH_ID`.

    Args:
        shown: the conversation that is read.
        closed: folders whose conversations are not listed.
        words: what is looked for in titles.
    """
    inside = _by_folder(listing.others)
    pinned = _by_folder(listing.pinned)
    names = {normalised(folder.name) for folder in listing.folders}
    loose = [each for each in listing.others if normalised(each.folder) not in names]
    groups = [
        _group(pgettext("conversations", "Temporary"), listing.temporary, shown),
        _group(pgettext("conversations", "Pinned"), listing.pinned, shown),
        *(
            _folder(
                folder,
                inside[normalised(folder.name)],
                len(pinned[normalised(folder.name)]),
                shown,
                is_closed=folder.name in closed,
                is_filtered=bool(words),
            )
            for folder in listing.folders
        ),
        *_days(loose, shown, today),
    ]
    filled = [group for group in groups if group]
    for place, group in enumerate(filled):
        if place:
            yield Option(text.EMPTY, disabled=True)
        yield from group
    if not filled:
        nothing = (
            _("no archived conversations") if listing.is_archive else _("no conversations yet")
        )
        yield Option(text.muted(_("no matching title") if words else nothing), disabled=True)
    if words:
        yield Option(text.EMPTY, disabled=True)
        yield Option(text.own(_("search all messages"), text.ACCENT), id=SEARCH_ID)


def _group(name: str, found: Sequence[ConversationSummary], shown: str | None) -> Sequence[Option]:
    if not found:
        return ()
    return [
        Option(text.own(name, HEADING_STYLE), disabled=True),
        *(_line(each, shown) for each in found),
    ]


def _by_folder(
    found: Sequence[ConversationSummary],
) -> Mapping[str, Sequence[ConversationSummary]]:
    by_folder: defaultdict[str, list[ConversationSummary]] = defaultdict(list)
    for summary in found:
        by_folder[normalised(summary.folder)].append(summary)
    return by_folder


def _folder(
    folder: Label,
    inside: Sequence[ConversationSummary],
    pinned: int,
    shown: str | None,
    *,
    is_closed: bool,
    is_filtered: bool,
) -> Sequence[Option]:
    """Its name, and what of it is listed unless it is closed; `pinned` ones stand elsewhere."""
    if is_filtered and not inside:
        return ()
    is_closed = is_closed and not is_filtered
    name = text.own("▹ " if is_closed else "▾ ", text.MUTED) + text.line(
        folder.name, 60, HEADING_STYLE
    )
    amount = text.muted(number(folder.conversations)) if is_closed else text.EMPTY
    lines = [Option(RowStack(Row(name, amount)), id=f"{FOLDER_ID}{folder.name}")]
    if is_closed:
        return lines
    lines += [_line(each, shown) for each in inside]
    others = folder.conversations - len(inside) - pinned
    if others > 0 and not is_filtered:
        more = ngettext("{others:,} more", "{others:,} more", others, others=others)
        lines.append(Option(text.muted(f"  {more}"), id=f"{MORE_ID}{folder.name}"))
    return lines


def _days(
    found: Sequence[ConversationSummary], shown: str | None, today: date
) -> Iterator[Sequence[Option]]:
    by_day: dict[str, list[ConversationSummary]] = {}
    for summary in found:
        by_day.setdefault(day_name(summary.updated, today), []).append(summary)
    for day, summaries in by_day.items():
        yield _group(day, summaries, shown)


def _line(summary: ConversationSummary, shown: str | None) -> Option:
    mark = text.own("▸ ", text.ACCENT) if summary.id == shown else text.own("  ")
    title = mark + text.line(summary.title or _("Untitled"))
    if not summary.tags:
        return Option(title, id=summary.id)
    tags: Content = tags_of(summary).truncate(TAG_CELLS, ellipsis=True)
    return Option(RowStack(Row(title, tags)), id=summary.id)


def day_name(moment: datetime, today: date) -> str:
    """Name of the day group of a conversation, in local time."""
    day = moment.astimezone().date()
    if day >= today:
        return _("Today")
    if day == today - timedelta(days=1):
        return _("Yesterday")
    if day > today - timedelta(days=7):
        return _("This week")
    return wording.month_of(day)


def order_of(conversation: Conversation | ConversationSummary) -> Content:
    """Pin, archive, folder and tags of a conversation; empty for none of them."""
    return text.joined(_parts(conversation), " ")


def tags_of(conversation: Conversation | ConversationSummary) -> Content:
    """Tags of a conversation."""
    return text.joined((text.line(f"#{tag}", 24, text.MUTED) for tag in conversation.tags), " ")


def _parts(conversation: Conversation | ConversationSummary) -> Iterator[Content]:
    if conversation.temporary:
        yield text.own(pgettext("conversation", "temporary"), "$text-warning")
    for word in wording.order_of(conversation):
        yield text.line(word, 40, text.MUTED)


class ConversationTitle(Clickable):
    """Title line: title and prompt of the conversation; a click on its sign opens the list."""

    def __init__(self) -> None:
        super().__init__(id="title")

    def show_conversation(
        self, conversation: Conversation | None, *, temporary: bool = False
    ) -> None:
        """Show the title of a conversation; None is an empty one.

        Args:
            temporary: whether it lives in memory only.
        """
        title = text.line(conversation.title if conversation else "") or text.own(
            _("New conversation")
        )
        prompt = conversation.prompt_name if conversation else None
        menu = text.button("≡ ", "screen.command", "conversations", style=text.ACCENT)
        under = text.own(" · ") + text.line(prompt, 40) if prompt else text.EMPTY
        if temporary:
            under += text.own(f" · {_('temporary: in memory only')}", "$text-warning bold")
        elif conversation is not None and (order := order_of(conversation)):
            under += text.own(" · ") + order
        self.update(menu + title + under)
