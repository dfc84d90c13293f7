"""Undo of changes to conversations: at once by a key, later by a command."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from textual.content import Content

from assistant.core.values.changes import Change, ChangeKind, TrashEntry
from assistant.core.values.conversation import Conversation
from assistant.language.messages import _, pgettext
from assistant.tui.chat.session import Session
from assistant.tui.commands import keymap_of
from assistant.tui.conversations.listing import ConversationList
from assistant.tui.services import Services
from assistant.tui.toolkit import text
from assistant.tui.toolkit.notice import Notice

OFFER_SECONDS: Final = 10
"""Seconds for which a change is shown, and its key undoes it."""

OPENED_KINDS: Final = ("rating", "trash", "messages")
"""Changes for which the conversation is opened that they were made to."""

CHANGE_NAMES: Final[dict[ChangeKind, str]] = {
    "title": _("title"),
    "system prompt": _("system prompt"),
    "sampling": _("sampling"),
    "model": _("model"),
    "adapters": _("adapters"),
    "collections": _("collections"),
    "overflow": _("overflow"),
    "pin": _("pin"),
    "archive": _("archive"),
    "folder": _("folder"),
    "tags": _("tags"),
    "rating": _("rating"),
    "turn": _("turn"),
    "summary": _("summary"),
    "trash": _("trash"),
    "messages": _("messages"),
}
"""What was changed, in a word or two."""

NAMED_KINDS: Final = frozenset(
    ("pin", "archive", "trash", "messages", "rating", "turn", "overflow", "adapters", "collections")
)
"""Changes of which a word says what was before."""

BEFORE_NAMES: Final = {
    "yes": _("yes"),
    "no": _("no"),
    "kept": pgettext("before", "kept"),
    "in the trash": _("in the trash"),
    "good": pgettext("before", "good"),
    "bad": pgettext("before", "bad"),
    "pinned": pgettext("before", "pinned"),
    "excluded": pgettext("before", "excluded"),
    "leave_out": _("oldest turns left out"),
    "summarise": _("oldest turns summarised"),
    "default": pgettext("before", "default"),
    "all": pgettext("before", "all"),
    "none": pgettext("before", "none"),
}
"""Such words."""


WayBack = Callable[[], Awaitable[Sequence[Content]]]
"""Undoes what is no change to a conversation; returns the sentence on it."""


@dataclass(frozen=True)
class OtherChange:
    """Change to something else than a conversation."""

    at: datetime
    undo: WayBack


class UndoActions:
    """Shows changes with the key that undoes them, and undoes them."""

    def __init__(
        self, services: Services, session: Session, listing: ConversationList, notice: Notice
    ) -> None:
        self._services = services
        self._session = session
        self._listing = listing
        self._notice = notice
        self._offered: Change | OtherChange | None = None
        self._others: list[OtherChange] = []
        """What else was changed in this window, the newest last."""

    @property
    def is_offered(self) -> bool:
        """Whether a change is shown that can be undone."""
        return self._offered is not None and self._notice.display

    async def offer(self, conversation_id: str, *what: Content) -> None:
        """Show the newest change to this conversation, with its undo key."""
        store = self._services.store
        changes = await self._services.run(store.changes, conversation_id, limit=1)
        self._offered = changes[0] if changes else None
        await self._show()
        if changes:
            self._say_undoable(*what)
        else:
            self._notice.say(*what, seconds=OFFER_SECONDS)

    def offer_way_back(self, undo: WayBack, *what: Content) -> None:
        """Show a change to something else than a conversation, with the undo key."""
        self._offered = OtherChange(datetime.now(UTC), undo)
        self._others.append(self._offered)
        self._say_undoable(*what)

    def _say_undoable(self, *what: Content) -> None:
        label = _("{key} undoes", key=keymap_of(self._notice).shown("undo"))
        key = text.button(label, "screen.command", "undo", style=text.ACCENT)
        self._notice.say(*what, text.own(" · "), key, seconds=OFFER_SECONDS)

    async def undo(self) -> None:
        """Undo the change that was shown last, else the newest of all.

        Raises:
            NotFoundError: there is nothing to undo.
        """
        offered, self._offered = (self._offered if self.is_offered else None), None
        if offered is None and self._others:
            offered = await self._newest_other()
        if isinstance(offered, OtherChange):
            self._others.remove(offered)
            self._notice.say(*await offered.undo())
        else:
            await self.undo_change(offered)

    async def _newest_other(self) -> OtherChange | None:
        """The newest change to something else, unless a conversation was changed after it."""
        changes = await self._services.run(self._services.store.changes, limit=1)
        newest = self._others[-1]
        return None if changes and changes[0].at > newest.at else newest

    async def undo_change(self, change: Change | None) -> None:
        """Undo this change; None is the newest of all.

        Raises:
            NotFoundError: it cannot be undone any more.
        """
        store = self._services.store
        if change is None:
            # What is in memory only is not among the changes on disk.
            here = self._session.id if self._session.is_temporary else None
            undone = await self._services.run(store.undo, conversation_id=here)
        else:
            undone = await self._services.run(
                store.undo, change.number, conversation_id=change.conversation_id
            )
        conversation = await self._services.run(store.conversation, undone.conversation_id)
        await self._lead_to(conversation, undone)
        self._notice.say(*undone_line(undone, conversation))

    async def restore(self, item: TrashEntry) -> None:
        """Restore this from the trash.

        Raises:
            NotFoundError: it is not there any more, or what it belonged to is there as well.
        """
        store = self._services.store
        if item.kind == "conversation":
            await self._services.run(store.restore, item.id)
        else:
            await self._services.run(store.restore_message, item.id)
        await self._session.open(item.conversation_id)
        await self._listing.refresh()

    async def _lead_to(self, conversation: Conversation, undone: Change) -> None:
        """Show the conversation that is again as it was."""
        is_shown = self._session.id == conversation.id
        if conversation.deleted is not None:
            if is_shown:
                await self._session.begin_new()
        elif not is_shown and undone.kind in OPENED_KINDS:
            await self._session.open(conversation.id)
        await self._show()

    async def _show(self) -> None:
        await self._session.refresh()
        await self._listing.refresh()


def undone_line(undone: Change, conversation: Conversation) -> list[Content]:
    """Sentence on what was undone, in parts."""
    title = text.line(conversation.title or _("Untitled"), 40)
    if undone.kind == "trash":
        where = (
            _("“{title}” is in the trash again.")
            if conversation.deleted
            else _("“{title}” is restored.")
        )
        return [text.filled(where, title=title)]
    if undone.kind == "messages":
        gone = undone.before == "in the trash"
        where = (
            _("The messages are in the trash again.") if gone else _("The messages are restored.")
        )
        return [text.own(where)]
    before = [text.own(": "), text.line(before_text(undone), 60)] if undone.before else []
    what = _("Undone in “{title}”: {change}")
    return [text.filled(what, title=title, change=CHANGE_NAMES[undone.kind]), *before]


def before_text(change: Change) -> str:
    """What something was before it was changed, in few words."""
    return (
        BEFORE_NAMES.get(change.before, change.before)
        if change.kind in NAMED_KINDS
        else change.before
    )
