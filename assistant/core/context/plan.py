"""Context plan: which parts go into the window, how many tokens each takes, what is left out.

The system prompt, the newest question and the answer's reserve always go in. When the rest does
not fit, whole turns leave, oldest first; where there is a summary of older turns it takes their
place. Turns that are pinned stay as long as there is room beside the question: before one of them
the summary and the prompt's examples leave. Turns that are excluded never go in.

The key/value cache is valid only as long as the prompt keeps its beginning, so the first turn
that stays must not move with every question. Turns therefore leave in blocks: the cut falls on a
turn that begins a new block of `BLOCK_CHARS` characters, counted from the conversation's start.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

from assistant.core.errors import ContextOverflowError
from assistant.core.values.context import (
    EXCLUDED,
    NO_ROOM_BESIDE_QUESTION,
    NO_ROOM_FOR_PINNED,
    OLDER,
    SUMMARISED,
    ContextPart,
    ContextPlan,
    PartKind,
    Recap,
    Turn,
)
from assistant.core.values.conversation import ChatMessage, Conversation, Message, Placing
from assistant.core.values.models import TokenCounts
from assistant.language.messages import N_

BLOCK_CHARS = 4096
"""Some 1,000 tokens: what leaves at once when the window is full."""

MAX_CHARS_PER_TOKEN = 16
"""Ordinary text has more tokens than one in 16 characters; turns beyond that are not counted."""

CHARS_PER_TOKEN = 4
"""The usual ratio, for parts that are reported but were not counted."""

DEFAULT_RESERVE = 1024
"""Tokens kept free for an answer without a limit of its own."""

Counting = Callable[[Sequence[ChatMessage]], TokenCounts]


def group_turns(history: Sequence[Message]) -> list[Turn]:
    """Group a branch into turns; a question whose answer is empty is no turn yet."""
    turns: list[Turn] = []
    question: tuple[int, Message] | None = None
    for place, message in enumerate(history):
        if message.role == "user":
            question = place, message
        elif question is not None and message.text:
            pair = (question[1], message)
            turns.append(
                Turn(
                    message_ids=tuple(m.id for m in pair),
                    messages=tuple(as_sent(message) for message in pair),
                    place=question[0],
                    placing=question[1].placing,
                )
            )
            question = None
    return turns


def latest_recap(history: Sequence[Message]) -> Recap | None:
    """Latest summary on a branch that covers no excluded turn."""
    excluded = {place for place, each in enumerate(history) if each.placing == "excluded"}
    for message in reversed(history):
        summary = message.summary
        if summary and summary.text.strip() and not excluded.intersection(summary.covers):
            covers = frozenset(summary.covers)
            return Recap(message_id=message.id, text=summary.text, covers=covers)
    return None


def recap_for(conversation: Conversation, history: Sequence[Message]) -> Recap | None:
    """Summary to use in place of a conversation's older turns; None where it wants none."""
    return latest_recap(history) if conversation.overflow == "summarise" else None


def as_sent(message: Message) -> ChatMessage:
    """A stored message as the model reads it: a question with its passages, where it has any."""
    sent = message.sent
    # What is sent for a question without passages is never longer than what was typed.
    quotes = sent is not None and len(sent) > len(message.text)
    return ChatMessage(role=message.role, content=sent or message.asked, quotes_files=quotes)


def as_asked(question: Message, answer: Message) -> list[ChatMessage]:
    """The newest question, and its answer where that is gone on with: behind what was thought, or
    still within it."""
    asked = [as_sent(question)]
    if answer.has_begun:
        begun = ChatMessage(role=answer.role, content=answer.text, reasoning=answer.reasoning)
        asked.append(begun)
    return asked


