"""Export and import jobs: their events, progress and reports."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import Final, Protocol

from textual.content import Content

from assistant.core.ports.conversations import ConversationCatalog
from assistant.core.transfer.exporting import ExportedFile, ExportFormat, all_ids, export
from assistant.core.transfer.importing import ImportResult, all_problems, import_from
from assistant.core.transfer.problems import ProblemLine
from assistant.core.values.transcript import Adoption
from assistant.core.wording import messages_text
from assistant.language.messages import _, ngettext, pgettext
from assistant.tui.toolkit import text

EXPORT_TEXTS: Final = {
    "written": pgettext("file", "written"),
    "removed": pgettext("file", "removed"),
}
"""What became of a file of an export."""


class TransferJob(Protocol):
    """Job that runs in a thread and ends with a report."""

    title: str

    def events(self, stop: Event) -> Iterator[object]:
        """Run step by step, in a thread."""
        ...

    def apply(self, event: object) -> None:
        """Apply an event to the state; on the screen's loop, like what follows."""
        ...

    def progress(self) -> Content:
        """Progress in one line."""
        ...

    def lines(self) -> Iterator[Content]:
        """Lines of the final report."""
        ...


class ExportJob:
    """Job that writes conversations into a folder."""

    def __init__(
        self,
        store: ConversationCatalog,
        ids: Sequence[str] | None,
        folder: Path,
        format: ExportFormat,
    ) -> None:
        """Args:
        ids: None is all of them.
        """
        self.title = _("Export")
        self._store = store
        self._ids = ids
        self._folder = folder
        self._format: ExportFormat = format
        self._total = len(ids) if ids is not None else 0
        self._done: list[ExportedFile] = []

    def events(self, stop: Event) -> Iterator[object]:
        ids = self._ids if self._ids is not None else all_ids(self._store)
        yield len(ids)
        for exported in export(self._store, ids, self._folder, self._format):
            yield exported
            if stop.is_set():
                return

    def apply(self, event: object) -> None:
        if isinstance(event, int):
            self._total = event
        elif isinstance(event, ExportedFile):
            self._done.append(event)

    def progress(self) -> Content:
        kept = [each for each in self._done if each.what != "removed"]
        written = sum(each.what == "written" for each in kept)
        return text.filled(
            ngettext(
                "{done:,} of {conversations:,} conversation, {written:,} written into {folder}",
                "{done:,} of {conversations:,} conversations, {written:,} written into {folder}",
                self._total,
            ),
            text.MUTED,
            done=len(kept),
            conversations=self._total,
            written=written,
            folder=text.line(str(self._folder), 400),
        )

    def lines(self) -> Iterator[Content]:
        for exported in self._done:
            if exported.what != "unchanged":
                yield text.muted(f"{EXPORT_TEXTS[exported.what]}  ") + text.line(
                    Path(exported.path).name, 400
                )
        partial = [exported for exported in self._done if exported.versions_left_out]
        if partial:
            messages = sum(exported.versions_left_out for exported in partial)
            yield text.own(
                ngettext(
                    "{messages} in other branches of {conversations:,} conversation left out;"
                    " export JSON to keep them.",
                    "{messages} in other branches of {conversations:,} conversations left out;"
                    " export JSON to keep them.",
                    len(partial),
                    messages=messages_text(messages),
                    conversations=len(partial),
                ),
                "$text-warning",
            )


class ImportJob:
    """Job that imports conversations from files."""

    def __init__(self, store: ConversationCatalog, paths: Sequence[Path]) -> None:
        self.title = _("Import")
        self._store = store
        self._paths = paths
        self._done: list[ImportResult] = []

    def events(self, stop: Event) -> Iterator[object]:
        for imported in import_from(self._store, self._paths):
            yield imported
            if stop.is_set():
                return

    def apply(self, event: object) -> None:
        if isinstance(event, ImportResult):
            self._done.append(event)

    @property
    def adoptions(self) -> Sequence[Adoption]:
        """Adoptions so far: what became of each conversation."""
        return [adoption for imported in self._done for adoption in imported.adoptions]

    def progress(self) -> Content:
        new = sum(adoption.is_new for adoption in self.adoptions)
        more = sum(bool(adoption.added) and not adoption.is_new for adoption in self.adoptions)
        there = len(self.adoptions) - new - more
        parts = (
            ngettext(
                "{conversations:,} new conversation",
                "{conversations:,} new conversations",
                new,
                conversations=new,
            ),
            _("{conversations:,} updated", conversations=more),
            _("{conversations:,} unchanged", conversations=there),
        )
        return text.muted(", ".join(parts))

    def lines(self) -> Iterator[Content]:
        for line in all_problems(self._done):
            style = "$text-error" if line.is_refused else "$text-warning"
            yield _files_line(line) + text.own(": ") + text.line(line.text, 400, style)
        for adoption in self.adoptions:
            title = text.line(adoption.title or _("Untitled"), 80)
            if adoption.is_new or adoption.added:
                what = _("new") if adoption.is_new else _("updated")
                messages = text.muted(f"  {messages_text(adoption.added)}")
                yield text.muted(f"{what}  ") + title + messages
            if adoption.in_trash:
                message = _("{conversation}: stays in the trash")
                yield text.filled(message, "$text-warning", conversation=title)
            elif adoption.trashed:
                message = ngettext(
                    "{conversation}: {messages:,} message stays in the trash",
                    "{conversation}: {messages:,} messages stay in the trash",
                    adoption.trashed,
                )
                yield text.filled(
                    message, "$text-warning", conversation=title, messages=adoption.trashed
                )


def _files_line(line: ProblemLine) -> Content:
    path = text.line(Path(line.files[0]).name, 80, text.MUTED)
    more = len(line.files) - 1
    if not more:
        return path
    return text.filled(
        ngettext("{file} and {files:,} more file", "{file} and {files:,} more files", more),
        text.MUTED,
        file=path,
        files=more,
    )
