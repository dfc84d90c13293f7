"""`assistant doctor` and `assistant licenses`: health checks and third-party licences."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.console import BOLD, DIM, Console
from assistant.cli.program import Program, json_option
from assistant.core.errors import NotFoundError
from assistant.core.sanitize import one_line, printable

if TYPE_CHECKING:
    from assistant.doctor.report import Check


@click.command()
@click.option("--quick", is_flag=True, help="Load neither the model nor the embedder.")
@json_option
@click.pass_obj
def doctor(program: Program, /, quick: bool, as_json: bool) -> int:
    """Check terminal, clipboard, folders, database, model, library and versions.

    Ends with status 1 when something has to be fixed.
    """
    # Only this command needs what it checks.
    from assistant.doctor.run import RunEnvironment, run_checks  # noqa: PLC0415

    console = program.console
    package = Path(sys.executable).parent if getattr(sys, "frozen", False) else None
    environment = RunEnvironment(program.paths, program.environment, console.is_terminal, package)
    found: list[Check] = []
    for check in run_checks(environment, quick=quick):
        found.append(check)
        if not as_json:
            _print_check(console, check)
    failed = [check for check in found if check.status == "fail"]
    if as_json:
        console.json({"ok": not failed, "checks": [check.model_dump() for check in found]})
    return 1 if failed else 0


def _print_check(console: Console, check: "Check") -> None:
    console.styled(
        f"{check.status:<4}  {check.name:<22}{one_line(check.detail, 1000)}",
        "" if check.status == "ok" else BOLD,
    )
    if check.fix:
        console.styled(f"{'':28}{one_line(check.fix, 1000)}", DIM)


@click.command()
@click.argument("name", required=False)
@click.option("--full", is_flag=True, help="Print all texts.")
@json_option
@click.pass_obj
def licenses(program: Program, /, name: str | None, full: bool, as_json: bool) -> None:
    """List the licences of everything that comes with the program, or print those of NAME."""
    # Only this command reads them.
    from assistant.system.about import licenses as read  # noqa: PLC0415

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
