"""Text lines of the library screen: summary, warnings, job results, key hints."""

from collections.abc import Iterator
from typing import Literal

from textual.content import Content

from assistant.core.values.library import Done, LibraryStatus
from assistant.core.wording import count, size
from assistant.tui.toolkit import text
from assistant.tui.toolkit.widgets import Flow, Row, RowStack

Filter = Literal["all", "failed", "in part", "waiting"]
"""Which files are listed."""


def summary_lines(status: LibraryStatus | None, *, is_empty: bool) -> RowStack:
    """Summary of the library: how much there is of everything; `status` is None while unknown."""
    title = Row(text.own("Library", "bold"))
    if is_empty or status is None:
        return RowStack(title, Row(text.muted("nothing was added yet" if is_empty else "…")))
    parts = [
        count(status.collections, "collection"),
        count(status.files, "file"),
        count(status.passages, "passage"),
        f"{size(status.disk_bytes)} on disk",
        *([status.embedder] if status.embedder else []),
    ]
    line = Row(text.line(" · ".join(parts), 200, text.MUTED))
    warnings = [Row(text.line(warning, 400, "$text-warning")) for warning in _warnings(status)]
    return RowStack(title, line, *warnings)


def _warnings(status: LibraryStatus) -> Iterator[str]:
    if status.embedder_problem:
        yield status.embedder_problem
    if status.next_embedder_done is not None:
        share = f"{status.next_embedder_done:.0%}".replace("%", " %")
        yield f"another embedder is getting ready, {share} done; this one answers meanwhile"
    if status.missing:
        folders = count(len(status.missing), "folder")
        yield f"{folders} not there now, as on a disk that is not plugged in; passages stay"
    for folder in status.left_out:
        yield f"left out for a day, since looking through it ended the program: {folder}"


def job_result(what: str, done: Done) -> Content:
    """Result of a job in one line."""
    parts = [f"{done.indexed:,} indexed"]
    if done.partial:
        parts.append(f"{done.partial:,} of them in part")
    if done.skipped:
        parts.append(f"{done.skipped:,} not read")
    if done.removed:
        parts.append(f"{done.removed:,} gone")
    if done.stopped:
        parts.append("then cancelled")
    return text.line(what, 60) + text.own(f": {', '.join(parts)}.")


def empty_text(filter_by: Filter) -> str:
    """Text in place of the files when none are listed."""
    match filter_by:
        case "all":
            return "no files"
        case "failed":
            return "everything could be read"
        case "in part":
            return "no file was read in part"
        case "waiting":
            return "nothing waits"


def key_hints() -> Flow:
    """Key hints of the library screen."""
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
