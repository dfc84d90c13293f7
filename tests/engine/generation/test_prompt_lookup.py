"""Guesses at what comes next, and when they are worth a draft."""

from math import inf

from hypothesis import given
from hypothesis import strategies as st

from assistant.engine.generation.prompt_lookup import (
    EVALUATED_TOGETHER,
    MAX_DRAFT,
    MAX_MATCH,
    MIN_MATCH,
    USUAL_SLOPE,
    BatchingCost,
    DraftAcceptance,
    PromptLookup,
    TokenMatch,
)

tokens = st.lists(st.sampled_from([0, 1, 2, 256, 65536, 2**31 - 1]), max_size=60)
"""Few different ones, so that they repeat; their bytes look like each other's, shifted."""


def naive(seen: list[int]) -> TokenMatch | None:
    for length in range(min(MAX_MATCH, len(seen)), MIN_MATCH - 1, -1):
        for place in range(len(seen) - 1, length - 1, -1):
            if seen[place - length : place] == seen[-length:]:
                return TokenMatch(length, place)
    return None


@given(tokens, tokens)
def test_the_longest_match_is_found_and_of_several_the_last(
    prompt: list[int], answer: list[int]
) -> None:
    lookup = PromptLookup(prompt)
    assert lookup.find() == naive(prompt)
    for count, token in enumerate(answer, 1):
        lookup.append(token)
        assert lookup.find() == naive(prompt + answer[:count])


@given(tokens, st.integers(1, MAX_DRAFT))
def test_what_repeats_itself_is_guessed_to_go_on(seen: list[int], count: int) -> None:
    lookup = PromptLookup(seen)
    match = lookup.find()
    if match is None:
        return
    gone_on = list(seen)
    for _ in range(count):
        gone_on.append(gone_on[match.place + len(gone_on) - len(seen)])
    assert lookup.following(match.place, count) == gone_on[len(seen) :]


def test_a_match_longer_than_the_longest_is_no_better() -> None:
    story = list(range(100, 160))
    assert PromptLookup(story + story[:40]).find() == TokenMatch(MAX_MATCH, 40)


def test_drafts_grow_while_guesses_are_right() -> None:
    acceptance = DraftAcceptance()
    first = acceptance.draft_length(4, MAX_DRAFT, USUAL_SLOPE)
    for _ in range(20):
        acceptance.record(MAX_MATCH, right=True)
    assert first < acceptance.draft_length(MAX_MATCH, MAX_DRAFT, USUAL_SLOPE)


def test_guesses_that_fail_are_not_drafted_until_they_come_right_again() -> None:
    acceptance = DraftAcceptance()
    for _ in range(20):
        acceptance.record(MAX_MATCH, right=False)
    assert acceptance.draft_length(MAX_MATCH, MAX_DRAFT, USUAL_SLOPE) == 0
    for _ in range(20):
        acceptance.record(MAX_MATCH, right=True)
    assert acceptance.draft_length(MAX_MATCH, MAX_DRAFT, USUAL_SLOPE) > 0


@given(st.integers(MIN_MATCH, MAX_MATCH), st.integers(-1, 40), st.floats(0, 2))
def test_a_draft_has_room_and_a_size_that_pays(length: int, room: int, slope: float) -> None:
    count = DraftAcceptance().draft_length(length, room, slope)
    assert count == 0 or (count <= room and count + 1 in EVALUATED_TOGETHER and slope < 1)


def test_nothing_is_drafted_where_tokens_take_as_long_together() -> None:
    acceptance = DraftAcceptance()
    for _ in range(50):
        acceptance.record(MAX_MATCH, right=True)
    assert acceptance.draft_length(MAX_MATCH, MAX_DRAFT, 1) == 0
    assert acceptance.draft_length(MAX_MATCH, MAX_DRAFT, inf) == 0


def test_the_cost_is_rounded_so_that_noise_does_not_change_it() -> None:
    rounded = []
    for slope in (0.25, 0.3, 0.42, 0.6, 0.75, 1.0, 1.3):
        batching = BatchingCost()
        alone = 0.02
        # One try of each is disturbed.
        batching.add_comparison(4, [alone * (1 + 3 * slope), 0.4, 0.4], [0.3, alone, 0.3])
        rounded.append(batching.steady)
    assert rounded == [USUAL_SLOPE, USUAL_SLOPE, USUAL_SLOPE, 0.7, 0.7, inf, inf]


def test_the_cost_follows_what_is_measured() -> None:
    batching = BatchingCost()
    batching.add_comparison(4, [0.04], [0.02])
    for _ in range(20):
        batching.add_measurement(1, 0.02)
        batching.add_measurement(5, 0.02 * (1 + 4 * 0.8))
    assert abs(batching.slope - 0.8) < 0.01
    assert batching.steady == USUAL_SLOPE
