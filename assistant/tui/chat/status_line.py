"""Status line: model, tokens, speed, state; and where help is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from textual.app import RenderResult
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from assistant.core.wording import duration
from assistant.keymap import key_name
from assistant.language.messages import _
from assistant.tui.commands import keymap_of
from assistant.tui.toolkit import text
from assistant.tui.toolkit.widgets import SEPARATOR, fitting

if TYPE_CHECKING:
    # The line is part of the first frame, where no value is yet.
    from assistant.core.turn.adapters import Adapters

Phase = Literal[
    "idle",
    "queued",
    "searching",
    "unread",
    "loading",
    "growing",
    "reading",
    "thinking",
    "writing",
    "summarising",
    "ready",
    "error",
]


MODEL_PRIORITY: Final = 2
FILES_PRIORITY: Final = 4
SIZED_PRIORITY: Final = 5
CARD_PRIORITY: Final = 6
SPEED_PRIORITY: Final = 7
"""How important the model is, the files that are asked, the tokens of the window, the graphics
card, the speed."""

MIN_MODEL_CELLS: Final = 8
"""Cells of a model's name that tell which one it is."""


@dataclass(frozen=True)
class StatusLineState:
    """Figures of the status line; 0 is not known and not shown."""

    model: str = ""
    adapters: Adapters = ()
    """What the model is run with."""
    template_problem: str = ""
    """Why the model's own template is not used; empty where it is."""
    device: str = ""
    """The graphics card that it is on, and how much of it; empty for none."""
    device_short: str = ""
    """The same in a few cells."""
    host: str = ""
    """The machine that questions are sent to; empty for this one."""
    files: str = ""
    """Which of the user's files are asked; empty for none."""
    used: int = 0
    """Tokens of the window that are taken."""
    window: int = 0
    cached: int = 0
    """Tokens of the newest prompt that did not have to be read again."""
    new: int = 0
    """Tokens of it that had to."""
    speed: float = 0.0
    """Tokens per second of the newest answer."""
    phase: Phase = "idle"
    is_running: bool = False
    """Whether a turn runs, which can be stopped."""
    left: float = 0
    """Seconds of reading that are left."""
    told: str = ""
    """How far a summary is, in words."""
    done: float = 0
    """Of loading from 0 to 1, of reading in tokens, of a queue those who come first."""
    total: float = 0
    """Of reading, or of a window that grows, in tokens."""


class StatusLine(Widget):
    """Status line; the least important parts leave first when it is narrow."""

    auto_links = False

    status: reactive[StatusLineState] = reactive(StatusLineState())

    def set_status(self, **changes: object) -> None:
        """Change some fields of the status."""
        self.status = replace(self.status, **changes)  # type: ignore[arg-type]

    def render(self) -> RenderResult:
        width = self.content_size.width
        keymap = keymap_of(self)
        palette = keymap.key("palette").replace(f"{key_name('ctrl')}+", "^") or "/palette"
        for layout in _layouts(self.status, palette):
            parts = _parts(self.status, layout, keymap.shown("stop"))
            room = width - layout.end.cell_length - 2
            if _length([part for part in parts if part[0] <= layout.least]) <= room:
                break
        left = fitting(_crop_model(parts, room), room)
        if left.cell_length + layout.end.cell_length + 2 > width:
            return left
        gap = width - left.cell_length - layout.end.cell_length
        return left + text.own(" " * gap) + layout.end


class _Layout(NamedTuple):
    """The end of the line, and what there are words of several lengths for."""

    end: Content
    card: str
    adapters: str
    least: int
    """The importance of what has to have room."""


def _layouts(status: StatusLineState, palette: str) -> Iterator[_Layout]:
    """Layouts, from the longest to the shortest.

    Args:
        palette: what opens the palette of commands.
    """
    card, adapters = status.device_short, status.adapters
    keys = text.button(_("? help"), "screen.command", "help", style=text.MUTED)
    more = text.button(
        _("{palette} commands", palette=palette), "screen.command", "palette", style=text.MUTED
    )
    both = text.joined([keys, more], between="  ")
    if not adapters:
        for end in (both, keys):
            yield _Layout(end, status.device, "", SPEED_PRIORITY)
        for priority in range(SPEED_PRIORITY, MODEL_PRIORITY - 1, -1):
            for end in (both, keys):
                yield _Layout(end, card, "", priority)
        yield _Layout(keys, card, "", 1)
        yield _Layout(text.EMPTY, card, "", 0)
        return
    # A model is open by now, and values are there.
    from assistant.tui.models.lines import adapter_count, adapter_names  # noqa: PLC0415

    names = adapter_names(adapters)
    for shown, least in (
        (status.device, CARD_PRIORITY),
        (card, CARD_PRIORITY),
        (card, SIZED_PRIORITY),
    ):
        for end in (both, keys):
            yield _Layout(end, shown, names, least)
    for end in (both, keys):
        yield _Layout(end, card, adapter_count(adapters), MODEL_PRIORITY)
    yield _Layout(keys, card, f"+{len(adapters)}", 1)
    yield _Layout(text.EMPTY, card, f"+{len(adapters)}", 0)


