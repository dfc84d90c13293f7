"""Answers are the same with drafts and without, whatever happens within a draft."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

import pytest

from assistant.core.values.events import Finished, Wrote
from assistant.core.values.sampling import Constraint, Sampling
from assistant.engine.client import LlamaChatModel
from assistant.engine.generation.prompt_lookup import BatchingCost
from assistant.engine.generation.speculative import MEASURED_TOKENS
from tests.support.decoding import OpenModel, open_model
from tests.support.engine import GREEDY, said, starter_file
from tests.support.tiny_models import write_tiny_model

PROMPTS = [
    "hello there, what do you say? ",
    "abc abc abc abc",
    "Once upon a time there was a fox. " * 3,
    "São João, açaí; São João, aç",
]
MANY = GREEDY.model_copy(update={"max_tokens": 200})
SAMPLINGS = [
    MANY,
    MANY.model_copy(update={"repeat_penalty": 1.2}),
    MANY.model_copy(update={"temperature": 0.3, "seed": 3}),
    MANY.model_copy(update={"temperature": 0.5, "top_k": 3, "repeat_penalty": 1.1, "seed": 8}),
]


@pytest.fixture(scope="module")
def tiny_file() -> Iterator[Path]:
    with TemporaryDirectory(prefix="as-", dir="/tmp") as folder:
        yield write_tiny_model(Path(folder))


@pytest.fixture(scope="module")
def tiny(tiny_file: Path) -> Iterator[OpenModel]:
    """Its numbers are exact enough that batches make no difference to an answer."""
    with open_model(tiny_file) as opened:
        yield opened


@pytest.mark.parametrize("sampling", SAMPLINGS, ids=str)
def test_answers_are_the_same_with_drafts_and_without(tiny: OpenModel, sampling: Sampling) -> None:
    accepted = 0
    for prompt in PROMPTS:
        plain = tiny.write(prompt, "off", sampling)
        drafted = tiny.write(prompt, "on", sampling)
        assert (drafted.text, drafted.pieces) == (plain.text, plain.pieces)
        assert drafted.finished.reason == plain.finished.reason
        accepted += drafted.accepted
    assert accepted


def test_an_answer_is_the_same_from_a_cache_that_a_draft_has_left(tiny: OpenModel) -> None:
    cold = tiny.write(PROMPTS[1], "on", MANY)
    warm = tiny.write(PROMPTS[1], "on", MANY, cold=False)
    assert warm.text == cold.text
    assert warm.finished.usage.cached_tokens > 0


def test_drafts_end_with_the_window(tiny_file: Path) -> None:
    with open_model(tiny_file, window=256) as opened:
        for spare in range(1, 24):
            prompt = "ab" * ((256 - spare) // 2)
            plain = opened.write(prompt, "off")
            drafted = opened.write(prompt, "on")
            assert drafted.text == plain.text
            usage = drafted.finished.usage
            if plain.finished.reason == "length":
                assert usage.prompt_tokens + usage.completion_tokens == 256


@pytest.mark.parametrize("most", range(1, 40, 3))
def test_an_answer_has_no_more_tokens_than_asked_for(tiny: OpenModel, most: int) -> None:
    sampling = GREEDY.model_copy(update={"max_tokens": most})
    plain, drafted = (tiny.write(PROMPTS[1], mode, sampling) for mode in ("off", "on"))
    assert drafted.text == plain.text
    assert drafted.finished.usage.completion_tokens == most


def test_a_stop_text_within_a_draft_ends_the_answer(tiny: OpenModel) -> None:
    whole = tiny.write(PROMPTS[0], "off", MANY).text
    within = 0
    for at in range(2, 120, 7):
        stop = whole[at : at + 3]
        plain = tiny.write(PROMPTS[0], "off", MANY, stop=stop)
        drafted = tiny.write(PROMPTS[0], "on", MANY, stop=stop)
        assert drafted.text == plain.text == whole[: whole.index(stop)]
        assert drafted.finished.reason == "end"
        usage = drafted.finished.usage
        within += usage.drafted_tokens > usage.accepted_tokens > 0
    assert within


def test_an_end_within_a_draft_ends_the_answer(tiny: OpenModel) -> None:
    prompt = "Once upon a time there was a fox. " * 3
    whole = tiny.write(prompt, "off", MANY).text
    (last,) = tiny.vocabulary.tokenize(whole[-1].encode())
    for token in {last, *tiny.vocabulary.tokenize(whole[40:60].encode())}:
        tiny.ends = frozenset({token})
        try:
            plain = tiny.write(prompt, "off", MANY)
            drafted = tiny.write(prompt, "on", MANY)
        finally:
            tiny.ends = frozenset()
        assert plain.finished.reason == drafted.finished.reason == "end"
        assert drafted.text == plain.text


def test_a_stop_between_the_tokens_of_a_draft_is_obeyed_at_once(tiny: OpenModel) -> None:
    whole = tiny.write(PROMPTS[0], "off", MANY)
    for size in range(20, 60, 3):

        def press(written: str, size: int = size) -> None:
            if len(written) >= size:
                tiny.abort.set()

        stopped = tiny.write(PROMPTS[0], "on", MANY, watch=press)
        assert stopped.finished.reason == "stopped"
        assert stopped.text == whole.text[: len(stopped.text)]
        assert len(stopped.text) == size
        assert tiny.write(PROMPTS[0], "on", MANY, cold=False).text == whole.text


def test_an_answer_that_is_gone_on_with_is_not_read_again(tiny: OpenModel) -> None:
    begun = tiny.write(PROMPTS[0], "on", GREEDY.model_copy(update={"max_tokens": 60}))
    assert begun.accepted
    text = PROMPTS[0] + begun.text
    rest = tiny.write(text, "on", MANY, opening=begun.text, cold=False)
    usage = rest.finished.usage
    assert usage.cached_tokens >= usage.prompt_tokens - 2
    assert rest.text == tiny.write(text, "off", MANY, opening=begun.text).text


def test_reasoning_is_closed_within_a_draft_as_without_one(tiny: OpenModel) -> None:
    accepted = 0
    for budget in range(10, 80, 5):
        sampling = GREEDY.model_copy(update={"max_tokens": 60, "thinking": budget})
        plain, drafted = (
            tiny.write(PROMPTS[0], mode, sampling, thinking=True) for mode in ("off", "on")
        )
        assert plain.thought
        assert (drafted.thought, drafted.text) == (plain.thought, plain.text)
        accepted += drafted.accepted
    assert accepted


def test_an_answer_that_has_a_form_is_drafted_as_well(tiny: OpenModel) -> None:
    form = Constraint(kind="grammar", text="root ::= [a-d]{150}")
    sampling = GREEDY.model_copy(update={"constraint": form})
    plain = tiny.write(PROMPTS[1], "off", sampling)
    drafted = tiny.write(PROMPTS[1], "on", sampling)
    assert len(plain.text) == 150
    assert drafted.text == plain.text
    assert drafted.accepted


def test_the_cache_holds_the_answer_and_nothing_of_a_draft(tiny: OpenModel) -> None:
    for most in range(20, 60):
        sampling = GREEDY.model_copy(update={"max_tokens": most})
        tiny.write(PROMPTS[0], "on", sampling)
        drafted, held = tiny.sequence.tokens, tiny.positions()
        tiny.write(PROMPTS[0], "off", sampling)
        assert drafted == tiny.sequence.tokens
        assert held == tiny.positions() == len(drafted)


def test_an_answer_with_a_seed_is_drafted_only_when_asked_for(tiny: OpenModel) -> None:
    seeded = SAMPLINGS[2]
    assert tiny.write(PROMPTS[1], "auto", seeded).finished.usage.drafted_tokens == 0
    drawn = seeded.model_copy(update={"seed": None, "temperature": 0.01})
    assert tiny.write(PROMPTS[1], "auto", drawn).finished.usage.drafted_tokens > 0


def test_where_drafting_does_not_pay_it_is_tried_once(tiny_file: Path) -> None:
    with open_model(tiny_file) as opened:
        opened.batching.add_comparison(MEASURED_TOKENS, [0.08], [0.02])
        slow = opened.write(PROMPTS[1], "auto", MANY)
        assert slow.finished.usage.drafted_tokens == 0
        assert slow.text == opened.write(PROMPTS[1], "off", MANY).text


def test_what_drafting_costs_is_measured_within_an_answer(tiny_file: Path) -> None:
    with open_model(tiny_file) as opened:
        measured = opened.write(PROMPTS[1], "auto", MANY)
        assert opened.batching.steady is not None
        assert measured.text == opened.write(PROMPTS[1], "off", MANY).text


LIGHTHOUSE = (
    "The lighthouse on the northern cape was built in 1871. It stands forty metres above the sea "
    "and its lamp can be seen from thirty kilometres away.\n\nIts keeper wrote down the wind, the "
    "tide and the names of the ships every evening. When the fog came he rang a bronze bell.\n\n"
)


@pytest.fixture(scope="module")
def own_starter() -> Iterator[OpenModel]:
    with open_model(starter_file()) as opened:
        yield opened


def turn(role: str, text: str) -> str:
    return f"<|im_start|>{role}\n{text}<|im_end|>\n"


def asked(question: str) -> str:
    return turn("user", LIGHTHOUSE + question) + "<|im_start|>assistant\n"


QUESTIONS = [
    "Repeat the second paragraph word for word.",
    "Repeat the text above.",
    "What did the keeper write down?",
    "Write a poem about the sea.",
    "Repita o texto.",
]

NEAR = 1.0
"""Logits of this small and coarsely quantized model differ by up to 0.8 where a token is evaluated
alone and together with others."""


@pytest.mark.model
def test_greedy_answers_differ_only_where_two_tokens_are_nearly_as_likely(
    own_starter: OpenModel,
) -> None:
    sampling = GREEDY.model_copy(update={"max_tokens": 64})
    accepted = 0
    for question in QUESTIONS:
        prompt = asked(question)
        plain = own_starter.write(prompt, "off", sampling)
        drafted = own_starter.write(prompt, "on", sampling)
        accepted += drafted.accepted
        assert own_starter.write(prompt, "on", sampling).text == drafted.text
        if drafted.text != plain.text:
            assert own_starter.gap(prompt, plain.text, drafted.text) < NEAR
    assert accepted > 40


@pytest.mark.model
def test_an_answer_that_repeats_an_earlier_one_ends_where_that_did(own_starter: OpenModel) -> None:
    """The end is part of the draft, and so is what stands behind it."""
    said_before = "The keeper wrote down the wind, the tide and the names of the ships."
    prompt = turn("user", "What did he write?") + turn("assistant", said_before)
    prompt += turn("user", "What did he write?") + "<|im_start|>assistant\n"
    drafted = own_starter.write(prompt, "on")
    assert drafted.text == said_before
    assert drafted.finished.reason == "end"
    usage = drafted.finished.usage
    assert usage.drafted_tokens > usage.accepted_tokens > 5


@pytest.mark.model
def test_an_answer_that_quotes_is_drafted_by_itself_and_each_time_the_same(
    own_starter: OpenModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a cost that is given: what is measured depends on what else the machine does."""
    cost = BatchingCost()
    cost.add_comparison(MEASURED_TOKENS, [2.0], [1.0])
    monkeypatch.setattr(own_starter, "batching", cost)
    sampling = GREEDY.model_copy(update={"max_tokens": 64})
    prompt = asked(QUESTIONS[1])

    first = own_starter.write(prompt, "auto", sampling)
    warm = own_starter.write(prompt, "auto", sampling, cold=False)

    assert first.text == warm.text
    usage, again = first.finished.usage, warm.finished.usage
    assert again.cached_tokens > usage.cached_tokens
    assert again.accepted_tokens == usage.accepted_tokens > 20


@pytest.mark.model
def test_nothing_is_drafted_where_that_does_not_pay(
    own_starter: OpenModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    cost = BatchingCost()
    cost.add_comparison(MEASURED_TOKENS, [float(MEASURED_TOKENS)], [1.0])
    monkeypatch.setattr(own_starter, "batching", cost)

    written = own_starter.write(asked(QUESTIONS[1]), "auto", GREEDY)

    assert written.finished.usage.drafted_tokens == 0


@pytest.mark.model
def test_a_stop_while_quoting_stops(starter: LlamaChatModel) -> None:
    stop = Event()
    pieces = 0
    for event in starter.stream([said("user", LIGHTHOUSE * 4 + QUESTIONS[1])], GREEDY, stop):
        pieces += isinstance(event, Wrote)
        if pieces == 30:
            stop.set()
    assert isinstance(event, Finished)
    assert event.reason == "stopped"
