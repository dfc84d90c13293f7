"""`assistant chats context`: the context window of a conversation, turns pinned or excluded."""

from collections.abc import Mapping
from threading import Event
from typing import TYPE_CHECKING

import click

from assistant.cli.ask.answer import show_progress
from assistant.cli.console import BOLD, DIM, Console
from assistant.cli.interruption import Interruption
from assistant.cli.program import Program, json_option
from assistant.core.context.plan import group_turns
from assistant.core.errors import NotFoundError
from assistant.core.ports.messages import MessageStore
from assistant.core.sanitize import one_line
from assistant.core.turn.preview import ContextPreview, PreviewPart, preview_window
from assistant.core.values.conversation import Overflow, Placing
from assistant.language.messages import _, localized, number

if TYPE_CHECKING:
    from assistant.bootstrap import Assistant

BAR_COLUMNS = 60
"""Columns of the picture of the window."""

PINNED: Placing = "pinned"
EXCLUDED: Placing = "excluded"
OVERFLOW_CHOICES: dict[str, Overflow] = {"leave-out": "leave_out", "summarise": "summarise"}

turns_option = click.IntRange(min=1)


@click.command()
@click.argument("id")
@click.option("--pin", type=turns_option, multiple=True, metavar="N", help="Always keep turn N.")
@click.option(
    "--exclude", type=turns_option, multiple=True, metavar="N", help="Always leave turn N out."
)
@click.option(
    "--free",
    type=turns_option,
    multiple=True,
    metavar="N",
    help="Neither keep nor leave out turn N.",
)
@click.option(
    "--overflow",
    type=click.Choice(list(OVERFLOW_CHOICES)),
    help="What becomes of the oldest turns when not all fit.",
)
@click.option("--question", default="", metavar="TEXT", help="Count with this next question.")
@click.option("--prompt", "as_prompt", is_flag=True, help="Print the exact prompt instead.")
@click.option("--tokens", "as_tokens", is_flag=True, help="Print its tokens instead.")
@json_option
@click.pass_obj
def context(
    program: Program,
    /,
    id: str,
    pin: tuple[int, ...],
    exclude: tuple[int, ...],
    free: tuple[int, ...],
    overflow: str | None,
    question: str,
    as_prompt: bool,
    as_tokens: bool,
    as_json: bool,
) -> int:
    """Show the window of the conversation ID: what the model would read next, in tokens.

    Turns are counted from 1. `assistant chats undo` undoes what is changed here.
    """
    if as_prompt + as_tokens + as_json > 1:
        raise click.UsageError("Use only one of --prompt, --tokens and --json.")
    console = program.console
    wanted: dict[int, Placing | None] = {
        **dict.fromkeys(pin, PINNED),
        **dict.fromkeys(exclude, EXCLUDED),
        **dict.fromkeys(free),
    }
    with program.assistant() as assistant, Interruption() as interruption:
        conversation = assistant.store.conversation(id)
        _place_turns(assistant.store, conversation.id, wanted)
        if overflow is not None:
            assistant.store.set_overflow(conversation.id, OVERFLOW_CHOICES[overflow])
        found = _load_overview(assistant, conversation.id, question, console, interruption.stop)
        if found is None:
            return interruption.exit_code
    if as_json:
        console.json(found.model_dump(mode="json"))
    elif as_prompt:
        console.line(found.prompt.text.removesuffix("\n"))
    elif as_tokens:
        _print_tokens(console, found)
    else:
        _print_overview(console, found)
    return 0


def _load_overview(
    assistant: "Assistant", id: str, question: str, console: Console, stop: Event
) -> ContextPreview | None:
    """None when stopped."""
    found: ContextPreview | None = None
    sampling = assistant.chat.sampling.for_model(assistant.store.conversation(id).model)
    for event in preview_window(assistant.store, assistant.models, sampling, id, stop, question):
        if isinstance(event, ContextPreview):
            found = event
        else:
            show_progress(event, console)
    console.end_progress()
    return found


def _place_turns(store: MessageStore, id: str, wanted: Mapping[int, Placing | None]) -> None:
    """Raises NotFoundError when there is no such turn; then nothing is changed."""
    turns = group_turns(store.branch(id)) if wanted else []
    for turn in wanted:
        if turn > len(turns):
            raise NotFoundError(f"There is no turn {turn}: the conversation has {len(turns)}.")
    for turn, placing in wanted.items():
        store.set_placing(turns[turn - 1].message_ids[0], placing)


def _print_overview(console: Console, found: ContextPreview) -> None:
    console.styled(one_line(found.title, 200), BOLD)
    console.line(window_bar(found, BAR_COLUMNS))
    growth = f" · {localized(found.growth)}" if found.growth else ""
    console.styled(
        _(
            "{prompt_tokens:,} of {window:,} tokens: {cached:,} cached, {new:,} new · "
            "{model}{growth}",
            prompt_tokens=found.prompt_tokens,
            window=found.window,
            cached=found.cached,
            new=found.new,
            model=found.model,
            growth=growth,
        ),
        DIM,
    )
    if found.problem:
        console.line(one_line(localized(found.problem), 1000))
    rows = [
        (localized(each.name), token_text(each), _part_note(each), each.excerpt)
        for each in found.slices
    ]
    console.table(rows, (_("part"), _("tokens"), "", ""), numbers=[1])


def token_text(part: PreviewPart) -> str:
    return f"{'' if part.exact else '≈ '}{number(part.tokens)}"


def _part_note(part: PreviewPart) -> str:
    notes = [_("pinned")] if part.placing == "pinned" and part.included else []
    notes += [localized(part.status)] if part.status else []
    notes += [_("{passages:,} in passages", passages=part.passages)] if part.passages else []
    return ", ".join(notes)


def window_bar(found: ContextPreview, width: int) -> str:
    """Window as one row: `#` cached, `+` to read, `-` kept for the answer, `.` free."""
    free = {"reserve": "-", "free": "."}
    marks = [("#", sum(part.cached for part in found.slices if part.kind == "template"))]
    for part in found.slices:
        if part.included and part.kind in free:
            marks.append((free[part.kind], part.tokens))
        elif part.included:
            cached = 0 if part.kind == "template" else part.cached
            marks += [("#", cached), ("+", part.tokens - part.cached)]
    total, row, end = max(sum(size for _mark, size in marks), 1), "", 0
    for mark, size in marks:
        end += size
        row += mark * (round(end * width / total) - len(row))
    return f"[{row}]"


def _print_tokens(console: Console, found: ContextPreview) -> None:
    for place, token in enumerate(found.prompt.tokens):
        piece = found.prompt.pieces[place] if place < len(found.prompt.pieces) else ""
        cached = _("cached") if place < found.prompt.cached else ""
        console.line(f"{place}\t{token}\t{piece!r}\t{cached}".rstrip())
