"""One line above the prompt while files are indexed: how far, how fast, how long still."""

from typing import Final

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from assistant.core.library_events import Progress
from assistant.tui import text
from assistant.tui.amounts import count, duration
from assistant.tui.commands import BY_NAME, key_name
from assistant.tui.disk import name_of
from assistant.tui.indexing import Work
from assistant.tui.widgets.status import fitting

BAR: Final = 10
"""Columns."""
NARROW: Final = 56
"""Columns below which there is no room for buttons."""
ROOMY: Final = 96
"""Columns from which on there is room for their keys, too."""


class JobLine(Widget):
    """There while something is indexed; what matters least leaves first when it is narrow."""

    auto_links = False

    work: reactive[Work | None] = reactive(None)

    def __init__(self) -> None:
        super().__init__(id="job")

    def on_mount(self) -> None:
        self.display = False

    def watch_work(self, work: Work | None) -> None:
        self.display = work is not None

    def render(self) -> RenderResult:
        if self.work is None:
            return text.NOTHING
        width = self.content_size.width
        shown = _buttons(self.work, with_keys=width >= ROOMY) if width >= NARROW else []
        buttons = text.joined(shown, "  ")
        line = fitting(_parts(self.work), width - buttons.cell_length - 2)
        gap = width - line.cell_length - buttons.cell_length
        return line + text.own(" " * gap) + buttons if gap >= 2 else line


def _buttons(work: Work, *, with_keys: bool) -> list[Content]:
    buttons = [("pause-indexing", "resume" if work.is_paused else "pause")]
    if not work.is_paused:
        buttons.append(("cancel-indexing", "cancel"))
    return [_button(name, does, with_key=with_keys) for name, does in buttons]


def _button(name: str, does: str, *, with_key: bool) -> Content:
    label = f"{key_name(BY_NAME[name].key)} {does}s" if with_key else does
    return text.button(label, "screen.command", name, style=text.MUTED)


def _parts(work: Work) -> list[tuple[int, Content]]:
    """What can be told, in the order of reading, each with its importance."""
    into = text.own(" ") + text.line(work.collection, 24) if work.collection else text.NOTHING
    head = text.own("paused" if work.is_paused else "indexing", text.ACCENT) + into
    progress = work.progress
    if progress is None or not progress.files:
        return [(1, head), (2, text.muted(_beginning(work)))]
    parts = [
        (1, head),
        (4, _bar(progress)),
        (2, text.own(f"{progress.done:,} of {count(progress.files, 'file')}")),
    ]
    if progress.yielding and not work.is_paused:
        parts.append((3, text.muted("waits for the answer")))
        return parts
    if progress.rate and not work.is_paused:
        parts.append((5, text.muted(_rate(progress.rate))))
    if progress.eta is not None and not work.is_paused:
        parts.append((3, text.muted(f"{duration(progress.eta)} left")))
    if progress.current:
        parts.append((6, text.line(name_of(progress.current), 40, text.MUTED)))
    return parts


def _beginning(work: Work) -> str:
    if work.is_waiting:
        return "waiting for the library"
    if work.is_paused:
        return f"{count(work.waiting_files, 'file')} to read"
    return f"looking, {count(work.seen, 'file')} so far" if work.seen else "looking"


def _rate(files: float) -> str:
    """Files per second, or per minute where that is the better figure."""
    return f"{files:.1f} files/s" if files >= 1 else f"{files * 60:.1f} files/min"


def _bar(progress: Progress) -> Content:
    full = round(BAR * min(progress.done / progress.files, 1))
    return text.own("━" * full, text.ACCENT) + text.muted("╌" * (BAR - full))
