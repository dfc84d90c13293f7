"""Pickers for a conversation's model and its sampling fields."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.turn.sampling import DEFAULT_WORD, SamplingSetting
from assistant.core.values.models import ModelRef
from assistant.core.wording import size
from assistant.language.messages import _
from assistant.tui.models.lines import ORIGIN_TEXTS
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import Dialog
from assistant.tui.toolkit.widgets import Clickable


class ModelPicker(Dialog[str]):
    """Dialog that picks a model of this machine, or `default`, the one of the settings."""

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
            yield Static(text.own(_("Model"), "bold"))
            yield OptionList(*self._options(), markup=False, compact=True)
            yield Static(text.muted(_("Enter chooses · Esc cancels")))

    def on_mount(self) -> None:
        names = [DEFAULT_WORD, *(model.name for model in self._models)]
        current = self._current or DEFAULT_WORD
        self.query_one(OptionList).highlighted = names.index(current) if current in names else 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        place = event.option_index
        self.dismiss(self._models[place - 1].name if place else DEFAULT_WORD)

    def _options(self) -> Iterator[Option]:
        yield Option(
            self._mark(self._current is None)
            + text.own(_("as in your settings"))
            + text.own("  ")
            + text.line(self._usual, 60, text.MUTED)
        )
        for model in self._models:
            note = f"  {size(model.size)} · {ORIGIN_TEXTS.get(model.origin, model.origin)}"
            mark = self._mark(model.name == self._current)
            yield Option(mark + text.line(model.name, 44) + text.muted(note))

    @staticmethod
    def _mark(is_current: bool) -> Content:
        return text.own("● " if is_current else "  ", text.ACCENT)


FIELD_MEANINGS: Final = {
    "temperature": _("0 = always the most likely token"),
    "top_k": _("only the k most likely tokens; 0 = all"),
    "top_p": _("only the most likely tokens, up to this probability"),
    "min_p": _("only tokens this likely, compared with the best"),
    "repeat_penalty": _("above 1, repeated tokens become less likely"),
    "seed": _("the same seed gives the same answer"),
    "max_tokens": _("the longest answer, in tokens"),
    "thinking": _("off, auto, low, medium, high, or a number of tokens"),
}


class SamplingList(Dialog[tuple[str, bool]]):
    """Dialog of the sampling fields.

    Returns: a field, and whether it is to be reset instead of changed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("delete,backspace", "reset", show=False),
    ]

    def __init__(self, rows: Sequence[SamplingSetting], highlighted: str = "") -> None:
        super().__init__()
        self._rows = rows
        self._highlighted = highlighted

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(text.own(_("Answer settings (sampling)"), "bold"))
            yield OptionList(*self._options(), markup=False, compact=True)
            yield Static(id="means")
            with Horizontal(classes="choices"):
                yield Clickable(text.button(_("Enter changes"), "screen.change"))
                yield Clickable(text.button(_("Del resets"), "screen.reset"))
                yield Clickable(text.button(_("Esc closes"), "screen.leave"))

    def on_mount(self) -> None:
        fields = [row.field for row in self._rows]
        place = fields.index(self._highlighted) if self._highlighted in fields else 0
        self.query_one(OptionList).highlighted = place

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        means = FIELD_MEANINGS[self._rows[event.option_index].field]
        self.query_one("#means", Static).update(text.muted(means))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_change()

    def action_change(self) -> None:
        self.dismiss((self._row.field, False))

    def action_reset(self) -> None:
        if self._row.is_own:
            self.dismiss((self._row.field, True))

    @property
    def _row(self) -> SamplingSetting:
        return self._rows[self.query_one(OptionList).highlighted or 0]

    def _options(self) -> Iterator[Option]:
        for row in self._rows:
            style = text.ACCENT if row.is_own else ""
            yield Option(
                text.own(row.field.ljust(16))
                + text.own(row.value.ljust(20), style)
                + text.line(row.origin, 40, text.MUTED)
            )
