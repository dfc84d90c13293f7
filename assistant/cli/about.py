"""`assistant doctor`, `assistant licenses` and `assistant forget`: the program itself."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.console import BOLD, DIM, Console
from assistant.cli.program import Program, json_option
from assistant.core.errors import AssistantError, NotFoundError
from assistant.core.sanitize import one_line, printable
from assistant.core.wording import size

if TYPE_CHECKING:
    from assistant.doctor.report import Check


@click.command()
@click.option("--quick", is_flag=True, help="Load neither the model nor the embedder.")
@click.option("--keys", is_flag=True, help="Find out which keys reach the program, by pressing.")
@json_option
@click.pass_obj
def doctor(program: Program, /, quick: bool, keys: bool, as_json: bool) -> int:
    """Check terminal, keys, clipboard, folders, database, model, library and versions.

    Ends with status 1 when something has to be fixed.
    """
    if keys:
        return _test_keys(program)
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


def _test_keys(program: Program) -> int:
    """Have the keys of the screen pressed one by one."""
    if not program.screen:
        raise click.UsageError("Keys are pressed in a terminal that can move the cursor.")
    # What draws takes longer to import than everything else.
    from assistant.keymap import make_keymap  # noqa: PLC0415
    from assistant.tui.key_test import run_key_test  # noqa: PLC0415

    given = program.settings_source.values.get("keys")
    section = given if isinstance(given, dict) else {}
    results = run_key_test(make_keymap(section, program.environment, sys.platform))
    for line in results.lines():
        program.console.line(line)
    return 1 if results.missing else 0


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


@click.command("forget")
@click.option("--everything", is_flag=True, required=True, help="All of it; there is no less.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@click.pass_obj
def forget_command(program: Program, /, everything: bool, yes: bool, as_json: bool) -> None:  # noqa: ARG001
    """Remove everything the program has stored: conversations, index, models, settings, logs.

    Your own files stay as they are, and so do folders that conversations were exported to. A
    single conversation is deleted for good by `assistant chats delete --now`.
    """
    from assistant.forgetting import forget, stored_parts  # noqa: PLC0415 -- see `Program`

    console, parts = program.console, stored_parts(program.paths)
    if not parts:
        console.line("Nothing is stored.")
        return
    if not yes:
        for part in parts:
            console.info(f"{part.path}: {part.what}, {size(part.size)}")
        if program.ask is None or program.ask("Type forget to remove all of this") != "forget":
            raise AssistantError("Nothing was removed.", "--yes removes it without asking.")
    forget(program.paths, parts)
    if as_json:
        console.json({"removed": [{"path": str(p.path), "bytes": p.size} for p in parts]})
        return
    for part in parts:
        console.line(f"removed  {part.path}  {size(part.size)}  {part.what}")
