"""Indexing report on the console: the plan of a job, its progress, skipped files; the status."""

from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any, cast

from assistant.cli.console import Console
from assistant.cli.program import partial_objects
from assistant.core.values.documents import SkipReason
from assistant.core.values.library import (
    Done,
    Indexed,
    IndexEvent,
    IndexingProgress,
    LeftOut,
    LibraryStatus,
    Planned,
    Scanned,
    Skipped,
    Survey,
    Waiting,
)
from assistant.core.wording import (
    REASONS,
    duration,
    files_text,
    passages_text,
    size,
    time_left,
    unread_sentence,
)
from assistant.language.messages import _, localized, ngettext, number

_JSON_EVENTS = (Planned, Indexed, Skipped)
"""What the JSON lines carry besides `Done`; the rest is for the eyes."""

INDENT = "    "

EXAMPLES_PER_REASON = 3
"""Files that are named for each reason why files could not be read, and of those read in part."""


class IndexingReport:
    """Shows the events of an indexing job on the console."""

    def __init__(self, console: Console, *, as_json: bool) -> None:
        self._console = console
        self._as_json = as_json
        self._is_planned = False
        self._failures = _Failures()
        self._partial: list[Indexed] = []
        """The first files that were read in part."""

    def plan(self, steps: Iterator[Waiting | Scanned | Survey]) -> None:
        """Show in one line what a job is going to do."""
        try:
            for step in steps:
                match step:
                    case Survey():
                        self._console.line(_plan_line(step))
                        self._is_planned = True
                    case Scanned(files=files):
                        self._console.progress(looking_text(files))
                    case Waiting():
                        self._console.progress(_("waiting for the library"))
        finally:
            self._console.end_progress()

    def follow(self, events: Iterator[IndexEvent]) -> None:
        """Show a job until it ends.

        Raises:
            LibraryError: the job failed.
        """
        try:
            with closing(cast(Generator[IndexEvent, None, None], events)) as job:
                for event in job:
                    if self._as_json:
                        self._print(event)
                    else:
                        self._show(event)
        finally:
            self._console.end_progress()

    def _print(self, event: IndexEvent) -> None:
        if isinstance(event, Done):
            self._console.json(event_object(event, leave_out={"stopped"}), indent=None)
        elif isinstance(event, _JSON_EVENTS):
            self._console.json(event_object(event), indent=None)

    def _show(self, event: IndexEvent) -> None:
        console = self._console
        match event:
            case Waiting():
                console.progress(_("waiting for the library"))
            case Scanned(files=files):
                console.progress(looking_text(files))
            case Planned(files=files, bytes=total) if not self._is_planned:
                console.line(_to_read_text(files, total))
            case IndexingProgress():
                console.progress(_progress_line(event))
            case Skipped():
                self._failures.add(event)
            case Indexed() if event.unread and len(self._partial) < EXAMPLES_PER_REASON:
                self._partial.append(event)
            case Done():
                console.line(_done_text(event))
                self._failures.print_(console)
                self._print_partial(event.partial)
            case _:
                pass

    def _print_partial(self, files: int) -> None:
        """Name files that were read in part, and what of them could not be read."""
        if not files:
            return
        self._console.line(
            ngettext("read in part: {n:,} file", "read in part: {n:,} files", files, n=files)
        )
        for event in self._partial:
            self._console.line(f"{INDENT}{event.path}: {unread_sentence(event.unread)}")
        if files > len(self._partial):
            more = files - len(self._partial)
            self._console.line(INDENT + _("and {more:,} more", more=more))
            self._console.info(_("`assistant library list --partial` lists them all."))


class _Failures:
    """Files that could not be read, by reason: how many, and the first few of them."""

    def __init__(self) -> None:
        self._counts: dict[SkipReason, int] = {}
        self._examples: dict[SkipReason, list[Skipped]] = {}

    def add(self, event: Skipped) -> None:
        self._counts[event.reason] = self._counts.get(event.reason, 0) + 1
        examples = self._examples.setdefault(event.reason, [])
        if len(examples) < EXAMPLES_PER_REASON:
            examples.append(event)

    def print_(self, console: Console) -> None:
        for reason, files in sorted(self._counts.items(), key=lambda item: -item[1]):
            console.line(
                ngettext(
                    "skipped, {reason}: {n:,} file",
                    "skipped, {reason}: {n:,} files",
                    files,
                    reason=REASONS[reason],
                    n=files,
                )
            )
            for event in self._examples[reason]:
                detail = f": {localized(event.detail)}" if event.detail else ""
                console.line(f"{INDENT}{event.path}{detail}")
            if files > EXAMPLES_PER_REASON:
                more = files - EXAMPLES_PER_REASON
                console.line(INDENT + _("and {more:,} more", more=more))
        if any(files > EXAMPLES_PER_REASON for files in self._counts.values()):
            console.info(_("`assistant library list --failed` lists them all."))


