"""Chooses the model of a conversation."""

from collections.abc import Iterator, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.models import ModelRef
from assistant.core.sampling import DEFAULT
from assistant.tui import text
from assistant.tui.amounts import size
from assistant.tui.screens.dialog import Dialog


class ModelPicker(Dialog[str]):
    """The models on this machine, and the one of the settings, which is called `default`."""

    def __init__(self, models: Sequence[ModelRef], usual: str, current: str | None) -> None:
        """Args:
        usual: the name of the model that the settings ask for.
        current: the one that the conversation asks for.
        """
        super().__init__()
        self._models = models
        self._usual = usual
        self._current = current

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(text.own("Model", "bold"))
            yield OptionList(*self._options(), markup=False, compact=True)
            yield Static(text.muted("Enter chooses · Esc leaves it"))

    def on_mount(self) -> None:
        names = [DEFAULT, *(model.name for model in self._models)]
        current = self._current or DEFAULT
        self.query_one(OptionList).highlighted = names.index(current) if current in names else 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        place = event.option_index
        self.dismiss(self._models[place - 1].name if place else DEFAULT)

    def _options(self) -> Iterator[Option]:
        yield Option(
            self._mark(self._current is None)
            + text.own("as in your settings")
            + text.own("  ")
            + text.line(self._usual, 60, text.MUTED)
        )
        for model in self._models:
            note = f"  {size(model.size)} · {model.origin}"
            mark = self._mark(model.name == self._current)
            yield Option(mark + text.line(model.name, 44) + text.muted(note))

    @staticmethod
    def _mark(is_current: bool) -> Content:
        return text.own("● " if is_current else "  ", text.ACCENT)
