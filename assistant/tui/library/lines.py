"""Text lines of the library screen: summary, warnings, job results, key hints."""

from collections.abc import Iterator
from typing import Final, Literal

from textual.content import Content

from assistant.core.values.library import Done, LibraryStatus
from assistant.core.wording import files_text, passages_text, size
from assistant.language.messages import _, localized, ngettext, pgettext
from assistant.tui.toolkit import text
from assistant.tui.toolkit.widgets import Flow, Row, RowStack

Filter = Literal["all", "failed", "in part", "waiting"]
"""Which files are listed."""

FILTER_NAMES: Final[dict[Filter, str]] = {
    "all": pgettext("files", "all"),
    "failed": pgettext("files", "failed"),
    "in part": pgettext("files", "in part"),
    "waiting": pgettext("files", "waiting"),
}


def summary_lines(status: LibraryStatus | None, *, is_empty: bool) -> RowStack:
    """Summary of the library: how much there is of everything; `status` is None while unknown."""
    title = Row(text.own(_("Library"), "bold"))
    if is_empty or status is None:
        return RowStack(title, Row(text.muted(_("nothing added yet") if is_empty else "…")))
    parts = [
        ngettext(
            "{collections:,} collection",
            "{collections:,} collections",
            status.collections,
            collections=status.collections,
        ),
        files_text(status.files),
        passages_text(status.passages),
        _("{size} on disk", size=size(status.disk_bytes)),
        *([status.embedder] if status.embedder else []),
    ]
    line = Row(text.line(" · ".join(parts), 200, text.MUTED))
    warnings = [Row(text.line(warning, 400, "$text-warning")) for warning in _warnings(status)]
    return RowStack(title, line, *warnings)


def _warnings(status: LibraryStatus) -> Iterator[str]:
    if status.embedder_problem:
        yield localized(status.embedder_problem)
    if status.next_embedder_done is not None:
        yield _(
            "switching to another embedder: {percent:.0f} % done; the old one is used until then",
            percent=status.next_embedder_done * 100,
        )
    if status.missing:
        folders = len(status.missing)
        yield ngettext(
            "{folders:,} folder not found (drive not connected?); its passages are kept",
            "{folders:,} folders not found (drive not connected?); their passages are kept",
            folders,
            folders=folders,
        )
    for folder in status.left_out:
        yield _(
            "skipped for a day, because scanning it crashed: {folder}",
            folder=folder,
        )


def job_result(what: str, done: Done) -> Content:
    """Result of a job in one line."""
    parts = [_("{files:,} indexed", files=done.indexed)]
    if done.partial:
        parts.append(_("{files:,} only in part", files=done.partial))
    if done.skipped:
        parts.append(_("{files:,} not read", files=done.skipped))
    if done.removed:
        parts.append(_("{files:,} removed", files=done.removed))
    if done.stopped:
        parts.append(_("then cancelled"))
    return text.line(what, 60) + text.own(f": {', '.join(parts)}.")


def empty_text(filter_by: Filter) -> str:
    """Text in place of the files when none are listed."""
    match filter_by:
        case "all":
            return _("no files")
        case "failed":
            return _("everything could be read")
        case "in part":
            return _("no files were read in part")
        case "waiting":
            return _("no files are waiting")


def key_hints() -> Flow:
    """Key hints of the library screen."""
    known = (
        ("Esc", _("back"), "leave"),
        ("Enter", _("open"), ""),
        ("Tab", _("side"), "turn"),
        ("f", _("filter"), "filter"),
        ("a", _("add"), "add"),
        ("x", _("remove"), "remove"),
        ("u", _("update"), "refresh"),
        ("p", _("pause"), "pause"),
        ("c", _("cancel"), "cancel"),
        ("v", _("verify"), "verify"),
        ("b", _("rebuild"), "rebuild"),
    )
    parts = [
        (text.button(key, f"screen.{action}", style=text.ACCENT) if action else text.own(key))
        + text.muted(f" {what}")
        for key, what, action in known
    ]
    return Flow(*parts)
