"""Indexing jobs of this window and elsewhere, and the progress line above the prompt."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from threading import Event
from typing import Final, Protocol, runtime_checkable

from textual.app import RenderResult
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from assistant.core.errors import AssistantError
from assistant.core.ports.library import Library
from assistant.core.values.library import (
    Done,
    IndexEvent,
    IndexingProgress,
    LibraryStatus,
    Planned,
    Scanned,
    Waiting,
)
from assistant.core.wording import time_left
from assistant.keymap import Keymap
from assistant.language.messages import _, ngettext
from assistant.tui.commands import keymap_of
from assistant.tui.toolkit import text
from assistant.tui.toolkit.disk import name_of
from assistant.tui.toolkit.threads import Report, Stream, in_thread
from assistant.tui.toolkit.widgets import fitting


@dataclass(frozen=True)
class IndexingStatus:
    """State of an indexing job, as it is shown."""

    collection: str = ""
    """Empty for a job that was begun elsewhere."""
    is_waiting: bool = False
    """Whether another job comes first, or the library is being started."""
    seen: int = 0
    """Files found so far, while the folders are walked."""
    progress: IndexingProgress | None = None
    is_paused: bool = False
    waiting_files: int = 0
    """Files to be read when nothing runs."""


@dataclass(eq=False)
class WindowJob:
    """Indexing job of this window; touched by the screen's thread alone."""

    paths: tuple[str, ...]
    collection: str
    conversation_id: str
    """The conversation that it was added to; empty when it belongs to none."""
    work: IndexingStatus
    has_begun: bool = False
    """Whether the collection is there."""
    is_new: bool = False
    """Whether nobody has seen yet that it has begun."""
    done: Done | None = None
    stream: Stream[IndexEvent] | None = None

    def apply(self, event: IndexEvent) -> None:
        """Apply an event to the state."""
        if not self.has_begun and not isinstance(event, Waiting):
            self.has_begun = self.is_new = True
        match event:
            case Waiting():
                self.work = replace(self.work, is_waiting=True)
            case Scanned(files=files):
                self.work = replace(self.work, is_waiting=False, seen=files)
            case Planned(files=files):
                first = IndexingProgress(done=0, files=files, rate=0, eta=None, current="")
                self.work = replace(self.work, is_waiting=False, progress=first)
            case IndexingProgress(paused=paused):
                self.work = replace(self.work, progress=event, is_paused=paused)
            case Done():
                self.done = event
            case _:
                pass


class JobAdvanced(Message):
    """An indexing job made progress."""

    def __init__(self, job: WindowJob) -> None:
        super().__init__()
        self.job = job


class JobEnded(Message):
    """An indexing job ended; `failure` is the reason when it failed."""

    def __init__(self, job: WindowJob, failure: AssistantError | None) -> None:
        super().__init__()
        self.job = job
        self.failure = failure


@runtime_checkable
class JobWatcher(Protocol):
    """A screen that shows the end of a job by itself."""

    def show_end(self, job: WindowJob, failure: AssistantError | None) -> None:
        """Show that a job has ended, or why it failed."""


class WindowJobs:
    """Indexing jobs of this window; they go on in the library when the window is closed."""

    def __init__(self, library: Library, post: Callable[[Message], object], report: Report) -> None:
        self._library = library
        self._post = post
        self._report = report
        self._running: list[WindowJob] = []

    @property
    def is_idle(self) -> bool:
        return not self._running

    def start(self, paths: Sequence[str], collection: str, conversation_id: str) -> WindowJob:
        """Start indexing folders and files into a collection."""
        job = WindowJob(
            tuple(paths), collection, conversation_id, IndexingStatus(collection, is_waiting=True)
        )
        return self._follow(job, partial(self._library.add, paths, collection))

    def run(self, events: Callable[[Event], Iterator[IndexEvent]], what: str) -> WindowJob:
        """Start another job on what is in the library; no conversation is changed by it."""
        return self._follow(WindowJob((), what, "", IndexingStatus(what, is_waiting=True)), events)

    def _follow(self, job: WindowJob, events: Callable[[Event], Iterator[IndexEvent]]) -> WindowJob:
        self._running.append(job)
        job.stream = Stream(
            events,
            partial(self._advance, job),
            partial(self._end, job),
            self._report,
        )
        return job

    async def pause(self) -> bool:
        """Pause indexing, or resume it.

        Returns: whether it is paused now.
        """
        paused = (await in_thread(self._library.status)).paused
        await in_thread(self._library.resume if paused else self._library.pause)
        return not paused

    async def cancel(self, status: LibraryStatus | None) -> str:
        """Cancel the job that is shown, after the file at hand.

        Returns: the sentence to show.
        """
        job = self._shown_job
        if job is not None and job.stream is not None:
            job.stream.stop.set()
        elif status is not None and status.job is not None:
            await in_thread(self._library.cancel)
        else:
            return _("Nothing is being indexed.")
        return _("Indexing stops after the current file.")

    def work(self, status: LibraryStatus | None) -> IndexingStatus | None:
        """State to show: the first job of this window, else the job that the library reports.

        Returns: None when nothing is indexed.
        """
        if self._shown_job is not None:
            return self._shown_job.work
        if status is None or not (status.job or (status.paused and status.waiting)):
            return None
        return IndexingStatus(
            progress=status.job, is_paused=status.paused, waiting_files=status.waiting
        )

    @property
    def _shown_job(self) -> WindowJob | None:
        begun = [job for job in self._running if job.has_begun]
        return next(iter(begun or self._running), None)

    def _advance(self, job: WindowJob, events: Sequence[IndexEvent]) -> None:
        for event in events:
            job.apply(event)
        self._post(JobAdvanced(job))

    def _end(self, job: WindowJob, failure: AssistantError | None) -> None:
        self._running.remove(job)
        self._post(JobEnded(job, failure))


