"""`--adapter`: the LoRA adapters that a model is run with."""

from collections.abc import Sequence

import click
from pydantic import ValidationError

from assistant.cli.program import absolute
from assistant.core.values.sampling import AdapterUse

NO_ADAPTERS = "none"

adapter_option = click.option(
    "--adapter",
    "adapters",
    multiple=True,
    metavar="NAME[=SCALE]",
    help="Run the model with this LoRA adapter, by its name or path; repeatable. SCALE is how much "
    "of it: 1 without it. `none` runs the model as it is.",
)


def parse_adapters(given: Sequence[str]) -> tuple[AdapterUse, ...] | None:
    """Adapters from the `--adapter` options.

    Returns: None without an option, which follows conversation and settings; empty for `none`.

    Raises:
        click.UsageError: a scale that is none, or `none` beside others.
    """
    if not given:
        return None
    if any(text.casefold() == NO_ADAPTERS for text in given):
        if len(given) > 1:
            raise click.UsageError("Use --adapter none or other adapters, not both.")
        return ()
    return tuple(_parse_adapter(text) for text in given)


def _parse_adapter(text: str) -> AdapterUse:
    name, equals, number = text.rpartition("=")
    try:
        scale = float(number) if name and equals else None
    except ValueError:
        # A name may hold the sign, too.
        scale = None
    name = name if scale is not None else text
    try:
        return AdapterUse(name=absolute(name) or name, scale=1.0 if scale is None else scale)
    except ValidationError:
        raise click.UsageError(f"--adapter {text}: the scale is a number from -10 to 10.") from None
