"""`assistant add`: folders and files into a collection, with what became of each."""

import signal

import click

from assistant.cli.indexing import Watch
from assistant.cli.interruption import Interruption
from assistant.cli.program import Program
from assistant.core.library import DEFAULT_COLLECTION


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--collection",
    metavar="NAME",
    default=DEFAULT_COLLECTION,
    show_default=True,
    help="The collection they go into; it is made when it is not there.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per event and line.")
@click.pass_obj
def add(program: Program, /, paths: tuple[str, ...], collection: str, as_json: bool) -> int:
    """Index the folders and files at PATH so that questions are answered from them.

    Adding a folder again reads what is new or has changed. Indexing goes on when the terminal is
    closed; Ctrl+C stops it, and adding again goes on where it was. Files that cannot be read are
    reported with the reason; the status is 0 all the same.
    """
    watch, library = Watch(program.console, as_json=as_json), program.library()
    with Interruption([signal.SIGINT]) as interruption:
        stop = interruption.stop
        if program.console.is_terminal and not as_json:
            watch.plan(library.survey(paths, collection, stop))
        if not stop.is_set():
            watch.follow(library.add(paths, collection, stop))
        return interruption.exit_code
