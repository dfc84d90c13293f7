"""The list of conversations, by day, with a field that finds them."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from assistant.core.models import ConversationSummary, SearchHit
from assistant.tui import text
from assistant.tui.widgets.clickable import Clickable

WORDS = 16
"""Words that are looked for at once."""
HEADING = f"{text.MUTED} bold"


class Sidebar(Vertical):
    """Shows conversations and says which one is wanted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", "Find", show=False),
        Binding("escape", "leave", "Back", show=False),
        Binding("delete", "screen.command('delete')", "Delete", show=False),
        Binding("down", "list", "List", show=False),
    ]

    class Chosen(Message):
        """The user wants this conversation, at this message if one was found."""

        def __init__(self, conversation_id: str, message_id: str | None = None) -> None:
            super().__init__()
            self.conversation_id = conversation_id
            self.message_id = message_id

    class Filtered(Message):
        """The user looks for other words."""

    class Left(Message):
        """The user is done here."""

    def __init__(self) -> None:
        super().__init__(id="sidebar")
        self._summaries: dict[str, ConversationSummary] = {}
        self._hits: dict[str, SearchHit] = {}
        self._field = Input(placeholder="/ search", id="filter", compact=True, max_length=200)
        self._listing = OptionList(id="conversations", compact=True, markup=False)

    def compose(self) -> ComposeResult:
        yield Clickable(
            text.button("+ New conversation", "screen.command", "new", style=text.ACCENT),
            classes="button",
        )
        yield self._field
        yield self._listing

    @property
    def words(self) -> str:
        """What is looked for: the first words, nobody types more on purpose."""
        return " ".join(self._field.value.split()[:WORDS])

    @property
    def highlighted(self) -> ConversationSummary | None:
        """The conversation under the cursor of the list."""
        option = self._listing.highlighted_option
        return self._summaries.get(option.id or "") if option else None

    def show(
        self,
        found: Sequence[ConversationSummary],
        hits: Sequence[SearchHit],
        shown: str | None,
        today: date,
    ) -> None:
        """List these conversations and messages; the conversation `shown` is marked."""
        self._summaries = {summary.id: summary for summary in found}
        self._hits = {f"message {hit.message_id}": hit for hit in hits}
        listing = self._listing
        under_cursor = listing.highlighted_option.id if listing.highlighted_option else None
        scroll = listing.scroll_offset.y
        options = [*_by_day(found, shown, today), *_messages(self._hits)]
        if not options:
            nothing = "nothing found" if self.words else "no conversations yet"
            options = [Option(text.muted(nothing), disabled=True)]
        listing.set_options(options)
        wanted = under_cursor if listing.has_focus else shown
        places = [
            place for place, option in enumerate(options) if option.id and option.id == wanted
        ]
        listing.highlighted = places[0] if places else None
        listing.scroll_to(y=scroll, animate=False)

    def find(self, words: str) -> None:
        """Look for these words, or for what is typed next."""
        self._field.value = text.line(words).plain
        self._field.focus()

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
        clean = text.editable(event.value).replace("\n", " ")
        if clean != event.value:
            event.input.value = clean
        else:
            self.post_message(self.Filtered())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        first = next((option.id for option in self._listing.options if option.id), "")
        self._choose(first)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._choose(event.option_id or "")

    def _choose(self, id: str) -> None:
        hit = self._hits.get(id)
        if hit is not None:
            self.post_message(self.Chosen(hit.conversation_id, hit.message_id))
        elif id:
            self.post_message(self.Chosen(id))


def _by_day(
    found: Sequence[ConversationSummary], shown: str | None, today: date
) -> Iterator[Option]:
    heading = ""
    for summary in found:
        day = day_name(summary.updated, today)
        if day != heading:
            if heading:
                yield Option(text.NOTHING, disabled=True)
            heading = day
            yield Option(text.own(day, HEADING), disabled=True)
        mark = text.own("▸ ", text.ACCENT) if summary.id == shown else text.own("  ")
        yield Option(mark + text.line(summary.title or "Untitled"), id=summary.id)


def _messages(hits: dict[str, SearchHit]) -> Iterator[Option]:
    if hits:
        yield Option(text.NOTHING, disabled=True)
        yield Option(text.own("In messages", HEADING), disabled=True)
    for id, hit in hits.items():
        yield Option(text.own("  ") + _snippet(hit.snippet), id=id)


def _snippet(snippet: str) -> Content:
    """The surroundings of a match; U+0002 and U+0003 stand around the match."""
    parts: list[Content] = []
    for place, piece in enumerate(snippet.split("\x02")):
        found, _, rest = piece.partition("\x03") if place else ("", "", piece)
        parts += [text.line(found, 80, text.ACCENT), _spaced(rest)]
    return text.joined(parts)


def _spaced(piece: str) -> Content:
    """One line that keeps the blanks at its ends."""
    before = text.own(" " if piece[:1].isspace() else "")
    after = text.own(" " if piece[-1:].isspace() and piece.strip() else "")
    return before + text.line(piece, 120) + after


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
