"""Library screen: collections, files, what is not indexed and why, the running job."""

from collections.abc import Awaitable, Sequence
from functools import partial
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from assistant.core.errors import AssistantError
from assistant.core.values.library import Collection, FileEntry, FileFilter, LibraryStatus
from assistant.language.messages import _, number
from assistant.tui.library.dialogs import IntegrityReport, UnreadFileReason
from assistant.tui.library.jobs import JobLine, WindowJob
from assistant.tui.library.lines import (
    FILTER_NAMES,
    Filter,
    empty_text,
    job_result,
    key_hints,
    summary_lines,
)
from assistant.tui.library.lists import PAGE_SIZE, CollectionSelection, CollectionsList, FileList
from assistant.tui.library.maintenance import LibraryActions, LibraryMaintenance
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import Dialog
from assistant.tui.toolkit.notice import NoticedScreen
from assistant.tui.toolkit.threads import in_thread
from assistant.tui.toolkit.widgets import Clickable, RowStack, SafeInput

POLL_SECONDS: Final = 1.0
"""Seconds between two polls of the job."""
IDLE_POLLS: Final = 5
"""Polls between two questions to a library that does nothing."""

FILTER_STATES: Final[dict[Filter, FileFilter | None]] = {
    "all": None,
    "failed": "skipped",
    "in part": "partial",
    "waiting": "waiting",
}


