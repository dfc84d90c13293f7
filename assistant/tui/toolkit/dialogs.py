"""Dialogs: the modal base, a one-line field, text editors, confirmation of a link."""

from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from assistant.language.messages import _
from assistant.tui.toolkit import text
from assistant.tui.toolkit.hyperlinks import linked
from assistant.tui.toolkit.screen_api import Closing
from assistant.tui.toolkit.widgets import Clickable, SafeInput

Answer = TypeVar("Answer")


class Dialog(Closing, ModalScreen[Answer]):
    """Modal dialog; Esc or a click beside it cancels."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def dismiss_after(self, field: Widget, answer: Callable[[], Answer]) -> None:
        """Close with this answer once the field has taken all keys that came before this one.

        The app lets no later key through until then: it is for the screen below.
        """

        def close() -> None:
            # Without a result: the field would wait for its own end.
            self.dismiss(answer())

        if not self.is_closing:
            self.is_closing = True
            field.call_later(close)

    def action_leave(self) -> None:
        self.dismiss(None)

    def on_click(self, event: events.Click) -> None:
        if self.get_widget_at(event.screen_x, event.screen_y)[0] is self:
            self.dismiss(None)


class AskForLine(Dialog[str]):
    """Dialog that asks for one line of text; Enter accepts, Esc cancels."""

    def __init__(self, question: str, value: str = "", enter: str = _("Enter continues")) -> None:
        """Args:
        value: what stands in the field at first.
        enter: what Enter does, such as `Enter renames`.
        """
        super().__init__()
        self._question = question
        self._value = value
        self._enter = enter

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(text.line(self._question, 120, "bold"))
            yield SafeInput(text.line(self._value, 400).plain, select_on_focus=True)
            yield Static(text.muted(f"{self._enter} · {_('Esc cancels')}"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value)


class TextEditor(Dialog[str]):
    """Dialog that edits a text of several lines; Ctrl+S saves, Esc cancels."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", show=False, priority=True),
        Binding("escape", "leave", show=False, priority=True),
    ]

    def __init__(self, title: str, value: str, *, problem: str = "", note: str = "") -> None:
        """Args:
        problem: what is wrong with the text as it is.
        note: what becomes of it.
        """
        super().__init__()
        self._problem = problem
        self._note = note
        self._heading = title
        self._value = value

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide"):
            yield Static(text.line(self._heading, 120, "bold"))
            yield TextArea(text.editable(self._value), classes="editor", tab_behavior="focus")
            if self._problem:
                yield Static(text.line(self._problem, 400, "$text-error"), classes="problems")
            if self._note:
                yield Static(text.muted(self._note), classes="note")
            with Horizontal(classes="choices"):
                yield Clickable(text.button(_("Ctrl+S saves"), "screen.save"))
                yield Clickable(text.button(_("Esc cancels"), "screen.leave"))

    def on_mount(self) -> None:
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        area.focus()

    def action_save(self) -> None:
        area = self.query_one(TextArea)
        self.dismiss_after(area, lambda: area.text)


class OpenLink(Dialog[bool]):
    """Dialog that shows a whole address; Enter opens it in the system's browser, Esc cancels."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,o", "open", show=False),
    ]

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(text.own(_("Open this address?"), "bold"))
            with VerticalScroll(classes="address"):
                yield Static(linked(self._address))
            with Horizontal(classes="choices"):
                yield Clickable(text.button(_("Enter opens"), "screen.open"))
                yield Clickable(text.button(_("Esc cancels"), "screen.leave"))

    def action_open(self) -> None:
        self.dismiss(True)
