"""The list of conversations, by day, with a field that finds them."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from assistant.core.models import ConversationSummary
from assistant.tui import text


class Sidebar(Vertical):
    """Shows conversations and says which one is wanted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", "Find", show=False),
        Binding("escape", "leave", "Back", show=False),
        Binding("delete", "screen.command('delete')", "Delete", show=False),
        Binding("down", "list", "List", show=False),
    ]

    class Chosen(Message):
        """The user wants this conversation."""

        def __init__(self, conversation_id: str) -> None:
            super().__init__()
            self.conversation_id = conversation_id

    class Filtered(Message):
        """The user looks for these words."""

        def __init__(self, words: str) -> None:
            super().__init__()
            self.words = words

    class Left(Message):
        """The user is done here."""

    def __init__(self) -> None:
        super().__init__(id="sidebar")
        self._summaries: dict[str, ConversationSummary] = {}

    def compose(self) -> ComposeResult:
        yield Input(placeholder="/ search", id="filter", compact=True)
        yield OptionList(id="conversations", compact=True, markup=False)

    @property
    def highlighted(self) -> ConversationSummary | None:
        """The conversation under the cursor of the list."""
        option = self.query_one(OptionList).highlighted_option
        return self._summaries.get(option.id or "") if option else None

    @property
    def words(self) -> str:
        return self.query_one(Input).value

    def show(
        self, summaries: Sequence[ConversationSummary], shown: str | None, today: date
    ) -> None:
        """Show these conversations, the one with the id `shown` marked."""
        self._summaries = {summary.id: summary for summary in summaries}
        listing = self.query_one(OptionList)
        scroll = listing.scroll_offset.y
        listing.set_options(_options(summaries, today))
        if not summaries:
            listing.add_option(Option(text.muted(self._nothing()), disabled=True))
        listing.scroll_to(y=scroll, animate=False)
        self.mark(shown)

    def mark(self, shown: str | None) -> None:
        """Mark the conversation that is on the screen."""
        listing = self.query_one(OptionList)
        index = next(
            (place for place, option in enumerate(listing.options) if option.id == shown), None
        )
        listing.highlighted = index if shown else None

    def find(self, words: str) -> None:
        """Look for these words, or for what is typed next."""
        field = self.query_one(Input)
        field.value = text.editable(words)
        field.focus()

    def action_find(self) -> None:
        self.query_one(Input).focus()

    def action_leave(self) -> None:
        field = self.query_one(Input)
        if field.value:
            field.value = ""
        self.post_message(self.Left())

    def action_list(self) -> None:
        self.query_one(OptionList).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        clean = text.editable(event.value)
        if clean != event.value:
            event.input.value = clean
            return
        self.post_message(self.Filtered(clean))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        listing = self.query_one(OptionList)
        first = next((option.id for option in listing.options if option.id), None)
        if first:
            self.post_message(self.Chosen(first))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id:
            self.post_message(self.Chosen(event.option_id))

    def _nothing(self) -> str:
        return "nothing found" if self.words else "no conversations yet"


def _options(summaries: Sequence[ConversationSummary], today: date) -> Iterator[Option]:
    heading = ""
    for summary in summaries:
        day = day_name(summary.updated, today)
        if day != heading:
            heading = day
            yield Option(text.own(day, f"{text.MUTED} bold"), disabled=True)
        yield Option(text.own(" ") + text.line(summary.title or "Untitled"), id=summary.id)


def day_name(moment: datetime, today: date) -> str:
    """The group a conversation belongs to, in local time."""
    day = moment.astimezone().date()
    if day >= today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    if day > today - timedelta(days=7):
        return "This week"
    return f"{day:%B %Y}"
