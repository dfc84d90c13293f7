"""What goes into the window: tokens per part, what is left out, and why.

The system prompt, the newest question and the answer's reserve always go in. When the rest does
not fit, whole turns leave, oldest first; the prompt's examples leave when no turn is left.

The key/value cache is valid only as long as the prompt keeps its beginning, so the first turn
that stays must not move with every question. Turns therefore leave in blocks: the cut falls on a
turn that begins a new block of `BLOCK_CHARS` characters, counted from the conversation's start.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Literal

from assistant.core.errors import ContextOverflowError
from assistant.core.models import ChatMessage, Measure, Message, Value

BLOCK_CHARS = 4096
"""Some 1,000 tokens: what leaves at once when the window is full."""

CHARS_PER_TOKEN_AT_MOST = 16
"""Ordinary text has more tokens than one in 16 characters; turns beyond that are not counted."""

CHARS_PER_TOKEN = 4
"""The usual ratio, for parts that are reported but were not counted."""

DEFAULT_RESERVE = 1024
"""Tokens kept free for an answer without a limit of its own."""


PartKind = Literal["system", "examples", "turn", "question"]


class Turn(Value):
    """A question and its answer, as they were sent."""

    message_ids: tuple[str, ...]
    messages: tuple[ChatMessage, ...]

    @property
    def chars(self) -> int:
        return sum(len(message.content) for message in self.messages)


class Part(Value):
    """One part of the window, or of what was left out of it."""

    kind: PartKind
    message_ids: tuple[str, ...] = ()
    tokens: int
    """Exact for what is included; estimated for old turns that were never worth counting."""
    included: bool = True
    reason: str = ""
    """Why it is not included."""


class ContextPlan(Value):
    """What the model will read, and what it will not."""

    messages: tuple[ChatMessage, ...]
    parts: tuple[Part, ...]
    prompt_tokens: int
    """Everything the model reads, the template's own text included."""
    window: int
    reserve: int

    @property
    def left_out(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if not part.included)


def turns_of(history: Sequence[Message]) -> list[Turn]:
    """Group a branch into turns; a question whose answer is empty is no turn yet."""
    turns: list[Turn] = []
    question: Message | None = None
    for message in history:
        if message.role == "user":
            question = message
        elif question is not None and message.text:
            pair = (question, message)
            turns.append(
                Turn(
                    message_ids=tuple(m.id for m in pair),
                    messages=tuple(as_sent(message) for message in pair),
                )
            )
            question = None
    return turns


def as_sent(message: Message) -> ChatMessage:
    """A stored message as the model reads it: a question with its passages, where it has any."""
    return ChatMessage(role=message.role, content=message.sent or message.text)


def reserve_for(max_tokens: int | None, window: int) -> int:
    """Tokens to keep free for the answer: what was asked for, at most a quarter of the window."""
    return min(max_tokens or DEFAULT_RESERVE, window // 4)


def plan(
    system_prompt: str,
    turns: Sequence[Turn],
    question: Sequence[ChatMessage],
    measure: Callable[[Sequence[ChatMessage]], Measure],
    window: int,
    reserve: int,
    examples: Sequence[ChatMessage] = (),
) -> ContextPlan:
    """Choose what the model reads.

    Args:
        question: the newest user message; the unfinished answer after it, if it is gone on with.
        measure: exact token counts, see `Measure`.
        window: tokens that prompt and answer may use together.
        reserve: tokens of it kept free for the answer.
        examples: questions and answers that stand between the system prompt and the turns.

    Raises:
        ContextOverflowError: system prompt and question alone do not fit.
    """
    room = window - reserve
    system = [ChatMessage(role="system", content=system_prompt)] if system_prompt else []
    shown = list(examples)
    shown_tokens = 0
    tokens = [turn.chars // CHARS_PER_TOKEN for turn in turns]
    first = _first_worth_counting(turns, room)
    while True:
        kept = [message for turn in turns[first:] for message in turn.messages]
        messages = (*system, *shown, *kept, *question)
        measured = measure(messages)
        before = len(system) + len(shown)
        shown_tokens = sum(measured.parts[len(system) : before]) or shown_tokens
        shares = measured.parts[before : before + len(kept)]
        for index, turn in enumerate(turns[first:]):
            tokens[first + index] = sum(shares[: len(turn.messages)])
            shares = shares[len(turn.messages) :]
        if measured.total <= room:
            break
        if first < len(turns):
            first = _cut(turns, tokens, first, excess=measured.total - room)
        elif shown:
            shown = []
        else:
            raise _overflow(measured, room, bool(system))

    asked = sum(measured.parts[len(measured.parts) - len(question) :])
    parts = [Part(kind="system", tokens=measured.parts[0])] if system else []
    if examples:
        parts.append(
            _part("examples", shown_tokens, "" if shown else "no room beside the question")
        )
    for index, turn in enumerate(turns):
        reason = "" if index >= first else "older than what fits the window"
        parts.append(_part("turn", tokens[index], reason, turn.message_ids))
    parts.append(Part(kind="question", tokens=asked))
    return ContextPlan(
        messages=messages,
        parts=tuple(parts),
        prompt_tokens=measured.total,
        window=window,
        reserve=reserve,
    )


def _part(kind: PartKind, tokens: int, left_out: str, message_ids: tuple[str, ...] = ()) -> Part:
    """A part that is left out when there is a reason for it."""
    return Part(
        kind=kind,
        message_ids=message_ids,
        tokens=tokens,
        included=not left_out,
        reason=left_out,
    )


def _first_worth_counting(turns: Sequence[Turn], room: int) -> int:
    chars = 0
    for index in range(len(turns) - 1, -1, -1):
        chars += turns[index].chars
        if chars > room * CHARS_PER_TOKEN_AT_MOST:
            return _next_block(turns, index + 1)
    return 0


def _cut(turns: Sequence[Turn], tokens: Sequence[int], first: int, excess: int) -> int:
    """The first turn that stays when at least `excess` tokens have to leave."""
    while first < len(turns) and excess > 0:
        excess -= max(tokens[first], 1)
        first += 1
    return _next_block(turns, first)


def _next_block(turns: Sequence[Turn], first: int) -> int:
    """The next turn from `first` on that begins a block; `first` itself where none does."""
    starts = [0, *accumulate(turn.chars for turn in turns)]
    for index in range(max(first, 1), len(turns)):
        if starts[index] // BLOCK_CHARS != starts[index - 1] // BLOCK_CHARS:
            return index
    return first


def _overflow(measured: Measure, room: int, has_system: bool) -> ContextOverflowError:
    what = "The question and the system prompt are" if has_system else "The question is"
    least = "" if measured.exact else "at least "
    return ContextOverflowError(
        f"{what} {least}{measured.total:,} tokens long, {least}{measured.total - room:,} more than"
        " fit beside an answer.",
        "Shorten the question, or use a model with a larger window (engine.context_window).",
    )
