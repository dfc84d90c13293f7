"""`assistant prompts`: the library of system prompts, edited in the user's editor."""

from pathlib import Path
from typing import Any

import click

from assistant.cli.ask.prompt_options import find_prompt
from assistant.cli.program import Program, json_option
from assistant.core.conversations.save_as_prompt import new_prompt_text, prompt_from_conversation
from assistant.core.errors import NotFoundError
from assistant.core.prompts.files import write
from assistant.core.prompts.user_prompts import PromptExistsError, UserPrompts
from assistant.core.values.prompts import Prompt, PromptProblem
from assistant.language.messages import N_, _, localized
from assistant.system.editor import run_editor

UNUSABLE_STATUS = 3
"""The exit status when a file cannot be used."""


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def prompts(context: click.Context, /, as_json: bool) -> None:
    """List, read and write system prompts.

    Without a command it lists them. A prompt is a Markdown file; your own go before the shipped
    ones of the same name.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_, as_json=as_json)


@prompts.command("list")
@click.option("--language", metavar="CODE", help="Only those in this language, such as pt.")
@json_option
@click.pass_obj
def list_(program: Program, /, language: str | None = None, as_json: bool = False) -> None:
    """List the prompts, and the files that cannot be used as one."""
    found, problems = program.prompts().read()
    if language:
        found = [p for p in found if p.language.partition("-")[0] == language.partition("-")[0]]
    default = program.settings.chat.prompt
    console = program.console
    if as_json:
        console.json(
            {
                "prompts": [
                    _prompt_object(program, p) | {"default": p.name == default} for p in found
                ],
                "problems": [problem.model_dump() for problem in problems],
                "folder": str(program.paths.prompts),
            }
        )
        return
    rows = [(_mark(program, p), p.name, p.language, p.title, p.description) for p in found]
    console.table(rows, ("", _("name"), _("language"), _("title"), _("description")))
    _print_problems(program, problems)
    console.info(
        _(
            "* is the default; + is your own, from {prompts}.",
            prompts=program.paths.prompts,
        )
    )


@prompts.command()
@click.argument("name")
@json_option
@click.pass_obj
def show(program: Program, /, name: str, as_json: bool) -> None:
    """Print the file of the prompt NAME."""
    prompt = find_prompt(program.prompts(), name)
    if as_json:
        program.console.json(_prompt_object(program, prompt))
    else:
        program.console.write(Path(prompt.path).read_text(encoding="utf-8-sig"))
        program.console.info(prompt.path)


@prompts.command()
@click.argument("name", required=False)
@click.pass_obj
def path(program: Program, /, name: str | None) -> None:
    """Print the folder of your prompts, or the file of the prompt NAME."""
    found = find_prompt(program.prompts(), name).path if name else str(program.paths.prompts)
    program.console.line(found)


@prompts.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@json_option
@click.pass_obj
def check(program: Program, /, files: tuple[Path, ...], as_json: bool) -> int:
    """Show what is wrong with prompt files: all of them, or these FILEs.

    Ends with status 3 when one of them cannot be used.
    """
    library = program.prompts()
    if files:
        problems = [problem for file in files if (problem := library.check(file))]
        count = len(files)
    else:
        found, problems = library.read()
        count = len(found) + len(problems)
    if as_json:
        program.console.json({"problems": [problem.model_dump() for problem in problems]})
    else:
        _print_problems(program, problems)
        program.console.info(
            _("{usable} of {count} can be used.", usable=count - len(problems), count=count)
        )
    return UNUSABLE_STATUS if problems else 0


@prompts.command()
@click.argument("name")
@click.pass_obj
def edit(program: Program, /, name: str) -> int:
    """Edit the prompt NAME in your editor (VISUAL or EDITOR).

    A shipped prompt is copied to your folder first; the copy goes away when you change nothing.
    """
    own = UserPrompts(program.paths.prompts)
    editing = own.edit(name, lambda: Path(program.prompts().get(name).path))
    try:
        run_editor(editing.file, program.environment)
    finally:
        if not editing.end():
            program.console.info(_("Nothing was changed."))
    return _check_written(program, editing.file)


@prompts.command()
@click.argument("name")
@click.option("--title", metavar="TITLE", help="Its title; the name when left out.")
@click.option("--from", "source", metavar="NAME", help="Begin with a copy of this prompt.")
@click.option("--no-edit", is_flag=True, help="Do not open the editor.")
@click.pass_obj
def new(
    program: Program, /, name: str, title: str | None, source: str | None, no_edit: bool
) -> int:
    """Start a prompt of your own called NAME, and edit it."""
    library = program.prompts()
    _refuse_taken(program, name)
    own = UserPrompts(program.paths.prompts)
    if source:
        prompt = find_prompt(library, source)
        text = write(prompt.model_copy(update={"title": title or prompt.title}))
    else:
        text = new_prompt_text(title or name)
    file = own.save(name, text)
    if not no_edit and program.ask is not None:
        run_editor(file, program.environment)
    program.console.line(str(file))
    return _check_written(program, file)


@prompts.command()
@click.argument("conversation")
@click.argument("name")
@click.option("--title", metavar="TITLE", help="Its title; the conversation's when left out.")
@click.option(
    "--turns",
    type=click.IntRange(min=0),
    default=3,
    metavar="N",
    show_default=True,
    help="How many of its first questions and answers become examples, at most.",
)
@click.option("--replace", is_flag=True, help="Replace a prompt of that name.")
@json_option
@click.pass_obj
def save(
    program: Program,
    /,
    conversation: str,
    name: str,
    title: str | None,
    turns: int,
    replace: bool,
    as_json: bool,
) -> int:
    """Make a prompt called NAME of CONVERSATION: its system prompt and its first turns."""
    own = UserPrompts(program.paths.prompts)
    own.path(name)
    if not replace:
        _refuse_taken(program, name, N_("Choose another name, or use --replace."))
    with program.assistant() as assistant:
        found = assistant.store.conversation(conversation)
        branch = assistant.store.branch(found.id)
    prompt = prompt_from_conversation(found, branch, name, title=title or "", turns=turns)
    if not prompt.text and not prompt.examples:
        raise NotFoundError(f"The conversation {conversation} has no text for a prompt.")
    file = own.save(name, write(prompt), replace=replace)
    if as_json:
        program.console.json(_prompt_object(program, program.prompts().open(file)))
    else:
        program.console.line(str(file))
    return _check_written(program, file)


@prompts.command()
@click.argument("name")
@click.pass_obj
def delete(program: Program, /, name: str) -> None:
    """Delete your prompt NAME; it can be restored for 30 days. Shipped ones stay."""
    UserPrompts(program.paths.prompts).delete(name)
    program.console.info(_("`assistant prompts restore {name}` restores it.", name=name))


@prompts.command()
@click.argument("name")
@click.pass_obj
def restore(program: Program, /, name: str) -> None:
    """Restore your prompt NAME as it was before it was last deleted, edited or replaced."""
    program.console.line(str(UserPrompts(program.paths.prompts).restore(name)))


def _prompt_object(program: Program, prompt: Prompt) -> dict[str, Any]:
    return prompt.model_dump(mode="json") | {"own": _is_own(program, prompt)}


def _is_own(program: Program, prompt: Prompt) -> bool:
    return program.prompts().is_own(prompt)


def _mark(program: Program, prompt: Prompt) -> str:
    default = "*" if prompt.name == program.settings.chat.prompt else ""
    return default + ("+" if _is_own(program, prompt) else "")


def _print_problems(program: Program, problems: list[PromptProblem]) -> None:
    for problem in problems:
        program.console.error(
            _(
                "{path} cannot be used: {reason}.",
                path=problem.path,
                reason=localized(problem.reason),
            ),
            problem.fix,
        )


def _check_written(program: Program, file: Path) -> int:
    """Whether a file that was just written can be used; the exit status."""
    problem = program.prompts().check(file) if file.exists() else None
    if problem:
        _print_problems(program, [problem])
    return UNUSABLE_STATUS if problem else 0


def _refuse_taken(
    program: Program, name: str, hint: str = N_("Edit it, or choose another name.")
) -> None:
    if program.prompts().is_taken(name):
        raise PromptExistsError(f"There is a prompt {name} already.", hint)
