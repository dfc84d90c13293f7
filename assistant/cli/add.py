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
    watch = Watch(program.console, as_json=as_json)
    with Interruption([signal.SIGINT]) as interruption:
        watch.follow(program.library().add(paths, collection, interruption.stop))
        return interruption.exit_code
