"""Chooses which of the user's files a conversation is about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.library import Collection
from assistant.tui import text
from assistant.tui.amounts import count
from assistant.tui.screens.dialog import Dialog
from assistant.tui.widgets.clickable import Clickable

ALL: Final = "all"
NONE: Final = "none"


@dataclass(frozen=True)
class Scope:
    """What was chosen: names of collections; None is all files, empty is none."""

    collections: tuple[str, ...] | None


class ChooseFiles(Dialog[Scope]):
    """All files, none, or any number of collections; Space marks, Enter takes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", show=False),
        Binding("enter", "take", show=False, priority=True),
    ]

    def __init__(
        self,
        collections: Sequence[Collection],
        chosen: Sequence[str] | None,
        *,
        fall_back: bool,
    ) -> None:
        """Args:
        chosen: what holds now; names that are in no collection any more can be unmarked.
        fall_back: whether the model may answer alone where chosen files are silent.
        """
        super().__init__()
        self._known = {each.name: each for each in collections}
        self._names = list(dict.fromkeys([*self._known, *(chosen or ())]))
        self._chosen = None if chosen is None else tuple(chosen)
        self._fall_back = fall_back
        self._first = 0
        self._has_marked = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(text.own("Which files is this conversation about?", "bold"))
            yield OptionList(markup=False, compact=True)
            yield Static(text.muted(self._silence()), classes="note")
            with Horizontal(classes="choices"):
                yield Clickable(text.button("Space marks", "screen.mark"))
                yield Clickable(text.button("Enter takes it", "screen.take"))
                yield Clickable(text.button("Esc leaves it", "screen.leave"))

    def on_mount(self) -> None:
        self._show()
        listing = self.query_one(OptionList)
        marked = [place for place, id in enumerate(self._ids()) if self._is_marked(id)]
        listing.highlighted = self._first = marked[0]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click; Enter is taken before the list sees it."""
        event.stop()
        self.action_mark()

    def action_mark(self) -> None:
        """Mark what is highlighted, or take the mark away."""
        id = self._highlighted
        if id in (ALL, NONE):
            self._chosen = None if id == ALL else ()
        else:
            name = id.removeprefix("#")
            marked = self._chosen or ()
            kept = tuple(each for each in marked if each != name)
            self._chosen = kept if len(kept) < len(marked) else (*marked, name)
        self._has_marked = True
        self._show()

    def action_take(self) -> None:
        """Take what is marked; without any mark set, what was gone to."""
        if not self._has_marked and self.query_one(OptionList).highlighted != self._first:
            self._chosen = ()
            self.action_mark()
        order = None if self._chosen is None else sorted(self._chosen, key=self._names.index)
        self.dismiss(Scope(None if order is None else tuple(order)))

    @property
    def _highlighted(self) -> str:
        option = self.query_one(OptionList).highlighted_option
        return (option.id or "") if option else ""

    def _ids(self) -> list[str]:
        return [ALL, NONE, *(f"#{name}" for name in self._names)]

    def _is_marked(self, id: str) -> bool:
        if id in (ALL, NONE):
            return self._chosen == (None if id == ALL else ())
        return id.removeprefix("#") in (self._chosen or ())

    def _show(self) -> None:
        listing = self.query_one(OptionList)
        highlighted = listing.highlighted
        listing.set_options(self._options())
        listing.highlighted = highlighted

    def _options(self) -> Iterator[Option]:
        for id in self._ids():
            on, off = ("● ", "○ ") if id in (ALL, NONE) else ("■ ", "□ ")
            mark = text.own(on if self._is_marked(id) else off, text.ACCENT)
            yield Option(mark + self._told(id), id=id)

    def _told(self, id: str) -> Content:
        if id == ALL:
            return text.own("all files") + text.muted("  also those that are added later")
        if id == NONE:
            return text.own("no files") + text.muted("  the model answers alone")
        name = id.removeprefix("#")
        known = self._known.get(name)
        how_many = count(known.files, "file") if known else "not there any more"
        return text.line(name, 40) + text.muted(f"  {how_many}")

    def _silence(self) -> str:
        if self._fall_back:
            return "When collections are silent, the model answers alone and says so."
        return "When collections are silent, the answer says only that."