def event_object(event: IndexEvent, leave_out: set[str] | None = None) -> dict[str, Any]:
    """An indexing event as one JSON object, named by `event`."""
    fields = event.model_dump(mode="json", exclude={"kind", "unread", *(leave_out or ())})
    if isinstance(event, Indexed):
        fields["partial"] = partial_objects(event.unread)
    return {"event": event.kind, **fields}


def looking_text(files: int) -> str:
    """How many files a search through folders has found so far."""
    return ngettext("scanning: {n:,} file", "scanning: {n:,} files", files, n=files)


def _to_read_text(files: int, total: int) -> str:
    return ngettext(
        "{n:,} file to read, {size}",
        "{n:,} files to read, {size}",
        files,
        n=files,
        size=size(total),
    )


def _done_text(event: Done) -> str:
    done = _(
        "{indexed:,} indexed, {skipped:,} skipped, {removed:,} removed in {duration}",
        indexed=event.indexed,
        skipped=event.skipped,
        removed=event.removed,
        duration=duration(event.seconds),
    )
    return f"{done} ({_('stopped')})" if event.stopped else done


def _plan_line(survey: Survey) -> str:
    parts = [_to_read_text(survey.files, survey.bytes)]
    if survey.seconds is not None and survey.files:
        about = _("about {duration}", duration=duration(survey.seconds))
        parts = [f"{parts[0]}, {about}"]
    if survey.unchanged:
        parts.append(_("{unchanged:,} unchanged", unchanged=survey.unchanged))
    if survey.left_out:
        parts.append(
            _("left out: {groups}", groups=", ".join(map(_left_out_text, survey.left_out)))
        )
    return "; ".join(parts)


def _left_out_text(group: LeftOut) -> str:
    return _("{n:,} {reason}", n=group.count, reason=REASONS[group.reason])


def _progress_line(event: IndexingProgress) -> str:
    done = f"{number(event.done)}/{number(event.files)}"
    if event.paused:
        return _("paused at {done:,} of {files:,} files", done=event.done, files=event.files)
    if event.yielding:
        return f"{done}  {_('paused while answering')}"
    rate = _("{rate:.1f} files/s", rate=event.rate)
    if event.eta is not None:
        rate += f", {time_left(event.eta)}"
    return f"{done}  {rate}  {event.current}"


def print_status(console: Console, found: LibraryStatus) -> None:
    """Print how many files are indexed, and what is happening."""
    indexed = _("{n:,} indexed", n=found.indexed)
    if found.partial:
        indexed += " " + _("({n:,} in part)", n=found.partial)
    skipped = _("{n:,} skipped", n=found.skipped)
    waiting = _("{n:,} to be read", n=found.waiting)
    console.line(f"{_files_in_text(found)}: {indexed}, {skipped}, {waiting}")
    on_disk = _("{size} on disk", size=size(found.disk_bytes))
    console.line(f"{passages_text(found.passages)}, {on_disk}")
    if found.paused:
        console.line(_("indexing is paused"))
    elif found.job is not None:
        indexing = ngettext(
            "indexing: {done:,} of {n:,} file",
            "indexing: {done:,} of {n:,} files",
            found.job.files,
            done=found.job.done,
            n=found.job.files,
        )
        held = f", {_('paused while answering')}" if found.job.yielding else ""
        console.line(indexing + held)
    if found.roots:
        console.line(_describe_watching(found))
    for root in found.missing:
        console.line(_("not available, kept in the index: {root}", root=root))
    for root in found.left_out:
        console.line(
            _("skipped for a day, because scanning it crashed the program: {root}", root=root)
        )
    if found.embedder:
        console.line(_("embedder: {embedder}", embedder=found.embedder))
    if found.next_embedder_done is not None:
        console.line(
            _(
                "switching to another embedder: {percent} % done",
                percent=int(100 * found.next_embedder_done),
            )
        )
    if found.embedder_problem:
        console.line(localized(found.embedder_problem))


def _files_in_text(found: LibraryStatus) -> str:
    collections = ngettext(
        "{n:,} collection", "{n:,} collections", found.collections, n=found.collections
    )
    return _("{files} in {collections}", files=files_text(found.files), collections=collections)


def _describe_watching(found: LibraryStatus) -> str:
    there = found.roots - len(found.missing)
    if found.watched == there:
        return _("changes are noticed automatically")
    if found.watched == 0:
        return _("changes are found by `assistant library refresh`, and when the program starts")
    return _(
        "changes are noticed at once in {watched:,} of {there:,} folders; the others "
        "are looked at now and then",
        watched=found.watched,
        there=there,
    )
