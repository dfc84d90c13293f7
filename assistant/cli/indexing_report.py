"""Indexing report on the console: a job's plan, its progress, the files that were skipped."""

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
    Planned,
    Scanned,
    Skipped,
    Survey,
    Waiting,
)
from assistant.core.wording import REASONS, count, duration, size, unread_sentence

_JSON_EVENTS = (Planned, Indexed, Skipped)
"""What the JSON lines carry besides `Done`; the rest is for the eyes."""

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
                        self._console.progress(f"looking: {count(files, 'file')}")
                    case Waiting():
                        self._console.progress("waiting for the library")
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
                console.progress("waiting for the library")
            case Scanned(files=files):
                console.progress(f"looking: {count(files, 'file')}")
            case Planned(files=files, bytes=total) if not self._is_planned:
                console.line(f"{count(files, 'file')} to read, {size(total)}")
            case IndexingProgress():
                console.progress(_progress_line(event))
            case Skipped():
                self._failures.add(event)
            case Indexed() if event.unread and len(self._partial) < EXAMPLES_PER_REASON:
                self._partial.append(event)
            case Done():
                console.line(
                    f"{event.indexed:,} indexed, {event.skipped:,} skipped,"
                    f" {event.removed:,} removed in {duration(event.seconds)}"
                    + (" (stopped)" if event.stopped else "")
                )
                self._failures.print_(console)
                self._print_partial(event.partial)
            case _:
                pass

    def _print_partial(self, number: int) -> None:
        """Name files that were read in part, and what of them could not be read."""
        if not number:
            return
        self._console.line(f"read in part: {count(number, 'file')}")
        for event in self._partial:
            self._console.line(f"    {event.path}: {unread_sentence(event.unread)}")
        if number > len(self._partial):
            self._console.line(f"    and {number - len(self._partial):,} more")
            self._console.info("`assistant library list --partial` lists them all.")


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
        for reason, number in sorted(self._counts.items(), key=lambda item: -item[1]):
            console.line(f"skipped, {REASONS[reason]}: {count(number, 'file')}")
            for event in self._examples[reason]:
                console.line(f"    {event.path}{f': {event.detail}' if event.detail else ''}")
            if number > EXAMPLES_PER_REASON:
                console.line(f"    and {number - EXAMPLES_PER_REASON:,} more")
        if any(number > EXAMPLES_PER_REASON for number in self._counts.values()):
            console.info("`assistant library list --failed` lists them all.")


def event_object(event: IndexEvent, leave_out: set[str] | None = None) -> dict[str, Any]:
    """An indexing event as one JSON object, named by `event`."""
    fields = event.model_dump(mode="json", exclude={"kind", "unread", *(leave_out or ())})
    if isinstance(event, Indexed):
        fields["partial"] = partial_objects(event.unread)
    return {"event": event.kind, **fields}


def _plan_line(survey: Survey) -> str:
    parts = [f"{count(survey.files, 'file')} to read, {size(survey.bytes)}"]
    if survey.seconds is not None and survey.files:
        parts[0] += f", about {duration(survey.seconds)}"
    if survey.unchanged:
        parts.append(f"{survey.unchanged:,} unchanged")
    if survey.left_out:
        parts.append(f"left out: {', '.join(map(_left_out_text, survey.left_out))}")
    return "; ".join(parts)


def _left_out_text(group: LeftOut) -> str:
    return f"{group.count:,} {REASONS[group.reason]}"


def _progress_line(event: IndexingProgress) -> str:
    if event.paused:
        return f"paused at {event.done:,} of {event.files:,} files"
    if event.yielding:
        return f"{event.done:,}/{event.files:,}  on hold while an answer is written"
    left = "" if event.eta is None else f", {duration(event.eta)} left"
    return f"{event.done:,}/{event.files:,}  {event.rate:.1f} files/s{left}  {event.current}"
