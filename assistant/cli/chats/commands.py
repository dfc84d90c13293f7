"""`assistant chats list|show|rename|delete`: the kept conversations.

With a message it shows what that rests on: files that came with it, passages that bear it out,
and what became of their files since.
"""

from collections.abc import Iterable, Mapping
from threading import Event
from typing import Any, NamedTuple

import click

from assistant.cli.ask.answer import rounded_timings
from assistant.cli.ask.sources import SourcedAnswer, citation_lines
from assistant.cli.chats.context import context
from assistant.cli.chats.editing import continue_, edit
from assistant.cli.chats.format import print_changed
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
from assistant.cli.chats.trash import (
    delete_message,
    history,
    print_deleted,
    restore,
    trash,
    undo,
)
from assistant.cli.console import BOLD, DIM, Console, local_time, short_id
from assistant.cli.program import Program, json_option
from assistant.cli.translation import speaker
from assistant.core.grounding.citations import CitedAnswer, annotate, checked_text
from assistant.core.grounding.references import CHANGED, GONE, Freshness
from assistant.core.grounding.unconfirmed import was_checked
from assistant.core.ports.messages import MessageStore
from assistant.core.sanitize import one_line, printable
from assistant.core.values.changes import describe_adapters, latest_marks
from assistant.core.values.conversation import Conversation, Message
from assistant.core.values.library import Retrieval
from assistant.core.wording import mark_text, order_of
from assistant.language.messages import _, localized, number

SOURCE_STATES = {"": "unchanged", CHANGED: "changed", GONE: "gone"}
"""What became of a source, as other programs get it."""


class MessageProvenance(NamedTuple):
    """Retrieval of a message, and what became of its sources since."""

    retrieval: Retrieval | None
    became: Mapping[str, str]
    """What became of its sources since, by path; nothing of those that are what they were."""


def provenance_of(store: MessageStore, message: Message) -> MessageProvenance:
    """Sources of a stored message and what became of their files since.

    Costs a stat for each file that is cited; its bytes are read where that is needed to be sure.
    """
    if message.role != "assistant":
        return MessageProvenance(None, {})
    cited = {(citation.path, citation.content_hash) for citation in message.citations}
    return MessageProvenance(store.retrieval(message.id), Freshness().check(sorted(cited), Event()))


def provenance_fields(message: Message, provenance: MessageProvenance) -> dict[str, Any]:
    """Sources of a message as JSON fields; offsets are those of the message's text."""
    retrieval = provenance.retrieval
    answer = CitedAnswer(message.text, message.citations)
    sourced = SourcedAnswer.from_answer(answer, checked=bool(retrieval and retrieval.used))
    return {
        "attached": list(message.attached),
        "searched": _search_object(retrieval) if retrieval else None,
        "citations": [
            {**citation, "source": SOURCE_STATES[provenance.became.get(citation["path"], "")]}
            for citation in sourced.citations
        ],
        "sentences": sourced.sentences,
    }


def provenance_lines(message: Message, provenance: MessageProvenance) -> list[str]:
    """Sources of a message as lines for a person, below the message."""
    attached = [_("attached: {path}", path=path) for path in message.attached]
    return [*attached, *citation_lines(message.citations, provenance.became)]


def _search_object(retrieval: Retrieval) -> dict[str, Any]:
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


LISTED_FIELDS = {
    *("id", "title", "created", "updated", "messages", "model", "adapters"),
    *("pinned", "archived", "folder", "tags"),
}


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def chats(context: click.Context, /, as_json: bool) -> None:
    """List, read, search, order and tidy the kept conversations.

    Without a command it lists them. An ID may be cut short as long as it is unique.
    """
    if context.invoked_subcommand is None:
        context.invoke(list_, as_json=as_json)


