"""Context screen: what the model would read next, and what the user wants of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from threading import Event
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from assistant.core.errors import AssistantError
from assistant.core.turn.preview import ContextPreview, PreviewPart, preview_window
from assistant.core.values.changes import ChangeKind
from assistant.core.values.conversation import Conversation, Overflow, Placing, Summary
from assistant.core.values.events import Loading, Queued
from assistant.keymap import key_name
from assistant.language.messages import _, localized, ngettext
from assistant.tui.context.exact_prompt import Form, PromptTextScreen
from assistant.tui.context.window_bar import PartLine, WindowBar, legend
from assistant.tui.external import ExternalFactory
from assistant.tui.services import Services
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import TextEditor
from assistant.tui.toolkit.notice import NoticedScreen
from assistant.tui.toolkit.threads import Report, Stream
from assistant.tui.toolkit.widgets import Clickable, Flow, Row, RowStack

UNDOABLE_KINDS: Final[frozenset[ChangeKind]] = frozenset({"turn", "summary", "overflow"})
"""Changes that are made here."""

OVERFLOW_TEXTS: Final[dict[Overflow, str]] = {
    "leave_out": _("the oldest turns are left out when not all fit"),
    "summarise": _("a summary replaces the oldest turns when not all fit"),
}


@dataclass(frozen=True)
class ContextSubject:
    """Conversation and draft question whose window is shown."""

    conversation: Conversation
    question: str
    """The next question, as far as it is typed."""


class ContextScreen(NoticedScreen[None]):
    """Context screen above the chat; Esc goes back to it."""

    AUTO_FOCUS = "#window-parts"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", show=False),
        Binding("p", "place('pinned')", show=False),
        Binding("x,delete", "place('excluded')", show=False),
        Binding("o", "overflow", show=False),
        Binding("e", "edit", show=False),
        Binding("t", "prompt('text')", show=False),
        Binding("k", "prompt('tokens')", show=False),
        Binding("ctrl+z,u", "undo", show=False),
    ]

    def __init__(
        self,
        services: Services,
        subject: ContextSubject,
        external: ExternalFactory,
        report: Report,
        changed: Callable[[], None],
        go_to: Callable[[str], None],
    ) -> None:
        """Args:
        external: makes external actions that report in the notice line of this screen.
        changed: called when something was changed here.
        go_to: shows a message in the conversation.
        """
        super().__init__()
        self._services = services
        self._subject = subject
        self._external = external
        self._report = report
        self._changed = changed
        self._go_to = go_to
        self._found: ContextPreview | None = None
        self._stream: Stream[Queued | Loading | ContextPreview] | None = None
        self._head = Clickable(id="window-head")
        self._bar = Clickable(id="window-bar")
        self._parts = OptionList(id="window-parts", markup=False, compact=True)
        self._keys = Clickable(id="passage-keys")

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            yield self._head
            yield self._bar
            yield self._parts
        yield self.notice
        yield self._keys

    def on_mount(self) -> None:
        self._show_waiting(_("counting …"))
        self._show_keys()
        self._reload()

    def on_unmount(self) -> None:
        if self._stream is not None:
            self._stream.stop.set()

    def action_leave(self) -> None:
        self.dismiss()

    # What the window holds

    def _reload(self) -> None:
        """Preview the window anew; the former preview stays until the new one comes."""
        if self._stream is not None:
            self._stream.stop.set()
        self._stream = stream = Stream(
            self._events,
            lambda events: self._advance(stream.stop, events),
            lambda failure: self._end(stream.stop, failure),
            self._report,
        )

    def _events(self, stop: Event) -> Iterator[Queued | Loading | ContextPreview]:
        services, subject = self._services, self._subject
        usual = services.chat.sampling.for_model(subject.conversation.model)
        id = subject.conversation.id
        return preview_window(services.store, services.models, usual, id, stop, subject.question)

    def _advance(self, stop: Event, events: Sequence[Queued | Loading | ContextPreview]) -> None:
        if stop.is_set() or not self.is_mounted:
            return
        match events[-1]:
            case Queued(ahead=ahead):
                self._show_waiting(_("waiting for other questions ({ahead})", ahead=ahead))
            case Loading(model=model, window=window) if window:
                self._show_waiting(
                    _("{model} gets a window of {window:,} tokens", model=model, window=window)
                )
            case Loading(model=model, done=done):
                self._show_waiting(_("loading {model}: {done:.0%}", model=model, done=done))
            case ContextPreview() as found:
                self._show(found)

    def _end(self, stop: Event, failure: AssistantError | None) -> None:
        if failure is not None and not stop.is_set() and self.is_mounted:
            self._show_waiting(_("The context cannot be shown."))
            self.notice.fail(failure)

    def _show_waiting(self, what: str) -> None:
        """Show what is waited for, while nothing is known yet."""
        if self._found is None:
            self._head.update(RowStack(Row(self._title, text.EMPTY), Row(text.muted(what))))

    @property
    def _title(self) -> Content:
        title = text.line(self._subject.conversation.title or _("New conversation"), 200)
        return text.filled(_("Context {title}"), "bold", title=title)

    def _show(self, found: ContextPreview) -> None:
        self._found = found
        model = text.line(found.model, 40, text.MUTED)
        counts = text.own(
            _(
                "{used:,} of {window:,} tokens",
                used=found.prompt_tokens,
                window=found.window,
            ),
            "bold",
        )
        facts = ["", _("{cached:,} cached, {new:,} new", cached=found.cached, new=found.new)]
        facts += [found.growth] if found.growth else []
        cached = text.muted(" · ".join(facts))
        choice = text.muted("; ".join(_overflow_facts(found)))
        rows = [Row(self._title, model), Row(counts + cached), Row(choice)]
        if found.problem:
            rows.append(Row(text.line(localized(found.problem), 300, "$text-warning")))
        self._head.update(RowStack(*rows, Row(legend())))
        self._bar.update(WindowBar(found))
        highlighted = self._parts.highlighted
        self._parts.set_options([Option(PartLine(part)) for part in found.slices])
        last = len(found.slices) - 1
        self._parts.highlighted = 0 if highlighted is None else min(highlighted, last)
        self._show_keys()

    @property
    def _chosen(self) -> PreviewPart | None:
        place = self._parts.highlighted
        return self._found.slices[place] if self._found and place is not None else None

    def on_option_list_option_highlighted(self) -> None:
        self._show_keys()

    # What the user wants of it

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter and a click: a summary is edited, a turn is shown in the conversation."""
        event.stop()
        self.action_show()

    def action_show(self) -> None:
        """Go to what the line is about."""
        chosen = self._chosen
        if chosen is not None and chosen.kind == "summary":
            self.action_edit()
        elif chosen is not None and chosen.kind == "turn":
            self.dismiss()
            self._go_to(chosen.message_ids[0])

    def action_place(self, placing: Placing) -> None:
        """Pin or exclude a turn; once more undoes it."""
        chosen = self._chosen
        if chosen is None or chosen.kind != "turn":
            self._say(_("Only turns can be pinned or excluded."))
            return
        wanted = None if chosen.placing == placing else placing
        self.do(self._place(chosen, wanted))

    async def _place(self, chosen: PreviewPart, placing: Placing | None) -> None:
        await self._services.run(self._services.store.set_placing, chosen.message_ids[0], placing)
        self._renew()

    def action_overflow(self) -> None:
        """Switch what becomes of the oldest turns."""
        if self._found is not None:
            self.do(self._set_overflow(self._found.overflow))

    async def _set_overflow(self, now: Overflow) -> None:
        wanted: Overflow = "leave_out" if now == "summarise" else "summarise"
        id = self._subject.conversation.id
        await self._services.run(self._services.store.set_overflow, id, wanted)
        self._renew()
        if wanted == "summarise":
            self._say(_("The summary is written when the model is idle; no message is deleted."))

    def action_edit(self) -> None:
        """Change the summary that is in the window."""
        found = self._found
        kept = [part for part in found.slices if part.kind == "summary"] if found else []
        if kept:
            self.do(self._edit(kept[0].message_ids[0]))
        else:
            self._say(_("There is no summary in the window."))

    async def _edit(self, message_id: str) -> None:
        store = self._services.store
        message = await self._services.run(store.message, message_id)
        if message.summary is None:
            return
        note = _("Leave it empty to use the turns themselves again. Ctrl+Z undoes.")
        screen = TextEditor(_("Summary of the older turns"), message.summary.text, note=note)
        changed: str | None = await self.app.push_screen_wait(screen)
        if changed is None or changed == message.summary.text:
            return
        words = changed.strip()
        covers = message.summary.covers
        summary = Summary(text=words, covers=covers, edited=True) if words else None
        await self._services.run(store.set_summary, message_id, summary)
        self._renew()

    def action_undo(self) -> None:
        """Take back what was changed last, if it was one of these things."""
        self.do(self._undo())

    async def _undo(self) -> None:
        store, id = self._services.store, self._subject.conversation.id
        newest = await self._services.run(store.changes, id, limit=1)
        if not newest or newest[0].kind not in UNDOABLE_KINDS:
            self._say(_("There is nothing to undo here."))
            return
        await self._services.run(store.undo, newest[0].number, conversation_id=id)
        self._renew()
        self._say(_("Undone."))

    def _renew(self) -> None:
        self._changed()
        self._reload()

    # The prompt

    def action_prompt(self, form: Form) -> None:
        """Show the exact prompt."""
        if self._found is not None:
            self.app.push_screen(PromptTextScreen(self._found.prompt, form, self._external))

    def _say(self, sentence: str) -> None:
        self.notice.say(text.own(sentence))

    def _show_keys(self) -> None:
        chosen, found = self._chosen, self._found
        keys = [(key_name("escape"), _("back"), "leave")]
        if chosen is not None and chosen.kind == "turn":
            pins = _("unpins") if chosen.placing == "pinned" else _("pins")
            excludes = _("includes") if chosen.placing == "excluded" else _("excludes")
            keys += [("p", pins, "place('pinned')"), ("x", excludes, "place('excluded')")]
            keys += [(key_name("enter"), _("shows it"), "show")]
        if found is not None:
            other = (
                _("leaves out the oldest")
                if found.overflow == "summarise"
                else _("summarises the oldest")
            )
            keys += [("o", other, "overflow")]
            if any(part.kind == "summary" for part in found.slices):
                keys += [("e", _("edits the summary"), "edit")]
            keys += [("t", _("prompt"), "prompt('text')"), ("k", _("tokens"), "prompt('tokens')")]
        keys += [(key_name("ctrl+z"), _("undoes"), "undo")]
        parts = [_key_hint(key, action) + text.muted(f" {what}") for key, what, action in keys]
        self._keys.update(Flow(*parts))


def _overflow_facts(found: ContextPreview) -> Iterator[str]:
    yield OVERFLOW_TEXTS[found.overflow]
    if found.told:
        yield ngettext(
            "a summary of {turns:,} turn is ready",
            "a summary of {turns:,} turns is ready",
            found.told,
            turns=found.told,
        )


def _key_hint(key: str, action: str) -> Content:
    name, _unused, argument = action.partition("('")
    arguments = (argument.removesuffix("')"),) if argument else ()
    return text.button(key, f"screen.{name}", *arguments, style=text.ACCENT)
