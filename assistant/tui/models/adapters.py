"""Adapter dialog: the LoRA adapters of a conversation and their scales."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.errors import AssistantError
from assistant.core.ports.models import ModelCatalog
from assistant.core.turn import adapters
from assistant.core.turn.adapters import Adapters
from assistant.core.values.models import ModelDetails
from assistant.core.values.sampling import AdapterUse
from assistant.language.messages import _, localized
from assistant.tui.models.lines import (
    OfferedAdapter,
    adapter_details,
    adapter_line,
    defaults_line,
    no_adapters_lines,
)
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import Dialog
from assistant.tui.toolkit.threads import Report, Stream
from assistant.tui.toolkit.widgets import Clickable, Flow

DEFAULTS_ID: Final = "usual"
"""The line that stands for the adapters of the settings."""

SCALE_CHARACTERS: Final = frozenset("0123456789.,-")


@dataclass(frozen=True)
class ChosenAdapters:
    """Chosen adapters; None follows the settings, empty is none."""

    adapters: Adapters | None


@dataclass(frozen=True)
class CurrentAdapters:
    """Model and adapters in use when the list is opened."""

    model: str
    """The name of the conversation's model."""
    path: str | None
    """Its file, where it is known."""
    own: Adapters | None
    """What the conversation has; None follows the settings."""
    usual: Adapters
    """What the settings say."""