@chats.command("list")
@click.option("--deleted", is_flag=True, help="List the trash instead.")
@click.option("--archived", is_flag=True, help="List the archive instead.")
@click.option("--folder", metavar="NAME", help="Those in this folder; '' lists those in none.")
@click.option("--tag", metavar="NAME", help="Those with this tag.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="List at most N.")
@json_option
@click.pass_obj
def list_(
    program: Program,
    /,
    deleted: bool = False,
    archived: bool = False,
    folder: str | None = None,
    tag: str | None = None,
    limit: int | None = None,
    as_json: bool = False,
) -> None:
    """List the conversations, pinned ones first, then the newest."""
    if deleted and archived:
        raise click.UsageError("Use --deleted or --archived, not both.")
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
        console.json([summary.model_dump(mode="json", include=LISTED_FIELDS) for summary in found])
    elif found:
        rows = [
            (
                short_id(c.id),
                local_time(c.updated),
                number(c.messages),
                c.title,
                " ".join(order_of(c)),
            )
            for c in found
        ]
        console.table(rows, (_("id"), _("updated"), _("messages"), _("title"), ""), numbers=[2])
    else:
        console.info(_empty_text(deleted, archived or folder is not None or tag is not None))


@chats.command()
@click.argument("id")
@json_option
@click.pass_obj
def show(program: Program, /, id: str, as_json: bool) -> None:
    """Print the conversation ID, as far as its active branch goes.

    Sources of answers are shown with what happened to their files since.
    """
    console = program.console
    with program.assistant() as assistant:
        store = assistant.store
        conversation = store.conversation(id)
        branch = [(each, provenance_of(store, each)) for each in store.branch(conversation.id)]
    if as_json:
        console.json(
            [
                {
                    **_message_object(each),
                    "checked_text": checked_text(each, provenance.retrieval),
                    **provenance_fields(each, provenance),
                }
                for each, provenance in branch
            ]
        )
    else:
        _print_conversation(console, conversation, branch)


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
    print_changed(program.console, _("renamed"), changed, as_json)


@chats.command()
@click.argument("ids", nargs=-1, required=True)
@click.option("--now", is_flag=True, help="Delete them for good, not only into the trash.")
@json_option
@click.pass_obj
def delete(program: Program, /, ids: tuple[str, ...], now: bool, as_json: bool) -> None:
    """Move the conversations IDS to the trash, for 30 days."""
    with program.assistant() as assistant:
        found = [assistant.store.conversation(id).id for id in ids]
        for id in found:
            assistant.store.delete(id)
        changed = [assistant.store.conversation(id) for id in found]
        if now:
            items = [item for item in assistant.store.trash() if item.id in found]
            assistant.store.empty_trash(found)
    if now:
        print_deleted(program.console, items, as_json)
        return
    print_changed(program.console, _("moved to the trash"), changed, as_json)


for member in (
    *(search, pin, unpin, tag, untag, move, archive, unarchive, rate, fork),
    *(edit, continue_, delete_message, restore, trash, undo, history, context),
):
    chats.add_command(member)


def _empty_text(deleted: bool, limited: bool) -> str:
    if deleted:
        return _("The trash is empty.")
    return _("There is no such conversation.") if limited else _("There is no conversation yet.")


def _message_object(message: Message) -> dict[str, Any]:
    plain = message.model_dump(mode="json")
    return {
        "id": message.id,
        "parent": message.parent_id,
        "role": message.role,
        "text": message.text,
        "state": _state_text(message),
        "model": message.model,
        "adapters": plain["adapters"],
        "usage": plain["usage"],
        "timings": rounded_timings(message.timings) if message.timings else None,
        "stop_reason": message.stop_reason,
        "error": message.error,
        "created": plain["created"],
        "version": message.version,
        "versions": message.versions,
        "edited": message.edited,
        "rating": message.rating,
        "note": message.note,
        "marks": plain["marks"],
        "prompt": message.prompt.name if message.prompt else None,
    }


def _state_text(message: Message) -> str:
    """An answer that is still being written is, so far, a part of one."""
    return "partial" if message.state == "streaming" else message.state


def _print_conversation(
    console: Console,
    conversation: Conversation,
    branch: Iterable[tuple[Message, MessageProvenance]],
) -> None:
    console.styled(one_line(conversation.title), BOLD)
    order = " ".join(order_of(conversation))
    line = f"{conversation.id}  {local_time(conversation.created)}{f'  {order}' if order else ''}"
    console.styled(one_line(line, 1000), DIM)
    for message, provenance in branch:
        console.line()
        console.styled(_heading(message), BOLD)
        if message.text:
            checked = was_checked(message, provenance.retrieval)
            console.line(printable(annotate(message.text, message.citations, checked=checked)))
        for line in provenance_lines(message, provenance):
            console.styled(one_line(line, 2000), DIM)
        if message.error:
            console.styled(one_line(localized(message.error), 1000), DIM)
        if message.rating:
            rated = _("rated {rating}", rating=_(message.rating))
            console.styled(one_line(f"{rated} {message.note}", 1000), DIM)
        changes = " · ".join(mark_text(*mark) for mark in latest_marks(message.marks))
        if changes:
            console.styled(one_line(_("── {changes} ── from here on", changes=changes), 1000), DIM)


def _heading(message: Message) -> str:
    """Who speaks, by which id it can be named, and what is special about it."""
    who = speaker(message.role)
    state = _state_text(message)
    facts = [] if state == "complete" else [_(state)]
    facts += [_("edited")] if message.edited else []
    facts += (
        [_("version {version} of {versions}", version=message.version, versions=message.versions)]
        if message.versions > 1
        else []
    )
    facts += (
        [
            _(
                "with {adapters}",
                adapters=one_line(localized(describe_adapters(message.adapters)), 200),
            )
        ]
        if message.adapters
        else []
    )
    special = f" ({', '.join(facts)})" if facts else ""
    return f"{who}{special}  {short_id(message.id)}"
