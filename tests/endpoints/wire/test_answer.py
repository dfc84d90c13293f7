"""Answers of every server of the table, in its own spelling, wherever the bytes are cut."""

import json
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.errors import ContextOverflowError, EndpointError
from assistant.core.values.events import PrefillProgress, Thought, Wrote
from assistant.endpoints.wire.address import EndpointAddress
from assistant.endpoints.wire.answer import StreamedAnswer
from tests.support.model_servers import DONE, chunk, data, plain, usage

ADDRESS = EndpointAddress.of("http://127.0.0.1:8080")


def read(*parts: bytes, begun: str = "") -> tuple[str, str, StreamedAnswer]:
    """Thoughts and answer of what arrives in these blocks."""
    answer = StreamedAnswer(ADDRESS, begun=begun)
    events = [event for part in parts for event in answer.feed(part)]
    events += answer.end()
    thoughts = "".join(event.text for event in events if isinstance(event, Thought))
    return thoughts, "".join(event.text for event in events if isinstance(event, Wrote)), answer


def thinking(*texts: object) -> list[object]:
    return [{"type": "thinking", "thinking": list(texts)}]


SPELLINGS = {
    "llama-server, LM Studio, DeepSeek": [
        {"reasoning_content": "Hm, "},
        {"reasoning_content": "yes."},
    ],
    "vLLM, Ollama": [{"reasoning": "Hm, "}, {"reasoning": "yes."}],
    "both fields, of which one is null": [
        {"reasoning_content": None, "reasoning": "Hm, "},
        {"reasoning_content": None, "reasoning": "yes."},
    ],
    "OpenRouter": [
        {"reasoning": "Hm, ", "reasoning_details": [{"type": "reasoning.text", "text": "Hm, "}]},
        {"reasoning": "yes.", "reasoning_details": [{"type": "reasoning.text", "text": "yes."}]},
    ],
    "OpenRouter, details alone": [
        {"reasoning_details": [{"type": "reasoning.summary", "summary": "Hm, "}]},
        {"reasoning_details": [{"type": "reasoning.text", "text": "yes."}]},
    ],
    "Mistral": [
        {"content": thinking({"type": "text", "text": "Hm, "})},
        {"content": thinking({"type": "text", "text": "yes."})},
    ],
    "Mistral, in plain text": [
        {"content": [{"type": "thinking", "thinking": "Hm, "}]},
        {"content": [{"type": "thinking", "thinking": "yes."}]},
    ],
    "marks in the answer": [{"content": "<think>\nHm, "}, {"content": "yes.\n</think>\n\n"}],
    "marks in pieces": [
        {"content": each} for each in ("<th", "ink>H", "m, yes.</", "thi", "nk>\n")
    ],
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_thoughts_are_told_from_the_answer_in_every_spelling(spelling: str) -> None:
    parts = [*(chunk(delta) for delta in SPELLINGS[spelling]), chunk({"content": "Paris."})]
    thoughts, text, answer = read(*parts, chunk(finish="stop"), DONE)

    assert (thoughts, text) == ("Hm, yes.", "Paris.")
    assert answer.is_finished


def test_the_field_of_thoughts_is_told() -> None:
    for field in ("reasoning", "reasoning_content", "reasoning_details"):
        value: object = [{"text": "Hm"}] if field == "reasoning_details" else "Hm"
        assert read(chunk({field: value}))[2].reasoning_field == field


def test_an_answer_that_goes_on_has_no_thoughts_in_marks() -> None:
    assert read(chunk({"content": "<think> is a mark"}), begun="Look: ")[1] == "<think> is a mark"


@pytest.mark.parametrize("text", ["<thin air", "< think>", "<", "a <think>b</think>"])
def test_what_only_looks_like_a_mark_is_the_answer(text: str) -> None:
    assert read(chunk({"content": text}), chunk(finish="stop"))[:2] == ("", text)


STREAM = b"".join(
    [
        b": OPENROUTER PROCESSING\n\n",
        b"id: 7\n: keep-alive\n\n\n\n",
        chunk({"role": "assistant", "content": ""}),
        chunk({"reasoning": "Ö – "}),
        chunk({"content": "Ça \N{GRINNING FACE} "}),
        data({"choices": []}),
        data({"choices": [], "usage": None}),
        b"event: ping\ndata: {}\n\n",
        chunk({"content": "va"}, usage={"prompt_tokens": 5}),
        b"retry: 100\r\nnonsense\r\ndata: not json\r\n\r\n",
        chunk(finish="stop"),
        data({"choices": [], "usage": usage(11, 4, prompt_tokens_details={"cached_tokens": 3})}),
        DONE,
    ]
)


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_bytes_may_be_cut_anywhere(cuts: Sequence[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    blocks = [STREAM[a:b] for a, b in pairwise(places)]
    thoughts, text, answer = read(*blocks)

    assert (thoughts, text) == ("Ö – ", "Ça \N{GRINNING FACE} va")
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.cached_tokens) == (11, 3)
    assert answer.is_finished


def test_half_a_character_waits_for_the_other_half() -> None:
    first, second = (
        b'data: {"choices":[{"delta":{"content":"' + half + b'"}}]}\n\n'
        for half in (rb"\ud83d", rb"\ude00!")
    )
    answer = StreamedAnswer(ADDRESS)
    texts = [event.text for part in (first, second) for event in answer.feed(part)]  # type: ignore[union-attr]

    assert texts == ["\N{GRINNING FACE}!"]


def test_half_a_character_at_the_end_is_replaced() -> None:
    lone = b'data: {"choices":[{"delta":{"content":"a\\ud83d"}}]}\n\n'

    assert read(lone)[1] == "a\N{REPLACEMENT CHARACTER}"


ENDS = {
    "a reason without [DONE]": ([chunk({"content": "a"}), chunk(finish="stop")], True),
    "[DONE] without a reason": ([chunk({"content": "a"}), DONE], True),
    "neither": ([chunk({"content": "a"})], False),
    "a reason with the last word": ([chunk({"content": "a"}, finish="length")], True),
    "[DONE] without an empty line": ([chunk({"content": "a"}), b"data: [DONE]"], True),
    "nothing at all": ([], False),
}


@pytest.mark.parametrize("end", ENDS)
def test_an_answer_is_finished_by_a_reason_or_by_done(end: str) -> None:
    parts, is_finished = ENDS[end]

    assert read(*parts)[2].is_finished is is_finished


@pytest.mark.parametrize(
    ("word", "reason"),
    [("stop", "end"), ("length", "length"), ("max_tokens", "length"), ("tool_calls", "end"),
     ("end_turn", "end"), ("MAX_TOKENS", "length"), ("model_length", "length")],
)  # fmt: skip
def test_reasons_are_read_in_every_spelling(word: str, reason: str) -> None:
    assert read(chunk({"content": "a"}, finish=word))[2].reason == reason


ERRORS = {
    "llama-server and vLLM": data({"error": {"code": 500, "message": "out of slots"}}),
    "a text": data({"error": "out of slots"}),
    "OpenRouter, beside choices": data(
        {"error": {"code": 502, "message": "out of slots"}, "choices": [{"finish_reason": "error"}]}
    ),
    "an event of its own": b'event: error\ndata: {"message": "out of slots"}\n\n',
    "an event in plain text": b"event: error\ndata: out of slots\n\n",
    "a field of its own": b'error: {"message": "out of slots"}\n\n',
    "a line of JSON": b'{"error": {"message": "out of slots"}}\n',
    "Gemini, in a list": b'data: [{"error": {"message": "out of slots"}}]\n\n',
    "vLLM, an object": data({"object": "error", "message": "out of slots"}),
}


@pytest.mark.parametrize("spelling", ERRORS)
def test_an_error_in_the_middle_is_told_and_the_words_before_it_are_kept(spelling: str) -> None:
    answer = StreamedAnswer(ADDRESS)
    events: list[object] = []
    with pytest.raises(EndpointError, match="out of slots"):
        events.extend(answer.feed(chunk({"content": "Once"}) + ERRORS[spelling] + DONE))

    assert events == [Wrote(text="Once")]


def test_a_prompt_that_is_too_long_is_told_with_its_numbers() -> None:
    error = {"type": "exceed_context_size_error", "n_prompt_tokens": 9000, "n_ctx": 4096}
    with pytest.raises(ContextOverflowError) as told:
        read(data({"error": error}))

    assert told.value.excess == 4904


def test_a_content_filter_is_no_usual_end() -> None:
    with pytest.raises(EndpointError, match="content filter"):
        read(chunk({"content": "a"}), chunk(finish="content_filter"))


WRONG: list[object] = [
    None, [], 7, "text", {"choices": None}, {"choices": {}}, {"choices": [None]}, {"choices": [7]},
    {"choices": [{"delta": None}]}, {"choices": [{"delta": []}]},
    {"choices": [{"delta": {"content": 7}}]},
    {"choices": [{"delta": {"content": [7, None, {"type": "text", "text": 7}]}}]},
    {"choices": [{"delta": {"reasoning": {"a": 1}, "reasoning_details": {"a": 1}}}]},
    {"choices": [{"index": 1, "delta": {"content": "another"}}]},
    {"choices": [{"delta": {}, "finish_reason": 7}]}, {"usage": []},
    {"usage": {"prompt_tokens": "many", "completion_tokens": -3}},
    {"usage": {"prompt_tokens": 1.5, "prompt_tokens_details": 7}},
    {"timings": {"prompt_ms": "long", "predicted_per_second": None}},
    {"prompt_progress": {"total": "all"}}, {"prompt_progress": 7},
]  # fmt: skip


@pytest.mark.parametrize("value", WRONG, ids=json.dumps)
def test_wrong_types_are_no_reason_to_stop(value: object) -> None:
    thoughts, text, answer = read(
        data(value), *[each for each in plain("all right") if isinstance(each, bytes)]
    )

    assert (thoughts, text, answer.is_finished) == ("", "all right", True)


def test_progress_is_told_within_its_bounds() -> None:
    told = [{"total": 10, "cache": 4, "processed": 2}, {"total": 10, "processed": 99}]
    answer = StreamedAnswer(ADDRESS)
    events = [e for each in told for e in answer.feed(chunk({}, prompt_progress=each))]

    assert events == [
        PrefillProgress(done=4, total=10, cached=4),
        PrefillProgress(done=10, total=10, cached=0),
    ]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (usage(9, 2), (9, 0, 2)),
        (usage(9, 2, prompt_cache_hit_tokens=5), (9, 5, 2)),
        (usage(9, 2, prompt_tokens_details={"cached_tokens": 50}), (9, 9, 2)),
    ],
)
def test_usage_is_read_in_every_spelling(told: object, expected: tuple[int, int, int]) -> None:
    found = read(data({"usage": told}))[2].usage

    assert found is not None
    assert (found.prompt_tokens, found.cached_tokens, found.completion_tokens) == expected


