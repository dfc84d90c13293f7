"""`assistant chats`: the kept conversations.

What a stored message rests on: files that came with it, passages that bear it out, and what
became of their files since.
"""

from collections.abc import Iterable, Mapping
from threading import Event
from typing import Any, NamedTuple

import click

from assistant.cli.ask.answer import rounded
from assistant.cli.ask.sources import Sourced, lines_of
from assistant.cli.chats.context import context
from assistant.cli.chats.format import json_option, order_of, short, tell, when
from assistant.cli.chats.organise import (
    archive,
    fork,
    move,
    pin,
    rate,
    tag,
    unarchive,
    unpin,
    untag,
)
from assistant.cli.chats.search import search
from assistant.cli.chats.trash import delete_message, history, restore, trash, undo
from assistant.cli.console import BOLD, DIM, Console
from assistant.cli.program import Program
from assistant.core.grounding.citations import Annotated, annotate
from assistant.core.grounding.references import CHANGED, GONE, Freshness
from assistant.core.ports.conversations import ConversationStore
from assistant.core.sanitize import one_line, printable
from assistant.core.values.changes import adapters_of, told
from assistant.core.values.conversation import Conversation, Message
from assistant.core.values.library import Retrieval

SINCE = {"": "unchanged", CHANGED: "changed", GONE: "gone"}
"""What became of a source, as other programs get it."""


class Grounds(NamedTuple):
    """What the user's files had to do with a message."""

    retrieval: Retrieval | None
    became: Mapping[str, str]
    """What became of its sources since, by path; nothing of those that are what they were."""


def grounds_of(store: ConversationStore, message: Message) -> Grounds:
    """A stat for each file that is cited; its bytes are read where that is needed to be sure."""
    if message.role != "assistant":
        return Grounds(None, {})
    cited = {(citation.path, citation.content_hash) for citation in message.citations}
    return Grounds(store.retrieval(message.id), Freshness().look(sorted(cited), Event()))


def as_fields(message: Message, grounds: Grounds) -> dict[str, Any]:
    """As other programs get it; offsets are those of the message's text."""
    retrieval = grounds.retrieval
    answer = Annotated(message.text, message.citations)
    sourced = Sourced.of(answer, checked=bool(retrieval and retrieval.used))
    return {
        "attached": list(message.attached),
        "searched": _searched(retrieval) if retrieval else None,
        "citations": [
            {**citation, "source": SINCE[grounds.became.get(citation["path"], "")]}
            for citation in sourced.citations
        ],
        "sentences": sourced.sentences,
    }


def as_lines(message: Message, grounds: Grounds) -> list[str]:
    """For a person, below the message."""
    attached = [f"attached: {path}" for path in message.attached]
    return [*attached, *lines_of(message.citations, grounds.became)]


def _searched(retrieval: Retrieval) -> dict[str, Any]:
    """Where an answer was looked for, and what the model read of what was found."""
    scope = retrieval.collections
    return {
        "collections": None if scope is None else list(scope),
        "passages": retrieval.result.searched,
        "evidence": round(retrieval.result.evidence, 4),
        "read": [
            {"number": number, "path": passage.path, "title": passage.title}
            for number, passage in enumerate(retrieval.used, 1)
        ],
    }


SHOWN = {
    *("id", "title", "created", "updated", "messages", "model", "adapters"),
    *("pinned", "archived", "folder", "tags"),
}


@click.group()
def chats() -> None:
    """List, read, search, order and tidy the kept conversations.

    An ID may be cut short as long as it is unique.
    """


