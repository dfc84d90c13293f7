"""The collections of the library, each with the folders and files that were added to it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from textual.widgets import OptionList
from textual.widgets.option_list import Option

from assistant.core.library import Collection, LibraryStatus
from assistant.tui import text
from assistant.tui.disk import short
from assistant.tui.text import NOTHING
from assistant.tui.widgets.spread import Row, Spread


class Chosen(NamedTuple):
    """What the cursor is on: everything, a collection, or one of its roots."""

    collection: Collection | None = None
    root: str = ""


class CollectionsList(OptionList):
    """Keeps its cursor when what it lists changes."""

    def __init__(self) -> None:
        super().__init__(id="collections", compact=True, markup=False)
        self._entries: list[Chosen] = [Chosen()]

    @property
    def chosen(self) -> Chosen:
        """What the cursor is on."""
        place = self.highlighted
        return self._entries[place] if place is not None else Chosen()

    def show(self, collections: Sequence[Collection], status: LibraryStatus | None) -> None:
        """List these."""
        before = _key(self.chosen)
        entries = [Chosen(), *_entries(collections)]
        self._entries = entries
        self.set_options(_option(entry, status) for entry in entries)
        keys = [_key(entry) for entry in entries]
        self.highlighted = keys.index(before) if before in keys else 0


def _entries(collections: Sequence[Collection]) -> Iterator[Chosen]:
    for collection in collections:
        yield Chosen(collection)
        for root in collection.roots:
            yield Chosen(collection, root)


def _key(chosen: Chosen) -> tuple[str | None, str]:
    return chosen.collection.name if chosen.collection else None, chosen.root


def _option(chosen: Chosen, status: LibraryStatus | None) -> Option:
    collection, root = chosen
    if collection is None:
        files = f"{status.files:,}" if status else ""
        return Option(Spread(Row(text.own("all files"), text.muted(files))))
    if root:
        gone = text.own("not there", "$text-warning") if root in collection.missing else NOTHING
        return Option(Spread(Row(text.own("    ") + text.line(short(root), 400, text.MUTED), gone)))
    name = text.own("  ") + text.line(collection.name, 80)
    failed = text.own(f"{collection.skipped:,} ✕  ", "$text-error")
    count = text.muted(f"{collection.files:,}")
    return Option(Spread(Row(name, failed + count if collection.skipped else count)))
