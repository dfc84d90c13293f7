"""Progress dialog of a job, then its report."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from assistant.core.errors import AssistantError
from assistant.language.messages import _, localized
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import Dialog
from assistant.tui.toolkit.threads import Report, Stream
from assistant.tui.toolkit.widgets import Clickable
from assistant.tui.transfer.jobs import TransferJob

MAX_LINES: Final = 500
"""Lines of a report that are listed one by one."""


class TransferReport(Dialog[None]):
    """Dialog of a running job; Esc stops it; once it is over, Esc or Enter closes."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "close", show=False)]

    def __init__(self, job: TransferJob, report: Report) -> None:
        super().__init__()
        self._job = job
        self._report = report
        self._stream: Stream[object] | None = None
        self._over = False
        self._progress = Static()
        self._lines = Static()
        self._keys = Clickable()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide"):
            yield Static(text.own(self._job.title, "bold"))
            yield self._progress
            with VerticalScroll(classes="address"):
                yield self._lines
            yield self._keys

    def on_mount(self) -> None:
        self._show_keys(_("Esc stops"))
        self._stream = Stream(self._job.events, self._advanced, self._ended, self._report)

    def on_unmount(self) -> None:
        if self._stream is not None:
            self._stream.stop.set()

    def action_leave(self) -> None:
        if self._over:
            self.dismiss(None)
        elif self._stream is not None:
            self._stream.stop.set()
            self._keys.update(text.muted(_("stops after the current file …")))

    def on_click(self, event: events.Click) -> None:
        """A click beside it does what Esc does; a report is not to be missed."""
        event.prevent_default()
        if self.get_widget_at(event.screen_x, event.screen_y)[0] is self:
            self.action_leave()

    def action_close(self) -> None:
        if self._over:
            self.dismiss(None)

    def _advanced(self, events: Sequence[object]) -> None:
        for event in events:
            self._job.apply(event)
        if self.is_mounted:
            self._progress.update(self._job.progress())

    def _ended(self, failure: AssistantError | None) -> None:
        self._over = True
        if not self.is_mounted:
            return
        lines = list(self._job.lines())
        more = len(lines) - MAX_LINES
        shown: list[Content] = lines[:MAX_LINES]
        if failure is not None:
            wrong = f"{localized(failure.message)} {localized(failure.hint)}".strip()
            shown.insert(0, text.line(wrong, 400, "$text-error"))
        if more > 0:
            shown.append(text.muted(_("and {more:,} more", more=more)))
        self._progress.update(self._job.progress())
        self._lines.update(text.joined(shown, "\n"))
        self._show_keys(_("Esc closes"))

    def _show_keys(self, label: str) -> None:
        self._keys.update(text.button(label, "screen.leave", style=text.MUTED))
