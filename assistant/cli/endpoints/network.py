"""`assistant network`: every connection that the program has opened, without what was said."""

import click

from assistant.cli.program import Program, json_option
from assistant.core.wording import size
from assistant.language.messages import _, pgettext

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
        program.console.line(_("No connection has been opened."))
        return
    rows = [
        (
            use.at.astimezone().strftime(_("%Y-%m-%d %H:%M:%S")),
            use.host,
            _(use.purpose),
            str(use.status) if use.status else "",
            size(use.sent),
            size(use.received),
            _("{seconds:,.1f} s", seconds=use.seconds),
        )
        for use in shown
    ]
    heading = (
        _("time"),
        _("host"),
        pgettext("purpose of a connection", "for"),
        _("status"),
        _("sent"),
        _("received"),
        _("took"),
    )
    program.console.table(rows, heading, numbers=[4, 5, 6])
    if len(shown) < len(uses):
        program.console.info(_("{n:,} in all: `assistant network --all`.", n=len(uses)))
