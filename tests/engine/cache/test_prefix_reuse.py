"""The second turn of a conversation reads only what is new."""

import secrets

import pytest

from assistant.core.values.conversation import ChatMessage
from assistant.engine.cache.sequences import MIN_TOGETHER
from assistant.engine.client import LlamaChatModel
from tests.support.engine import GREEDY, answer, said

pytestmark = pytest.mark.model

SHORT = GREEDY.model_copy(update={"max_tokens": 24})
SYSTEM = said("system", "You are a helpful assistant. " * 10)


def fresh(text: str) -> list[ChatMessage]:
    """A conversation whose beginning no other test has read."""
    return [said("system", f"{secrets.token_hex(4)} {SYSTEM.content}"), said("user", text)]


def test_the_second_turn_reads_only_what_is_new(starter: LlamaChatModel) -> None:
    messages = fresh("Tell me about Olinda, São João and açaí.")
    first, done = answer(starter, messages, SHORT)
    messages += [said("assistant", first), said("user", "And what else?")]
    _, again = answer(starter, messages, SHORT)
    known = done.usage.prompt_tokens + done.usage.completion_tokens
    assert again.usage.cached_tokens >= known - 2
    assert again.usage.prompt_tokens - again.usage.cached_tokens < 20


def test_another_version_of_an_answer_reads_two_tokens(starter: LlamaChatModel) -> None:
    messages = fresh("Tell me a story.")
    answer(starter, messages, SHORT)
    _, again = answer(starter, messages, SHORT.model_copy(update={"temperature": 1.0}))
    assert again.usage.cached_tokens == again.usage.prompt_tokens - MIN_TOGETHER


def test_an_edited_question_keeps_what_came_before_it(starter: LlamaChatModel) -> None:
    messages = fresh("Tell me about cats.")
    first, _ = answer(starter, messages, SHORT)
    before = starter.measure([*messages, said("assistant", first)]).total
    asked = [*messages, said("assistant", first), said("user", "Which of them is the biggest?")]
    answer(starter, asked, SHORT)
    edited = [*asked[:-1], said("user", "Which of them is the smallest of all?")]
    _, again = answer(starter, edited, SHORT)
    assert again.usage.cached_tokens >= before


def test_a_stopped_answer_that_is_gone_on_with_is_not_read_again(starter: LlamaChatModel) -> None:
    messages = fresh("Tell me a story about a fox.")
    partial, done = answer(starter, messages, SHORT)
    assert done.reason == "length"
    _, again = answer(starter, [*messages, said("assistant", partial)], SHORT)
    known = done.usage.prompt_tokens + done.usage.completion_tokens
    assert again.usage.prompt_tokens == known
    assert again.usage.cached_tokens >= known - 2


def test_another_answer_with_the_same_seed_is_the_same(starter: LlamaChatModel) -> None:
    sampling = SHORT.model_copy(update={"temperature": 1.0, "seed": 5})
    for _ in range(3):
        messages = fresh("Tell me a story.")
        cold, unseen = answer(starter, messages, sampling)
        warm, seen = answer(starter, messages, sampling)
        assert seen.usage.cached_tokens > unseen.usage.cached_tokens
        assert warm == cold


def test_counting_agrees_with_what_is_read_in_a_warm_conversation(starter: LlamaChatModel) -> None:
    messages = fresh("Tell me about the sea.")
    first, _ = answer(starter, messages, SHORT)
    messages += [said("assistant", first), said("user", "Go on.")]
    total = starter.measure(messages).total
    assert answer(starter, messages, SHORT)[1].usage.prompt_tokens == total
