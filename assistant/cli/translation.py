"""Help in the user's language: the texts of a command, of its options and of what is below it."""

from collections.abc import Callable, Iterator

import click

from assistant.language.messages import ENGLISH, _, current_language


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
        command.help = translated(command.help.partition("\f")[0].strip())
    if command.short_help:
        command.short_help = translated(command.short_help)
    if command.epilog:
        command.epilog = translated(command.epilog)
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            parameter.help = translated(parameter.help)
