"""`assistant settings`: list every setting, and change them in the user's file."""

import os
from collections.abc import Sequence

import click

from assistant.cli.console import BOLD, DIM, Console
from assistant.cli.program import Program, json_option
from assistant.core.sanitize import one_line
from assistant.language.messages import _
from assistant.settings_file import change_setting
from assistant.settings_reference import (
    DEFAULT,
    ModelSetting,
    Setting,
    describe,
    model_settings,
    parse_setting,
    setting_path,
    toml_text,
    variable_of,
)
from assistant.settings_source import read_settings_file

INDENT = "    "

TAKES_NEGATIVE_NUMBERS = {"ignore_unknown_options": True}


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def settings(context: click.Context, /, as_json: bool) -> None:
    """Show and change settings.

    Without a command it lists them all: the value, where it comes from, and what it does.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_, words=(), as_json=as_json)


@settings.command("list")
@click.argument("words", nargs=-1)
@json_option
@click.pass_obj
def list_(program: Program, /, words: tuple[str, ...], as_json: bool) -> None:
    """List the settings, or those that match all WORDS."""
    file = program.paths.settings_file
    wanted = [word.casefold() for word in words]
    found = [
        setting
        for setting in describe(program.settings, program.settings_source)
        if all(word in f"{setting.key} {setting.description}".casefold() for word in wanted)
    ]
    own = [
        one
        for one in model_settings(program.settings, str(file))
        if all(word in f"{one.table} {one.key}".casefold() for word in wanted)
    ]
    console = program.console
    if as_json:
        listed = [setting.model_dump(mode="json") for setting in found]
        models = [one.model_dump(mode="json") for one in own]
        head = {"file": str(file), "exists": file.is_file()}
        console.json({**head, "settings": listed, "models": models})
        return
    console.line(f"{file}" if file.is_file() else _("{file} (does not exist yet)", file=file))
    section = ""
    for setting in found:
        if setting.path[0] != section:
            section = setting.path[0]
            console.line()
            console.styled(f"[{section}]", BOLD)
        console.line(f"{setting.path[1]} = {toml_text(setting.value)}")
        console.styled(f"{INDENT}{_(setting.description)}", DIM)
        _print_origin(console, setting)
    _print_own(console, own)
    if not found and not own:
        console.line(_("No matching settings."))
    console.info(_("`assistant settings set KEY VALUE` changes one, `unset KEY` resets it."))


@settings.command()
@click.argument("key")
@json_option
@click.pass_obj
def show(program: Program, /, key: str, as_json: bool) -> None:
    """Show the setting KEY: its value, where it comes from, and what is allowed."""
    path = setting_path(key)
    console = program.console
    if path[0] in ("model", "endpoints"):
        wanted = (path[1], path[-1])
        own = model_settings(program.settings, str(program.paths.settings_file))
        found = [one for one in own if (one.model, one.key) == wanted]
        if as_json:
            console.json(found[0].model_dump(mode="json") if found else None)
        elif found:
            _print_own(console, found)
        else:
            console.line(_("{key} is not set.", key=key))
        return
    every = describe(program.settings, program.settings_source)
    setting = next(one for one in every if one.path == path)
    if as_json:
        console.json(setting.model_dump(mode="json"))
        return
    console.line(f"{setting.key} = {toml_text(setting.value)}")
    console.styled(f"{INDENT}{_(setting.description)}", DIM)
    console.styled(INDENT + _("Allowed: {allowed}.", allowed=setting.allowed), DIM)
    _print_origin(console, setting)


@settings.command("set", context_settings=TAKES_NEGATIVE_NUMBERS)
@click.argument("key")
@click.argument("value", nargs=-1, required=True)
@json_option
@click.pass_obj
def set_(program: Program, /, key: str, value: tuple[str, ...], as_json: bool) -> None:
    """Set KEY to VALUE in your settings file; its comments and its order stay.

    What one model has otherwise is model.NAME.threads, model.NAME.sampling.seed or
    model.NAME.adapters.OTHER.
    """
    path = setting_path(key)
    given = parse_setting(path, value)
    before = change_setting(program.paths.settings_file, path, given)
    _report(program, path, before, given, as_json=as_json)


@settings.command()
@click.argument("key")
@json_option
@click.pass_obj
def unset(program: Program, /, key: str, as_json: bool) -> None:
    """Remove KEY from your settings file, so that its default applies again."""
    file = program.paths.settings_file
    path = _path_in_file(program, key)
    before = change_setting(file, path, None)
    _report(program, path, before, None, as_json=as_json)


def _path_in_file(program: Program, key: str) -> tuple[str, ...]:
    """Where a setting stands. What is in the file by mistake can be taken out, too."""
    here: object = read_settings_file(program.paths.settings_file)
    path = tuple(key.split("."))
    for part in path:
        here = here.get(part) if isinstance(here, dict) else None
    return setting_path(key) if here is None else path


def _report(
    program: Program, path: Sequence[str], before: object, now: object, *, as_json: bool
) -> None:
    """Tell what a change did, and what goes before it."""
    console, file = program.console, program.paths.settings_file
    key = ".".join(path)
    variable = variable_of(path)
    covered = variable if len(path) == 2 and variable in program.environment else None
    if as_json:
        console.json(
            {"key": key, "before": before, "now": now, "file": str(file), "covered_by": covered}
        )
        return
    if before is None and now is None:
        console.line(_("{key} is not set; the default applies.", key=key))
    elif now is None:
        console.line(
            _("{key} is no longer set: it was {before}.", key=key, before=toml_text(before))
        )
    else:
        line = f"{key} = {toml_text(now)}"
        if before is not None:
            line += " " + _("(it was {before})", before=toml_text(before))
        console.line(line)
    if covered is not None:
        console.warning(
            _("{covered} is set in the environment and overrides the file.", covered=covered)
        )


def _print_origin(console: Console, setting: Setting) -> None:
    default = _("Default: {default}", default=toml_text(setting.default))
    if setting.origin == DEFAULT:
        console.styled(f"{INDENT}{default}", DIM)
    else:
        origin = os.path.basename(setting.origin)  # noqa: PTH119 -- a variable's name, or a path
        console.styled(f"{INDENT}{_('From {origin}.', origin=origin)} {default}", BOLD)


def _print_own(console: Console, own: Sequence[ModelSetting]) -> None:
    table = ""
    for one in own:
        if one.table != table:
            table = one.table
            console.line()
            console.styled(one_line(table, 200), BOLD)
        console.line(f"{one.key} = {toml_text(one.value)}")
        origin = one_line(one.origin, 1000)
        if one.instead_of is None:
            told = _("From {origin}", origin=origin)
        else:
            usual = toml_text(one.instead_of)
            told = _("Instead of {usual}, from {origin}", usual=usual, origin=origin)
        console.styled(f"{INDENT}{told}", DIM)