class LibraryScreen(NoticedScreen[None]):
    """Library screen above the chat; Esc goes back to it."""

    AUTO_FOCUS = "#collections"
    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012
        (0, "-narrow"),
        (100, "-roomy"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", show=False),
        Binding("tab,shift+tab", "turn", show=False, priority=True),
        Binding("f", "filter", show=False),
        Binding("a", "add", show=False),
        Binding("u", "refresh", show=False),
        Binding("b", "rebuild", show=False),
        Binding("v", "verify", show=False),
        Binding("p", "pause", show=False),
        Binding("c", "cancel", show=False),
        Binding("x,delete", "remove", show=False),
        Binding("ctrl+z", "undo", show=False),
    ]

    def __init__(self, actions: LibraryActions, filter_by: Filter = "all") -> None:
        super().__init__()
        self._actions = actions
        self._filter: Filter = filter_by
        self._shown: tuple[CollectionSelection, Filter] | None = None
        self._ticks = 0
        self._is_polling = False
        self._head = Clickable(id="library-head")
        self._job = JobLine()
        self._collections = CollectionsList()
        self._filters = Clickable(id="library-filters")
        self._files = FileList()
        self._maintenance = LibraryMaintenance(actions, self.notice)
        self._keys = Clickable(id="library-keys")

    def compose(self) -> ComposeResult:
        yield self._head
        with Horizontal(id="library"):
            yield self._collections
            with Vertical(id="library-files"):
                yield self._filters
                yield self._files
        yield self._job
        yield self.notice
        yield self._keys

    def on_mount(self) -> None:
        self._keys.update(key_hints())
        self._show()
        self.do(self._poll())
        self.set_interval(POLL_SECONDS, self._tick)

    # What there is

    def _tick(self) -> None:
        self._ticks += 1
        work = self._actions.jobs.work(self._actions.status.status)
        self._job.work = work
        if not self._is_polling and (work is not None or self._ticks % IDLE_POLLS == 0):
            self.do(self._poll())

    async def _poll(self) -> None:
        self._is_polling = True
        try:
            await self._actions.status.refresh()
        finally:
            self._is_polling = False
        self._show()

    def _show(self) -> None:
        status = self._actions.status
        self._head.update(self._summary())
        self._job.work = self._actions.jobs.work(status.status)
        self._collections.show(status.collections, status.status)
        self._show_files()

    def _show_files(self) -> None:
        """Show the files of what is chosen; those that are known stay until others come."""
        wanted = (self._collections.chosen, self._filter)
        before, self._shown = self._shown, wanted
        same = before is not None and _listed_scope(before) == _listed_scope(wanted)
        counts = self._counts(wanted[0])
        self._filters.update(self._filter_line(counts))
        self._files.show(counts[self._filter], empty_text(self._filter), anew=not same)

    def _summary(self) -> RowStack:
        status = self._actions.status
        return summary_lines(status.status, is_empty=status.is_empty)

    def _counts(self, chosen: CollectionSelection) -> dict[Filter, int]:
        of: Collection | LibraryStatus | None = chosen.collection or self._actions.status.status
        if of is None:
            return dict.fromkeys(FILTER_STATES, 0)
        parts = (of.files, of.skipped, of.partial, of.waiting)
        return dict(zip(FILTER_STATES, parts, strict=True))

    def _filter_line(self, counts: dict[Filter, int]) -> Content:
        parts = []
        for name, files in counts.items():
            style = "bold" if name == self._filter else text.MUTED
            label = f"{FILTER_NAMES[name]} {number(files)}"
            parts.append(text.button(label, "screen.filter_by", name, style=style))
        return text.joined(parts, between="   ")

    def on_file_list_page_wanted(self, event: FileList.PageWanted) -> None:
        if self._shown is not None:
            self.do(self._fetch(event.page, *_listed_scope(self._shown)))

    async def _fetch(self, page: int, collection: str | None, chosen: Filter) -> None:
        ask = partial(self._actions.library.files, offset=page * PAGE_SIZE, limit=PAGE_SIZE)
        files: Sequence[FileEntry] = await in_thread(ask, collection, FILTER_STATES[chosen])
        if self._shown is not None and _listed_scope(self._shown) == (collection, chosen):
            self._files.put(page, files)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if self._shown is not None and _listed_scope(self._shown) != self._wanted:
            self._show_files()

    @property
    def _wanted(self) -> tuple[str | None, Filter]:
        return _listed_scope((self._collections.chosen, self._filter))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._files.focus()

    def on_file_list_chosen(self, event: FileList.Chosen) -> None:
        if event.file.state == "indexed":
            self._actions.read_file(event.file.path)
        else:
            self.app.push_screen(UnreadFileReason(event.file))

    def show_end(self, job: WindowJob, failure: AssistantError | None) -> None:
        """Show the end of a job of this window."""
        if failure is not None:
            self.notice.fail(failure)
        elif job.done is not None:
            self.notice.say(job_result(job.collection, job.done))
        self.do(self._poll())

    # What can be done

    def action_leave(self) -> None:
        self.dismiss()

    def action_command(self, name: str, *_arguments: str) -> None:
        """Run the command of a button of the job line."""
        {"pause-indexing": self.action_pause, "cancel-indexing": self.action_cancel}[name]()

    def action_turn(self) -> None:
        (self._collections if self._files.has_focus else self._files).focus()

    def action_filter(self) -> None:
        names = list(FILTER_STATES)
        self.action_filter_by(names[(names.index(self._filter) + 1) % len(names)])

    def action_filter_by(self, name: str) -> None:
        self._filter = next(each for each in FILTER_STATES if each == name)
        self._show_files()

    def action_add(self) -> None:
        self.do(self._add())

    async def _add(self) -> None:
        typed = await self.app.push_screen_wait(AskForPath())
        if typed and typed.strip():
            await self._actions.add(typed)
            await self._poll()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.do(self._actions.add(event.text))

    def action_remove(self) -> None:
        self.do(self._then_poll(self._maintenance.remove(*self._collections.chosen)))

    def action_undo(self) -> None:
        self.do(self._then_poll(self._maintenance.undo()))

    def action_refresh(self) -> None:
        self._maintenance.refresh(self._collections.chosen.collection)

    def action_rebuild(self) -> None:
        self._maintenance.rebuild()

    def action_pause(self) -> None:
        self.do(self._then_poll(self._maintenance.pause()))

    def action_cancel(self) -> None:
        self.do(self._then_poll(self._maintenance.cancel()))

    def action_verify(self) -> None:
        self.do(self._verify())

    async def _verify(self) -> None:
        found = await self._maintenance.verify()
        if found.problems:
            await self.app.push_screen(IntegrityReport(found))
        await self._poll()

    async def _then_poll(self, work: Awaitable[object]) -> None:
        await work
        await self._poll()


def _listed_scope(shown: tuple[CollectionSelection, Filter]) -> tuple[str | None, Filter]:
    """A root has no list of its own: it shows that of its collection."""
    chosen, filter_by = shown
    return (chosen.collection.name if chosen.collection else None), filter_by


class AskForPath(Dialog[str]):
    """Dialog that asks for the path of something to add; Enter accepts, Esc cancels."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(text.own(_("Folder or file to add"), "bold"))
            yield SafeInput(placeholder="~/Documents/housing")
            yield Static(text.muted(_("Enter continues · Esc cancels")))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value)
