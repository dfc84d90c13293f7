"""What a command tells of an indexing job."""

from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any, cast

from assistant.cli.console import Console
from assistant.core.library_events import (
    Done,
    Indexed,
    IndexEvent,
    Planned,
    Progress,
    Scanned,
    Skipped,
    Waiting,
)

_TOLD = (Planned, Indexed, Skipped)
"""What the JSON lines carry besides `Done`; the rest is for the eyes."""


class Watch:
    """Shows the events of a job while they come."""

    def __init__(self, console: Console, *, as_json: bool) -> None:
        self._console = console
        self._as_json = as_json

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
            self._console.json(as_object(event, leave_out={"stopped"}), indent=None)
        elif isinstance(event, _TOLD):
            self._console.json(as_object(event), indent=None)

    def _show(self, event: IndexEvent) -> None:
        console = self._console
        match event:
            case Waiting():
                console.progress("waiting for the library")
            case Scanned(files=files):
                console.progress(f"looking: {files:,} files")
            case Planned(files=files, bytes=size):
                console.line(f"{files:,} files to read, {megabytes(size)}")
            case Progress():
                console.progress(_line(event))
            case Skipped(path=path, reason=reason, detail=detail):
                console.line(f"skipped   {path}: {reason.replace('_', ' ')}, {detail}")
            case Done():
                console.line(
                    f"{event.indexed:,} indexed, {event.skipped:,} skipped,"
                    f" {event.removed:,} removed in {event.seconds:,.1f} s"
                    + (" (stopped)" if event.stopped else "")
                )
            case _:
                pass


def as_object(event: IndexEvent, leave_out: set[str] | None = None) -> dict[str, Any]:
    """An event as one JSON object, named by `event`."""
    fields = event.model_dump(mode="json", exclude={"kind", *(leave_out or ())})
    return {"event": event.kind, **fields}


def megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"


def _line(event: Progress) -> str:
    if event.paused:
        return f"paused at {event.done:,} of {event.files:,} files"
    left = "" if event.eta is None else f", {_duration(event.eta)} left"
    return f"{event.done:,}/{event.files:,}  {event.rate:.1f} files/s{left}  {event.current}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
