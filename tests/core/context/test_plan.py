"""Laws of the context plan."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.context.plan import BLOCK_CHARS, group_turns, latest_recap, plan, reserve_for
from assistant.core.errors import ContextOverflowError
from assistant.core.values.context import (
    EXCLUDED,
    NO_ROOM_FOR_PINNED,
    SUMMARISED,
    ContextPlan,
    Recap,
    Turn,
)
from assistant.core.values.conversation import ChatMessage, Message, Placing, Summary
from assistant.core.values.models import TokenCounts

OVERHEAD = 3
PER_MESSAGE = 4


def measure(messages: Sequence[ChatMessage]) -> TokenCounts:
    """A template of fixed cost and a tokenizer of three characters a token."""
    parts = tuple(PER_MESSAGE + -(-len(m.content) // 3) for m in messages)
    return TokenCounts(total=sum(parts) + OVERHEAD, parts=parts, overhead=OVERHEAD)


def turn(number: int, chars: int) -> Turn:
    return Turn(
        message_ids=(f"q{number}", f"a{number}"),
        messages=(
            ChatMessage(role="user", content="q" * max(chars // 3, 1)),
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

    def counting(messages: Sequence[ChatMessage]) -> TokenCounts:
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
    assert made.parts[1].reason == "did not fit beside the question"
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


@st.composite
def placed_turns(draw: st.DrawFn) -> list[Turn]:
    """Turns of which some are pinned and some excluded."""
    placings = st.sampled_from([None, None, None, "pinned", "excluded"])
    return [
        turn(number, size).model_copy(
            update={"place": 2 * number, "placing": draw(placings)},
        )
        for number, size in enumerate(draw(sizes))
    ]


@st.composite
def recaps(draw: st.DrawFn) -> Recap | None:
    """A summary of the first turns, or none."""
    reach = draw(st.none() | st.integers(0, 30))
    if reach is None:
        return None
    text = "s" * draw(st.integers(1, 3000))
    return Recap(message_id="a", text=text, covers=frozenset(range(0, 2 * reach, 2)))


def in_window(made: ContextPlan, placing: Placing | None = None) -> set[tuple[str, ...]]:
    """Turns that are in it; all of them, or those placed so."""
    return {
        part.message_ids
        for part in made.parts
        if part.kind == "turn" and part.included and placing in (None, part.placing)
    }


@given(placed_turns(), recaps(), windows, st.integers(1, 5000))
def test_no_pin_and_no_summary_makes_a_plan_exceed_the_window(
    turns: list[Turn], recap: Recap | None, window: int, max_tokens: int
) -> None:
    reserve = reserve_for(max_tokens, window)

    made = plan("Be brief.", turns, question, measure, window, reserve, examples, recap)

    assert measure(made.messages).total == made.prompt_tokens <= window - reserve
    assert made.messages[0] == ChatMessage(role="system", content="Be brief.")
    assert made.messages[-1] == question[0]
    assert sum(p.tokens for p in made.parts if p.included) + OVERHEAD == made.prompt_tokens
    assert all(part.reason for part in made.left_out)


@given(placed_turns(), recaps(), windows, windows)
def test_a_larger_window_keeps_all_that_a_smaller_one_keeps(
    turns: list[Turn], recap: Recap | None, one: int, other: int
) -> None:
    small, large = sorted((one, other))

    kept_small, kept_large = (
        plan("", turns, question, measure, window, 64, examples, recap) for window in (small, large)
    )

    assert in_window(kept_small) <= in_window(kept_large)


@given(placed_turns(), recaps(), windows)
def test_an_excluded_turn_never_goes_in_and_says_so(
    turns: list[Turn], recap: Recap | None, window: int
) -> None:
    made = plan("", turns, question, measure, window, 64, examples, recap)

    parts = {part.message_ids: part for part in made.parts if part.kind == "turn"}
    out = [parts[each.message_ids] for each in turns if each.placing == "excluded"]
    assert {part.reason for part in out} <= {EXCLUDED}
    assert not any(part.included for part in out)
    assert sum(part.included for part in parts.values()) * 2 == sum(
        message.content[0] in "qa" for message in made.messages
    )


@given(placed_turns(), recaps(), windows)
def test_a_pinned_turn_leaves_only_when_it_does_not_fit_with_the_newer_pinned_ones(
    turns: list[Turn], recap: Recap | None, window: int
) -> None:
    made = plan("Be brief.", turns, question, measure, window, 64, examples, recap)

    pinned = [each for each in turns if each.placing == "pinned"]
    kept = in_window(made, "pinned")
    out = [each for each in pinned if each.message_ids not in kept]
    assert out == pinned[: len(out)]
    if out:
        newest = pinned[len(out) - 1 :]
        least = [made.messages[0], *(m for each in newest for m in each.messages), *question]
        assert measure(least).total > window - 64
        assert {part.kind for part in made.parts if part.included} <= {"system", "turn", "question"}
        assert in_window(made) == kept


@given(placed_turns(), recaps(), windows)
def test_turns_stay_in_the_order_in_which_they_were_said(
    turns: list[Turn], recap: Recap | None, window: int
) -> None:
    made = plan("", turns, question, measure, window, 64, (), recap)

    kept = in_window(made)
    said = [m for each in turns if each.message_ids in kept for m in each.messages]
    assert list(made.messages[-len(said) - 1 : -1]) == said


def test_a_summary_takes_the_place_of_the_turns_it_tells_when_not_all_fit() -> None:
    turns = [turn(i, 300).model_copy(update={"place": 2 * i}) for i in range(40)]
    recap = Recap(message_id="a29", text="They spoke of q.", covers=frozenset(range(0, 60, 2)))

    made = plan("", turns, question, measure, 2048, 256, (), recap)
    roomy = plan("", turns, question, measure, 32768, 256, (), recap)

    assert made.messages[:2] == recap.messages
    assert made.outgrown == "summarise"
    reasons = [part.reason for part in made.parts if part.kind == "turn"]
    assert reasons == [SUMMARISED] * 30 + [""] * 10
    assert roomy.left_out == ()
    assert roomy.outgrown is None
    assert recap.messages[1] not in roomy.messages


def test_a_pinned_turn_stays_beside_the_summary_that_tells_it() -> None:
    turns = [turn(i, 300).model_copy(update={"place": 2 * i}) for i in range(40)]
    turns[3] = turns[3].model_copy(update={"placing": "pinned"})
    recap = Recap(message_id="a29", text="They spoke of q.", covers=frozenset(range(0, 60, 2)))

    made = plan("", turns, question, measure, 2048, 256, (), recap)

    assert made.messages[2:4] == turns[3].messages


def test_a_pinned_turn_that_has_no_room_says_so() -> None:
    pinned = turn(1, 9000).model_copy(update={"placing": "pinned"})

    made = plan("", [pinned], question, measure, 1024, 64)

    assert [part.reason for part in made.left_out] == [NO_ROOM_FOR_PINNED]
    assert made.outgrown == "leave_out"


def said(*texts: str) -> list[Message]:
    """A branch of questions and answers."""
    return [
        Message(
            id=f"m{place}",
            conversation_id="c",
            parent_id=f"m{place - 1}" if place else None,
            role="assistant" if place % 2 else "user",
            text=text,
            state="complete",
            created=datetime(2026, 3, 1, tzinfo=UTC),
        )
        for place, text in enumerate(texts)
    ]


def test_the_newest_summary_counts_unless_it_tells_an_excluded_turn() -> None:
    branch = said("a", "b", "c", "d", "e", "f")
    branch[1] = branch[1].model_copy(update={"summary": Summary(text="one", covers=(0,))})
    branch[3] = branch[3].model_copy(update={"summary": Summary(text="two", covers=(0, 2))})

    both = latest_recap(branch)
    branch[2] = branch[2].model_copy(update={"placing": "excluded"})
    first = latest_recap(branch)
    branch[0] = branch[0].model_copy(update={"placing": "excluded"})

    assert both is not None
    assert (both.text, both.message_id, both.covers) == ("two", "m3", {0, 2})
    assert first is not None
    assert first.text == "one"
    assert latest_recap(branch) is None
    assert [each.placing for each in group_turns(branch)] == ["excluded", "excluded", None]
