"""`assistant chats`: the kept conversations."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from threading import Event
from typing import Any, NamedTuple

import click

from assistant.cli.answering import rounded
from assistant.cli.console import BOLD, DIM, Console
from assistant.cli.program import Program
from assistant.cli.sources import Sourced, lines_of
from assistant.core.citations import Annotated, annotate
from assistant.core.freshness import CHANGED, GONE, Freshness
from assistant.core.library import Retrieval
from assistant.core.models import Conversation, Message, SearchHit
from assistant.core.ports import ConversationStore
from assistant.core.sanitize import one_line, printable

SHORT_ID = 8
"""Characters of an id that are shown; any unique beginning is understood."""

SINCE = {"": "unchanged", CHANGED: "changed", GONE: "gone"}
"""What became of a source, as other programs get it."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def chats() -> None:
    """List, read, search and tidy the kept conversations.

    An ID may be cut short as long as it is unique.
    """


@chats.command("list")
@click.option("--deleted", is_flag=True, help="List the trash instead.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most so many.")
@json_option
@click.pass_obj
def list_(program: Program, /, deleted: bool, limit: int | None, as_json: bool) -> None:
    """List the conversations, newest first."""
    console = program.console
    with program.assistant() as assistant:
        found = assistant.store.conversations(deleted=deleted, limit=limit)
    if as_json:
        console.json([summary.model_dump(mode="json") for summary in found])
    elif found:
        rows = [(_short(c.id), _when(c.updated), f"{c.messages:,}", c.title) for c in found]
        console.table(rows, ("id", "updated", "messages", "title"), numbers=[2])
    else:
        console.note("The trash is empty." if deleted else "There is no conversation yet.")


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
        conversation = assistant.store.conversation(id)
        branch = [_told(assistant.store, m) for m in assistant.store.branch(conversation.id)]
    if as_json:
        console.json([_object(told) for told in branch])
    else:
        _print(console, conversation, branch)


@chats.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(min=1), default=50, metavar="N", show_default=True)
@json_option
@click.pass_obj
def search(program: Program, /, words: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Find the messages with all WORDS; case and accents do not matter."""
    console = program.console
    with program.assistant() as assistant:
        hits = assistant.store.search(" ".join(words), limit=limit)
    if as_json:
        console.json([_hit(hit) for hit in hits])
    elif hits:
        rows = [(_short(h.conversation_id), _when(h.created), h.title, _plain(h)) for h in hits]
        console.table(rows, ("id", "written", "title", "text"))
    else:
        console.note("No message has all these words.")


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
    _tell(program.console, "renamed", changed, as_json)


@chats.command()
@click.argument("ids", nargs=-1, required=True)
@json_option
@click.pass_obj
def delete(program: Program, /, ids: tuple[str, ...], as_json: bool) -> None:
    """Move the conversations IDS to the trash."""
    with program.assistant() as assistant:
        found = [assistant.store.conversation(id).id for id in ids]
        for id in found:
            assistant.store.delete(id)
        changed = [assistant.store.conversation(id) for id in found]
    _tell(program.console, "moved to the trash", changed, as_json)


@chats.command()
@click.argument("ids", nargs=-1, required=True)
@json_option
@click.pass_obj
def restore(program: Program, /, ids: tuple[str, ...], as_json: bool) -> None:
    """Take the conversations IDS back from the trash."""
    with program.assistant() as assistant:
        found = [assistant.store.conversation(id).id for id in ids]
        for id in found:
            assistant.store.restore(id)
        changed = [assistant.store.conversation(id) for id in found]
    _tell(program.console, "restored", changed, as_json)


def _tell(console: Console, what: str, changed: Iterable[Conversation], as_json: bool) -> None:
    if as_json:
        fields = {"id", "title", "created", "updated", "deleted"}
        console.json([c.model_dump(mode="json", include=fields) for c in changed])
    else:
        console.table([(_short(c.id), f"{what}:", c.title) for c in changed])


class _Told(NamedTuple):
    """A message, and what the user's files had to do with it."""

    message: Message
    retrieval: Retrieval | None
    became: Mapping[str, str]
    """What became of its sources since, by path; nothing of those that are what they were."""


def _told(store: ConversationStore, message: Message) -> _Told:
    if message.role != "assistant":
        return _Told(message, None, {})
    cited = {(citation.path, citation.content_hash) for citation in message.citations}
    became = Freshness().look(sorted(cited), Event())
    return _Told(message, store.retrieval(message.id), became)


def _object(told: _Told) -> dict[str, Any]:
    message, retrieval = told.message, told.retrieval
    plain = message.model_dump(mode="json")
    answer = Annotated(message.text, message.citations)
    sourced = Sourced.of(answer, checked=bool(retrieval and retrieval.used))
    return {
        "id": message.id,
        "parent": message.parent_id,
        "role": message.role,
        "text": message.text,
        "state": _state(message),
        "model": message.model,
        "usage": plain["usage"],
        "timings": rounded(message.timings) if message.timings else None,
        "stop_reason": message.stop_reason,
        "error": message.error,
        "created": plain["created"],
        "attached": list(message.attached),
        "searched": _searched(retrieval) if retrieval else None,
        "citations": [
            {**citation, "source": SINCE[told.became.get(citation["path"], "")]}
            for citation in sourced.citations
        ],
        "sentences": sourced.sentences,
    }


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


def _state(message: Message) -> str:
    """An answer that is still being written is, so far, a part of one."""
    return "partial" if message.state == "streaming" else message.state


def _print(console: Console, conversation: Conversation, branch: Iterable[_Told]) -> None:
    console.styled(one_line(conversation.title), BOLD)
    console.styled(f"{conversation.id}  {_when(conversation.created)}", DIM)
    for told in branch:
        message = told.message
        who = "you" if message.role == "user" else message.role
        state = _state(message)
        console.line()
        console.styled(who if state == "complete" else f"{who} ({state})", BOLD)
        if message.text:
            console.line(printable(annotate(message.text, message.citations)))
        for path in message.attached:
            console.styled(one_line(f"attached: {path}", 2000), DIM)
        for line in lines_of(message.citations, told.became):
            console.styled(one_line(line, 2000), DIM)
        if message.error:
            console.styled(one_line(message.error, 1000), DIM)


def _hit(hit: SearchHit) -> dict[str, Any]:
    return {**hit.model_dump(mode="json"), "snippet": _plain(hit)}


def _plain(hit: SearchHit) -> str:
    return hit.snippet.replace("\x02", "").replace("\x03", "")


def _short(id: str) -> str:
    return id[:SHORT_ID]


def _when(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")