def reserve_for(max_tokens: int | None, window: int) -> int:
    """Tokens to reserve for the answer: what was asked for, at most a quarter of the window."""
    return min(max_tokens or DEFAULT_RESERVE, window // 4)


def plan(
    system_prompt: str,
    turns: Sequence[Turn],
    question: Sequence[ChatMessage],
    measure: Counting,
    window: int,
    reserve: int,
    examples: Sequence[ChatMessage] = (),
    recap: Recap | None = None,
) -> ContextPlan:
    """Plan the window: choose what the model reads.

    Args:
        question: the newest user message; the unfinished answer after it, if it is gone on with.
        measure: exact token counts, see `TokenCounts`.
        window: tokens that prompt and answer may use together.
        reserve: tokens of it kept free for the answer.
        examples: questions and answers that stand between the system prompt and the turns.
        recap: what may stand for turns when not all of them fit.

    Raises:
        ContextOverflowError: system prompt and question alone do not fit.
    """
    room = window - reserve
    choice = _Choice(system_prompt, examples, turns, question, recap)
    choice.leave_uncounted(room)
    while (excess := choice.count(measure).total - room) > 0:
        if not choice.make_room(excess):
            chars = sum(len(message.content) for message in choice.messages)
            raise _overflow(choice.measured, room, bool(system_prompt), chars)
    missing = choice.missing()
    return ContextPlan(
        messages=choice.messages,
        parts=tuple(choice.parts()),
        prompt_tokens=choice.measured.total,
        window=window,
        reserve=reserve,
        needed=choice.measured.total + missing + max(reserve, DEFAULT_RESERVE) if missing else 0,
    )


def fixed_tokens(conversation: Conversation, count: Counting, window: int, reserve: int) -> int:
    """Tokens of a conversation's prompt before anything is asked."""
    nothing = [ChatMessage(role="user", content="")]
    system, examples = conversation.system_prompt, conversation.examples
    return plan(system, [], nothing, count, window, reserve, examples).prompt_tokens


class _Choice:
    """Choice of what goes in, so far. What leaves does so in an order that does not depend on the
    room, so that a larger window never keeps less."""

    def __init__(
        self,
        system_prompt: str,
        examples: Sequence[ChatMessage],
        turns: Sequence[Turn],
        question: Sequence[ChatMessage],
        recap: Recap | None,
    ) -> None:
        self._system = [ChatMessage(role="system", content=system_prompt)] if system_prompt else []
        self._examples = examples
        self._turns = turns
        self._question = question
        self._recap = recap
        self._shows_recap = False
        self._shows_examples = bool(examples)
        self._first = 0
        """The first turn that stays of those that are not pinned."""
        self._first_pinned = 0
        """The first turn that stays of those that are."""
        self._tokens = [turn.chars // CHARS_PER_TOKEN for turn in turns]
        self._uncounted = set(range(len(turns)))
        self._recap_tokens = len(recap.text) // CHARS_PER_TOKEN if recap else 0
        self._examples_tokens = 0
        self._question_tokens = 0
        self.measured = TokenCounts(total=0, parts=(), overhead=0)

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        turns = (
            message for turn in self._included_turns() for message in self._turns[turn].messages
        )
        return (
            *self._system,
            *self._example_messages(),
            *self._recap_messages(),
            *turns,
            *self._question,
        )

    def leave_uncounted(self, room: int) -> None:
        """Leave out old turns without counting that together cannot fit."""
        chars = 0
        for index in range(len(self._turns) - 1, -1, -1):
            if self._turns[index].placing is None:
                chars += self._turns[index].chars
            if chars > room * MAX_CHARS_PER_TOKEN:
                self._first = _next_block(self._turns, index + 1)
                self._shows_recap = self._recap is not None
                return

    def count(self, measure: Counting) -> TokenCounts:
        """Count what goes in."""
        self.measured = measured = measure(self.messages)
        shares = list(measured.parts)
        del shares[: len(self._system)]
        self._examples_tokens = (
            _take_shares(shares, len(self._example_messages())) or self._examples_tokens
        )
        self._recap_tokens = _take_shares(shares, len(self._recap_messages())) or self._recap_tokens
        for index in self._included_turns():
            self._tokens[index] = _take_shares(shares, len(self._turns[index].messages))
            self._uncounted.discard(index)
        self._question_tokens = sum(shares)
        return measured

    def make_room(self, excess: int) -> bool:
        """Leave out what comes next, worth at least `excess` tokens; False when nothing is left."""
        if self._recap is not None and not self._shows_recap and self._first < len(self._turns):
            self._shows_recap = True
        elif self._first < len(self._turns):
            self._first = _next_block(self._turns, self._cut(self._first, None, excess))
        elif self._recap_messages():
            self._recap = None
        elif self._shows_examples:
            self._shows_examples = False
        elif any(self._turns[index].placing == "pinned" for index in self._included_turns()):
            self._first_pinned = self._cut(self._first_pinned, "pinned", excess)
        else:
            return False
        return True

    def missing(self) -> int:
        """Tokens of what is left out for want of room; those of turns that were never counted
        are judged by the rest."""
        chars = sum(len(message.content) for message in self.messages)
        density = max(self.measured.total / max(chars, 1), 1 / CHARS_PER_TOKEN)
        included = set(self._included_turns())
        missing = 0 if self._shows_examples else self._examples_tokens
        for index, turn in enumerate(self._turns):
            if index not in included and turn.placing != "excluded":
                uncounted = index in self._uncounted
                missing += int(turn.chars * density) if uncounted else self._tokens[index]
        return missing

    def parts(self) -> Iterable[ContextPart]:
        if self._system:
            yield ContextPart(kind="system", tokens=self.measured.parts[0])
        if self._examples:
            reason = "" if self._shows_examples else NO_ROOM_BESIDE_QUESTION
            yield _part("examples", self._examples_tokens, reason)
        if self._shows_recap and self._recap is not None:
            yield _part("summary", self._recap_tokens, "", (self._recap.message_id,))
        included = set(self._included_turns())
        for index, turn in enumerate(self._turns):
            reason = "" if index in included else self._reason(turn)
            part = _part("turn", self._tokens[index], reason, turn.message_ids)
            yield part.model_copy(update={"placing": turn.placing})
        yield ContextPart(kind="question", tokens=self._question_tokens)

    def _example_messages(self) -> Sequence[ChatMessage]:
        return self._examples if self._shows_examples else ()

    def _recap_messages(self) -> Sequence[ChatMessage]:
        return self._recap.messages if self._shows_recap and self._recap is not None else ()

    def _included_turns(self) -> list[int]:
        return [index for index, turn in enumerate(self._turns) if self._keeps(index, turn)]

    def _keeps(self, index: int, turn: Turn) -> bool:
        match turn.placing:
            case "pinned":
                return index >= self._first_pinned
            case "excluded":
                return False
        return index >= self._first and not self._is_in_recap(turn)

    def _is_in_recap(self, turn: Turn) -> bool:
        recap = self._recap
        return self._shows_recap and recap is not None and turn.place in recap.covers

    def _reason(self, turn: Turn) -> str:
        match turn.placing:
            case "pinned":
                return NO_ROOM_FOR_PINNED
            case "excluded":
                return EXCLUDED
        return SUMMARISED if self._is_in_recap(turn) else OLDER

    def _cut(self, first: int, placing: Placing | None, excess: int) -> int:
        """The first turn that stays when at least `excess` tokens have to leave of turns that are
        placed so."""
        while first < len(self._turns) and excess > 0:
            turn = self._turns[first]
            if turn.placing == placing and not (placing is None and self._is_in_recap(turn)):
                excess -= max(self._tokens[first], 1)
            first += 1
        return first


def _take_shares(shares: list[int], count: int) -> int:
    """The first `count` shares, which leave the list."""
    taken = sum(shares[:count])
    del shares[:count]
    return taken


def _part(
    kind: PartKind, tokens: int, left_out: str, message_ids: tuple[str, ...] = ()
) -> ContextPart:
    """A part that is left out when there is a reason for it."""
    return ContextPart(
        kind=kind,
        message_ids=message_ids,
        tokens=tokens,
        included=not left_out,
        reason=left_out,
    )


def _next_block(turns: Sequence[Turn], first: int) -> int:
    """The next turn from `first` on that begins a block; `first` itself where none does."""
    starts = [0, *accumulate(turn.chars for turn in turns)]
    for index in range(max(first, 1), len(turns)):
        if starts[index] // BLOCK_CHARS != starts[index - 1] // BLOCK_CHARS:
            return index
    return first


def _overflow(
    measured: TokenCounts, room: int, has_system: bool, chars: int
) -> ContextOverflowError:
    total, more = measured.total, measured.total - room
    match has_system, measured.exact:
        case True, True:
            message = N_(
                f"The question and the system prompt are {total:,} tokens long, {more:,} more than "
                "fit beside an answer."
            )
        case True, False:
            message = N_(
                f"The question and the system prompt are at least {total:,} tokens long, at least "
                f"{more:,} more than fit beside an answer."
            )
        case False, True:
            message = N_(
                f"The question is {total:,} tokens long, {more:,} more than fit beside an answer."
            )
        case _:
            message = N_(
                f"The question is at least {total:,} tokens long, at least {more:,} more than fit "
                "beside an answer."
            )
    return ContextOverflowError(
        message,
        "Shorten the question, or use a model with a larger window; `/context` tells how large this"
        " one can be.",
        excess=(measured.total if measured.exact else chars // CHARS_PER_TOKEN) - room,
    )
