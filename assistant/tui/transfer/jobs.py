"""Export and import jobs: their events, progress and reports."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import Protocol

from textual.content import Content

from assistant.core.ports.conversations import ConversationCatalog
from assistant.core.transfer.exporting import ExportedFile, ExportFormat, all_ids, export
from assistant.core.transfer.importing import ImportResult, all_problems, import_from
from assistant.core.values.transcript import Adoption
from assistant.core.wording import count
from assistant.tui.toolkit import text


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
        self.title = "Export"
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
        progress = (
            f"{len(kept):,} of {count(self._total, 'conversation')}, {written:,} written into "
        )
        return text.muted(progress) + text.line(str(self._folder), 400)

    def lines(self) -> Iterator[Content]:
        for exported in self._done:
            if exported.what != "unchanged":
                yield text.muted(f"{exported.what}  ") + text.line(Path(exported.path).name, 400)
        partial = [exported for exported in self._done if exported.versions_left_out]
        if partial:
            messages = sum(exported.versions_left_out for exported in partial)
            yield text.own(
                f"{count(messages, 'message')} in other branches of "
                f"{count(len(partial), 'conversation')} left out; JSON holds them.",
                "$text-warning",
            )


class ImportJob:
    """Job that imports conversations from files."""

    def __init__(self, store: ConversationCatalog, paths: Sequence[Path]) -> None:
        self.title = "Import"
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
        return text.muted(
            f"{count(new, 'new conversation')}, {more:,} that went on, "
            f"{there:,} that were there already"
        )

    def lines(self) -> Iterator[Content]:
        for line in all_problems(self._done):
            path = text.line(Path(line.files[0]).name, 80, text.MUTED)
            if len(line.files) > 1:
                path += text.muted(f" and {len(line.files) - 1:,} more files")
            style = "$text-error" if line.is_refused else "$text-warning"
            yield path + text.own(": ") + text.line(line.text, 400, style)
        for adoption in self.adoptions:
            title = text.line(adoption.title or "Untitled", 80)
            if adoption.is_new or adoption.added:
                what = "new" if adoption.is_new else "went on"
                messages = text.muted(f"  {count(adoption.added, 'message')}")
                yield text.muted(f"{what}  ") + title + messages
            if adoption.in_trash or adoption.trashed:
                what = "it" if adoption.in_trash else count(adoption.trashed, "message")
                yield title + text.own(f": {what} stayed in the trash", "$text-warning")
