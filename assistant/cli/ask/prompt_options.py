"""`--prompt` and `--var`: the prompt under which a question is asked."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.program import Program
from assistant.core.conversations.start import BuiltinVariables
from assistant.core.errors import MissingValuesError
from assistant.core.prompts.library import SUFFIX
from assistant.core.values.prompts import ConversationStart, Prompt, variable_key
from assistant.language.messages import _, localized

if TYPE_CHECKING:
    from assistant.core.prompts.library import PromptLibrary

PROMPT_SUFFIXES = (".md", ".txt")

var_option = click.option(
    "--var",
    "variables",
    multiple=True,
    metavar="NAME=VALUE",
    help="A variable of the prompt; repeatable.",
)


def parse_variables(pairs: Sequence[str]) -> dict[str, str]:
    """Variables from `NAME=VALUE` pairs; the last one of a name holds.

    Raises:
        click.UsageError: one of them is no such pair.
    """
    values = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise click.UsageError(f"--var {pair!r} is not NAME=VALUE.")
        values[variable_key(name.strip())] = value
    return values


def find_prompt(library: "PromptLibrary", given: str) -> Prompt:
    """Find a prompt by its name, or by the path of its file.

    Raises:
        NotFoundError: there is none, or it cannot be used.
    """
    if "/" in given or given.endswith(PROMPT_SUFFIXES):
        return library.open(Path(given).expanduser())
    return library.get(given)


def warn_bad_file(program: Program, library: "PromptLibrary", prompt: Prompt) -> None:
    """Warn on standard error that the user's own file of this name cannot be used."""
    own = program.paths.prompts / f"{prompt.name}{SUFFIX}"
    problem = library.check(own) if own.exists() else None
    if problem and prompt.path != problem.path:
        reason = _(
            "{path} cannot be used: {reason}.", path=problem.path, reason=localized(problem.reason)
        )
        fix = _("{fix} The shipped prompt is used.", fix=localized(problem.fix))
        program.console.error(reason, fix)


def open_prompt(
    program: Program, prompt: Prompt, given: Mapping[str, str], asked: str
) -> ConversationStart:
    """The prompt with its variables filled in; a person at a terminal is asked for missing ones.

    Args:
        asked: the question, which is `{{input}}`.

    Raises:
        click.UsageError: a variable is given that the prompt has not.
        MissingValuesError: variables are missing and nobody is there to ask.
    """
    unknown = prompt.unknown(given)
    if unknown:
        known = ", ".join(variable.name for variable in prompt.variables) or "none"
        raise click.UsageError(
            f"The prompt {prompt.name} has no variable {unknown[0]!r}; its variables are: {known}."
        )
    around = BuiltinVariables(clipboard=lambda: _read_clipboard(program))
    values = around.values(prompt.names, {"input": asked, **given})
    for name in prompt.missing(values) if program.ask else ():
        assert program.ask is not None
        values[name] = program.ask(name)
    try:
        return prompt.resolve(values)
    except MissingValuesError as failure:
        options = " ".join(f"--var {name}=…" for name in failure.names)
        failure.hint = _("Add {options}.", options=options)
        raise


def _read_clipboard(program: Program) -> str | None:
    from assistant.system.clipboard import Clipboard  # noqa: PLC0415 -- few prompts ask for it

    return Clipboard(program.environment).read()
