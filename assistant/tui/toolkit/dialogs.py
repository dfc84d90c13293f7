"""Dialogs: the modal base, a one-line field, text editors, confirmation of a link."""

from typing import ClassVar, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static, TextArea

from assistant.tui.toolkit import text
from assistant.tui.toolkit.widgets import Clickable, SafeInput

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer]):
    """Modal dialog; Esc or a click beside it cancels."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def action_leave(self) -> None:
        self.dismiss(None)

    def on_click(self, event: events.Click) -> None:
        if self.get_widget_at(event.screen_x, event.screen_y)[0] is self:
            self.dismiss(None)


class AskForLine(Dialog[str]):
    """Dialog that asks for one line of text; Enter accepts, Esc cancels."""

    def __init__(self, question: str, value: str = "", enter: str = "goes on") -> None:
        """Args:
        value: what stands in the field at first.
        enter: what Enter does, in a word or two.
        """
        super().__init__()
        self._question = question
        self._value = value
        self._enter = enter

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(text.line(self._question, 120, "bold"))
            yield SafeInput(text.line(self._value, 400).plain, select_on_focus=True)
            yield Static(text.muted(f"Enter {self._enter} · Esc leaves it"))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value)


class TextEditor(Dialog[str]):
    """Dialog that edits a text of several lines; Ctrl+S accepts, Esc cancels."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", show=False, priority=True),
        Binding("escape", "leave", show=False, priority=True),
    ]

    def __init__(self, title: str, value: str, problem: str = "") -> None:
        """`problem` tells what is wrong with the text as it is."""
        super().__init__()
        self._problem = problem
        self._heading = title
        self._value = value

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide"):
            yield Static(text.line(self._heading, 120, "bold"))
            yield TextArea(text.editable(self._value), classes="editor", tab_behavior="focus")
            if self._problem:
                yield Static(text.line(self._problem, 400, "$text-error"), classes="problems")
            with Horizontal(classes="choices"):
                yield Clickable(text.button("Ctrl+S takes it", "screen.save"))
                yield Clickable(text.button("Esc leaves it as it was", "screen.leave"))

    def on_mount(self) -> None:
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        area.focus()

    def action_save(self) -> None:
        self.dismiss(self.query_one(TextArea).text)


class AskForText(Dialog[str]):
    """Dialog that rewrites a text of several lines; Ctrl+S accepts, Esc cancels."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "accept", show=False, priority=True),
    ]

    def __init__(self, title: str, value: str, note: str = "") -> None:
        super().__init__()
        self._title_text = title
        self._value = value
        self._note = note

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide"):
            yield Static(text.line(self._title_text, 120, "bold"))
            yield TextArea(text.editable(self._value), soft_wrap=True)
            if self._note:
                yield Static(text.muted(self._note), classes="note")
            with Horizontal(classes="choices"):
                yield Clickable(text.button("Ctrl+S keeps it", "screen.accept"))
                yield Clickable(text.button("Esc leaves it", "screen.leave"))

    def action_accept(self) -> None:
        self.dismiss(self.query_one(TextArea).text)


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
            yield Static(text.own("Open this address?", "bold"))
            with VerticalScroll(classes="address"):
                yield Static(text.block(self._address))
            with Horizontal(classes="choices"):
                yield Clickable(text.button("Enter opens", "screen.open"))
                yield Clickable(text.button("Esc leaves it", "screen.leave"))

    def action_open(self) -> None:
        self.dismiss(True)
