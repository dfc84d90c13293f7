"""Writes the manual page from the command line itself: man.py >assistant.1"""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parents[2]))

from assistant import __version__
from assistant.cli.entry import PROGRAM_NAME, command


def page() -> str:
    """The page in roff, section 1."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield f'.TH {PROGRAM_NAME.upper()} 1 "" "{PROGRAM_NAME} {__version__}" "User Commands"'
    yield ".SH NAME"
    yield f"{PROGRAM_NAME} \\- a private chat assistant for the terminal"
    yield ".SH SYNOPSIS"
    yield f".B {PROGRAM_NAME}\n[\\fIOPTIONS\\fR] [\\fICOMMAND\\fR] [\\fIARGUMENTS\\fR]"
    yield ".SH DESCRIPTION"
    yield _escaped(_help(command))
    yield from _options(command, click.Context(command, info_name=PROGRAM_NAME))
    yield ".SH COMMANDS"
    yield from _commands(command, click.Context(command, info_name=PROGRAM_NAME))
    yield ".SH FILES"
    yield ".TP\n.I ~/.config/assistant/settings.toml\nThe settings; all have defaults."
    yield ".TP\n.I ~/.local/share/assistant\nConversations, the index of your files, and models."
    yield ".TP\n.I ~/.local/state/assistant/log\nLogs of the program and its workers."
    yield ".SH ENVIRONMENT"
    yield ".TP\n.B ASSISTANT_HOME\nOne folder for everything instead."


def _commands(group: click.Group, context: click.Context) -> Iterator[str]:
    for name in group.list_commands(context):
        member = group.get_command(context, name)
        if member is None or member.hidden:
            continue
        inner = click.Context(member, info_name=name, parent=context)
        usage = " ".join(member.collect_usage_pieces(inner))
        path = inner.command_path
        yield f".SS {_escaped(path)} {_escaped(usage)}"
        yield _escaped(_help(member))
        yield from _options(member, inner)
        if isinstance(member, click.Group):
            yield from _commands(member, inner)


def _options(member: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in member.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and record[1]:
            yield f".TP\n.B {_escaped(record[0])}\n{_escaped(' '.join(record[1].split()))}"


def _help(member: click.Command) -> str:
    text = (member.help or "").replace("\b", "").split("\f")[0]
    return "\n.PP\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga")
    return "\n".join(f"\\&{line}" if line[:1] == "'" else line for line in text.split("\n"))


if __name__ == "__main__":
    sys.stdout.write(page())
