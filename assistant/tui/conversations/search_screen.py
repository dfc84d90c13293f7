"""Search screen: full-text search over all conversations while the query is typed."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.ports.conversations import ConversationCatalog
from assistant.core.values.changes import ConversationHit, ConversationSearchResult
from assistant.core.values.conversation import ConversationSummary, SearchHit
from assistant.core.wording import day_text
from assistant.language.messages import _, localized, ngettext
from assistant.tui.conversations.rows import order_of
from assistant.tui.conversations.search_results import Excerpt, IncrementalSearch, marked_excerpt
from assistant.tui.toolkit import text
from assistant.tui.toolkit.notice import NoticedScreen
from assistant.tui.toolkit.widgets import Clickable, Flow, Row, RowStack, SafeInput
from assistant.tui.transcript.headings import ROLE_NAMES

PROMPT: Final = _("prompt")
INDENT: Final = max(12, *(len(head) + 3 for head in (*ROLE_NAMES.values(), PROMPT)))
LABELS_FROM_COLUMNS: Final = 60
"""Columns from which on there is room for the folder and the tags beside a title."""
MAX_QUERY_CHARACTERS: Final = 400
"""Characters of a query."""

OPERATORS: Final = (
    (_("rent contract"), _("both words, in any order")),
    (_('"per month"'), _("a phrase")),
    (_("contr*"), _("the beginning of a word")),
    (_("-flat"), _("without this word")),
    ("role:user", _("your questions; role:assistant: the answers")),
    ("after:2026-01", _("written in that month or later")),
    ("before:2026-01-31", _("written before that day")),
    ("in:title", _("in titles; also in:messages and in:prompts")),
    ("in:housing", _("in this folder or conversation")),
    ("tag:work", _("in conversations with this tag")),
)


TYPED_CELLS: Final = max(20, *(len(typed) + 2 for typed, _meaning in OPERATORS))


class ChosenConversation(NamedTuple):
    """Chosen result: a conversation, and a message when there is one."""

    conversation_id: str
    message_id: str | None = None
    snippet: str = ""
    """The surroundings of what was found in it."""


class SearchScreen(NoticedScreen[ChosenConversation]):
    """Search screen above everything else; Enter opens the highlighted result, Esc goes back."""

    AUTO_FOCUS = "#search-field"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False, priority=True),
        Binding("up", "move('cursor_up')", show=False, priority=True),
        Binding("down", "move('cursor_down')", show=False, priority=True),
        Binding("pageup", "move('page_up')", show=False, priority=True),
        Binding("pagedown", "move('page_down')", show=False, priority=True),
        Binding("enter", "choose", show=False, priority=True),
    ]

    def __init__(self, store: ConversationCatalog, words: str = "") -> None:
        """`words` is looked for at once; typing replaces it."""
        super().__init__()
        self._search = IncrementalSearch(store, self._show)
        self._first = words
        self._found: dict[str, ChosenConversation] = {}
        self._more: dict[str, ConversationSummary] = {}
        self._field = SafeInput(
            text.line(words, MAX_QUERY_CHARACTERS).plain,
            placeholder=_("Search all conversations"),
            id="search-field",
            compact=True,
            max_length=MAX_QUERY_CHARACTERS,
            select_on_focus=True,
        )
        self._summary = Static(id="search-summary")
        self._listing = OptionList(id="search-results", compact=True, markup=False)
        self._keys = Clickable(id="search-keys")

    def compose(self) -> ComposeResult:
        yield self._field
        yield self._summary
        yield self._listing
        yield self.notice
        yield self._keys

    @property
    def words(self) -> str:
        """Query as it is typed."""
        return self._field.value

    def on_mount(self) -> None:
        self._listing.can_focus = False
        self._keys.update(
            Flow(
                text.button(_("Enter opens"), "screen.choose", style=text.MUTED),
                text.muted(_("↑↓ PgUp PgDn choose")),
                text.button(_("Esc goes back"), "screen.leave", style=text.MUTED),
            )
        )
        self._start_search()

    def search_again(self) -> None:
        """Select the query, because the search key was pressed in the search."""
        self._field.focus()
        self._field.action_select_all()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._start_search()

    def on_unmount(self) -> None:
        self._search.stop()

    def _start_search(self) -> None:
        self.do(self._search.search(self.words.strip()))

    # What was found

    def _show(self, words: str, results: ConversationSearchResult) -> None:
        self._found, self._more = {}, {}
        options = list(self._options(results))
        if words:
            self._summary.update(_summary_line(results))
        else:
            self._summary.update(text.muted(_("Case and accents do not matter.")))
            options = [Option(line, disabled=True) for line in _help_lines()]
        self._listing.set_options(options)
        self._listing.scroll_home(animate=False)
        self._listing.highlighted = None
        # The best message is what is looked for, not the conversation that it is in.
        best = next((id for id, found in self._found.items() if found.message_id), None)
        first = best or next(iter(self._found), None)
        if first is not None:
            self._listing.highlighted = self._listing.get_option_index(first)

    def _options(self, results: ConversationSearchResult) -> Iterator[Option]:
        for number, group in enumerate(results.conversations):
            if number:
                yield Option(text.EMPTY, disabled=True)
            yield self._conversation(group.conversation, group.title)
            if group.prompt:
                id = f"prompt {group.conversation.id}"
                self._found[id] = ChosenConversation(group.conversation.id)
                yield Option(_excerpt(PROMPT, group.prompt), id=id)
            yield from self._hits(group.hits)
            more = group.messages - len(group.hits)
            if more > 0:
                yield self._others(group, more)

    def _conversation(self, summary: ConversationSummary, title: str = "") -> Option:
        id = f"conversation {summary.id}"
        self._found[id] = ChosenConversation(summary.id)
        name = marked_excerpt(title) if title else text.line(summary.title or _("Untitled"))
        day = text.muted(day_text(summary.updated.astimezone().date()))
        order = order_of(summary) if self.size.width >= LABELS_FROM_COLUMNS else text.EMPTY
        right = order + text.own("  ") + day if order else day
        return Option(RowStack(Row(name.stylize_before("bold"), right)), id=id)

    def _hits(self, hits: Sequence[SearchHit]) -> Iterator[Option]:
        for hit in hits:
            id = f"message {hit.message_id}"
            self._found[id] = ChosenConversation(hit.conversation_id, hit.message_id, hit.snippet)
            yield Option(_excerpt(ROLE_NAMES[hit.role], hit.snippet), id=id)

    def _others(self, group: ConversationHit, more: int) -> Option:
        id = f"more {group.conversation.id}"
        self._more[id] = group.conversation
        more_line = text.own(" " * INDENT) + text.own(
            ngettext(
                "and {messages:,} more message",
                "and {messages:,} more messages",
                more,
                messages=more,
            ),
            text.ACCENT,
        )
        return Option(more_line, id=id)

    async def _show_all(self, summary: ConversationSummary) -> None:
        words = self.words
        hits = await self._search.within(words, summary.id)
        if words != self.words:
            return
        self._found, self._more = {}, {}
        self._listing.set_options([self._conversation(summary), *self._hits(hits)])
        self._listing.highlighted = min(1, self._listing.option_count - 1)
        self._summary.update(
            text.muted(
                ngettext(
                    "{messages:,} message in this conversation",
                    "{messages:,} messages in this conversation",
                    len(hits),
                    messages=len(hits),
                )
            )
        )

    # What is done with it

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._choose(event.option_id or "")

    def action_choose(self) -> None:
        option = self._listing.highlighted_option
        self._choose((option.id or "") if option else "")

    def _choose(self, id: str) -> None:
        if id in self._found:
            self.dismiss(self._found[id])
        elif id in self._more:
            self.do(self._show_all(self._more[id]))

    def action_move(self, how: str) -> None:
        """Move the highlight while the typing goes on."""
        getattr(self._listing, f"action_{how}")()

    def action_leave(self) -> None:
        self.dismiss(None)


def _excerpt(head: str, found: str) -> Excerpt:
    return Excerpt(text.own("  ") + text.muted(head), marked_excerpt(found), INDENT)


def _summary_line(results: ConversationSearchResult) -> Content:
    parts = []
    if not results.conversations:
        parts.append(text.muted(_("Nothing found.")))
    elif results.is_capped:
        capped = _(
            "only the newest {messages:,} messages were searched; add words to narrow it down",
            messages=results.messages,
        )
        parts.append(text.muted(capped))
    else:
        messages, conversations = results.messages, len(results.conversations)
        found = (
            ngettext("{messages:,} message", "{messages:,} messages", messages, messages=messages),
            ngettext(
                "{conversations:,} conversation",
                "{conversations:,} conversations",
                conversations,
                conversations=conversations,
            ),
        )
        parts.append(text.muted(", ".join(found)))
    parts += [text.line(localized(note), 300, "$text-warning") for note in results.notes]
    return text.joined(parts, "\n")


def _help_lines() -> Iterator[Content]:
    for typed, meaning in OPERATORS:
        yield text.own(f"{typed:<{TYPED_CELLS}}", text.ACCENT) + text.muted(meaning)
