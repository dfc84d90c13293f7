"""Running summaries of the oldest turns, for conversations that want one in their place.

Each step reads some turns and adds what they say as a paragraph: the beginning of the summary stays
as it was, and with it the key/value cache, and a small model need not repeat what it has read. It
is kept beside the last of these turns, so that what was done is not done again after an
interruption. When a summary takes too much of the room, its oldest paragraphs become one.

So that the prompt does not change with every question, a summary is made before it is needed and
reaches so far that the turns after it take half of the room.
"""

from collections.abc import Sequence
from contextlib import suppress
from itertools import accumulate
from threading import Event
from typing import Final

from assistant.core.background import completion
from assistant.core.background.completion import InternalPrompts
from assistant.core.context import growth
from assistant.core.context import plan as context_plan
from assistant.core.errors import ContextOverflowError
from assistant.core.ports.messages import MessageStore
from assistant.core.ports.models import ChatModel, ModelCatalog
from assistant.core.values.context import OLDER, Turn
from assistant.core.values.conversation import ChatMessage, Conversation, Message, Summary
from assistant.core.values.prompts import ConversationStart
from assistant.core.values.sampling import Sampling

HEADROOM_DIVISOR: Final = 8
"""A summary is made when less than one in so many parts of the room is left."""

KEPT_TURNS_DIVISOR: Final = 2
"""The turns after it may take one in so many parts of the room."""

MAX_SUMMARY_DIVISOR: Final = 4
"""A summary may take one in so many parts of the room before it is summarised itself."""

STEP_TOKENS: Final = 384
"""Tokens that are read for one paragraph: of more, a small model sums up only the beginning."""

MAX_MESSAGE_CHARS: Final = 4000
"""Characters of a message that a step reads; the middle of a longer one is left out."""

MIN_MESSAGE_CHARS: Final = 64
"""Characters of a message that still say something."""

PARAGRAPH_BREAK: Final = "\n\n"

ROLE_NAMES: Final = {"user": "User", "assistant": "Assistant", "system": "System"}


def advance_summary(
    store: MessageStore,
    models: ModelCatalog,
    prompts: InternalPrompts,
    sampling: Sampling,
    conversation_id: str,
    stop: Event,
) -> bool:
    """Advance a summary one step, if its conversation has outgrown the window or is about to: the
    window grows, and where it cannot, a paragraph is written.

    Args:
        sampling: how answers are sampled; says how much of the window they may take.

    Returns:
        Whether it was taken; there may be more to do then.
    """
    conversation = store.conversation(conversation_id)
    if conversation.overflow != "summarise":
        return False
    branch = store.branch(conversation.id)
    turns = context_plan.group_turns(branch)
    recap = context_plan.latest_recap(branch)
    model = models.open_for_background(conversation.model, conversation.adapters)
    if model.host and conversation.is_local_only:
        return False
    info = completion.load_model(model, stop)
    if info is None:
        return False
    reserve = context_plan.reserve_for(
        conversation.sampling.over(sampling).max_tokens, info.context_window
    )
    due = turns_due(conversation, branch, model, info.context_window, reserve)
    if not due:
        return False
    if growth.return_value(growth.grow_window(model, info, info.context_window + 1, stop)):
        return True
    opening, taken = _step(branch, due, prompts, model, info.context_window)
    room = (info.context_window - reserve) // MAX_SUMMARY_DIVISOR
    before = _shortened(recap.text, prompts, model, room, stop) if recap else ""
    added = _write_paragraph(opening, model, stop) if taken and before is not None else None
    if not added or before is None:
        return False
    covers = {turn.place for turn in taken} | (recap.covers if recap else set())
    last = max((turn for turn in turns if turn.place in covers), key=lambda turn: turn.place)
    text = f"{before}{PARAGRAPH_BREAK}{added}" if before else added
    summary = Summary(text=text, covers=tuple(sorted(covers)))
    store.set_summary(last.message_ids[-1], summary)
    return True


