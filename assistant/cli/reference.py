"""`assistant settings`: every setting, read off the models that define it."""

import ast
import inspect
import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import click
from pydantic import BaseModel

from assistant.cli.console import BOLD, DIM
from assistant.cli.program import Program
from assistant.core.models import PER_ANSWER, Value
from assistant.settings import PREFIX, Settings


class Setting(Value):
    """One setting as it is now."""

    key: str
    variable: str
    value: Any
    default: Any
    description: str


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def settings(program: Program, /, as_json: bool) -> None:
    """Print every setting: its value, its default and what it does."""
    file = program.paths.settings_file
    found = list(describe(program.settings))
    console = program.console
    if as_json:
        listed = [setting.model_dump(mode="json") for setting in found]
        console.json({"file": str(file), "exists": file.is_file(), "settings": listed})
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
    console.line()
    example = found[0]
    console.line(f"The environment goes before the file: {example.variable} is {example.key}.")


def describe(settings: Settings) -> Iterator[Setting]:
    """All settings, in the order in which they are defined."""
    defaults = Settings()
    for section in Settings.model_fields:
        group, default = getattr(settings, section), getattr(defaults, section)
        if not isinstance(group, BaseModel):
            continue
        documented = docstrings(type(group))
        for key, field in type(group).model_fields.items():
            if field.json_schema_extra == PER_ANSWER:
                continue
            yield Setting(
                key=f"{section}.{key}",
                variable=f"{PREFIX}{section.upper()}__{key.upper()}",
                value=getattr(group, key),
                default=getattr(default, key),
                description=documented.get(key, ""),
            )


def docstrings(model: type[BaseModel]) -> dict[str, str]:
    """The string that stands below each field in the source; none where there is no source."""
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
