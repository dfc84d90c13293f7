"""`assistant licenses`: what the program stands on, and on what terms."""

import click

from assistant.cli.chats_told import json_option
from assistant.cli.program import Program
from assistant.core.errors import NotFoundError
from assistant.core.sanitize import printable


@click.command()
@click.argument("name", required=False)
@click.option("--full", is_flag=True, help="Print all texts.")
@json_option
@click.pass_obj
def licenses(program: Program, /, name: str | None, full: bool, as_json: bool) -> None:
    """List the licences of everything that comes with the program, or print those of NAME."""
    # Only this command reads them.
    from assistant.licenses import licenses as read  # noqa: PLC0415

    console = program.console
    found = read()
    if name:
        found = tuple(one for one in found if one.name.casefold() == name.casefold())
        if not found:
            raise NotFoundError(
                f"Nothing called {name!r} comes with the program.",
                "`assistant licenses` lists what does.",
            )
    if as_json:
        console.json([one.model_dump() for one in found])
    elif name or full:
        for one in found:
            console.line(f"{one.name} {one.version}: {one.license}\n")
            for text in one.texts:
                console.line(printable(text).strip() + "\n")
    else:
        rows = [(one.name, one.version, one.license) for one in found]
        console.table(rows, ("name", "version", "licence"))
