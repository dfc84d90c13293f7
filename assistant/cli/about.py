"""`assistant doctor`, `assistant licenses` and `assistant forget`: the program itself."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from assistant.cli.console import BOLD, DIM, Console
from assistant.cli.program import Program, json_option
from assistant.core.errors import AssistantError, NotFoundError
from assistant.core.sanitize import one_line, printable
from assistant.core.wording import size
from assistant.language.messages import _

if TYPE_CHECKING:
    from assistant.doctor.report import Check


STATUS_WORDS: Final[Mapping[str, str]] = {
    "ok": _("ok"),
    "warn": _("warn"),
    "fail": _("fail"),
}

FORGET = "forget"
"""What is typed before everything is removed; the same in every language."""


@click.command()
@click.option("--quick", is_flag=True, help="Load neither the model nor the embedder.")
@click.option("--keys", is_flag=True, help="Test which keys reach the program, by pressing them.")
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
        raise click.UsageError("This needs a terminal that can move the cursor.")
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
    width = max(map(len, STATUS_WORDS.values()))
    console.styled(
        f"{STATUS_WORDS[check.status]:<{width}}  {check.name:<22}{one_line(check.detail, 1000)}",
        "" if check.status == "ok" else BOLD,
    )
    if check.fix:
        console.styled(f"{'':{width + 24}}{one_line(check.fix, 1000)}", DIM)


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
                "`assistant licenses` lists its parts.",
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
        console.table(rows, (_("name"), _("version"), _("licence")))


@click.command("forget")
@click.option("--everything", is_flag=True, required=True, help="Remove everything (required).")
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
        console.line(_("Nothing is stored."))
        return
    if not yes:
        for part in parts:
            console.info(f"{part.path}: {part.what}, {size(part.size)}")
        typing = _("Type {word} to remove all of this", word=FORGET)
        if program.ask is None or program.ask(typing) != FORGET:
            raise AssistantError("Nothing was removed.", "Use --yes to remove it without asking.")
    forget(program.paths, parts)
    if as_json:
        console.json({"removed": [{"path": str(p.path), "bytes": p.size} for p in parts]})
        return
    for part in parts:
        console.line(
            _(
                "removed  {path}  {size}  {what}",
                path=part.path,
                size=size(part.size),
                what=part.what,
            )
        )