BAR_COLUMNS: Final = 10
"""Columns."""
BUTTONS_FROM_COLUMNS: Final = 56
"""Columns below which there is no room for buttons."""
KEYS_FROM_COLUMNS: Final = 96
"""Columns from which on there is room for their keys, too."""


class JobLine(Widget):
    """Progress line of an indexing job; the least important parts leave first when it is narrow."""

    auto_links = False

    work: reactive[IndexingStatus | None] = reactive(None)

    def __init__(self) -> None:
        super().__init__(id="job")

    def on_mount(self) -> None:
        self.display = False

    def watch_work(self, work: IndexingStatus | None) -> None:
        self.display = work is not None

    def render(self) -> RenderResult:
        if self.work is None:
            return text.EMPTY
        width = self.content_size.width
        shown = (
            _buttons(self.work, keymap_of(self) if width >= KEYS_FROM_COLUMNS else None)
            if width >= BUTTONS_FROM_COLUMNS
            else []
        )
        buttons = text.joined(shown, "  ")
        line = fitting(_parts(self.work), width - buttons.cell_length - 2)
        gap = width - line.cell_length - buttons.cell_length
        return line + text.own(" " * gap) + buttons if gap >= 2 else line


def _buttons(work: IndexingStatus, keymap: Keymap | None) -> list[Content]:
    """Buttons with their keys; without them when there is no keymap."""
    if work.is_paused:
        return [_button("pause-indexing", keymap, _("resume"), _("{key} resumes"))]
    return [
        _button("pause-indexing", keymap, _("pause"), _("{key} pauses")),
        _button("cancel-indexing", keymap, _("cancel"), _("{key} cancels")),
    ]


def _button(name: str, keymap: Keymap | None, alone: str, with_key: str) -> Content:
    label = with_key.format(key=keymap.shown(name)) if keymap else alone
    return text.button(label, "screen.command", name, style=text.MUTED)


def _parts(work: IndexingStatus) -> list[tuple[int, Content]]:
    """Parts of the line in the order of reading, each with its importance."""
    head = text.own(_("paused") if work.is_paused else _("indexing"), text.ACCENT)
    if work.collection:
        head = text.filled(
            _("paused {collection}") if work.is_paused else _("indexing {collection}"),
            text.ACCENT,
            collection=text.line(work.collection, 24),
        )
    progress = work.progress
    if progress is None or not progress.files:
        return [(1, head), (2, text.muted(_beginning_text(work)))]
    parts = [
        (1, head),
        (4, _progress_bar(progress)),
        (2, text.own(_done_text(progress))),
    ]
    if progress.yielding and not work.is_paused:
        parts.append((3, text.muted(_("paused while answering"))))
        return parts
    if progress.rate and not work.is_paused:
        parts.append((5, text.muted(_rate_text(progress.rate))))
    if progress.eta is not None and not work.is_paused:
        parts.append((3, text.muted(time_left(progress.eta))))
    if progress.current:
        parts.append((6, text.line(name_of(progress.current), 40, text.MUTED)))
    return parts


def _beginning_text(work: IndexingStatus) -> str:
    if work.is_waiting:
        return _("waiting for the library")
    if work.is_paused:
        files = work.waiting_files
        return ngettext("{files:,} file to read", "{files:,} files to read", files, files=files)
    if not work.seen:
        return _("scanning")
    return ngettext(
        "scanning, {files:,} file so far",
        "scanning, {files:,} files so far",
        work.seen,
        files=work.seen,
    )


def _done_text(progress: IndexingProgress) -> str:
    return ngettext(
        "{done:,} of {files:,} file",
        "{done:,} of {files:,} files",
        progress.files,
        done=progress.done,
        files=progress.files,
    )


def _rate_text(files: float) -> str:
    """Files per second, or per minute where that is the better figure."""
    return (
        _("{files:.1f} files/s", files=files)
        if files >= 1
        else _("{files:.1f} files/min", files=files * 60)
    )


def _progress_bar(progress: IndexingProgress) -> Content:
    full = round(BAR_COLUMNS * min(progress.done / progress.files, 1))
    return text.own("━" * full, text.ACCENT) + text.muted("╌" * (BAR_COLUMNS - full))