class AdapterList(Dialog[ChosenAdapters]):
    """Dialog of the adapters: Space switches one, ← and → change its scale, Enter accepts."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "switch", show=False),
        Binding("left", "step(-1)", show=False),
        Binding("right", "step(1)", show=False),
        Binding("backspace", "rub", show=False),
        Binding("enter", "accept", show=False, priority=True),
    ]

    def __init__(
        self, models: ModelCatalog, current: CurrentAdapters, folder: Path | None, report: Report
    ) -> None:
        """Args:
        folder: where adapters can be put to be found.
        """
        super().__init__()
        self._models = models
        self._current = current
        self._folder = folder
        self._report = report
        self._own = current.own
        self._scales = {use.name.casefold(): use.scale for use in current.own or current.usual}
        """The last scale of each, also of those that were turned off meanwhile."""
        self._found: list[ModelDetails] = []
        self._scan: Stream[ModelDetails] | None = None
        self._is_scanning = True
        self._placed: str | None = DEFAULTS_ID
        self._has_moved = False
        """Whether the user has gone to another line than the one the list was opened at."""
        self._typed = ""
        """A scale that is being typed."""
        self._typed_for = ""
        """The path of the adapter that it is for."""
        self._list = OptionList(markup=False, compact=True)
        self._about = Static(classes="note")

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(
                text.filled(
                    _("Adapters of {model}"),
                    "bold",
                    model=text.line(self._current.model, 60, "bold"),
                )
            )
            yield self._list
            yield self._about
            yield Clickable(
                Flow(
                    text.button(_("Space on/off"), "screen.switch", style=text.ACCENT),
                    text.own(_("←→ or number: scale"), text.ACCENT),
                    text.button(_("Enter applies"), "screen.accept", style=text.ACCENT),
                    text.button(_("Esc cancels"), "screen.leave", style=text.ACCENT),
                )
            )

    def on_mount(self) -> None:
        self._scan = Stream(self._models.details, self._add, self._scan_ended, self._report)
        self._show()

    def on_unmount(self) -> None:
        if self._scan is not None:
            self._scan.stop.set()

    # What there is

    def _add(self, found: Sequence[ModelDetails]) -> None:
        self._found += found
        self._show()

    def _scan_ended(self, failure: AssistantError | None) -> None:
        self._is_scanning = False
        self._show()
        if failure is not None and self.is_attached:
            self._about.update(text.line(localized(failure.message), 300, "$text-error"))

    @property
    def _offered(self) -> list[OfferedAdapter]:
        """Those that fit, then what is on and was not found, then those that do not fit."""
        base = next((one for one in self._found if one.model.path == self._current.path), None)
        listed = [
            OfferedAdapter(one.model.name, one.model.path, one, adapters.misfit(one, base))
            for one in adapters.only_adapters(self._found)
        ]
        known = {key.casefold() for each in listed for key in (each.name, each.path)}
        others = [
            OfferedAdapter(use.name, use.name)
            for use in (*(self._current.own or ()), *self._current.usual)
            if use.name.casefold() not in known
        ]
        unknown = {each.name.casefold(): each for each in others}.values()
        fitting = [each for each in listed if not each.misfit]
        return [*fitting, *unknown, *(each for each in listed if each.misfit)]

    def _show(self) -> None:
        if not self.is_attached:
            return
        marked = self._marked if self._has_moved else None
        options = list(self._options())
        self._list.set_options(options)
        ids = [option.id for option in options]
        place = ids.index(marked) if marked in ids else self._first(ids)
        self._list.highlighted, self._placed = place, ids[place]
        self._show_details()

    def _first(self, ids: Sequence[str | None]) -> int:
        """What the list is opened at: the first that is on, else the first that there is."""
        on = [place for place, each in enumerate(self._offered) if self._use_of(each)]
        return 1 + on[0] if on else min(1, len(ids) - 1)

    def _options(self) -> Iterator[Option]:
        yield Option(
            defaults_line(self._current.usual, is_chosen=self._own is None), id=DEFAULTS_ID
        )
        for each in self._offered:
            use = self._use_of(each)
            typed = self._typed if self._marked == each.path else ""
            yield Option(adapter_line(each, use, typed), id=each.path)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._has_moved |= event.option_id != self._placed
        if self._typed and self._marked != self._typed_for:
            self._typed = ""
            self._show()
        self._show_details()

    def _show_details(self) -> None:
        """Show what is highlighted, in full; or where adapters come from."""
        if not self._offered:
            state = _("Searching for adapters …") if self._is_scanning else ""
            self._about.update(no_adapters_lines(state, self._folder))
        else:
            self._about.update(adapter_details(self._highlighted))

    # What is done with it

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click; Enter is taken before the list sees it."""
        event.stop()
        self.action_switch()

    def action_switch(self) -> None:
        """Turn what is highlighted on or off."""
        self._typed = ""
        each = self._highlighted
        if each is None:
            self._own = None
        elif (use := self._use_of(each)) is not None:
            self._own = tuple(other for other in self._uses if other != use)
        elif not self._is_refused(each):
            self._set(each, self._scales.get(each.name.casefold(), 1.0))
        self._show()

    def action_step(self, steps: int) -> None:
        """Change its scale by a step; what was off is on then."""
        each = self._highlighted
        self._typed = ""
        if each is None or self._is_refused(each):
            return
        use = self._use_of(each)
        last = self._scales.get(each.name.casefold(), 1.0)
        self._set(each, adapters.step_scale(use.scale, steps) if use else last)
        self._show()

    def on_key(self, event: events.Key) -> None:
        """Take a typed number as its scale."""
        if event.character is not None and event.character in SCALE_CHARACTERS:
            event.stop()
            self._type(self._typed + event.character)

    def action_rub(self) -> None:
        if self._typed:
            self._type(self._typed[:-1])

    def action_accept(self) -> None:
        self.dismiss(ChosenAdapters(self._own))

    def _type(self, typed: str) -> None:
        each = self._highlighted
        if each is None or self._is_refused(each) or len(typed) > 6:
            return
        self._typed, self._typed_for = typed, each.path
        scale = adapters.parse_scale(typed)
        if scale is not None and adapters.MIN_SCALE <= scale <= adapters.MAX_SCALE:
            self._set(each, scale)
        self._show()

    def _is_refused(self, each: OfferedAdapter) -> bool:
        """Whether it cannot be turned on; what is on can always be changed."""
        return bool(each.misfit) and self._use_of(each) is None

    def _set(self, each: OfferedAdapter, scale: float) -> None:
        use = self._use_of(each)
        name = use.name if use else each.name
        self._scales[each.name.casefold()] = scale
        self._own = adapters.with_adapter(self._uses, adapters.TypedAdapter(name=name, scale=scale))

    @property
    def _uses(self) -> Adapters:
        return self._current.usual if self._own is None else self._own

    def _use_of(self, each: OfferedAdapter) -> AdapterUse | None:
        """How it is on, when it is."""
        names = (each.name, each.path)
        return next(
            (use for use in self._uses if any(adapters.is_named(use, name) for name in names)), None
        )

    @property
    def _marked(self) -> str | None:
        option = self._list.highlighted_option
        return option.id if option else None

    @property
    def _highlighted(self) -> OfferedAdapter | None:
        """None is the line of the settings."""
        return next((each for each in self._offered if each.path == self._marked), None)