@chats.command("list")
@click.option("--deleted", is_flag=True, help="List the trash instead.")
@click.option("--archived", is_flag=True, help="List the archive instead.")
@click.option("--folder", metavar="NAME", help="Those in this folder; '' lists those in none.")
@click.option("--tag", metavar="NAME", help="Those with this tag.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many.")
@json_option
@click.pass_obj
def list_(
    program: Program,
    /,
    deleted: bool,
    archived: bool,
    folder: str | None,
    tag: str | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """List the conversations, pinned ones first, then the newest."""
    if deleted and archived:
        raise click.UsageError("--deleted and --archived exclude each other.")
    console = program.console
    with program.assistant() as assistant:
        found = [
            summary
            for pinned in (True, False)
            for summary in assistant.store.conversations(
                deleted=deleted,
                archived=archived,
                folder=folder,
                tag=tag,
                pinned=pinned,
                limit=limit,
            )
        ][:limit]
    if as_json:
        console.json([summary.model_dump(mode="json", include=SHOWN) for summary in found])
    elif found:
        rows = [
            (short(c.id), when(c.updated), f"{c.messages:,}", c.title, order_of(c)) for c in found
        ]
        console.table(rows, ("id", "updated", "messages", "title", ""), numbers=[2])
    else:
        console.note(_nothing(deleted, archived or folder is not None or tag is not None))


@chats.command()
@click.argument("id")
@json_option
@click.pass_obj
def show(program: Program, /, id: str, as_json: bool) -> None:
    """Print the conversation ID, as far as its active branch goes.

    Sources of answers are told with what became of their files since.
    """
    console = program.console
    with program.assistant() as assistant:
        store = assistant.store
        conversation = store.conversation(id)
        branch = [(each, grounds_of(store, each)) for each in store.branch(conversation.id)]
    if as_json:
        console.json([{**_object(each), **as_fields(each, grounds)} for each, grounds in branch])
    else:
        _print(console, conversation, branch)


@chats.command()
@click.argument("id")
@click.argument("title")
@json_option
@click.pass_obj
def rename(program: Program, /, id: str, title: str, as_json: bool) -> None:
    """Give the conversation ID another TITLE."""
    title = one_line(title)
    if not title:
        raise click.UsageError("The title is empty.")
    with program.assistant() as assistant:
        conversation = assistant.store.conversation(id)
        assistant.store.rename(conversation.id, title)
        changed = [assistant.store.conversation(conversation.id)]
    tell(program.console, "renamed", changed, as_json)


@chats.command()
@click.argument("ids", nargs=-1, required=True)
@json_option
@click.pass_obj
def delete(program: Program, /, ids: tuple[str, ...], as_json: bool) -> None:
    """Move the conversations IDS to the trash, for 30 days."""
    with program.assistant() as assistant:
        found = [assistant.store.conversation(id).id for id in ids]
        for id in found:
            assistant.store.delete(id)
        changed = [assistant.store.conversation(id) for id in found]
    tell(program.console, "moved to the trash", changed, as_json)


for member in (
    *(search, pin, unpin, tag, untag, move, archive, unarchive, rate, fork),
    *(delete_message, restore, trash, undo, history, context),
):
    chats.add_command(member)


def _nothing(deleted: bool, limited: bool) -> str:
    if deleted:
        return "The trash is empty."
    return "There is no such conversation." if limited else "There is no conversation yet."


def _object(message: Message) -> dict[str, Any]:
    plain = message.model_dump(mode="json")
    return {
        "id": message.id,
        "parent": message.parent_id,
        "role": message.role,
        "text": message.text,
        "state": _state(message),
        "model": message.model,
        "adapters": plain["adapters"],
        "usage": plain["usage"],
        "timings": rounded(message.timings) if message.timings else None,
        "stop_reason": message.stop_reason,
        "error": message.error,
        "created": plain["created"],
        "version": message.version,
        "versions": message.versions,
        "rating": message.rating,
        "note": message.note,
        "marks": plain["marks"],
        "prompt": message.prompt.name if message.prompt else None,
    }


def _state(message: Message) -> str:
    """An answer that is still being written is, so far, a part of one."""
    return "partial" if message.state == "streaming" else message.state


def _print(
    console: Console, conversation: Conversation, branch: Iterable[tuple[Message, Grounds]]
) -> None:
    console.styled(one_line(conversation.title), BOLD)
    order = order_of(conversation)
    line = f"{conversation.id}  {when(conversation.created)}{f'  {order}' if order else ''}"
    console.styled(one_line(line, 1000), DIM)
    for message, grounds in branch:
        console.line()
        console.styled(_heading(message), BOLD)
        if message.text:
            console.line(printable(annotate(message.text, message.citations)))
        for line in as_lines(message, grounds):
            console.styled(one_line(line, 2000), DIM)
        if message.error:
            console.styled(one_line(message.error, 1000), DIM)
        if message.rating:
            console.styled(one_line(f"rated {message.rating} {message.note}", 1000), DIM)
        changes = " · ".join(words for _, words in told(message.marks))
        if changes:
            console.styled(one_line(f"── {changes} ── from here on", 1000), DIM)


def _heading(message: Message) -> str:
    """Who speaks, by which id it can be named, and what is special about it."""
    who = "you" if message.role == "user" else message.role
    state = _state(message)
    facts = [] if state == "complete" else [state]
    facts += [f"version {message.version} of {message.versions}"] if message.versions > 1 else []
    facts += [f"with {one_line(adapters_of(message.adapters), 200)}"] if message.adapters else []
    special = f" ({', '.join(facts)})" if facts else ""
    return f"{who}{special}  {short(message.id)}"