def test_times_of_llama_cpp_stand_for_a_usage_that_is_not_told() -> None:
    timings = {"cache_n": 4, "prompt_n": 5, "prompt_ms": 20.5, "predicted_n": 3}
    answer = read(data({"choices": [], "timings": timings}))[2]

    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.cached_tokens) == (9, 4)
    assert answer.prefill_ms == 20.5


def test_an_answer_in_one_piece_is_taken_from_a_server_that_does_not_stream() -> None:
    message = {"content": "Paris.", "reasoning_content": "Hm."}
    answer = StreamedAnswer(ADDRESS)
    whole = {"choices": [{"message": message, "finish_reason": "stop"}], "usage": usage(5, 2)}

    assert list(answer.take_whole(whole)) == [Thought(text="Hm."), Wrote(text="Paris.")]
    assert answer.is_finished


def test_words_that_arrive_together_are_one_event() -> None:
    answer = StreamedAnswer(ADDRESS)
    together = b"".join(chunk({"content": each}) for each in ("a", "b", "c"))

    assert list(answer.feed(together)) == [Wrote(text="abc")]
    assert answer.pieces == 3


def test_a_line_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.endpoints.wire.answer.MAX_LINE", 1000)
    with pytest.raises(EndpointError, match="without an end"):
        read(b"data: " + b"x" * 2000)


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (["The city of", " Paris."], " Paris."),
        (["The city of Paris."], " Paris."),
        (["The ", "city", " of", " Paris."], " Paris."),
        ([" Paris."], " Paris."),
        (["The", " end."], "The end."),
        (["The city"], "The city"),
        (["The city of", "The city of"], "The city of"),
    ],
)
def test_what_an_answer_goes_on_with_is_not_taken_twice(pieces: list[str], expected: str) -> None:
    parts = [*(chunk({"content": each}) for each in pieces), chunk(finish="stop")]

    assert read(*parts, begun="The city of")[1] == expected
