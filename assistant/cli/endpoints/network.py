"""`assistant network`: every connection that the program has opened, without what was said."""

import click

from assistant.cli.program import Program, json_option
from assistant.core.wording import size

USUAL_LINES = 50


@click.command()
@click.option("--all", "everything", is_flag=True, help=f"List all, not the last {USUAL_LINES}.")
@json_option
@click.pass_obj
def network(program: Program, /, everything: bool, as_json: bool) -> None:
    """List the connections to servers of models, and to those that models are fetched from.

    Each with its time, host, purpose, status and bytes; what was said is nowhere kept. Nothing is
    connected to without an endpoint or a download that you asked for.
    """
    uses = program.network()
    shown = uses if everything else uses[-USUAL_LINES:]
    if as_json:
        program.console.json([use.model_dump(mode="json") for use in shown])
        return
    if not uses:
        program.console.line("No connection has been opened.")
        return
    rows = [
        (
            use.at.astimezone().strftime("%Y-%m-%d %H:%M:%S"),
            use.host,
            use.purpose,
            str(use.status) if use.status else "",
            size(use.sent),
            size(use.received),
            f"{use.seconds:,.1f} s",
        )
        for use in shown
    ]
    heading = ("time", "host", "for", "status", "sent", "received", "took")
    program.console.table(rows, heading, numbers=[4, 5, 6])
    if len(shown) < len(uses):
        program.console.info(f"{len(uses):,} in all: `assistant network --all`.")
