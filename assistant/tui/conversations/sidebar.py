"""Sidebar: the list of conversations, with a field that filters titles."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, OptionList

from assistant.language.messages import _, pgettext
from assistant.tui.conversations.rows import (
    FOLDER_ID,
    MORE_ID,
    SEARCH_ID,
    ConversationListing,
    list_options,
)
from assistant.tui.toolkit import text
from assistant.tui.toolkit.widgets import Clickable, SafeInput

if TYPE_CHECKING:
    # The list is part of the first frame, where no value is yet.
    from assistant.core.values.conversation import ConversationSummary

MAX_WORDS = 16
"""Words that are looked for at once."""


class Sidebar(Vertical):
    """List of conversations with a title filter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", "Find", show=False),
        Binding("escape", "leave", "Back", show=False),
        Binding("delete", "screen.command('delete')", "Delete", show=False),
        Binding("down", "list", "List", show=False),
    ]

    class Chosen(Message):
        """A conversation was chosen."""

        def __init__(self, conversation_id: str) -> None:
            super().__init__()
            self.conversation_id = conversation_id

    class SearchWanted(Message):
        """A full-text search is wanted."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    class Filtered(Message):
        """The title filter or the archive switch changed."""

    class Left(Message):
        """The list was left."""

    def __init__(self) -> None:
        super().__init__(id="sidebar")
        self.archived = False
        """Whether the archive is listed."""
        self._summaries: dict[str, ConversationSummary] = {}
        self._closed_folders: set[str] = set()
        self._listed: tuple[ConversationListing, str | None, date] | None = None
        self._field = SafeInput(placeholder=_("/ title"), id="filter", compact=True, max_length=200)
        self._filters = Clickable(id="filters")
        self._listing = OptionList(id="conversations", compact=True, markup=False)

    def compose(self) -> ComposeResult:
        yield Clickable(
            text.button(_("+ New conversation"), "screen.command", "new", style=text.ACCENT),
            classes="button",
        )
        yield self._field
        yield self._filters
        yield self._listing

    def on_mount(self) -> None:
        self._show_filters()

    @property
    def words(self) -> str:
        """Words of the title filter; at most the first `MAX_WORDS`."""
        return " ".join(self._field.value.split()[:MAX_WORDS])

    @property
    def highlighted(self) -> ConversationSummary | None:
        """The conversation under the cursor of the list."""
        option = self._listing.highlighted_option
        return self._summaries.get(option.id or "") if option else None

    def show(self, listed: ConversationListing, shown: str | None, today: date) -> None:
        """List these conversations; the conversation `shown` is marked."""
        self._listed = (listed, shown, today)
        self._summaries = {summary.id: summary for summary in listed.all}
        listing = self._listing
        under_cursor = listing.highlighted_option.id if listing.highlighted_option else None
        scroll = listing.scroll_offset.y
        options = list(list_options(listed, shown, today, self._closed_folders, self.words))
        listing.set_options(options)
        wanted = under_cursor if listing.has_focus else shown
        places = [
            place for place, option in enumerate(options) if option.id and option.id == wanted
        ]
        listing.highlighted = places[0] if places else None
        listing.scroll_to(y=scroll, animate=False)

    def show_archive(self, shown: bool) -> None:
        """List the archive, or what is not in it."""
        self.archived = shown
        self._show_filters()
        self.post_message(self.Filtered())

    def action_find(self) -> None:
        self._field.focus()

    def action_leave(self) -> None:
        self._field.value = ""
        self.post_message(self.Left())

    def action_list(self) -> None:
        self._listing.focus()
        if self._listing.highlighted is None:
            self._listing.action_first()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Filtered())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        ids = [option.id for option in self._listing.options if option.id]
        self._choose(next((id for id in ids if id in self._summaries), SEARCH_ID))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._choose(event.option_id or "")

    def _choose(self, id: str) -> None:
        if id in self._summaries:
            self.post_message(self.Chosen(id))
        elif id.startswith(FOLDER_ID):
            self._closed_folders ^= {id.removeprefix(FOLDER_ID)}
            if self._listed is not None:
                self.show(*self._listed)
        elif id.startswith(MORE_ID):
            self.post_message(self.SearchWanted(f'in:"{id.removeprefix(MORE_ID)}" '))
        elif id == SEARCH_ID and self.words:
            self.post_message(self.SearchWanted(self.words))

    def _show_filters(self) -> None:
        current, archived = ("", "bold") if self.archived else ("bold", "")
        self._filters.update(
            text.joined(
                [
                    text.button(
                        pgettext("conversations", "current"),
                        "screen.archive",
                        "",
                        style=current or text.MUTED,
                    ),
                    text.button(
                        pgettext("conversations", "archived"),
                        "screen.archive",
                        "on",
                        style=archived or text.MUTED,
                    ),
                    text.button(_("trash"), "screen.command", "trash", style=text.MUTED),
                ],
                between="  ",
            )
        )
