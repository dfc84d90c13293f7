"""Sources panel: passages that an answer used, those passed over, unreadable files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from assistant.core.grounding.references import Reference
from assistant.core.values.library import FileEntry
from assistant.core.wording import REASONS, unread_summary
from assistant.language.messages import _, ngettext
from assistant.tui.commands import keymap_of
from assistant.tui.toolkit import text
from assistant.tui.toolkit.widgets import Clickable, Row, RowStack
from assistant.tui.transcript.source_rows import file_name, source_entry, unused_source_entry

HEADING_STYLE = f"{text.MUTED} bold"
LIBRARY_ID = "library"
MAX_UNUSED = 5
"""Unused passages that are listed one by one."""


@dataclass(frozen=True)
class UnreadFiles:
    """Files, among those searched, of which nothing could be read or not everything."""

    failed: Sequence[FileEntry] = ()
    """The first of those of which nothing could be read."""
    failed_count: int = 0
    partial: Sequence[FileEntry] = ()
    """The first of those that were read in part."""
    partial_count: int = 0


@dataclass(frozen=True)
class AnswerEvidence:
    """Evidence of an answer: passages used and passed over, unreadable files."""

    answer_id: str = ""
    used: Sequence[Reference] = ()
    passed_over: Sequence[Reference] = ()
    searched: str = ""
    """What was searched, in words; may hold names of collections."""
    changed: Mapping[str, str] = field(default_factory=dict)
    """By path: what became of files since they were read."""
    unread: UnreadFiles = UnreadFiles()
    checked: bool = True
    """Whether it is known which of the passages are cited."""

    @property
    def references(self) -> Sequence[Reference]:
        """References that can be opened, in the order shown."""
        return [*self.used, *self.passed_over]


NO_EVIDENCE = AnswerEvidence()


class SourcesPanel(Vertical):
    """Panel of an answer's evidence."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Back", show=False)]

    class Chosen(Message):
        """A source was chosen."""

        def __init__(self, evidence: AnswerEvidence, index: int) -> None:
            super().__init__()
            self.evidence = evidence
            self.index = index
            """Among `AnswerEvidence.references`."""

    class LibraryWanted(Message):
        """The list of unreadable files is wanted."""

    class Left(Message):
        """The panel was left."""

    def __init__(self) -> None:
        super().__init__(id="sources")
        self.evidence = NO_EVIDENCE
        self._title = Clickable(classes="heading")
        self._searched = Clickable(classes="searched")
        self._listing = OptionList(id="passages", compact=True, markup=False)

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._searched
        yield self._listing

    def on_mount(self) -> None:
        key = keymap_of(self).shown("sources")
        name = text.button(_("sources"), "screen.command", "sources", style="bold")
        self._title.update(RowStack(Row(name, text.muted(key))))
        self.show(self.evidence)

    def show(self, evidence: AnswerEvidence) -> None:
        """Show what an answer rests on; the cursor and the view stay where they were."""
        if evidence == self.evidence and self._listing.option_count:
            return
        same = evidence.answer_id == self.evidence.answer_id
        self.evidence = evidence
        listing = self._listing
        before = listing.highlighted_option.id if same and listing.highlighted_option else None
        scroll = listing.scroll_offset.y if same else 0
        self._searched.update(text.line(evidence.searched, 400, text.MUTED))
        self._searched.display = bool(evidence.searched)
        options = list(_options(evidence))
        listing.set_options(options)
        places = [i for i, option in enumerate(options) if before and option.id == before]
        listing.highlighted = places[0] if places else None
        listing.scroll_to(y=scroll, animate=False)

    def enter(self) -> None:
        """Give the list the focus."""
        self._listing.focus()
        if self._listing.highlighted is None:
            self._listing.action_first()

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        id = event.option_id or ""
        if id.startswith(LIBRARY_ID):
            self.post_message(self.LibraryWanted())
        elif id:
            self.post_message(self.Chosen(self.evidence, int(id)))


def _options(evidence: AnswerEvidence) -> Iterator[Option]:
    if not evidence.used:
        yield Option(text.muted(_empty_text(evidence)), disabled=True)
    for index, reference in enumerate(evidence.used):
        became = evidence.changed.get(reference.path, "")
        yield Option(source_entry(reference, became, checked=evidence.checked), id=str(index))
    if evidence.passed_over:
        yield from _heading(_("not used"))
    for index, reference in enumerate(evidence.passed_over[:MAX_UNUSED], len(evidence.used)):
        yield Option(unused_source_entry(reference), id=str(index))
    if len(evidence.passed_over) > MAX_UNUSED:
        more = _("and {more:,} more", more=len(evidence.passed_over) - MAX_UNUSED)
        yield Option(text.muted(f"  {more}"), id=str(len(evidence.used) + MAX_UNUSED))
    unread = evidence.unread
    if unread.failed_count:
        yield from _heading(_("could not be read: {files:,}", files=unread.failed_count))
        for place, file in enumerate(unread.failed):
            yield Option(_unreadable(file), id=f"{LIBRARY_ID} {place}")
    if unread.partial_count:
        yield from _heading(_("read in part: {files:,}", files=unread.partial_count))
        for place, file in enumerate(unread.partial):
            yield Option(_partial(file), id=f"{LIBRARY_ID} part {place}")
    if unread.failed_count or unread.partial_count:
        yield Option(text.own(f"  {_('see the library')}", text.ACCENT), id=LIBRARY_ID)


def _empty_text(evidence: AnswerEvidence) -> str:
    """Text in place of the passages when there are none."""
    if not evidence.answer_id:
        return _("no answer yet")
    return _("nothing relevant found") if evidence.searched else _("not based on your files")


def _heading(words: str) -> Iterator[Option]:
    yield Option(text.EMPTY, disabled=True)
    yield Option(text.own(words, HEADING_STYLE), disabled=True)


def _unreadable(file: FileEntry) -> RowStack:
    reason = REASONS[file.reason] if file.reason else ""
    name = text.own("  ") + text.line(file_name(file.path), 80, text.MUTED)
    return RowStack(Row(name, text.muted(reason)))


def _partial(file: FileEntry) -> RowStack:
    name = text.own("  ") + text.line(file_name(file.path), 80, text.MUTED)
    missing = text.own("  ") + text.line(
        _("without {unread}", unread=unread_summary(file.unread)), 80, text.MUTED
    )
    return RowStack(Row(name), Row(missing))


def searched_in_words(passages: int, collections: Sequence[str] | None, files: int) -> str:
    """Number of passages searched, and where: `1,204 passages in housing`.

    Args:
        collections: where; None is everywhere, empty means that `files` came with the question.
    """
    if collections is not None and not collections:
        return ngettext("{files:,} attached file", "{files:,} attached files", files, files=files)
    where = _("your files") if collections is None else ", ".join(collections)
    return ngettext(
        "{passages:,} passage in {collections}",
        "{passages:,} passages in {collections}",
        passages,
        passages=passages,
        collections=where,
    )