def turns_due(
    conversation: Conversation,
    branch: Sequence[Message],
    model: ChatModel,
    window: int,
    reserve: int,
) -> list[Turn]:
    """Turns that should be summarised and are not yet, oldest first."""
    room = window - reserve
    if not _left_out(conversation, branch, model, room - room // HEADROOM_DIVISOR):
        return []
    return _left_out(conversation, branch, model, room // KEPT_TURNS_DIVISOR)


def _left_out(
    conversation: Conversation, branch: Sequence[Message], model: ChatModel, room: int
) -> list[Turn]:
    """Turns that would be lost to the model in so much room."""
    turns = context_plan.group_turns(branch)
    with suppress(ContextOverflowError):
        plan = context_plan.plan(
            conversation.system_prompt,
            turns,
            [ChatMessage(role="user", content="")],
            model.measure,
            room,
            0,
            conversation.examples,
            context_plan.latest_recap(branch),
        )
        lost = {part.message_ids for part in plan.parts if part.reason == OLDER}
        return [turn for turn in turns if turn.message_ids in lost]
    return []


def _step(
    branch: Sequence[Message],
    due: Sequence[Turn],
    prompts: InternalPrompts,
    model: ChatModel,
    window: int,
) -> tuple[ConversationStart, Sequence[Turn]]:
    """Prompt over as many of the turns as one step takes, and those turns."""
    by_id = {message.id: message for message in branch}
    sizes = accumulate(
        sum(min(len(by_id[id].text), MAX_MESSAGE_CHARS) for id in turn.message_ids) for turn in due
    )
    count = min(
        1 + sum(size < STEP_TOKENS * context_plan.CHARS_PER_TOKEN for size in sizes), len(due)
    )
    longest = MAX_MESSAGE_CHARS
    while True:
        taken = due[:count]
        lines = [_transcript_line(by_id[id], longest) for turn in taken for id in turn.message_ids]
        opening = _summary_prompt(prompts, lines)
        limit = opening.sampling.max_tokens or context_plan.DEFAULT_RESERVE
        tokens = model.measure(completion.prompt_messages(opening)).total
        if tokens <= min(window - limit, STEP_TOKENS if count > 1 else window):
            return opening, taken
        if count > 1:
            count -= 1
        elif longest > MIN_MESSAGE_CHARS:
            longest //= 2
        else:
            return opening, ()


def _shortened(
    text: str, prompts: InternalPrompts, model: ChatModel, room: int, stop: Event
) -> str | None:
    """A summary that takes too much room with its oldest paragraphs made one; None when it was
    interrupted."""
    if model.measure([ChatMessage(role="assistant", content=text)]).total <= room:
        return text
    paragraphs = text.split(PARAGRAPH_BREAK)
    sizes = accumulate(len(paragraph) for paragraph in paragraphs)
    count = max(sum(size < STEP_TOKENS * context_plan.CHARS_PER_TOKEN for size in sizes), 1)
    shorter = _write_paragraph(
        _summary_prompt(prompts, [text[:MAX_MESSAGE_CHARS] for text in paragraphs[:count]]),
        model,
        stop,
    )
    return shorter and PARAGRAPH_BREAK.join([shorter, *paragraphs[count:]])


def _summary_prompt(prompts: InternalPrompts, lines: Sequence[str]) -> ConversationStart:
    return completion.open_internal_prompt(
        prompts, "summary", {"turns": PARAGRAPH_BREAK.join(lines)}
    )


def _write_paragraph(opening: ConversationStart, model: ChatModel, stop: Event) -> str | None:
    """One paragraph; None when it was interrupted."""
    sampling = opening.sampling.over(Sampling())
    found = completion.complete(model, completion.prompt_messages(opening), sampling, stop)
    return None if found is None else " ".join(found.text.split())


def _transcript_line(message: Message, longest: int) -> str:
    """A message as the summary is made of it: its own words, without passages."""
    text = message.asked
    if len(text) > longest:
        text = f"{text[: longest // 2]} … {text[-longest // 2 :]}"
    return f"{ROLE_NAMES[message.role]}: {text}"
