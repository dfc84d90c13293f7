"""Search scope of a conversation: its collections, their label, and the dialog to choose."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.values.library import DEFAULT_COLLECTION, Collection
from assistant.core.wording import files_text
from assistant.language.messages import _, ngettext
from assistant.tui.library.offer import FilesToAdd
from assistant.tui.library.status import LibraryStatusPoller
from assistant.tui.toolkit import text
from assistant.tui.toolkit.dialogs import Dialog
from assistant.tui.toolkit.disk import name_of
from assistant.tui.toolkit.widgets import Clickable

MAX_NAME_CHARACTERS: Final = 80
"""Characters of a collection's name."""
MAX_NAMED: Final = 2
"""Collections that a label names."""


def with_collection(chosen: Sequence[str] | None, collection: str) -> tuple[str, ...]:
    """Collections of a conversation with one added.

    A conversation about all files becomes one about these: that is what they were added for.
    """
    return tuple(dict.fromkeys([*(chosen or ()), collection]))


def scope_label(
    chosen: Sequence[str] | None, library_status: LibraryStatusPoller, *, fall_back: bool
) -> str:
    """Label of the files a conversation is about; empty when there are none."""
    if library_status.is_empty or chosen == ():
        return ""
    if chosen is None:
        return _("all files")
    names = ", ".join(text.line(name, 24).plain for name in chosen[:MAX_NAMED])
    more = f" + {len(chosen) - MAX_NAMED}" if len(chosen) > MAX_NAMED else ""
    label = _counted_label(f"{names}{more}", chosen, library_status)
    return _("{files}, or the model", files=label) if fall_back else label


def _counted_label(names: str, chosen: Sequence[str], library_status: LibraryStatusPoller) -> str:
    if library_status.status is None:
        return names
    known = [library_status.collection_named(name) for name in chosen]
    if None in known:
        return _("{collection} (not found)", collection=names) if len(chosen) == 1 else names
    files = sum(each.files for each in known if each)
    return ngettext(
        "{collections} ({files:,} file)",
        "{collections} ({files:,} files)",
        files,
        collections=names,
        files=files,
    )


def proposed_collection(offer: FilesToAdd, known: Sequence[Collection], proposed: str) -> str:
    """Collection that an offer goes into unless the user says otherwise.

    That is the one its first path belongs to, else one called after the folder, else the one for
    loose files.
    """
    there = collection_of_path(offer.paths[0], known)
    if there is not None:
        return there
    name = name_of(offer.folders[0]).strip("/") if len(offer.folders) == 1 else ""
    # The library takes no name with marks that cannot be seen.
    visible = "".join(mark if mark.isprintable() else " " for mark in name)
    return text.line(visible, MAX_NAME_CHARACTERS).plain or proposed or DEFAULT_COLLECTION


def collection_of_path(path: str, known: Sequence[Collection]) -> str | None:
    """Collection that a path belongs to, the one whose folder is nearest.

    Returns: its name; None for a path in no collection.
    """
    homes = [
        (len(root), collection.name)
        for collection in known
        for root in collection.roots
        if path == root or PurePath(path).is_relative_to(root)
    ]
    return max(homes)[1] if homes else None


ALL_ID: Final = "all"
NONE_ID: Final = "none"


@dataclass(frozen=True)
class ChosenCollections:
    """Chosen collections by name; None is all files, empty is none."""

    collections: tuple[str, ...] | None


class ChooseFiles(Dialog[ChosenCollections]):
    """Dialog for the search scope: all files, none, or collections; Space marks, Enter accepts."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", show=False),
        Binding("enter", "accept", show=False, priority=True),
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
            yield Static(text.own(_("Which files is this conversation about?"), "bold"))
            yield OptionList(markup=False, compact=True)
            yield Static(text.muted(self._fall_back_text()), classes="note")
            with Horizontal(classes="choices"):
                yield Clickable(text.button(_("Space marks"), "screen.mark"))
                yield Clickable(text.button(_("Enter applies"), "screen.accept"))
                yield Clickable(text.button(_("Esc cancels"), "screen.leave"))

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
        if id in (ALL_ID, NONE_ID):
            self._chosen = None if id == ALL_ID else ()
        else:
            name = id.removeprefix("#")
            marked = self._chosen or ()
            kept = tuple(each for each in marked if each != name)
            self._chosen = kept if len(kept) < len(marked) else (*marked, name)
        self._has_marked = True
        self._show()

    def action_accept(self) -> None:
        """Accept what is marked; without any mark set, what is highlighted."""
        if not self._has_marked and self.query_one(OptionList).highlighted != self._first:
            self._chosen = ()
            self.action_mark()
        order = None if self._chosen is None else sorted(self._chosen, key=self._names.index)
        self.dismiss(ChosenCollections(None if order is None else tuple(order)))

    @property
    def _highlighted(self) -> str:
        option = self.query_one(OptionList).highlighted_option
        return (option.id or "") if option else ""

    def _ids(self) -> list[str]:
        return [ALL_ID, NONE_ID, *(f"#{name}" for name in self._names)]

    def _is_marked(self, id: str) -> bool:
        if id in (ALL_ID, NONE_ID):
            return self._chosen == (None if id == ALL_ID else ())
        return id.removeprefix("#") in (self._chosen or ())

    def _show(self) -> None:
        listing = self.query_one(OptionList)
        highlighted = listing.highlighted
        listing.set_options(self._options())
        listing.highlighted = highlighted

    def _options(self) -> Iterator[Option]:
        for id in self._ids():
            on, off = ("● ", "○ ") if id in (ALL_ID, NONE_ID) else ("■ ", "□ ")
            mark = text.own(on if self._is_marked(id) else off, text.ACCENT)
            yield Option(mark + self._option_text(id), id=id)

    def _option_text(self, id: str) -> Content:
        if id == ALL_ID:
            return text.own(_("all files")) + text.muted(f"  {_('including those added later')}")
        if id == NONE_ID:
            return text.own(_("no files")) + text.muted(f"  {_('the model answers without files')}")
        name = id.removeprefix("#")
        known = self._known.get(name)
        how_many = files_text(known.files) if known else _("not found")
        return text.line(name, 40) + text.muted(f"  {how_many}")

    def _fall_back_text(self) -> str:
        if self._fall_back:
            return _("If nothing is found, the model answers without files and says so.")
        return _("If nothing is found, the answer says so.")
