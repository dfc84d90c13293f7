"""Laws of the context plan."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.context import BLOCK_CHARS, Turn, plan, reserve_for
from assistant.core.errors import ContextOverflowError
from assistant.core.models import ChatMessage, Measure

OVERHEAD = 3
PER_MESSAGE = 4


def measure(messages: Sequence[ChatMessage]) -> Measure:
    """A template of fixed cost and a tokenizer of three characters a token."""
    parts = tuple(PER_MESSAGE + -(-len(m.content) // 3) for m in messages)
    return Measure(total=sum(parts) + OVERHEAD, parts=parts, overhead=OVERHEAD)


def turn(number: int, chars: int) -> Turn:
    return Turn(
        message_ids=(f"q{number}", f"a{number}"),
        messages=(
            ChatMessage(role="user", content="q" * (chars // 3)),
            ChatMessage(role="assistant", content="a" * (chars - chars // 3)),
        ),
    )


sizes = st.lists(st.integers(1, 6000), max_size=40)
turns = sizes.map(lambda sizes: [turn(number, size) for number, size in enumerate(sizes)])
windows = st.integers(256, 32768)
question = [ChatMessage(role="user", content="Why is the sky blue?")]
examples = [
    ChatMessage(role="user", content="Good!"),
    ChatMessage(role="assistant", content="positive"),
]


@given(turns, windows, st.integers(1, 5000))
def test_a_plan_never_exceeds_the_window_and_keeps_system_and_question(
    turns: list[Turn], window: int, max_tokens: int
) -> None:
    reserve = reserve_for(max_tokens, window)

    made = plan("Be brief.", turns, question, measure, window, reserve)

    assert measure(made.messages).total == made.prompt_tokens <= window - reserve
    assert made.messages[0] == ChatMessage(role="system", content="Be brief.")
    assert made.messages[-1] == question[0]


@given(turns, windows, windows)
def test_a_larger_window_never_keeps_less(turns: list[Turn], one: int, other: int) -> None:
    small, large = sorted((one, other))

    kept_small = plan("", turns, question, measure, small, reserve_for(None, small))
    kept_large = plan("", turns, question, measure, large, reserve_for(None, large))

    assert len(kept_large.left_out) <= len(kept_small.left_out)


@given(turns, windows)
def test_whole_turns_leave_oldest_first_and_every_turn_is_accounted_for(
    turns: list[Turn], window: int
) -> None:
    made = plan("", turns, question, measure, window, 64)

    included = [part.included for part in made.parts if part.kind == "turn"]
    assert included == sorted(included)
    assert len(included) == len(turns)
    kept = [m for t in turns[included.count(False) :] for m in t.messages]
    assert list(made.messages) == [*kept, *question]
    assert all(part.reason for part in made.left_out)


@given(turns, windows)
def test_parts_add_up_to_the_prompt(turns: list[Turn], window: int) -> None:
    made = plan("Be brief.", turns, question, measure, window, 64)

    assert sum(p.tokens for p in made.parts if p.included) + OVERHEAD == made.prompt_tokens


def test_a_full_window_moves_its_beginning_in_blocks_not_with_every_turn() -> None:
    """The key/value cache lives as long as the first turn that is kept stays the same."""
    beginnings = set()
    for count in range(40, 80):
        made = plan("", [turn(i, 300) for i in range(count)], question, measure, 2048, 256)
        beginnings.add(len(made.left_out))

    assert len(beginnings) <= 40 * 300 // BLOCK_CHARS + 2


def test_an_unfinished_answer_stays_behind_its_question() -> None:
    unfinished = [*question, ChatMessage(role="assistant", content="Because")]

    made = plan("", [turn(1, 30)], unfinished, measure, 4096, 64)

    assert list(made.messages[-2:]) == unfinished


def test_a_question_that_alone_is_too_long_says_by_how_much() -> None:
    long = [ChatMessage(role="user", content="word " * 3000)]

    with pytest.raises(ContextOverflowError, match=r"5,007 tokens long, 3,471 more than fit"):
        plan("", [turn(1, 30)], long, measure, 2048, 512)


def test_very_old_turns_are_left_out_without_being_counted() -> None:
    counted: list[int] = []

    def counting(messages: Sequence[ChatMessage]) -> Measure:
        counted.append(sum(len(m.content) for m in messages))
        return measure(messages)

    made = plan("", [turn(i, 5000) for i in range(2000)], question, counting, 2048, 512)

    assert made.left_out
    assert max(counted) < 100_000


@given(turns, windows)
def test_examples_follow_the_system_prompt_and_outlast_every_turn(
    turns: list[Turn], window: int
) -> None:
    made = plan("Be brief.", turns, question, measure, window, 64, examples)

    system, shown, *rest = made.parts
    assert (system.kind, shown.kind) == ("system", "examples")
    assert list(made.messages[1:3]) == examples
    assert shown.included
    assert shown.tokens == sum(measure(examples).parts)
    assert {part.kind for part in rest} <= {"turn", "question"}


def test_examples_leave_when_no_turn_is_left_and_say_why() -> None:
    long = [ChatMessage(role="user", content="x" * 3 * 200)]
    shown = [message.model_copy(update={"content": "y" * 90}) for message in examples]

    made = plan("Be brief.", [turn(1, 30)], long, measure, 320, 64, shown)

    assert [(part.kind, part.included) for part in made.parts] == [
        ("system", True),
        ("examples", False),
        ("turn", False),
        ("question", True),
    ]
    assert made.parts[1].reason == "no room beside the question"
    assert made.parts[1].tokens == sum(measure(shown).parts)
    assert [message.role for message in made.messages] == ["system", "user"]


@given(turns, windows, windows, st.integers(0, 3000))
def test_a_larger_window_never_keeps_less_of_examples_and_turns(
    turns: list[Turn], one: int, other: int, size: int
) -> None:
    small, large = sorted((one, other))
    shown = [*examples, *(m.model_copy(update={"content": "z" * size}) for m in examples)]

    kept_small = plan("", turns, question, measure, small, 64, shown)
    kept_large = plan("", turns, question, measure, large, 64, shown)

    assert len(kept_large.left_out) <= len(kept_small.left_out)
