"""`assistant models`: what there is to choose from."""

from collections.abc import Sequence

import click

from assistant.cli.program import Program
from assistant.core.models import ModelRef

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@json_option
@click.pass_obj
def models(program: Program, /, as_json: bool) -> None:
    """List the models on this machine."""
    found = program.models().models()
    default = _default(found, program.settings.chat.model)
    console = program.console
    if as_json:
        console.json(
            {
                "models": [{**m.model_dump(), "default": m is default} for m in found],
                "folder": str(program.paths.models),
            }
        )
        return
    rows = [
        (_mark(m is default), m.name, f"{m.size / 2**20:,.0f} MB", m.origin, m.path) for m in found
    ]
    console.table(rows, ("", "name", "size", "from", "file"), numbers=[2])
    if not found:
        console.error(f"There is no model: put a GGUF file into {program.paths.models}.")
    else:
        console.note(f"Your own go into {program.paths.models} as GGUF files.")


def _default(found: Sequence[ModelRef], setting: str | None) -> ModelRef | None:
    """The model of the settings; without one the first, which is the starter model."""
    if setting is None:
        return found[0] if found else None
    wanted = setting.casefold().removesuffix(".gguf")
    return next((m for m in found if wanted == m.name.casefold() or setting == m.path), None)


def _mark(chosen: bool) -> str:
    return "*" if chosen else " "
