"""Help and words of values in the user's language: texts of commands, of options, and states."""

from collections.abc import Callable, Iterator
from inspect import cleandoc
from typing import Final

import click

from assistant.language.english import ENGLISH
from assistant.language.messages import N_, _, current_language

WORDS_OF_VALUES: Final = (
    # States, ratings and kinds of what is stored; `_(value)` shows them.
    *(N_("good"), N_("bad"), N_("complete"), N_("partial"), N_("stopped"), N_("failed")),
    *(N_("waiting"), N_("indexed"), N_("skipped"), N_("written"), N_("unchanged"), N_("removed")),
    *(N_("conversation"), N_("messages"), N_("title"), N_("system prompt"), N_("sampling")),
    *(N_("model"), N_("adapters"), N_("collections"), N_("overflow"), N_("pin"), N_("archive")),
    *(N_("folder"), N_("tags"), N_("rating"), N_("turn"), N_("summary"), N_("trash")),
    *(N_("verbatim"), N_("supported"), N_("weak"), N_("contradicted")),
    # Models: whether they run here, what they are, where they come from, what they run with.
    *(N_("runs"), N_("runs slowly"), N_("too big"), N_("not supported"), N_("damaged")),
    *(N_("adapter"), N_("elsewhere"), N_("no answer")),
    *(N_("embedder"), N_("image part"), N_("other")),
    *(N_("starter"), N_("models folder"), N_("path"), N_("endpoint")),
    *(N_("writing"), N_("reading"), N_("batch"), N_("your settings"), N_("default")),
    # Servers: what they may get, and what a connection was for.
    *(N_("questions"), N_("files"), N_("question"), N_("download"), N_("look-up")),
    *(N_("answer"), N_("count"), N_("probe")),
    # What a change was before.
    *(N_("kept"), N_("in the trash"), N_("excluded"), N_("leave_out"), N_("summarise")),
)
"""Words that programs read with `--json` in English, and people in their language."""


VALIDATION_MESSAGES: Final = (
    N_("field required"),
    N_("extra inputs are not permitted"),
    N_("input should be a valid string"),
    N_("input should be a valid boolean"),
    N_("input should be a valid integer"),
    N_("input should be a valid integer, got a number with a fractional part"),
    N_("input should be a valid integer, unable to parse string as an integer"),
    N_("input should be a valid number"),
    N_("input should be a valid number, unable to parse string as a number"),
    N_("input should be a finite number"),
    N_("input should be a valid list"),
    N_("input should be a valid tuple"),
    N_("input should be a valid dictionary"),
    N_("input should be a valid dictionary or instance of {model}"),
    N_("input should be a valid datetime, {reason}"),
    N_("input should be greater than {bound}"),
    N_("input should be greater than or equal to {bound}"),
    N_("input should be less than {bound}"),
    N_("input should be less than or equal to {bound}"),
    N_("input should be {choices}"),
    N_("string should match pattern {pattern}"),
    N_("string should have at least {length} characters"),
    N_("string should have at least {length} character"),
    N_("string should have at most {length} characters"),
    N_("value error, {reason}"),
)
"""What pydantic says of a value that is not allowed, as the reasons in errors quote it."""


def speaker(role: str) -> str:
    """Who wrote a message."""
    return {"user": _("you"), "assistant": _("assistant"), "system": _("system")}.get(role, role)


def translate_help(command: click.Command) -> None:
    """Put a command's help into the user's language, once, when it has been imported."""
    if current_language() == ENGLISH:
        return
    seen = set[int]()

    def translated(text: str) -> str:
        return _(text)

    for each in _commands(command):
        if id(each) not in seen:
            seen.add(id(each))
            _replace_texts(each, translated)


def translate_own_help(group: click.Group) -> None:
    """Put the help of a group itself into the user's language, without what is below it."""
    _replace_texts(group, _)


def help_texts(command: click.Command) -> Iterator[str]:
    """Every text of the help of a command and of all below it."""
    found: list[str] = []

    def noted(text: str) -> str:
        found.append(text)
        return text

    for each in _commands(command):
        _replace_texts(each, noted)
    return iter(dict.fromkeys(found))


def _commands(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from _commands(below)


def _replace_texts(command: click.Command, translated: Callable[[str], str]) -> None:
    if command.help:
        # What follows a form feed is not shown.
        command.help = translated(cleandoc(command.help.partition("\f")[0]))
    if command.short_help:
        command.short_help = translated(command.short_help)
    if command.epilog:
        command.epilog = translated(command.epilog)
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            parameter.help = translated(parameter.help)
