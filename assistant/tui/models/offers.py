"""Dialog on licence and size of a download."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from assistant.core.values.models import Offer
from assistant.core.wording import size
from assistant.language.messages import _, ngettext
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import Dialog


class AcceptOffer(Dialog[bool]):
    """Dialog on licence and size of a download; Enter accepts, Esc cancels."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "accept", show=False)]

    def __init__(self, offer: Offer) -> None:
        super().__init__()
        self._offer = offer

    def compose(self) -> ComposeResult:
        offer = self._offer
        file = text.line(offer.files[0].name, 100)
        if offer.files[1:]:
            parts = len(offer.files) - 1
            file = text.filled(
                ngettext(
                    "{file} and {parts:,} more part", "{file} and {parts:,} more parts", parts
                ),
                file=file,
                parts=parts,
            )
        licence = text.line(offer.licence or _("unknown"), 80, "bold")
        rows = [
            text.line(offer.repository, 100),
            file,
            text.own(size(offer.size)),
            text.filled(_("licence {licence}"), licence=licence),
            text.line(offer.url, 200, text.MUTED),
        ]
        with Vertical(classes="dialog"):
            yield Static(text.own(_("Download this model?"), "bold"))
            yield Static(text.joined(rows, "\n"), classes="address")
            yield Static(text.muted(_("Enter accepts the licence and downloads · Esc cancels")))

    def action_accept(self) -> None:
        self.dismiss(True)
