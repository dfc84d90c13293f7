"""`assistant chats pin|tag|move|archive|rate|fork`: organising conversations and messages."""

from collections.abc import Callable

import click

from assistant.cli.chats.format import print_changed
from assistant.cli.console import short_id
from assistant.cli.program import Program, json_option
from assistant.core.ports.conversations import ConversationCatalog
from assistant.core.values.conversation import Rating
from assistant.language.messages import _

ids_argument = click.argument("ids", nargs=-1, required=True)


@click.command()
@ids_argument
@json_option
@click.pass_obj
def pin(program: Program, /, ids: tuple[str, ...], as_json: bool) -> None:
    """Pin the conversations IDS to the top of the list."""
    _change_all(program, ids, _("pinned"), as_json, lambda store, id: store.pin(id))


@click.command()
@ids_argument
@json_option
@click.pass_obj
def unpin(program: Program, /, ids: tuple[str, ...], as_json: bool) -> None:
    """Unpin the conversations IDS."""
    _change_all(
        program, ids, _("no longer pinned"), as_json, lambda store, id: store.pin(id, False)
    )


@click.command()
@ids_argument
@json_option
@click.pass_obj
def archive(program: Program, /, ids: tuple[str, ...], as_json: bool) -> None:
    """Archive the conversations IDS; a search still finds them."""
    _change_all(program, ids, _("archived"), as_json, lambda store, id: store.archive(id))


@click.command()
@ids_argument
@json_option
@click.pass_obj
def unarchive(program: Program, /, ids: tuple[str, ...], as_json: bool) -> None:
    """Unarchive the conversations IDS."""
    _change_all(program, ids, _("unarchived"), as_json, lambda store, id: store.archive(id, False))


@click.command()
@click.argument("id")
@click.argument("tags", nargs=-1, required=True)
@json_option
@click.pass_obj
def tag(program: Program, /, id: str, tags: tuple[str, ...], as_json: bool) -> None:
    """Give the conversation ID these TAGS."""
    _change_all(program, (id,), _("tagged"), as_json, lambda store, id: store.tag(id, tags))


@click.command()
@click.argument("id")
@click.argument("tags", nargs=-1, required=True)
@json_option
@click.pass_obj
def untag(program: Program, /, id: str, tags: tuple[str, ...], as_json: bool) -> None:
    """Remove these TAGS from the conversation ID."""
    _change_all(
        program, (id,), _("untagged"), as_json, lambda store, id: store.tag(id, remove=tags)
    )


@click.command()
@ids_argument
@click.argument("folder")
@json_option
@click.pass_obj
def move(program: Program, /, ids: tuple[str, ...], folder: str, as_json: bool) -> None:
    """Put the conversations IDS into a FOLDER; '' removes them from theirs.

    A folder is there as long as something is in it; / separates folders within folders.
    """
    _change_all(program, ids, _("moved"), as_json, lambda store, id: store.move(id, folder))


@click.command()
@click.argument("message_id")
@click.argument("rating", type=click.Choice(["good", "bad", "none"]))
@click.option("--note", default="", metavar="TEXT", help="Why.")
@json_option
@click.pass_obj
def rate(program: Program, /, message_id: str, rating: str, note: str, as_json: bool) -> None:
    """Say whether the answer MESSAGE_ID was good or bad; none removes the rating.

    `assistant chats show` shows the ids of messages.
    """
    ratings: dict[str, Rating | None] = {"good": "good", "bad": "bad", "none": None}
    if note and rating == "none":
        raise click.UsageError("A note belongs to a rating.")
    with program.assistant() as assistant:
        id = assistant.store.message(message_id).id
        assistant.store.rate(id, ratings[rating], note)
        message = assistant.store.message(id)
    if as_json:
        program.console.json(message.model_dump(mode="json", include={"id", "rating", "note"}))
    else:
        rated = _(message.rating) if message.rating else _("not any more")
        program.console.line(_("{id}  rated: {rating}", id=short_id(id), rating=rated))


@click.command()
@click.argument("message_id")
@json_option
@click.pass_obj
def fork(program: Program, /, message_id: str, as_json: bool) -> None:
    """Start a new conversation with everything up to the message MESSAGE_ID.

    `assistant chats show` shows the ids of messages.
    """
    with program.assistant() as assistant:
        forked = assistant.store.fork(assistant.store.message(message_id).id)
    print_changed(program.console, _("forked"), [forked], as_json)


def _change_all(
    program: Program,
    ids: tuple[str, ...],
    what: str,
    as_json: bool,
    change: Callable[[ConversationCatalog, str], None],
) -> None:
    """Change conversations, all of them or, when one is unknown, none."""
    with program.assistant() as assistant:
        found = [assistant.store.conversation(id).id for id in ids]
        for id in found:
            change(assistant.store, id)
        changed = [assistant.store.conversation(id) for id in found]
    print_changed(program.console, what, changed, as_json)
