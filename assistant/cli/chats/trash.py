"""`assistant chats trash|restore|undo|history`: trash and undo of conversations."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from assistant.cli.chats.format import print_changed
from assistant.cli.console import Console, local_time, short_id
from assistant.cli.program import Program, json_option
from assistant.core.errors import NotFoundError
from assistant.core.values.changes import TrashEntry
from assistant.core.values.conversation import Conversation
from assistant.language.messages import _, ngettext, number

if TYPE_CHECKING:
    from assistant.bootstrap import Assistant


WORDED_CHANGES = ("pin", "archive", "rating", "turn", "trash", "messages", "overflow")
"""Changes of which a word says what was before; of the others it is the user's text."""


@click.command("delete-message")
@click.argument("message_id")
@json_option
@click.pass_obj
def delete_message(program: Program, /, message_id: str, as_json: bool) -> None:
    """Move the message MESSAGE_ID and all that follows it to the trash, for 30 days.

    `assistant chats show` shows the ids of messages. Another version of it takes its place.
    """
    with program.assistant() as assistant:
        message = assistant.store.message(message_id)
        assistant.store.delete_message(message.id)
        item = next(item for item in assistant.store.trash() if item.id == message.id)
    if as_json:
        program.console.json(item.model_dump(mode="json"))
    else:
        what = ngettext(
            "moved to the trash ({messages:,} message):",
            "moved to the trash ({messages:,} messages):",
            item.messages,
            messages=item.messages,
        )
        program.console.table([(short_id(item.id), what, item.excerpt)])


@click.command()
@click.argument("ids", nargs=-1, required=True)
@json_option
@click.pass_obj
def restore(program: Program, /, ids: tuple[str, ...], as_json: bool) -> None:
    """Restore the conversations or messages IDS from the trash."""
    with program.assistant() as assistant:
        found = [_in_trash(assistant, id) for id in ids]
        changed: list[Conversation] = []
        for kind, id, conversation in found:
            if kind == "messages":
                assistant.store.restore_message(id)
            else:
                assistant.store.restore(id)
            changed.append(assistant.store.conversation(conversation))
    print_changed(program.console, _("restored"), changed, as_json)


@click.command()
@click.option("--empty", is_flag=True, help="Delete all of it for good, now.")
@json_option
@click.pass_obj
def trash(program: Program, /, empty: bool, as_json: bool) -> None:
    """List the conversations and messages in the trash; they leave it after 30 days.

    What was deleted for good is in no file any more: neither in the database nor in what models
    have read.
    """
    with program.assistant() as assistant:
        items = assistant.store.trash()
        if empty:
            assistant.store.empty_trash([item.id for item in items])
    if empty:
        print_deleted(program.console, items, as_json)
        return
    if as_json:
        program.console.json([item.model_dump(mode="json") for item in items])
    elif items:
        rows = [
            (
                short_id(i.id),
                local_time(i.removed),
                number(i.messages),
                _(i.kind),
                i.title,
                i.excerpt,
            )
            for i in items
        ]
        heading = (_("id"), _("removed"), _("messages"), _("what"), _("title"), "")
        program.console.table(rows, heading, numbers=[2])
    else:
        program.console.info(_("The trash is empty."))


@click.command()
@click.argument("number", type=int, required=False)
@click.option("--conversation", metavar="ID", help="The newest change to this conversation.")
@json_option
@click.pass_obj
def undo(program: Program, /, number: int | None, conversation: str | None, as_json: bool) -> None:
    """Undo the newest change, or the one with this NUMBER.

    `assistant chats history` lists the changes and their numbers.
    """
    if number is not None and conversation is not None:
        raise click.UsageError("Use NUMBER or --conversation, not both.")
    with program.assistant() as assistant:
        change = assistant.store.undo(number, conversation_id=conversation)
        title = assistant.store.conversation(change.conversation_id).title
    if as_json:
        program.console.json({**change.model_dump(mode="json"), "title": title})
    else:
        program.console.table(
            [(short_id(change.conversation_id), _("undone: {kind}:", kind=_(change.kind)), title)]
        )


@click.command()
@click.argument("id", required=False)
@click.option("--limit", type=click.IntRange(min=1), default=50, metavar="N", show_default=True)
@json_option
@click.pass_obj
def history(program: Program, /, id: str | None, limit: int, as_json: bool) -> None:
    """List the changes of the last 30 days that can be undone, of all conversations or of ID."""
    with program.assistant() as assistant:
        changes = assistant.store.changes(id, limit=limit)
    if as_json:
        program.console.json([change.model_dump(mode="json") for change in changes])
    elif changes:
        rows = [
            (
                f"{c.number}",
                local_time(c.at),
                short_id(c.conversation_id),
                _(c.kind),
                _(c.before) if c.before and c.kind in WORDED_CHANGES else c.before,
                c.title,
            )
            for c in changes
        ]
        heading = (_("number"), _("changed"), _("id"), _("what"), _("before"), _("title"))
        program.console.table(rows, heading, numbers=[0])
    else:
        program.console.info(_("There is nothing to undo."))


def print_deleted(console: Console, items: Sequence[TrashEntry], as_json: bool) -> None:
    """Print what was deleted for good, as a table or as JSON."""
    if as_json:
        console.json([item.model_dump(mode="json") for item in items])
    elif items:
        what = _("deleted for good:")
        console.table([(short_id(i.id), what, i.title, i.excerpt) for i in items])
    else:
        console.info(_("The trash is empty."))


def _in_trash(assistant: "Assistant", id: str) -> tuple[str, str, str]:
    """Kind, id and conversation of something in the trash, by the start of its id."""
    found = [item for item in assistant.store.trash() if item.id.startswith(id)] if id else []
    if len(found) > 1:
        raise NotFoundError(f"Several things in the trash begin with {id}.", "Give more of the id.")
    if found:
        return found[0].kind, found[0].id, found[0].conversation_id
    conversation = assistant.store.conversation(id)
    return "conversation", conversation.id, conversation.id
