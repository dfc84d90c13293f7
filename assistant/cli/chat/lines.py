"""Lines of a plain chat: what is typed or piped in, until the end of it."""

import sys
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from assistant.cli.chat.commands import run_command
from assistant.cli.chat.plain import PlainChat
from assistant.core.errors import AssistantError
from assistant.language.messages import _

PROMPT: Final = f"{_('you')}> "
CONTINUED: Final = "...> "
"""What stands before a line that is typed, and before one that goes on."""


def chat_in_lines(chat: PlainChat, stdin: BinaryIO | None) -> int:
    """Chat until the end of the input.

    Args:
        stdin: what is piped in; None is the terminal.

    Returns: the exit status.
    """
    console = chat.console
    if console.is_terminal:
        console.info(_("Type a question, or /help. Ctrl+C stops an answer, Ctrl+D quits."))
    if chat.conversation is not None:
        console.line(
            _("Conversation: {title}", title=chat.conversation.title or _("without a title"))
        )
    for text in _texts(_piped(stdin) if stdin is not None else _typed(chat)):
        try:
            if text.strip() and not run_command(chat, text):
                chat.ask(text)
        except AssistantError as failure:
            console.error(failure.message, failure.hint)
        if chat.is_over:
            break
    return chat.status


def _texts(lines: Iterable[str]) -> Iterator[str]:
    """What is meant as one: a line with a backslash at its end goes on."""
    begun: list[str] = []
    for line in lines:
        if line.endswith("\\"):
            begun.append(line[:-1])
            continue
        yield "\n".join([*begun, line])
        begun = []
    if begun:
        yield "\n".join(begun)


def _piped(stdin: BinaryIO) -> Iterator[str]:
    for raw in stdin:
        yield raw.decode("utf-8", "replace").rstrip("\r\n")


def _typed(chat: PlainChat) -> Iterator[str]:
    prompt = PROMPT
    while sys.stdin is not None and sys.stdin.isatty():
        try:
            line = input(prompt)
        except EOFError:
            chat.console.line()
            return
        prompt = CONTINUED if line.endswith("\\") else PROMPT
        yield line
