"""Folder dialog: choose the folder of a conversation, or make one."""

from collections.abc import Iterator, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.values.changes import Label
from assistant.language.messages import _, number
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import Dialog
from assistant.tui.toolkit.widgets import SafeInput

NO_FOLDER = "none"


class ChooseFolder(Dialog[str]):
    """Dialog that chooses the folder of a conversation, or names a new one; empty is none."""

    def __init__(self, folders: Sequence[Label], current: str) -> None:
        super().__init__()
        self._folders = {f"folder {place}": each for place, each in enumerate(folders)}
        self._current = current

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(text.own(_("Folder of the conversation"), "bold"))
            name = text.line(self._current, 400).plain
            yield SafeInput(name, placeholder=_("no folder"), select_on_focus=True)
            if self._folders:
                yield OptionList(*self._options(), markup=False, compact=True)
            yield Static(text.muted(_("Enter applies · Tab goes to the folders · Esc cancels")))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        id = event.option_id or ""
        self.dismiss("" if id == NO_FOLDER else self._folders[id].name)

    def _options(self) -> Iterator[Option]:
        for id, folder in self._folders.items():
            mark = text.own("● " if folder.name == self._current else "  ", text.ACCENT)
            amount = text.muted(f"  {number(folder.conversations)}")
            yield Option(mark + text.line(folder.name, 60) + amount, id=id)
        mark = text.own("  " if self._current else "● ", text.ACCENT)
        yield Option(mark + text.muted(_("no folder")), id=NO_FOLDER)
