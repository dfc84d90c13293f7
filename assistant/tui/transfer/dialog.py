"""Export dialog: what to export, in which format, to which folder."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.transfer.exporting import ExportFormat
from assistant.language.messages import _
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import Dialog
from assistant.tui.toolkit.widgets import Clickable, SafeInput

FORMATS: tuple[tuple[ExportFormat, str, str], ...] = (
    ("markdown", "Markdown", _("the visible branch, with front matter; can be imported")),
    ("json", "JSON", _("everything, with all branches; can be imported")),
    ("html", "HTML", _("the visible branch, for a browser")),
)


@dataclass(frozen=True)
class ChosenExport:
    """Chosen format, conversations and folder of an export."""

    format: ExportFormat
    everything: bool
    folder: str
    """As it was typed."""


class ChooseExport(Dialog[ChosenExport]):
    """Export dialog: a folder, and one conversation or all of them in a format; Enter accepts."""

    AUTO_FOCUS = "OptionList"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "accept", show=False, priority=True)]

    def __init__(
        self,
        title: str | None,
        folder: str,
        *,
        everything: bool = False,
        format: ExportFormat = "markdown",
        temporary: bool = False,
    ) -> None:
        """Args:
        title: of the conversation that is read; None when there is none.
        folder: that is proposed.
        everything, format: what is proposed.
        temporary: whether it lives in memory only.
        """
        super().__init__()
        self._title = title
        self._folder = folder
        self._proposed = (format, everything or title is None)
        self._temporary = temporary
        self._exports: dict[str, tuple[ExportFormat, bool]] = {}

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(text.own(_("Export"), "bold"))
            yield OptionList(*self._options(), markup=False, compact=True)
            yield Static(text.own(_("Into folder")))
            yield SafeInput(text.line(self._folder, 1000).plain)
            if self._temporary:
                warning = _("This conversation is only in memory; exporting writes it to disk.")
                yield Static(text.own(warning, "$text-warning"), classes="note")
            with Horizontal(classes="choices"):
                yield Clickable(text.button(_("Enter exports"), "screen.accept"))
                yield Clickable(text.own(_("Tab goes to the folder")))
                yield Clickable(text.button(_("Esc cancels"), "screen.leave"))

    def on_mount(self) -> None:
        wanted = next(id for id, each in self._exports.items() if each == self._proposed)
        listing = self.query_one(OptionList)
        listing.highlighted = listing.get_option_index(wanted)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click only chooses: the folder may not be the right one yet."""
        event.stop()

    def action_accept(self) -> None:
        option = self.query_one(OptionList).highlighted_option
        folder = self.query_one(Input).value.strip()
        if option is not None and option.id in self._exports and folder:
            self.dismiss(ChosenExport(*self._exports[option.id], folder))

    def _options(self) -> Iterator[Option]:
        groups = [(False, self._title or _("Untitled"))] if self._title is not None else []
        for everything, name in (*groups, (True, _("All conversations"))):
            yield Option(text.line(name, 60, text.MUTED), disabled=True)
            for format, label, meaning in FORMATS:
                id = f"{format} {everything}"
                self._exports[id] = (format, everything)
                yield Option(text.own(f"  {label:<10}") + text.muted(meaning), id=id)
