"""`assistant chats edit|continue`: another text for an answer, and going on with an answer."""

import os
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from threading import Event

import click

from assistant.cli.ask.answer import ConsoleAnswer
from assistant.cli.ask.question import decode, read_piped
from assistant.cli.ask.sources import print_citations
from assistant.cli.console import short_id
from assistant.cli.interruption import Interruption
from assistant.cli.program import Program, json_option
from assistant.core.errors import NotFoundError
from assistant.core.turn.requests import Continue, EditAnswer
from assistant.core.values.conversation import Message
from assistant.core.values.events import Answered
from assistant.language.messages import _
from assistant.system.editor import run_editor


@click.command()
@click.argument("message_id")
@click.argument("text", nargs=-1)
@json_option
@click.pass_obj
def edit(program: Program, /, message_id: str, text: tuple[str, ...], as_json: bool) -> None:
    """Give the answer MESSAGE_ID another text, as a new version of it.

    TEXT is the new answer, or what is piped in; without either your editor opens (VISUAL or
    EDITOR). The old answer stays as another branch. The new one is marked as edited, and its
    citations are checked again. `assistant chats show` shows the ids of messages.
    """
    with program.assistant() as assistant:
        old = assistant.store.message(message_id)
        if old.role != "assistant":
            raise NotFoundError(f"Message {short_id(old.id)} is a question, not an answer.")
        written = _new_text(program, old, text)
        if not written.strip() or written == old.text:
            program.console.info(_("No changes."))
            return
        request = EditAnswer(message_id=old.id, text=written)
        with closing(assistant.chat.turn(request, Event())) as turn:
            answer = next(each.message for each in turn if isinstance(each, Answered))
    if as_json:
        program.console.json(
            answer.model_dump(
                mode="json", include={"id", "text", "version", "versions", "edited", "citations"}
            )
        )
        return
    program.console.line(
        _(
            "{id}  edited: version {version} of {versions}",
            id=short_id(answer.id),
            version=answer.version,
            versions=answer.versions,
        )
    )
    print_citations(answer.citations, program.console)


@click.command("continue")
@click.argument("message_id")
@click.option("--no-stream", is_flag=True, help="Print the answer when it is complete.")
@json_option
@click.pass_obj
def continue_(program: Program, /, message_id: str, no_stream: bool, as_json: bool) -> int:
    """Continue the answer MESSAGE_ID that was stopped, cut off or edited, and print all of it.

    `assistant chats show` shows the ids of messages. The exit status is that of `assistant ask`.
    """
    with program.assistant() as assistant, Interruption() as interruption:
        request = Continue(message_id=assistant.store.message(message_id).id)
        answer = ConsoleAnswer(program.console, interruption, as_json, no_stream)
        return answer.run(assistant.chat, request)


def _new_text(program: Program, old: Message, words: Sequence[str]) -> str:
    """Text that was given, piped in, or written in the user's editor."""
    if words:
        return decode(os.fsencode(" ".join(words)))
    if program.stdin is not None:
        return read_piped(program.stdin).removesuffix("\n")
    with tempfile.TemporaryDirectory(prefix="assistant-") as folder:
        file = Path(folder, "answer.md")
        file.write_text(old.text, encoding="utf-8")
        run_editor(file, program.environment)
        return file.read_text(encoding="utf-8").removesuffix("\n" * (not old.text.endswith("\n")))