def _parts(status: StatusLineState, layout: _Layout, stop: str) -> list[tuple[int, Content]]:
    """Parts of the line in the order of reading, each with its importance.

    Where words go is told as long as anything is.
    """
    parts = [(0, _phase_text(status))]
    if status.is_running:
        parts.append(
            (
                1,
                text.button(
                    _("{stop} stops", stop=stop), "screen.command", "stop", style=text.MUTED
                ),
            )
        )
    if layout.adapters:
        on = text.line(layout.adapters, 32, text.ACCENT).stylize(
            text.click("screen.command", "adapters")
        )
        parts.insert(0, (1, on))
    if status.model:
        parts.insert(0, (MODEL_PRIORITY, text.line(status.model, 32)))
    if status.template_problem:
        parts.append((MODEL_PRIORITY + 1, text.own(_("not its own template"), "$text-warning")))
    if layout.card:
        parts.append((CARD_PRIORITY, text.line(layout.card, 48, text.MUTED)))
    if status.files:
        files = text.line(status.files, 60, text.MUTED)
        parts.append((FILES_PRIORITY, files.stylize(text.click("screen.command", "files"))))
    if status.window:
        parts.append(
            (
                SIZED_PRIORITY,
                text.muted(
                    _("{used:,} / {window:,} tokens", used=status.used, window=status.window)
                ),
            )
        )
    if status.speed:
        priority = MODEL_PRIORITY + 1 if status.is_running else SPEED_PRIORITY
        parts.append((priority, text.muted(_("{speed:.0f} tok/s", speed=status.speed))))
    if status.new:
        parts.append(
            (
                8,
                text.muted(
                    _("{cached:,} cached, {new:,} new", cached=status.cached, new=status.new)
                ),
            )
        )
    if status.host:
        parts.append((0, text.line(f"→ {status.host}", 40, text.ACCENT)))
    else:
        parts.append((0, text.muted(_("offline"))))
    return parts


def _reading_text(status: StatusLineState) -> str:
    if not status.left:
        return _("reading {done:,.0f} of {total:,.0f}", done=status.done, total=status.total)
    return _(
        "reading {done:,.0f} of {total:,.0f}, {left} left",
        done=status.done,
        total=status.total,
        left=duration(status.left),
    )


def _phase_text(status: StatusLineState) -> Content:
    match status.phase:
        case "queued":
            return text.own(_("waiting, {ahead:.0f} ahead", ahead=status.done), text.ACCENT)
        case "searching":
            return text.own(_("searching your files"), text.ACCENT)
        case "unread":
            return text.own(_("waiting until your files are read"), text.ACCENT)
        case "loading":
            return text.own(_("loading {percent:.0f} %", percent=100 * status.done), text.ACCENT)
        case "growing":
            return text.own(
                _("making room for {total:,.0f} tokens", total=status.total), text.ACCENT
            )
        case "reading" if status.total:
            return text.own(_reading_text(status), text.ACCENT)
        case "reading":
            return text.own(_("reading"), text.ACCENT)
        case "thinking":
            return text.own(_("thinking"), text.ACCENT)
        case "summarising":
            return text.line(status.told, 60, text.ACCENT)
        case "writing":
            return text.own(_("writing"), text.ACCENT)
        case "ready":
            return text.own(_("ready"), "$text-success")
        case "error":
            return text.own(_("error"), "$text-error")
        case "idle":
            return text.muted(_("starting"))


def _crop_model(parts: list[tuple[int, Content]], width: int) -> list[tuple[int, Content]]:
    """Parts, the model's name cut to the room that more important parts leave."""
    room = width - _length([part for part in parts if part[0] < MODEL_PRIORITY]) - len(SEPARATOR)
    return [
        (rank, content.truncate(room, ellipsis=True))
        if rank == MODEL_PRIORITY and room >= MIN_MODEL_CELLS
        else (rank, content)
        for rank, content in parts
    ]


def _length(parts: list[tuple[int, Content]]) -> int:
    return text.joined([content for _unused, content in parts], SEPARATOR).cell_length
