"""Source viewer: a file opened at the cited passage, with the quoted words marked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen

from assistant.core.errors import AssistantError
from assistant.core.grounding.references import Reference
from assistant.core.ports.library import Library
from assistant.core.wording import place_text
from assistant.language.messages import _, localized
from assistant.tui.external import ExternalActions, ExternalPrograms
from assistant.tui.sources.open_source import OpenedSource, open_file, open_source
from assistant.tui.toolkit import text
from assistant.tui.toolkit.disk import with_tilde
from assistant.tui.toolkit.notice import Notice
from assistant.tui.toolkit.text_view import MarkedText, TextView
from assistant.tui.toolkit.threads import in_thread
from assistant.tui.toolkit.widgets import Clickable, Flow, Row, RowStack
from assistant.tui.transcript.source_rows import STRENGTH_TEXTS, file_name, strength_dots

READING_NOTICE_SECONDS: Final = 0.3
"""Seconds after which it is shown that a file is being read."""


@dataclass(frozen=True)
class PassageSubject:
    """Sources of an answer, or one file, to be shown."""

    sources: Sequence[Reference] = ()
    path: str = ""


class PassageScreen(Screen[None]):
    """Source viewer above the chat; Esc goes back to it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", show=False),
        Binding("right,n,tab", "turn_on", show=False),
        Binding("left,p,shift+tab", "turn_back", show=False),
        Binding("enter,o", "open", show=False),
        Binding("y,ctrl+y", "copy", show=False),
        Binding("space", "show_target", show=False),
    ]

    def __init__(
        self,
        library: Library,
        external: Callable[[Notice], ExternalActions],
        programs: ExternalPrograms,
        edit: Callable[[Sequence[str]], None],
        subject: PassageSubject,
        index: int = 0,
    ) -> None:
        """Args:
        external: makes external actions that report in the notice line of this screen.
        edit: gives an editor the terminal until it ends.
        subject, index: what is shown, and the source it begins with.
        """
        super().__init__()
        self._library = library
        self._edit = edit
        self._subject = subject
        self._index = index
        self._programs = programs
        self._opened: OpenedSource | None = None
        self._stop = Event()
        self._head = Clickable(id="passage-head")
        self._warning = Clickable(id="passage-warning")
        self._view = TextView()
        self.notice = Notice()
        self._keys = Clickable(id="passage-keys")
        self._external = external(self.notice)

    def compose(self) -> ComposeResult:
        with Vertical(id="passage"):
            yield self._head
            yield self._warning
            yield self._view
        yield self.notice
        yield self._keys

    def on_mount(self) -> None:
        self._view.focus()
        self._show_keys()
        self._begin()

    def on_unmount(self) -> None:
        self._stop.set()

    @property
    def _reference(self) -> Reference | None:
        return self._subject.sources[self._index] if self._subject.sources else None

    @property
    def _path(self) -> str:
        return self._reference.path if self._reference else self._subject.path

    def action_leave(self) -> None:
        self._stop.set()
        self.dismiss()

    def action_turn_on(self) -> None:
        self._turn(1)

    def action_turn_back(self) -> None:
        self._turn(-1)

    def _turn(self, step: int) -> None:
        place = self._index + step
        if 0 <= place < len(self._subject.sources):
            self._index = place
            self._begin()

    def action_show_target(self) -> None:
        self._view.show_target()

    def action_copy(self) -> None:
        self.run_worker(self._copy())

    def action_open(self) -> None:
        self.run_worker(self._guard_open())

    def _begin(self) -> None:
        self._stop.set()
        self._stop = Event()
        self._opened = None
        self._show_head()
        self._warning.display = False
        self._view.show(MarkedText(""))
        self.set_timer(READING_NOTICE_SECONDS, self._show_reading)
        self.run_worker(self._load(self._stop), exclusive=True, group="load")

    async def _load(self, stop: Event) -> None:
        reference = self._reference
        try:
            if reference is None:
                opened = await in_thread(open_file, self._library, self._path, stop)
            else:
                opened = await in_thread(open_source, self._library, reference, stop)
        except AssistantError as failure:
            self._warn(localized(str(failure)))
            return
        if opened is None or stop.is_set():
            return
        self._opened = opened
        self._show_head()
        self._warn(opened.warning)
        self._view.show(opened.sheet)

    def _show_reading(self) -> None:
        if self._opened is None and not self._warning.display and not self._stop.is_set():
            self._warning.remove_class("-error")
            self._warning.update(
                text.filled(
                    _("reading {file}"), text.MUTED, file=text.line(file_name(self._path), 80)
                )
            )
            self._warning.display = True

    def _warn(self, warning: str) -> None:
        self._warning.add_class("-error")
        self._warning.update(text.line(warning, 600))
        self._warning.display = bool(warning)

    def _show_head(self) -> None:
        path = text.line(with_tilde(self._path), 400, text.MUTED)
        reference = self._reference
        if reference is None:
            self._head.update(
                RowStack(Row(text.line(file_name(self._path), 200, "bold")), Row(path))
            )
            return
        number = f"[{reference.number}] " if reference.number else ""
        name = text.line(reference.title or file_name(reference.path), 200, "bold")
        title = text.own(number, text.ACCENT) + name
        place = self._opened.place if self._opened else reference.place
        where = text.line(place_text(place), 200)
        count = text.muted(
            _("{source} of {sources}", source=self._index + 1, sources=len(self._subject.sources))
        )
        self._head.update(RowStack(Row(title, _strength(reference)), Row(where, count), Row(path)))

    def _show_keys(self) -> None:
        keys: list[tuple[str, str, str]] = [("Esc", _("back"), "leave")]
        if len(self._subject.sources) > 1:
            keys += [("←", _("previous"), "turn_back"), ("→", _("next"), "turn_on")]
        keys.append(("Enter", _("opens the file"), "open"))
        if self._subject.sources:
            keys += [
                ("y", _("copies the quote"), "copy"),
                ("Space", _("to the passage"), "show_target"),
            ]
        parts = [
            text.button(key, f"screen.{action}", style=text.ACCENT) + text.muted(f" {what}")
            for key, what, action in keys
        ]
        self._keys.update(Flow(*parts))

    async def _copy(self) -> None:
        reference = self._reference
        if reference is None:
            return
        place = self._opened.place if self._opened else reference.place
        await self._external.copy(quotation(reference, place_text(place)), _("the quote"))

    async def _guard_open(self) -> None:
        try:
            await self._open()
        except AssistantError as failure:
            self.notice.fail(failure)

    async def _open(self) -> None:
        """In the editor for texts, else in the system's viewer."""
        if self._opened is None or not self._opened.is_file:
            self.notice.say(
                text.own(_("The file cannot be opened: only the stored passage is shown."))
            )
            return
        opened, path = self._opened, self._path
        line = opened.sheet.text.count("\n", 0, opened.sheet.target.start) + 1
        command = self._programs.editor(path, line) if opened.numbered else None
        if command is None:
            await in_thread(self._programs.view, path, opened.place.page)
            self.notice.say(text.filled(_("Opened {file}"), file=text.line(file_name(path), 80)))
            return
        self._edit(command)
        self._begin()


def quotation(reference: Reference, place: str) -> str:
    """Quote of a source with its place, as it is copied."""
    quotes = [quote.text for quote in reference.quotes] or [reference.text]
    words = "\n…\n".join(quotes)
    about = ", ".join(part for part in (reference.title, place) if part)
    return f"“{words}”\n— {about} ({reference.path})\n"


def _strength(reference: Reference) -> Content:
    if reference.number is None:
        return text.muted(_("not used"))
    return strength_dots(reference.strength) + text.muted(f" {STRENGTH_TEXTS[reference.strength]}")
