"""`assistant summarise` and `assistant compare`: documents as a whole, read section by section."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from assistant.cli.ask.answer import ConsoleAnswer
from assistant.cli.ask.command import unless_it_fails
from assistant.cli.ask.question import attachable
from assistant.cli.interruption import Interruption
from assistant.cli.program import Program, absolute
from assistant.core.conversations.start import begin_conversation
from assistant.core.errors import NotFoundError
from assistant.core.grounding.mentions import spell_collection, spell_file
from assistant.core.turn.requests import Ask

_EXIT_CODES = """\b
Exit status:
    0  all of it was read
    2  the command line or the settings are wrong
    3  there is no such file or collection
    4  the model cannot be used
    7  the conversations cannot be read or written
    8  a document has no readable text
  130  stopped by Ctrl+C (SIGINT); what was read is kept
"""


def _options(command: Callable[..., int]) -> Callable[..., int]:
    """The options that both commands have."""
    for option in (
        click.option("--model", metavar="NAME", help="A model's name, or the path of a GGUF file."),
        click.option("--temporary", is_flag=True, help="Save nothing."),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object."),
    ):
        command = option(command)
    return command


@click.command("summarise", epilog=_EXIT_CODES)
@click.argument("documents", nargs=-1, required=True, metavar="FILE… [in five points | …]")
@_options
@click.pass_obj
def summarise(program: Program, /, documents: tuple[str, ...], **given: Any) -> int:
    """Summarise files, or all files of a #collection, section by section.

    Each sentence has its page. Those in quotes are the document's own; others are the model's, and
    only those are shown that the document supports. What was read is kept: run again after
    stopping, it goes on; of a file that has changed only what is new is read.

    What follows the files says what is wanted: `assistant summarise report.pdf in five points`.
    """
    return _run(program, *summary_question(documents), **given)


@click.command("compare", epilog=_EXIT_CODES)
@click.argument("first", metavar="FILE")
@click.argument("second", metavar="FILE")
@_options
@click.pass_obj
def compare(program: Program, /, first: str, second: str, **given: Any) -> int:
    """Compare two files section by section: what differs, and what only one of them says."""
    return _run(program, *comparison_question(first, second), **given)


def summary_question(documents: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Question that asks for a summary.

    Args:
        documents: files and collections, then words on what is wanted.

    Returns: the question, and the files that go with it.

    Raises:
        NotFoundError: a file is not there.
    """
    files, collections, wish = _targets(documents)
    if not files and not collections:
        raise NotFoundError(f"{documents[0]!r} is not a file.", "Check the path.")
    named = [*map(spell_file, files), *map(spell_collection, collections)]
    return " ".join(["/summarise", *named, *wish]), files


def comparison_question(first: str, second: str) -> tuple[str, tuple[str, ...]]:
    """Question that compares two files.

    Returns: the question, and the files that go with it.

    Raises:
        NotFoundError: a file is not there.
    """
    files = (attachable(first), attachable(second))
    return " ".join(["/compare", *map(spell_file, files)]), files


def _targets(typed: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The files and collections that come first, and the words behind them.

    Raises:
        NotFoundError: a file is not there.
    """
    files, collections = list[str](), list[str]()
    at = 0
    for at, word in enumerate(typed):
        if word.startswith("#") and len(word) > 1:
            collections.append(word[1:])
        elif not (files or collections) or Path(word).expanduser().is_file():
            files.append(attachable(word))
        else:
            return tuple(files), tuple(collections), tuple(typed[at:])
    return tuple(files), tuple(collections), ()


def _run(
    program: Program,
    question: str,
    files: Sequence[str],
    *,
    model: str | None,
    temporary: bool,
    as_json: bool,
) -> int:
    with program.assistant() as assistant, Interruption() as interruption:
        chosen = absolute(model)
        if chosen is not None:
            assistant.models.open(chosen)
        conversation = begin_conversation(assistant.store, None, chosen, temporary=temporary)
        console = program.console
        answer = ConsoleAnswer(console, interruption, as_json, not console.is_terminal)
        ask = Ask(conversation_id=conversation.id, text=question, attached=tuple(files))
        sampling = assistant.chat.sampling.for_model(chosen)
        with unless_it_fails(assistant.store, conversation, is_new=True):
            return answer.run(assistant.chat, ask, sampling)
