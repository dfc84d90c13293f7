"""`assistant settings`: every setting, read off the models that define it."""

import ast
import inspect
import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import click
from pydantic import BaseModel

from assistant.cli.console import BOLD, DIM, Console
from assistant.cli.program import Program, json_option
from assistant.core.sanitize import one_line
from assistant.core.values.base import Value
from assistant.core.values.sampling import PER_ANSWER
from assistant.settings import LISTED_AFTER, Settings
from assistant.settings_source import PREFIX


class Setting(Value):
    """A setting with its value, default and description."""

    key: str
    variable: str
    value: Any
    default: Any
    description: str


class OwnSetting(Value):
    """A setting that the file has for one model alone."""

    model: str
    table: str
    """As it stands in the file."""
    key: str
    value: Any
    instead_of: Any
    """What holds for the others; None where there is no such thing."""
    origin: str
    """The file."""


@click.command()
@json_option
@click.pass_obj
def settings(program: Program, /, as_json: bool) -> None:
    """Print every setting: its value, its default and what it does."""
    file = program.paths.settings_file
    found = list(describe(program.settings))
    own = list(model_settings(program.settings, str(file)))
    console = program.console
    if as_json:
        listed = [setting.model_dump(mode="json") for setting in found]
        models = [one.model_dump(mode="json") for one in own]
        head = {"file": str(file), "exists": file.is_file()}
        console.json({**head, "settings": listed, "models": models})
        return
    console.line(f"{file}{'' if file.is_file() else ' (not there yet)'}")
    section = ""
    for setting in found:
        if setting.key.partition(".")[0] != section:
            section = setting.key.partition(".")[0]
            console.line()
            console.styled(f"[{section}]", BOLD)
        console.line(f"{setting.key.partition('.')[2]} = {_toml(setting.value)}")
        console.styled(f"    {setting.description}", DIM)
        changed = setting.value != setting.default
        console.styled(f"    Default: {_toml(setting.default)}", BOLD if changed else DIM)
    _print_own(console, own)
    console.line()
    example = found[0]
    console.line(f"The environment goes before the file: {example.variable} is {example.key}.")


def _print_own(console: Console, own: Sequence[OwnSetting]) -> None:
    table = ""
    for one in own:
        if one.table != table:
            table = one.table
            console.line()
            console.styled(one_line(table, 200), BOLD)
        console.line(f"{one.key} = {_toml(one.value)}")
        instead = "" if one.instead_of is None else f"Instead of {_toml(one.instead_of)}, from "
        console.styled(f"    {instead or 'From '}{one_line(one.origin, 1000)}", DIM)


def model_settings(settings: Settings, file: str) -> Iterator[OwnSetting]:
    """Settings that `file` has for single models, table by table."""
    for name, chosen in settings.model.items():
        head = f"model.{_toml(name)}"
        for key in type(chosen).model_fields:
            value = getattr(chosen, key)
            if key != "sampling" and value not in (None, {}):
                common = getattr(settings.engine, key, None)
                yield _own_setting(name, f"[{head}]", key, value, common, file)
        for key, value in chosen.sampling.model_dump(exclude_none=True).items():
            common = getattr(settings.sampling, key)
            yield _own_setting(name, f"[{head}.sampling]", key, value, common, file)


def _own_setting(
    model: str, table: str, key: str, value: Any, instead_of: Any, origin: str
) -> OwnSetting:
    return OwnSetting(
        model=model, table=table, key=key, value=value, instead_of=instead_of, origin=origin
    )


def describe(settings: Settings) -> Iterator[Setting]:
    """Every setting with its value and default, in the order of definition."""
    defaults = Settings()
    for section in Settings.model_fields:
        group, default = getattr(settings, section), getattr(defaults, section)
        if not isinstance(group, BaseModel):
            continue
        documented = docstrings(type(group))
        for key in _listed(type(group)):
            yield Setting(
                key=f"{section}.{key}",
                variable=f"{PREFIX}{section.upper()}__{key.upper()}",
                value=getattr(group, key),
                default=getattr(default, key),
                description=documented.get(key, ""),
            )


def _listed(section: type[BaseModel]) -> list[str]:
    """The settings of a section; one that says after which it stands does so."""
    keys: list[str] = []
    for key, field in section.model_fields.items():
        marks = field.json_schema_extra
        if marks == PER_ANSWER:
            continue
        before = marks.get(LISTED_AFTER) if isinstance(marks, dict) else None
        keys.insert(keys.index(str(before)) + 1 if before else len(keys), key)
    return keys


def docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Docstrings below the fields of a model, by field name; empty where there is no source."""
    found: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        if issubclass(kind, BaseModel) and kind is not BaseModel:
            found |= _own_docstrings(kind)
    return found


def _own_docstrings(model: type[BaseModel]) -> dict[str, str]:
    try:
        tree = ast.parse(inspect.getsource(model))
    except (OSError, TypeError):
        return {}
    found: dict[str, str] = {}
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    for field, below in pairwise(body):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                found[name] = " ".join(text.split())
            case _:
                pass
    return found


def _toml(value: Any) -> str:
    return "(not set)" if value is None else json.dumps(value, ensure_ascii=False)
