"""Asks whether a model is to be fetched under its licence."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from assistant.core.downloads import Offer
from assistant.tui import text
from assistant.tui.amounts import size
from assistant.tui.screens.dialog import Dialog


class AcceptOffer(Dialog[bool]):
    """Enter accepts licence and size; Esc fetches nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "accept", show=False)]

    def __init__(self, offer: Offer) -> None:
        super().__init__()
        self._offer = offer

    def compose(self) -> ComposeResult:
        offer = self._offer
        more = f" and {len(offer.files) - 1} more parts" if offer.files[1:] else ""
        rows = [
            text.line(offer.repository, 100),
            text.line(offer.files[0].name, 100) + text.own(more),
            text.own(size(offer.size)),
            text.own("licence ") + text.line(offer.licence or "not told", 80, "bold"),
            text.line(offer.url, 200, text.MUTED),
        ]
        with Vertical(classes="dialog"):
            yield Static(text.own("Fetch this model?", "bold"))
            yield Static(text.joined(rows, "\n"), classes="address")
            yield Static(text.muted("Enter accepts the licence and fetches · Esc leaves it"))

    def action_accept(self) -> None:
        self.dismiss(True)
