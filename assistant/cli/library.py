"""`assistant library`, `assistant add`, `assistant search`: the indexed files and passages."""

import signal
from collections.abc import Sequence
from typing import Any

import click

from assistant.cli.console import BOLD, DIM, Console, local_time
from assistant.cli.indexing_report import IndexingReport, print_status
from assistant.cli.interruption import Interruption
from assistant.cli.program import Program, json_option, partial_objects
from assistant.core.errors import NotFoundError
from assistant.core.sanitize import one_line, printable
from assistant.core.values.documents import Passage
from assistant.core.values.library import DEFAULT_COLLECTION, Collection, FileEntry
from assistant.core.wording import (
    REASONS,
    files_text,
    passages_text,
    place_text,
    unread_summary,
)
from assistant.language.messages import _, localized, ngettext, number

stream_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object per event and line."
)


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def library(context: click.Context, /, as_json: bool) -> None:
    """List, check and tidy the files that questions are answered from.

    Without a command it lists the collections.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_, as_json=as_json)


@library.command("list")
@click.option("--collection", metavar="NAME", help="The files of this collection.")
@click.option("--failed", is_flag=True, help="The files that cannot be read, with the reason.")
@click.option("--partial", is_flag=True, help="The files read in part, with what is missing.")
@json_option
@click.pass_obj
def list_(
    program: Program,
    /,
    collection: str | None = None,
    failed: bool = False,
    partial: bool = False,
    as_json: bool = False,
) -> None:
    """List the collections, or the files of one."""
    console, opened = program.console, program.library()
    if failed and partial:
        raise click.UsageError("Use --failed or --partial, not both.")
    if collection is None and not failed and not partial:
        _print_collections(console, opened.collections(), as_json)
        return
    found = opened.files(collection, "skipped" if failed else "partial" if partial else None)
    if as_json:
        console.json([_file_object(entry) for entry in found])
    elif found:
        _print_files(console, found)
    else:
        console.info(_("There is no such file."))


@library.command()
@json_option
@click.pass_obj
def status(program: Program, /, as_json: bool) -> None:
    """Show how many files are indexed, and what is happening."""
    found = program.library().status()
    if as_json:
        console_object = found.model_dump(mode="json")
        if found.job is not None:
            del console_object["job"]["kind"]
        program.console.json(console_object)
    else:
        print_status(program.console, found)


@library.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--collection", metavar="NAME", required=True, help="The collection to remove them from."
)
@json_option
@click.pass_obj
def remove(program: Program, /, paths: tuple[str, ...], collection: str, as_json: bool) -> None:
    """Remove folders and files from a collection, or all of it when no PATH is given.

    The files themselves stay where they are.
    """
    removed = program.library().remove(collection, paths)
    if as_json:
        program.console.json({"removed": removed})
    else:
        program.console.line(
            ngettext(
                "{n:,} file removed from the library",
                "{n:,} files removed from the library",
                removed,
                n=removed,
            )
        )


@library.command()
@json_option
@click.pass_obj
def removed(program: Program, /, as_json: bool) -> None:
    """List what was removed in the last 30 days, newest first."""
    found = program.library().removals()
    if as_json:
        program.console.json(
            [
                {"collection": each.collection, "roots": each.roots, "removed": each.at.isoformat()}
                for each in found
            ]
        )
        return
    for each in found:
        program.console.line(f"{local_time(each.at)}  {each.collection}  {', '.join(each.roots)}")


@library.command()
@click.argument("collection")
@stream_option
@click.pass_obj
def restore(program: Program, /, collection: str, as_json: bool) -> int:
    """Restore what was last removed from COLLECTION."""
    files = program.library()
    found = [r for r in files.removals() if r.collection.casefold() == collection.casefold()]
    if not found:
        raise NotFoundError(
            f"Nothing was removed from {collection!r} in the last 30 days.",
            "`assistant library removed` shows what was.",
        )
    with Interruption([signal.SIGINT]) as interruption:
        job = files.add(found[0].roots, found[0].collection, interruption.stop)
        IndexingReport(program.console, as_json=as_json).follow(job)
        return interruption.exit_code


@library.command()
@stream_option
@click.pass_obj
def rebuild(program: Program, /, as_json: bool) -> int:
    """Read every file again and rebuild all indexes; unchanged passages stay embedded."""
    with Interruption([signal.SIGINT]) as interruption:
        IndexingReport(program.console, as_json=as_json).follow(
            program.library().rebuild(interruption.stop)
        )
        return interruption.exit_code


@library.command()
@click.option("--collection", metavar="NAME", help="Only this one.")
@stream_option
@click.pass_obj
def refresh(program: Program, /, collection: str | None, as_json: bool) -> int:
    """Scan all folders again and index what has changed."""
    with Interruption([signal.SIGINT]) as interruption:
        job = program.library().refresh(interruption.stop, collection)
        IndexingReport(program.console, as_json=as_json).follow(job)
        return interruption.exit_code


@library.command()
@json_option
@click.pass_obj
def verify(program: Program, /, as_json: bool) -> int:
    """Check everything that is stored, and repair what can be repaired.

    Ends with status 1 when something is wrong that could not be repaired.
    """
    found = program.library().verify()
    console = program.console
    if as_json:
        console.json(found.model_dump(mode="json"))
    else:
        for problem in found.problems:
            state = _("repaired") if problem.repaired else _("wrong")
            console.line(f"{state}: {localized(problem.what)}")
        verdict = _("no problems") if found.ok else _("problems found")
        console.line(f"{files_text(found.files)}, {passages_text(found.passages)}: {verdict}")
    return 0 if found.ok else 1


@library.command()
@json_option
@click.pass_obj
def pause(program: Program, /, as_json: bool) -> None:
    """Pause indexing until `assistant library resume`."""
    program.library().pause()
    if as_json:
        program.console.json({"paused": True})


@library.command()
@json_option
@click.pass_obj
def resume(program: Program, /, as_json: bool) -> None:
    """Resume indexing."""
    program.library().resume()
    if as_json:
        program.console.json({"paused": False})


@library.command()
@json_option
@click.pass_obj
def cancel(program: Program, /, as_json: bool) -> None:
    """Stop indexing after the current file. `assistant library refresh` continues."""
    program.library().cancel()
    if as_json:
        program.console.json({"cancelled": True})


def _print_collections(console: Console, found: Sequence[Collection], as_json: bool) -> None:
    if as_json:
        console.json([collection.model_dump(mode="json") for collection in found])
    elif found:
        rows = [
            (c.name, number(c.files), number(c.passages), ", ".join(c.roots) or "–") for c in found
        ]
        console.table(rows, (_("name"), _("files"), _("passages"), _("folders")), numbers=[1, 2])
    else:
        console.info(_("There are no collections yet: `assistant add FOLDER` creates one."))


def _file_object(entry: FileEntry) -> dict[str, Any]:
    """A file as the JSON object that other programs get."""
    fields = entry.model_dump(mode="json", exclude={"unread"})
    return {**fields, "partial": partial_objects(entry.unread)}


def _print_files(console: Console, found: Sequence[FileEntry]) -> None:
    rows = [
        (
            _("in part") if entry.unread else _(entry.state),
            number(entry.passages),
            entry.path,
            _reason(entry),
        )
        for entry in found
    ]
    console.table(rows, (_("state"), _("passages"), _("file"), _("reason")), numbers=[1])


def _reason(entry: FileEntry) -> str:
    """Why a file, or a part of it, is not in the library."""
    if entry.reason:
        return f"{REASONS[entry.reason]}: {localized(entry.detail)}"
    return _("not read: {unread}", unread=unread_summary(entry.unread)) if entry.unread else ""


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--collection",
    metavar="NAME",
    default=DEFAULT_COLLECTION,
    show_default=True,
    help="The collection to add them to; a new one is created.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per event and line.")
@click.pass_obj
def add(program: Program, /, paths: tuple[str, ...], collection: str, as_json: bool) -> int:
    """Index the folders and files at PATH so that questions are answered from them.

    Adding a folder again reads what is new or has changed. Indexing continues when the terminal is
    closed; Ctrl+C stops it, and adding again continues where it was. Files that cannot be read are
    reported with the reason; the status is 0 all the same.
    """
    report, library = IndexingReport(program.console, as_json=as_json), program.library()
    with Interruption([signal.SIGINT]) as interruption:
        stop = interruption.stop
        if program.console.is_terminal and not as_json:
            report.plan(library.survey(paths, collection, stop))
        if not stop.is_set():
            report.follow(library.add(paths, collection, stop))
        return interruption.exit_code


@click.command()
@click.argument("query", nargs=-1, required=True)
@click.option(
    "--collection", "collections", multiple=True, metavar="NAME", help="Only here; repeatable."
)
@click.option("--limit", type=click.IntRange(1, 1000), default=10, metavar="N", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
@click.pass_obj
def search(
    program: Program,
    /,
    query: tuple[str, ...],
    collections: tuple[str, ...],
    limit: int,
    as_json: bool,
) -> None:
    """Find the passages of your files that fit QUERY best."""
    console = program.console
    found = program.library().search(" ".join(query), collections or None, limit)
    if found.corrections:
        console.info(one_line(found.corrections_text, 400))
    if as_json:
        console.json([passage_object(passage) for passage in found.passages])
        return
    for place, passage in enumerate(found.passages, 1):
        _print_passage(console, place, passage)
    if not found.passages:
        console.info(_("Nothing was found."))
    elif not found.sufficient:
        console.info(_("Your files may not cover this."))


def passage_object(passage: Passage) -> dict[str, Any]:
    """A passage as the JSON object that other programs get."""
    place = passage.place
    return {
        "path": passage.path,
        "title": passage.title,
        "page": place.page,
        "page_end": place.page_end,
        "heading": " > ".join(place.heading) or None,
        "line_start": place.line_start,
        "line_end": place.line_end,
        "text": passage.text,
        "score": round(passage.score, 4),
        "dense_score": round(passage.dense_score, 4),
        "keyword_score": round(passage.keyword_score, 4),
        "partial": partial_objects(passage.unread),
    }


def _print_passage(console: Console, rank: int, passage: Passage) -> None:
    console.styled(one_line(f"[{rank}] {passage.title}", 200), BOLD)
    place = place_text(passage.place)
    source = f"{passage.path}{f', {place}' if place else ''}  ({passage.score:.2f})"
    console.styled(one_line(source, 2000), DIM)
    console.line(printable(passage.text))
    console.line()
