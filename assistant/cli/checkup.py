"""`assistant doctor`: what works here, what does not, and how to fix it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.console import BOLD, DIM, Console
from assistant.cli.program import Program
from assistant.core.sanitize import one_line

if TYPE_CHECKING:
    from assistant.doctor.report import Check


@click.command()
@click.option("--quick", is_flag=True, help="Load neither the model nor the embedder.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def doctor(program: Program, /, quick: bool, as_json: bool) -> int:
    """Check terminal, clipboard, folders, database, model, library and versions.

    Ends with status 1 when something has to be fixed.
    """
    # Only this command needs what it looks at.
    from assistant.doctor.checks import Place, examine  # noqa: PLC0415

    console = program.console
    package = Path(sys.executable).parent if getattr(sys, "frozen", False) else None
    place = Place(program.paths, program.environment, console.is_terminal, package)
    found: list[Check] = []
    for check in examine(place, quick=quick):
        found.append(check)
        if not as_json:
            _print(console, check)
    failed = [check for check in found if check.status == "fail"]
    if as_json:
        console.json({"ok": not failed, "checks": [check.model_dump() for check in found]})
    return 1 if failed else 0


def _print(console: Console, check: "Check") -> None:
    console.styled(
        f"{check.status:<4}  {check.name:<22}{one_line(check.detail, 1000)}",
        "" if check.status == "ok" else BOLD,
    )
    if check.fix:
        console.styled(f"{'':28}{one_line(check.fix, 1000)}", DIM)
