"""Trash screen: what was removed and what was changed, all of which can be undone."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import ClassVar, Final, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from assistant.core.values.changes import Change, TrashEntry
from assistant.core.wording import minute_text
from assistant.language.messages import _, ngettext
from assistant.tui.conversations.undo import CHANGE_NAMES, UndoActions, before_text
from assistant.tui.services import Services
from assistant.tui.toolkit import text
from assistant.tui.toolkit.notice import NoticedScreen
from assistant.tui.toolkit.widgets import Clickable, Flow, Row, RowStack

MAX_CHANGES: Final = 200
"""Changes that are listed, the newest ones."""

View = Literal["removed", "changed"]
VIEWS: Final[tuple[View, View]] = ("removed", "changed")


class TrashScreen(NoticedScreen[None]):
    """Trash above the chat; Enter restores or undoes, Tab turns to changes, Esc goes back.

    x deletes an entry for good and X all of them, once it was pressed again.
    """

    AUTO_FOCUS = "#trash"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", show=False),
        Binding("tab,shift+tab", "turn", show=False, priority=True),
        Binding("x,delete", "forget", show=False),
        Binding("X", "empty", show=False),
    ]

    def __init__(self, services: Services, undo_actions: UndoActions) -> None:
        super().__init__()
        self._services = services
        self._undo_actions = undo_actions
        self._view: View = "removed"
        self._removed: Sequence[TrashEntry] = ()
        self._changes: Sequence[Change] = ()
        self._to_forget: tuple[str, ...] = ()
        """What leaves for good when the key is pressed again."""
        self._head = Clickable(id="trash-head")
        self._listing = OptionList(id="trash", compact=True, markup=False)
        self._keys = Clickable(id="trash-keys")

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._listing
        yield self.notice
        yield self._keys

    def on_mount(self) -> None:
        self._keys.update(
            Flow(
                text.button(_("Enter restores"), "screen.restore", style=text.MUTED),
                text.button(_("x deletes it for good"), "screen.forget", style=text.MUTED),
                text.button(_("X empties the trash"), "screen.empty", style=text.MUTED),
                text.button(_("Tab shows the other list"), "screen.turn", style=text.MUTED),
                text.button(_("Esc goes back"), "screen.leave", style=text.MUTED),
            )
        )
        self.do(self._read())

    async def _read(self) -> None:
        store = self._services.store
        self._removed = await self._services.run(store.trash)
        self._changes = await self._services.run(store.changes, limit=MAX_CHANGES)
        self._show()

    # What there is

    def _show(self) -> None:
        place = self._listing.highlighted or 0
        self._head.update(self._summary())
        options = list(self._options())
        if options:
            self._listing.set_options(options)
            self._listing.highlighted = min(place, len(options) - 1)
        else:
            nothing = (
                _("The trash is empty.") if self._view == "removed" else _("Nothing was changed.")
            )
            self._listing.set_options([Option(text.muted(nothing), disabled=True)])

    def _summary(self) -> Content:
        parts = [
            text.button(label, "screen.view", view, style="bold" if view == self._view else "")
            for view, label in (
                ("removed", _("trash {n:,}", n=len(self._removed))),
                ("changed", _("changes {n:,}", n=len(self._changes))),
            )
        ]
        return text.joined([*parts, text.muted(_("kept for 30 days"))], between="   ")

    def _options(self) -> Iterator[Option]:
        if self._view == "removed":
            for item in self._removed:
                yield Option(RowStack(Row(_removed_text(item), _local_time(item.removed))))
        else:
            for change in self._changes:
                yield Option(RowStack(Row(_change_text(change), _local_time(change.at))))

    # What is done with it

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.do(self._restore(event.option_index))

    def action_restore(self) -> None:
        if self._listing.highlighted is not None:
            self.do(self._restore(self._listing.highlighted))

    async def _restore(self, place: int) -> None:
        if self._view == "changed":
            change = self._changes[place]
            await self._undo_actions.undo_change(change)
            result = text.filled(_("Undone: {change}"), change=_change_text(change))
        else:
            item = self._removed[place]
            await self._undo_actions.restore(item)
            result = text.filled(_("Restored: {what}"), what=_removed_text(item))
        await self._read()
        self.notice.say(result)

    def action_forget(self) -> None:
        place = self._listing.highlighted
        if self._view == "removed" and place is not None and place < len(self._removed):
            item = self._removed[place]
            self._ask_or_forget((item.id,), _removed_text(item), "x")

    def action_empty(self) -> None:
        if self._removed:
            ids = tuple(item.id for item in self._removed)
            self._ask_or_forget(ids, text.own(_("The whole trash ({n:,})", n=len(ids))), "X")

    def _ask_or_forget(self, ids: tuple[str, ...], what: Content, key: str) -> None:
        if self._to_forget == ids:
            self._to_forget = ()
            self.do(self._forget(ids, what))
        else:
            self._to_forget = ids
            again = _("{what}: {key} again deletes this for good.")
            self.notice.say(text.filled(again, "$text-warning", what=what, key=key))

    async def _forget(self, ids: tuple[str, ...], what: Content) -> None:
        await self._services.run(self._services.store.empty_trash, ids)
        await self._read()
        self.notice.say(text.filled(_("Deleted for good: {what}"), what=what))

    def action_view(self, view: str) -> None:
        self._view = next(each for each in VIEWS if each == view)
        self._show()

    def action_turn(self) -> None:
        self.action_view(VIEWS[1 - VIEWS.index(self._view)])

    def action_leave(self) -> None:
        self.dismiss()


def _removed_text(item: TrashEntry) -> Content:
    title = text.line(item.title or _("Untitled"), 80)
    if item.kind == "conversation":
        messages = ngettext(
            "{messages:,} message", "{messages:,} messages", item.messages, messages=item.messages
        )
        return title + text.muted(f"  {messages}")
    of = ngettext(
        "{messages:,} message of {title}", "{messages:,} messages of {title}", item.messages
    )
    where = text.filled(of, text.MUTED, messages=item.messages, title=title)
    return text.line(item.excerpt, 80) + text.muted("  ") + where


def _change_text(change: Change) -> Content:
    title = text.line(change.title or _("Untitled"), 60)
    kind = text.own(CHANGE_NAMES[change.kind], text.ACCENT)
    if change.before:
        was = text.line(before_text(change), 60)
        kind = text.filled(_("{change}: was {before}"), text.MUTED, change=kind, before=was)
    return title + text.own("  ") + kind


def _local_time(moment: datetime) -> Content:
    return text.muted(minute_text(moment.astimezone()))
