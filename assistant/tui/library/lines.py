"""What the library screen says in a line."""

from collections.abc import Iterator
from typing import Literal

from textual.content import Content

from assistant.core.values.library import Done, LibraryStatus
from assistant.tui.toolkit import text
from assistant.tui.toolkit.text import count, size
from assistant.tui.toolkit.widgets import Flow, Row, Spread

Filter = Literal["all", "failed", "waiting"]
"""Which files are listed."""


def summary(status: LibraryStatus | None, *, is_empty: bool) -> Spread:
    """How much there is of everything; `status` is None while it is not known."""
    title = Row(text.own("Library", "bold"))
    if is_empty or status is None:
        return Spread(title, Row(text.muted("nothing was added yet" if is_empty else "…")))
    parts = [
        count(status.collections, "collection"),
        count(status.files, "file"),
        count(status.passages, "passage"),
        f"{size(status.disk_bytes)} on disk",
        *([status.embedder] if status.embedder else []),
    ]
    line = Row(text.line(" · ".join(parts), 200, text.MUTED))
    warnings = [Row(text.line(warning, 400, "$text-warning")) for warning in _warnings(status)]
    return Spread(title, line, *warnings)


def _warnings(status: LibraryStatus) -> Iterator[str]:
    if status.embedder_problem:
        yield status.embedder_problem
    if status.next_embedder_done is not None:
        share = f"{status.next_embedder_done:.0%}".replace("%", " %")
        yield f"another embedder is getting ready, {share} done; this one answers meanwhile"
    if status.missing:
        folders = count(len(status.missing), "folder")
        yield f"{folders} not there now, as on a disk that is not plugged in; passages stay"


def ended(what: str, done: Done) -> Content:
    """What a job has done."""
    parts = [f"{done.indexed:,} indexed"]
    if done.skipped:
        parts.append(f"{done.skipped:,} not read")
    if done.removed:
        parts.append(f"{done.removed:,} gone")
    if done.stopped:
        parts.append("then cancelled")
    return text.line(what, 60) + text.own(f": {', '.join(parts)}.")


def nothing(filter_by: Filter) -> str:
    """What stands where the files would."""
    match filter_by:
        case "all":
            return "no files"
        case "failed":
            return "everything could be read"
        case "waiting":
            return "nothing waits"


def keys() -> Flow:
    """What can be done here."""
    known = (
        ("Esc", "back", "leave"),
        ("Enter", "opens", ""),
        ("Tab", "side", "turn"),
        ("f", "filter", "filter"),
        ("a", "add", "add"),
        ("x", "remove", "remove"),
        ("u", "update", "refresh"),
        ("p", "pause", "pause"),
        ("c", "cancel", "cancel"),
        ("v", "verify", "verify"),
        ("b", "rebuild", "rebuild"),
    )
    parts = [
        (text.button(key, f"screen.{action}", style=text.ACCENT) if action else text.own(key))
        + text.muted(f" {what}")
        for key, what, action in known
    ]
    return Flow(*parts)
