"""Filtered list: a screen with a list and the field that its entries are searched with."""

from typing import ClassVar, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets import Input, OptionList

from assistant.tui.toolkit.notice import NoticedScreen

R = TypeVar("R")


class FilteredScreen(NoticedScreen[R]):
    """Screen of a list above which one searches; Esc empties the field, then leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", show=False),
        Binding("slash,ctrl+f", "find", show=False),
    ]

    def __init__(self, field: Input, listing: OptionList) -> None:
        """`field` holds the words that the entries of `listing` have to fit."""
        super().__init__()
        self._field = field
        self._listing = listing

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._listing.focus()

    def on_key(self, event: events.Key) -> None:
        if self._field.has_focus and event.key == "down":
            event.stop()
            self._listing.focus()

    def action_leave(self) -> None:
        if self._field.value:
            self._field.value = ""
            self._listing.focus()
        elif self._field.has_focus:
            self._listing.focus()
        else:
            self.dismiss(None)

    def action_find(self) -> None:
        # At once: what is typed next is on its way already.
        self.set_focus(self._field)
