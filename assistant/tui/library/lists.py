"""The collections of the library, each with the folders and files that were added to it.

A list of files of which only the pages near the view are known; there may be 100,000.
"""

from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import ClassVar, Final, NamedTuple

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style
from textual.visual import Visual
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from assistant.core.values.library import Collection, FileEntry, FileState, LibraryStatus
from assistant.tui.toolkit import text
from assistant.tui.toolkit.disk import short
from assistant.tui.toolkit.text import NOTHING, count
from assistant.tui.toolkit.widgets import Row, Spread


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


PAGE: Final = 200
"""Files of a page."""
KEPT: Final = 20
"""Pages that are kept; the one that was not looked at for longest goes."""

MARKS: Final[dict[FileState, tuple[str, str]]] = {
    "indexed": ("●", "$text-success"),
    "waiting": ("○", text.MUTED),
    "skipped": ("✕", "$text-error"),
}


class FileList(ScrollView, can_focus=True):
    """Draws what it knows and asks for what it lacks."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "turn(-1)", show=False),
        Binding("pagedown", "turn(1)", show=False),
        Binding("home", "go(0)", show=False),
        Binding("end", "go(-1)", show=False),
        Binding("enter", "choose", show=False),
    ]

    cursor: reactive[int] = reactive(0)

    class PageWanted(Message):
        """The files of this page are in view and not known."""

        def __init__(self, page: int) -> None:
            super().__init__()
            self.page = page

    class Chosen(Message):
        """The user wants this file."""

        def __init__(self, file: FileEntry) -> None:
            super().__init__()
            self.file = file

    def __init__(self) -> None:
        super().__init__(id="files")
        self._total = 0
        self._pages: dict[int, Sequence[FileEntry]] = {}
        self._stale: set[int] = set()
        self._asked: set[int] = set()
        self._nothing = ""

    @property
    def file(self) -> FileEntry | None:
        """The file under the cursor, when it is known."""
        return self._file(self.cursor)

    def show(self, total: int, nothing: str, *, anew: bool) -> None:
        """There are so many files; what is known of them may be out of date.

        Args:
            nothing: what stands there when there is none.
            anew: whether these are other files than before.
        """
        self._total, self._nothing = total, nothing
        self._asked.clear()
        if anew:
            self._pages.clear()
            self.cursor = 0
            self.scroll_to(y=0, animate=False)
        self._stale = set(self._pages)
        self.cursor = max(min(self.cursor, total - 1), 0)
        self.virtual_size = Size(0, total)
        self.refresh()

    def put(self, page: int, files: Sequence[FileEntry]) -> None:
        """These are the files of a page."""
        self._pages.pop(page, None)
        self._pages[page] = files
        self._stale.discard(page)
        self._asked.discard(page)
        while len(self._pages) > KEPT:
            self._pages.pop(next(iter(self._pages)))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, row = self.size.width, round(self.scroll_y) + y
        style = self.visual_style
        if row == 0 and not self._total:
            return self._drawn(Spread(Row(text.muted(self._nothing))), style)
        if row >= self._total:
            return Strip.blank(width, style.rich_style)
        self._want(row // PAGE)
        file = self._file(row)
        line = Row(text.muted("  …")) if file is None else _row(file)
        if row == self.cursor:
            focused = "cursor-focused" if self.has_focus else "cursor"
            style += self.get_visual_style(f"files--{focused}")
        return self._drawn(Spread(line), style)

    COMPONENT_CLASSES: ClassVar[set[str]] = {"files--cursor", "files--cursor-focused"}

    def watch_cursor(self) -> None:
        top, height = round(self.scroll_y), max(self.size.height, 1)
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False)
        self.refresh()

    def action_move(self, step: int) -> None:
        self._go_to(self.cursor + step)

    def action_turn(self, step: int) -> None:
        self._go_to(self.cursor + step * max(self.size.height - 1, 1))

    def action_go(self, row: int) -> None:
        self._go_to(row if row >= 0 else self._total - 1)

    def action_choose(self) -> None:
        if self.file is not None:
            self.post_message(self.Chosen(self.file))

    def on_click(self, event: events.Click) -> None:
        row = round(self.scroll_y) + event.y
        if row < self._total:
            self.cursor = row
            if event.chain > 1:
                self.action_choose()

    def _go_to(self, row: int) -> None:
        self.cursor = max(min(row, self._total - 1), 0)

    def _file(self, row: int) -> FileEntry | None:
        files = self._pages.get(row // PAGE, ())
        return files[row % PAGE] if row % PAGE < len(files) else None

    def _want(self, page: int) -> None:
        if page in self._asked or (page in self._pages and page not in self._stale):
            return
        self._asked.add(page)
        self.post_message(self.PageWanted(page))

    def _drawn(self, visual: Visual, style: Style) -> Strip:
        width = self.size.width
        strips = Visual.to_strips(self, visual, max(width - 1, 1), 1, style)
        return strips[0].adjust_cell_length(width, style.rich_style)


def _row(file: FileEntry) -> Row:
    mark, style = MARKS[file.state]
    path = PurePath(file.path)
    left = (
        text.own(f"{mark} ", style)
        + text.line(path.name or file.path, 120)
        + text.own("  ")
        + text.line(short(str(path.parent)), 200, text.MUTED)
    )
    match file.state:
        case "indexed":
            return Row(left, text.muted(count(file.passages, "passage")))
        case "skipped":
            return Row(left, text.line((file.reason or "").replace("_", " "), 20, text.MUTED))
        case "waiting":
            return Row(left, text.muted("to be read"))
