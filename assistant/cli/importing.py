"""`assistant import`: conversations from files."""

from pathlib import Path

import click

from assistant.cli.chats_told import short
from assistant.cli.program import Program
from assistant.core.errors import NotFoundError, TranscriptError
from assistant.core.importing import Imported, import_from
from assistant.core.transcript import Adoption


@click.command("import")
@click.argument("paths", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.pass_obj
def import_command(program: Program, /, paths: tuple[str, ...], as_json: bool) -> int:
    """Take in the conversations in the files or folders PATHS.

    Reads what `assistant export` writes as markdown or json, and ChatGPT's export: its
    conversations.json or the whole archive. What is there already stays as it is, so that the
    same file can be imported again. What cannot be read is told.
    """
    console = program.console
    files = [_existing(path) for path in paths]
    done: list[Imported] = []
    with program.assistant() as assistant:
        for imported in import_from(assistant.store, files):
            done.append(imported)
            console.progress(f"importing, {sum(len(each.adoptions) for each in done):,} so far")
    console.end_progress()
    adoptions = [adoption for imported in done for adoption in imported.adoptions]
    if as_json:
        console.json(
            {
                "conversations": [adoption.model_dump(mode="json") for adoption in adoptions],
                "problems": [p for imported in done for p in imported.problems],
                "refused": [imported.path for imported in done if imported.is_refused],
            }
        )
    else:
        _tell(program, done, adoptions)
    return TranscriptError.exit_code if any(imported.is_refused for imported in done) else 0


def _tell(program: Program, done: list[Imported], adoptions: list[Adoption]) -> None:
    for adoption in adoptions:
        if adoption.added or adoption.is_new:
            what = f"{'new' if adoption.is_new else 'went on'}, {adoption.added:,} messages:"
            program.console.table([(short(adoption.conversation_id), what, adoption.title)])
        if adoption.in_trash or adoption.trashed:
            what = "it" if adoption.in_trash else f"{adoption.trashed:,} messages"
            program.console.error(
                f"“{adoption.title}”: {what} stayed in the trash.",
                "`assistant chats trash` shows it.",
            )
    for imported in done:
        for problem in imported.problems:
            program.console.error(f"{imported.path}: {problem}")
    new = sum(adoption.is_new for adoption in adoptions)
    more = sum(bool(adoption.added) and not adoption.is_new for adoption in adoptions)
    program.console.note(
        f"{new:,} new conversations, {more:,} that went on, "
        f"{len(adoptions) - new - more:,} that were there already."
    )


def _existing(path: str) -> Path:
    found = Path(path).expanduser()
    if not found.exists():
        raise NotFoundError(f"There is no {path}.", "Check the path.")
    return found
