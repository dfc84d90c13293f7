"""`assistant export`: conversations as files."""

from pathlib import Path

import click

from assistant.cli.program import Program
from assistant.core.export_names import SUFFIXES
from assistant.core.exporting import Exported, ExportFormat, all_ids, export, text_of


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
    help="json holds everything; the others hold the active branch.",
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
        raise click.UsageError("Name conversations, or give --all DIR.")
    if len(ids) > 1 and into is None:
        raise click.UsageError("Several conversations need --into DIR.")
    if prune and everything is None:
        raise click.UsageError("--prune goes with --all.")
    console, folder = program.console, everything or into
    done: list[Exported] = []
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
            console.progress(f"exporting {number:,} of {len(found):,}")
    console.end_progress()
    if as_json:
        console.json([exported.model_dump(mode="json") for exported in done])
        return
    for exported in done:
        if exported.what != "unchanged":
            console.line(f"{exported.what}  {exported.path}")
    _tell(program, done)


def _tell(program: Program, done: list[Exported]) -> None:
    counts = {
        what: sum(e.what == what for e in done) for what in ("written", "unchanged", "removed")
    }
    program.console.note(", ".join(f"{count:,} {what}" for what, count in counts.items() if count))
    partial = [exported for exported in done if exported.versions_left_out]
    if partial:
        messages = sum(exported.versions_left_out for exported in partial)
        program.console.note(
            f"{messages:,} messages in other branches of {len(partial):,} conversations were left "
            "out; --format json holds them."
        )
