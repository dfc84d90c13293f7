"""`assistant export` and `assistant import`: conversations as files, and from files."""

from pathlib import Path

import click

from assistant.cli.console import short_id
from assistant.cli.program import Program
from assistant.core.errors import NotFoundError, TranscriptError
from assistant.core.transfer.exporting import (
    SUFFIXES,
    ExportedFile,
    ExportFormat,
    all_ids,
    export,
    text_of,
)
from assistant.core.transfer.importing import ImportResult, all_problems, import_from
from assistant.core.values.transcript import Adoption
from assistant.language.messages import _, localized, ngettext


@click.command("export")
@click.argument("ids", nargs=-1)
@click.option("--all", "everything", metavar="DIR", help="All conversations, one file each.")
@click.option("--into", metavar="DIR", help="The conversations IDS, one file each.")
@click.option(
    "--format",
    "format",
    type=click.Choice(list(SUFFIXES)),
    default="markdown",
    show_default=True,
    help="json has everything; the others have the active branch.",
)
@click.option("--prune", is_flag=True, help="Remove exported files of conversations that are gone.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list of the files.")
@click.pass_obj
def export_command(
    program: Program,
    /,
    ids: tuple[str, ...],
    everything: str | None,
    into: str | None,
    format: ExportFormat,
    prune: bool,
    as_json: bool,
) -> None:
    """Print the conversation IDS, or write conversations into a folder.

    Files are written only where something is new, under names that stay: a folder of exports can
    be kept with git. `assistant import` reads markdown and json again.
    """
    if sum(map(bool, (ids, everything))) != 1 or (everything is not None and into is not None):
        raise click.UsageError("Give conversation IDs, or --all DIR.")
    if len(ids) > 1 and into is None:
        raise click.UsageError("Several conversations need --into DIR.")
    if prune and everything is None:
        raise click.UsageError("--prune needs --all.")
    console, folder = program.console, everything or into
    done: list[ExportedFile] = []
    with program.assistant() as assistant:
        store = assistant.store
        found = (
            all_ids(store) if everything is not None else [store.conversation(i).id for i in ids]
        )
        if folder is None:
            console.write(text_of(store.transcript(found[0]), format))
            return
        for number, exported in enumerate(
            export(store, found, Path(folder).expanduser(), format, prune=prune), 1
        ):
            done.append(exported)
            console.progress(
                _("exporting {number:,} of {found:,}", number=number, found=len(found))
            )
    console.end_progress()
    if as_json:
        console.json([exported.model_dump(mode="json") for exported in done])
        return
    for exported in done:
        if exported.what != "unchanged":
            console.line(f"{_(exported.what)}  {exported.path}")
    _print_exported(program, done)


def _print_exported(program: Program, done: list[ExportedFile]) -> None:
    counts = {
        what: sum(e.what == what for e in done) for what in ("written", "unchanged", "removed")
    }
    told = {
        "written": _("{n:,} written", n=counts["written"]),
        "unchanged": _("{n:,} unchanged", n=counts["unchanged"]),
        "removed": _("{n:,} removed", n=counts["removed"]),
    }
    program.console.info(", ".join(told[what] for what, count in counts.items() if count))
    partial = [exported for exported in done if exported.versions_left_out]
    if partial:
        messages = sum(exported.versions_left_out for exported in partial)
        program.console.info(
            _(
                "{messages} in other branches of {conversations} were left out; --format json "
                "holds them.",
                messages=ngettext("{n:,} message", "{n:,} messages", messages, n=messages),
                conversations=ngettext(
                    "{n:,} conversation", "{n:,} conversations", len(partial), n=len(partial)
                ),
            )
        )


@click.command("import")
@click.argument("paths", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.pass_obj
def import_command(program: Program, /, paths: tuple[str, ...], as_json: bool) -> int:
    """Import the conversations in the files or folders PATHS.

    Reads what `assistant export` writes as markdown or json; the exports of ChatGPT and Claude,
    as conversations.json or the whole archive; those of Open WebUI, LM Studio and LibreChat; and
    lists of messages such as ShareGPT's, as JSON or JSON lines. What is there already stays as it
    is, so that the same file can be imported again. What cannot be read is told, each cause once;
    the exit status is 9 when a file could not be read at all.
    """
    console = program.console
    files = [_existing_path(path) for path in paths]
    done: list[ImportResult] = []
    with program.assistant() as assistant:
        for imported in import_from(assistant.store, files):
            done.append(imported)
            console.progress(
                _(
                    "importing, {n:,} so far",
                    n=sum(len(each.adoptions) for each in done),
                )
            )
    console.end_progress()
    adoptions = [adoption for imported in done for adoption in imported.adoptions]
    if as_json:
        console.json(
            {
                "conversations": [adoption.model_dump(mode="json") for adoption in adoptions],
                "problems": [line.text for line in all_problems(done)],
                "refused": [imported.path for imported in done if imported.is_refused],
            }
        )
    else:
        _print_imported(program, done, adoptions)
    return TranscriptError.exit_code if any(imported.is_refused for imported in done) else 0


def _print_imported(program: Program, done: list[ImportResult], adoptions: list[Adoption]) -> None:
    for adoption in adoptions:
        if adoption.added or adoption.is_new:
            program.console.table(
                [(short_id(adoption.conversation_id), _adopted_text(adoption), adoption.title)]
            )
        if adoption.in_trash or adoption.trashed:
            program.console.error(_stayed_text(adoption), _("`assistant chats trash` shows it."))
    for line in all_problems(done):
        where, more = line.files[0], len(line.files) - 1
        if more:
            where = ngettext(
                "{file} and {n:,} more file",
                "{file} and {n:,} more files",
                more,
                file=where,
                n=more,
            )
        program.console.error(f"{where}: {_problem_text(line.text)}")
    new = sum(adoption.is_new for adoption in adoptions)
    more = sum(bool(adoption.added) and not adoption.is_new for adoption in adoptions)
    program.console.info(
        ngettext(
            "{new:,} new conversation, {more:,} updated, {known:,} unchanged.",
            "{new:,} new conversations, {more:,} updated, {known:,} unchanged.",
            new,
            new=new,
            more=more,
            known=len(adoptions) - new - more,
        )
    )


def _adopted_text(adoption: Adoption) -> str:
    added = adoption.added
    if adoption.is_new:
        return ngettext("new, {n:,} message:", "new, {n:,} messages:", added, n=added)
    return ngettext("updated, {n:,} new message:", "updated, {n:,} new messages:", added, n=added)


def _problem_text(text: str) -> str:
    """A problem in the user's language: where it is, and what is wrong."""
    place, colon, cause = text.partition(": ")
    if not colon or localized(text) != text:
        return localized(text)
    return f"{localized(place)}: {localized(cause)}"


def _stayed_text(adoption: Adoption) -> str:
    if adoption.in_trash:
        return _("“{title}”: it stayed in the trash.", title=adoption.title)
    return ngettext(
        "“{title}”: {n:,} message stayed in the trash.",
        "“{title}”: {n:,} messages stayed in the trash.",
        adoption.trashed,
        title=adoption.title,
        n=adoption.trashed,
    )


def _existing_path(path: str) -> Path:
    found = Path(path).expanduser()
    if not found.exists():
        raise NotFoundError(f"{path} was not found.", "Check the path.")
    return found
