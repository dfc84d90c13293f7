"""Collection list and file list of the library.

Of the files only the pages near the view are known; there may be 100,000.
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
from assistant.core.wording import REASONS, passages_text, unread_summary
from assistant.language.messages import _, number
from assistant.tui.toolkit import text
from assistant.tui.toolkit.disk import with_tilde
from assistant.tui.toolkit.text import EMPTY
from assistant.tui.toolkit.widgets import Row, RowStack


class CollectionSelection(NamedTuple):
    """Selection of the list: everything, a collection, or one of its roots."""

    collection: Collection | None = None
    root: str = ""


class CollectionsList(OptionList):
    """List of collections and their roots; keeps its cursor when they change."""

    def __init__(self) -> None:
        super().__init__(id="collections", compact=True, markup=False)
        self._entries: list[CollectionSelection] = [CollectionSelection()]

    @property
    def chosen(self) -> CollectionSelection:
        """Selection under the cursor."""
        place = self.highlighted
        return self._entries[place] if place is not None else CollectionSelection()

    def show(self, collections: Sequence[Collection], status: LibraryStatus | None) -> None:
        """List these collections."""
        before = _entry_key(self.chosen)
        entries = [CollectionSelection(), *_list_entries(collections)]
        self._entries = entries
        self.set_options(_collection_option(entry, status) for entry in entries)
        keys = [_entry_key(entry) for entry in entries]
        self.highlighted = keys.index(before) if before in keys else 0


def _list_entries(collections: Sequence[Collection]) -> Iterator[CollectionSelection]:
    for collection in collections:
        yield CollectionSelection(collection)
        for root in collection.roots:
            yield CollectionSelection(collection, root)


def _entry_key(chosen: CollectionSelection) -> tuple[str | None, str]:
    return chosen.collection.name if chosen.collection else None, chosen.root


def _collection_option(chosen: CollectionSelection, status: LibraryStatus | None) -> Option:
    collection, root = chosen
    if collection is None:
        listed = number(status.files) if status else ""
        return Option(RowStack(Row(text.own(_("all files")), text.muted(listed))))
    if root:
        gone = text.own(_("not found"), "$text-warning") if root in collection.missing else EMPTY
        return Option(
            RowStack(Row(text.own("    ") + text.line(with_tilde(root), 400, text.MUTED), gone))
        )
    name = text.own("  ") + text.line(collection.name, 80)
    failed = text.own(f"{number(collection.skipped)} ✕  ", "$text-error")
    files = text.muted(number(collection.files))
    return Option(RowStack(Row(name, failed + files if collection.skipped else files)))


PAGE_SIZE: Final = 200
"""Files of a page."""
MAX_PAGES: Final = 20
"""Pages that are kept; the one that was not looked at for longest goes."""

STATE_MARKS: Final[dict[FileState, tuple[str, str]]] = {
    "indexed": ("●", "$text-success"),
    "waiting": ("○", text.MUTED),
    "skipped": ("✕", "$text-error"),
}
PARTIAL_MARK: Final = ("◐", "$text-warning")
"""Of an indexed file of which something could not be read."""


class FileList(ScrollView, can_focus=True):
    """Virtualised list of files; draws what it knows and asks for missing pages."""

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
        """A page in view is not loaded."""

        def __init__(self, page: int) -> None:
            super().__init__()
            self.page = page

    class Chosen(Message):
        """A file was chosen."""

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
    def pages_kept(self) -> int:
        """How many pages are known."""
        return len(self._pages)

    @property
    def file(self) -> FileEntry | None:
        """File under the cursor; None when it is not loaded."""
        return self._file(self.cursor)

    def show(self, total: int, nothing: str, *, anew: bool) -> None:
        """Set how many files there are; loaded pages may be out of date.

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
        """Set the files of a page."""
        self._pages.pop(page, None)
        self._pages[page] = files
        self._stale.discard(page)
        self._asked.discard(page)
        while len(self._pages) > MAX_PAGES:
            self._pages.pop(next(iter(self._pages)))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, row = self.size.width, round(self.scroll_y) + y
        style = self.visual_style
        if row == 0 and not self._total:
            return self._drawn(RowStack(Row(text.muted(self._nothing))), style)
        if row >= self._total:
            return Strip.blank(width, style.rich_style)
        self._want(row // PAGE_SIZE)
        file = self._file(row)
        line = Row(text.muted("  …")) if file is None else _file_row(file)
        if row == self.cursor:
            focused = "cursor-focused" if self.has_focus else "cursor"
            style += self.get_visual_style(f"files--{focused}")
        return self._drawn(RowStack(line), style)

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
        files = self._pages.get(row // PAGE_SIZE, ())
        return files[row % PAGE_SIZE] if row % PAGE_SIZE < len(files) else None

    def _want(self, page: int) -> None:
        if page in self._asked or (page in self._pages and page not in self._stale):
            return
        self._asked.add(page)
        self.post_message(self.PageWanted(page))

    def _drawn(self, visual: Visual, style: Style) -> Strip:
        width = self.size.width
        strips = Visual.to_strips(self, visual, max(width - 1, 1), 1, style)
        return strips[0].adjust_cell_length(width, style.rich_style)


def _file_row(file: FileEntry) -> Row:
    mark, style = PARTIAL_MARK if file.unread else STATE_MARKS[file.state]
    path = PurePath(file.path)
    left = (
        text.own(f"{mark} ", style)
        + text.line(path.name or file.path, 120)
        + text.own("  ")
        + text.line(with_tilde(str(path.parent)), 200, text.MUTED)
    )
    match file.state:
        case "indexed" if file.unread:
            return Row(
                left,
                text.line(
                    _("not read: {unread}", unread=unread_summary(file.unread)), 80, text.MUTED
                ),
            )
        case "indexed":
            return Row(left, text.muted(passages_text(file.passages)))
        case "skipped":
            return Row(left, text.muted(REASONS[file.reason] if file.reason else ""))
        case "waiting":
            return Row(left, text.muted(_("to be read")))
