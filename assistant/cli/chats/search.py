"""`assistant chats search`: full-text search over titles, messages and system prompts."""

import re
from collections.abc import Iterator
from typing import Any

import click

from assistant.cli.console import BOLD, DIM, local_time, short_id
from assistant.cli.program import Program, json_option
from assistant.cli.translation import speaker
from assistant.core.sanitize import one_line
from assistant.core.values.changes import (
    MATCH_BEGIN,
    MATCH_END,
    ConversationHit,
    ConversationSearchResult,
)
from assistant.core.wording import order_of
from assistant.language.messages import _, localized, ngettext

_UNQUOTED = re.compile(r'(-?(?:in|tag):)([^"]*\s[^"]*)')


@click.command()
@click.argument("query", nargs=-1, required=True)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    metavar="N",
    show_default=True,
    help="Show at most N conversations.",
)
@json_option
@click.pass_obj
def search(program: Program, /, query: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Find what was said, in messages, titles and system prompts.

    All words of QUERY have to be there; case and accents do not matter, and the last word may be
    the beginning of one.

    \b
      "per month"             a phrase
      contr*                  the beginning of a word
      -flat                   without this word (after --)
      role:user               asked by you; role:assistant is answered
      after:2026-01-31        written on that day or later; also 2026-01 and 2026
      before:2026-01-31       written earlier
      in:title                in titles only; also in:messages, in:prompts
      in:"Lease questions"    in this conversation or folder
      tag:work                in conversations with this tag
    """
    console = program.console
    with program.assistant() as assistant:
        results = assistant.store.find(_join_query(query), limit=limit)
    if as_json:
        console.json(list(_result_objects(results)))
        return
    for note in results.notes:
        console.info(localized(note))
    for number, group in enumerate(results.conversations):
        if number:
            console.line()
        _print_group(program, group)
    if not results.conversations:
        console.info(_("Nothing was found."))
    elif results.is_capped:
        console.info(
            _(
                "Only the newest {messages:,} messages were searched; there are more.",
                messages=results.messages,
            )
        )


def _join_query(query: tuple[str, ...]) -> str:
    """One query: where a shell has taken the quotes of an operator's value away, they come back."""
    if len(query) == 1:
        return query[0]
    return " ".join(_UNQUOTED.sub(r'\1"\2"', word) for word in query)


def _print_group(program: Program, group: ConversationHit) -> None:
    conversation, console = group.conversation, program.console
    console.styled(one_line(conversation.title) or _("Untitled"), BOLD)
    order = " ".join(order_of(conversation))
    subtitle = f"{short_id(conversation.id)}  {local_time(conversation.updated)}  {order}"
    console.styled(one_line(subtitle, 1000), DIM)
    rows: list[tuple[str, str, str, str]] = [
        (
            short_id(h.message_id),
            local_time(h.created),
            speaker(h.role),
            plain,
        )
        for h in group.hits
        for plain in [_plain_excerpt(h.snippet)]
    ]
    if group.prompt:
        rows.append(("", "", _("prompt"), _plain_excerpt(group.prompt)))
    if rows:
        console.table(rows)
    more = group.messages - len(group.hits)
    if more > 0:
        console.styled(
            ngettext("and {more:,} more message", "and {more:,} more messages", more, more=more),
            DIM,
        )


def _result_objects(results: ConversationSearchResult) -> Iterator[dict[str, Any]]:
    """Everything that was found, the hits of a conversation next to each other."""
    for group in results.conversations:
        conversation = group.conversation
        about = {"conversation_id": conversation.id, "title": conversation.title}
        for kind, text in (("title", group.title), ("prompt", group.prompt)):
            if text:
                yield {"kind": kind, **about, "message_id": None, "snippet": _plain_excerpt(text)}
        for hit in group.hits:
            fields = {**hit.model_dump(mode="json"), "snippet": _plain_excerpt(hit.snippet)}
            yield {"kind": "message", **fields}


def _plain_excerpt(text: str) -> str:
    return text.replace(MATCH_BEGIN, "").replace(MATCH_END, "")
