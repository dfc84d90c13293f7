"""Asks before an address is opened, and shows all of it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Static

from assistant.tui import text
from assistant.tui.screens.dialog import Dialog
from assistant.tui.widgets.clickable import Clickable


class OpenLink(Dialog[bool]):
    """The whole address; Enter opens it in the system's browser, Esc does not."""

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
