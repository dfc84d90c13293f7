"""Requests as clients send them: what is read of them, and what will not do."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.values.conversation import ChatMessage
from assistant.serve.answers.request import AnswerRequest, LibraryModel, PlainModel, ServedModel
from assistant.serve.api.chat import read_chat
from assistant.serve.api.embeddings import read_embeddings
from assistant.serve.api.fields import Fields, read_fields
from assistant.serve.api.responses import read_response
from assistant.serve.http.errors import ApiError

PLAIN = PlainModel("tiny", "tiny")
FILES = LibraryModel("library", None)
ASKED = [{"role": "user", "content": "Hi"}]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
CHAT_FIELDS = [
    "messages", "stop", "temperature", "top_p", "top_k", "min_p", "seed", "max_tokens",
    "max_completion_tokens", "n", "stream", "response_format", "tool_choice", "tools", "user",
    "reasoning_effort", "logprobs", "repeat_penalty", "stream_options",
]  # fmt: skip
RESPONSE_FIELDS = ["input", "instructions", "text", "reasoning", "store", "max_output_tokens"]


def chat(model: PlainModel | LibraryModel = PLAIN, **fields: Any) -> AnswerRequest:
    return read_chat(Fields({"messages": ASKED, **fields}), model, "test")


def refused(**fields: Any) -> ApiError:
    with pytest.raises(ApiError) as raised:
        chat(**fields)
    assert raised.value.status == 400
    return raised.value


def roles(request: AnswerRequest) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in request.messages]


def test_texts_come_as_strings_and_as_parts() -> None:
    parts = [{"type": "text", "text": "One"}, {"type": "input_text", "text": "two"}]

    assert chat(messages=[{"role": "user", "content": parts}]).messages == (
        ChatMessage(role="user", content="One\ntwo"),
    )


def test_system_messages_come_first_and_neighbours_of_one_role_are_one() -> None:
    given = [
        {"role": "user", "content": "A"},
        {"role": "user", "content": "B"},
        {"role": "assistant", "content": "C"},
        {"role": "developer", "content": "Be kind."},
        {"role": "user", "content": "D"},
        {"role": "system", "content": "Be short."},
    ]

    assert roles(chat(messages=given)) == [
        ("system", "Be kind.\n\nBe short."),
        ("user", "A\n\nB"),
        ("assistant", "C"),
        ("user", "D"),
    ]


def test_calls_of_tools_and_their_results_are_read_as_text() -> None:
    call = {"id": "1", "type": "function", "function": {"name": "ls", "arguments": "{}"}}
    given = [
        {"role": "user", "content": "What is there?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": "a.txt"},
    ]

    assert roles(chat(messages=given, tools=[{"type": "function"}], tool_choice="auto")) == [
        ("user", "What is there?"),
        ("assistant", "[ls {}]"),
        ("user", "a.txt"),
    ]


def test_how_an_answer_is_sampled_is_read() -> None:
    sampling = chat(
        temperature=0,
        top_p=0,
        top_k=5,
        min_p=0.1,
        seed=2**40,
        max_tokens=7,
        reasoning_effort="none",
    ).sampling

    assert (sampling.temperature, sampling.top_k, sampling.min_p) == (0, 5, 0.1)
    assert 0 < (sampling.top_p or 0) < 0.001
    assert sampling.seed == 2**40 % (2**32 - 1)
    assert (sampling.max_tokens, sampling.thinking) == (7, "off")


def test_the_newer_name_of_the_longest_answer_goes_before_the_older() -> None:
    assert chat(max_tokens=7, max_completion_tokens=9).sampling.max_tokens == 9
    assert chat(max_tokens=-1).sampling.max_tokens is None
    assert chat(max_tokens=None, seed=-1).sampling.seed is None


def test_what_is_unknown_is_ignored() -> None:
    assert chat(store=True, metadata={"a": 1}, frequency_penalty=0.3, unheard_of=[1]) == chat()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("messages", "Hi"),
        ("messages", []),
        ("messages", None),
        ("messages", [{"role": "system", "content": "Be kind."}]),
        ("temperature", "0.5"),
        ("temperature", True),
        ("temperature", -1),
        ("temperature", 10**400),
        ("top_p", 1.5),
        ("max_tokens", "7"),
        ("max_tokens", 0),
        ("max_tokens", 1.5),
        ("max_completion_tokens", -2),
        ("seed", "x"),
        ("stop", 1),
        ("stop", ["a", 1]),
        ("n", 2),
        ("logprobs", True),
        ("logprobs", 2),
        ("top_logprobs", 3),
        ("top_logprobs", "3"),
        ("modalities", ["text", "audio"]),
        ("function_call", {"name": "f"}),
        ("tool_choice", "required"),
        ("reasoning_effort", "furious"),
        ("user", 5),
    ],
)
def test_a_field_that_will_not_do_is_named(field: str, value: object) -> None:
    error = refused(**{field: value})

    assert error.param == field
    assert error.body["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("message", "param"),
    [
        ("Hi", "messages[0]"),
        ({"content": "Hi"}, "messages[0].role"),
        ({"role": "king", "content": "Hi"}, "messages[0].role"),
        ({"role": "user", "content": 5}, "messages[0].content"),
        ({"role": "user", "content": [5]}, "messages[0].content[0]"),
        ({"role": "user", "content": [{"type": "text", "text": 5}]}, "messages[0].content[0].text"),
        (
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]},
            "messages[0].content[0].type",
        ),
    ],
)
def test_a_message_that_will_not_do_is_named(message: object, param: str) -> None:
    assert refused(messages=[message]).param == param


def test_the_form_of_an_answer_is_a_schema() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    named = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}

    constraint = chat(response_format=named).constraint

    assert constraint is not None
    assert json.loads(constraint.text) == schema
    assert chat(response_format={"type": "text"}).constraint is None
    bare = chat(json_schema=schema).constraint
    assert bare == constraint
    grammar = chat(grammar='root ::= "a"').constraint
    assert grammar is not None
    assert (grammar.kind, grammar.text) == ("grammar", 'root ::= "a"')
    assert refused(grammar=5).param == "grammar"
    assert refused(response_format={"type": "json_schema"}).param == "response_format.schema"
    assert refused(response_format={"type": "xml"}).param == "response_format.type"


def test_files_answer_a_question_and_go_on_with_nothing() -> None:
    begun = [*ASKED, {"role": "assistant", "content": "Hello"}]

    assert chat(messages=begun).messages[-1].role == "assistant"
    assert refused(model=FILES, messages=begun).param == "messages"


def test_a_response_is_asked_for_with_a_text_or_with_items() -> None:
    parts = [{"type": "input_text", "text": "Hi"}]
    items = [
        {"type": "message", "role": "user", "content": parts},
        {"type": "reasoning", "summary": []},
        {"type": "function_call", "name": "ls", "arguments": "{}"},
        {"type": "function_call_output", "output": "a.txt"},
    ]

    first = read_response(Fields({"input": "Hi", "instructions": "Be kind."}), PLAIN, "")
    second = read_response(Fields({"input": items, "max_output_tokens": 5}), PLAIN, "")

    assert roles(first) == [("system", "Be kind."), ("user", "Hi")]
    assert roles(second) == [("user", "Hi"), ("assistant", "[ls {}]"), ("user", "a.txt")]
    assert second.sampling.max_tokens == 5


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("previous_response_id", "resp_1"),
        ("conversation", "c"),
        ("store", True),
        ("background", True),
        ("input", 5),
        ("input", []),
        ("input", [{"role": "king"}]),
        ("max_output_tokens", "7"),
        ("tool_choice", {"type": "function"}),
        ("top_logprobs", 1),
        ("include", ["message.output_text.logprobs"]),
    ],
)
def test_a_response_has_no_memory_and_names_what_will_not_do(field: str, value: object) -> None:
    with pytest.raises(ApiError) as raised:
        read_response(Fields({"input": "Hi", field: value}), PLAIN, "")

    assert raised.value.status == 400
    assert (raised.value.param or "").startswith(field)


def test_vectors_are_asked_for_with_one_text_or_many() -> None:
    assert read_embeddings(Fields({"input": "a", "model": "E5"}), "e5").texts == ["a"]
    many = read_embeddings(Fields({"input": ["a", "b"], "encoding_format": "base64"}), "e5")
    assert (many.texts, many.as_base64, many.questions) == (["a", "b"], True, False)


@pytest.mark.parametrize(
    ("fields", "status", "param"),
    [
        ({"input": "a", "model": "text-embedding-3-small"}, 404, "model"),
        ({}, 400, "input"),
        ({"input": []}, 400, "input"),
        ({"input": [1, 2]}, 400, "input"),
        ({"input": [[1, 2], [3]]}, 400, "input"),
        ({"input": ["a", ""]}, 400, "input"),
        ({"input": ["a"] * 2049}, 400, "input"),
        ({"input": "a", "encoding_format": "int8"}, 400, "encoding_format"),
        ({"input": "a", "dimensions": 0}, 400, "dimensions"),
    ],
)
def test_vectors_that_cannot_be_made_are_refused(
    fields: dict[str, object], status: int, param: str
) -> None:
    with pytest.raises(ApiError) as raised:
        read_embeddings(Fields(fields), "e5")

    assert (raised.value.status, raised.value.param) == (status, param)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b'{"a": NaN}',
        b'{"a": "\\ud800"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(ApiError) as raised:
        read_fields(body)

    assert (raised.value.status, raised.value.code) == (400, "invalid_json")


@given(st.dictionaries(st.sampled_from(CHAT_FIELDS), JSON))
def test_whatever_a_client_sends_is_read_or_refused(fields: dict[str, Any]) -> None:
    for model in (PLAIN, FILES):
        refusal = refusal_of(read_chat, {"messages": ASKED, **fields}, model)
        assert refusal is None or (refusal.status == 400 and refusal.param)


@given(st.dictionaries(st.sampled_from(RESPONSE_FIELDS), JSON))
def test_whatever_is_sent_for_a_response_is_read_or_refused(fields: dict[str, Any]) -> None:
    refusal = refusal_of(read_response, {"input": "Hi", **fields}, PLAIN)
    assert refusal is None or (refusal.status == 400 and refusal.param)


def refusal_of(
    read: Callable[[Fields, ServedModel, str], AnswerRequest],
    fields: dict[str, Any],
    model: ServedModel,
) -> ApiError | None:
    try:
        read(Fields(fields), model, "")
    except ApiError as refusal:
        return refusal
    return None
