"""Asks before an address is opened, and shows all of it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from assistant.tui import text
from assistant.tui.widgets.clickable import Clickable


class OpenLink(ModalScreen[bool]):
    """The whole address; Enter opens it in the system's browser, Esc does not."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,o", "dismiss(True)", show=False),
        Binding("escape", "dismiss(False)", show=False),
    ]

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(text.own("Open this address?", "bold"))
            yield Static(text.block(self._address), classes="address")
            with Horizontal(classes="choices"):
                yield Clickable(text.button("Enter opens", "screen.dismiss_with", "open"))
                yield Clickable(text.button("Esc leaves it", "screen.dismiss_with", ""))

    def action_dismiss_with(self, choice: str) -> None:
        self.dismiss(bool(choice))
