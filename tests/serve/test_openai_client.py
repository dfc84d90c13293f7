"""OpenAI's own client, which refuses every reply that is not as its types say, asks the server."""

import base64
import json
import struct

import openai
import pytest
from openai import OpenAI

from tests.support.serving import RunningServer

pytestmark = pytest.mark.model

STARTER = "smollm2-135m-instruct"
QUESTION = "What is the capital of France?"
ASKED = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": QUESTION}]


@pytest.fixture(scope="module")
def client(server: RunningServer) -> OpenAI:
    return server.client()


def test_the_models_are_listed_and_told_one_by_one(client: OpenAI) -> None:
    listed = client.models.list().data

    assert [model.id for model in listed] == [STARTER]
    assert client.models.retrieve(STARTER).id == STARTER
    assert listed[0].model_extra is not None
    assert listed[0].model_extra["max_model_len"] == 8192
    with pytest.raises(openai.NotFoundError, match="There is no model called"):
        client.models.retrieve("gpt-4o")


def test_an_answer_comes_in_one_piece(client: OpenAI) -> None:
    reply = client.chat.completions.create(
        model=STARTER, messages=ASKED, temperature=0, max_tokens=12
    )

    (choice,) = reply.choices
    assert choice.message.role == "assistant"
    assert choice.message.content
    assert choice.finish_reason in ("stop", "length")
    assert reply.usage is not None
    assert reply.usage.completion_tokens <= 12
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens


def test_a_streamed_answer_is_the_same_in_pieces(client: OpenAI) -> None:
    whole = client.chat.completions.create(
        model=STARTER, messages=ASKED, temperature=0, seed=1, max_tokens=12
    )
    chunks = list(
        client.chat.completions.create(
            model=STARTER,
            messages=ASKED,
            temperature=0,
            seed=1,
            max_tokens=12,
            stream=True,
            stream_options={"include_usage": True},
        )
    )

    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == whole.choices[0].message.content
    assert len(chunks) > 5
    assert chunks[0].choices[0].delta.role == "assistant"
    assert len({chunk.id for chunk in chunks}) == 1
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == (
        whole.choices[0].finish_reason
    )
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert [chunk for chunk in chunks[:-1] if chunk.usage] == []


def test_an_answer_ends_before_a_stop_text(client: OpenAI) -> None:
    whole = client.chat.completions.create(
        model=STARTER, messages=ASKED, temperature=0, max_tokens=12
    )
    text = whole.choices[0].message.content or ""
    word = text.split()[3]

    cut = client.chat.completions.create(
        model=STARTER, messages=ASKED, temperature=0, max_tokens=12, stop=[word]
    )

    assert cut.choices[0].message.content == text[: text.index(word)]
    assert cut.choices[0].finish_reason == "stop"


def test_an_answer_that_has_begun_is_gone_on_with(client: OpenAI) -> None:
    begun = [*ASKED, {"role": "assistant", "content": "The capital of France is"}]

    reply = client.chat.completions.create(
        model=STARTER, messages=begun, temperature=0, max_tokens=3
    )

    assert (reply.choices[0].message.content or "").startswith(" Paris")


def test_an_answer_has_the_form_of_a_schema(client: OpenAI) -> None:
    schema = {
        "type": "object",
        "properties": {"city": {"enum": ["Paris", "Rome"]}},
        "required": ["city"],
        "additionalProperties": False,
    }

    reply = client.chat.completions.create(
        model=STARTER,
        messages=ASKED,
        temperature=0,
        max_tokens=30,
        response_format={"type": "json_schema", "json_schema": {"name": "c", "schema": schema}},
    )

    assert json.loads(reply.choices[0].message.content or "") in (
        {"city": "Paris"},
        {"city": "Rome"},
    )


def test_a_form_that_is_none_is_the_clients_mistake(client: OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(
            model=STARTER,
            messages=ASKED,
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "c", "schema": {"type": "nonsense"}},
            },
        )

    assert raised.value.param == "response_format"


def test_a_prompt_beyond_the_window_is_refused_at_once(client: OpenAI) -> None:
    long = [{"role": "user", "content": "word " * 20_000}]

    for streams in (False, True):
        with pytest.raises(openai.BadRequestError) as raised:
            client.chat.completions.create(model=STARTER, messages=long, stream=streams)

        assert raised.value.code == "context_length_exceeded"


def test_a_name_that_is_no_model_is_not_found(client: OpenAI) -> None:
    for name in ("gpt-4o", "/etc/passwd", "../../x.gguf", "library", "library/none", ""):
        with pytest.raises(openai.NotFoundError) as raised:
            client.chat.completions.create(model=name, messages=ASKED, max_tokens=1)

        assert (raised.value.code, raised.value.param) == ("model_not_found", "model")


def test_texts_become_vectors_as_numbers_and_as_base64(client: OpenAI) -> None:
    texts = ["The ferry leaves at nine.", "Bread costs four euros."]

    # The client asks for base64 by itself, and does not count its own decoding as valid.
    lax = client.with_options()
    lax._strict_response_validation = False
    coded = lax.embeddings.create(model="e5-small-enpt", input=texts)
    plain = client.embeddings.create(model="e5-small-enpt", input=texts, encoding_format="float")

    assert [each.embedding for each in coded.data] == [
        pytest.approx(each.embedding, abs=1e-6) for each in plain.data
    ]
    assert [each.index for each in plain.data] == [0, 1]
    assert plain.usage.total_tokens >= 10
    with pytest.raises(openai.NotFoundError):
        client.embeddings.create(model="text-embedding-3-small", input="a")


def test_base64_is_single_precision(server: RunningServer) -> None:
    asked = {"input": "A ferry.", "encoding_format": "base64"}
    _, coded = server.ask("POST", "/v1/embeddings", asked)
    _, plain = server.ask("POST", "/v1/embeddings", {"input": "A ferry."})

    data = base64.b64decode(coded["data"][0]["embedding"])
    numbers = plain["data"][0]["embedding"]

    assert struct.unpack(f"<{len(numbers)}f", data) == pytest.approx(numbers, abs=1e-6)


def test_a_response_comes_in_one_piece(client: OpenAI) -> None:
    reply = client.responses.create(
        model=STARTER, input=QUESTION, temperature=0, max_output_tokens=12
    )

    assert reply.output_text
    assert reply.status in ("completed", "incomplete")
    assert reply.usage is not None
    assert reply.usage.output_tokens <= 12


def test_a_response_is_streamed_in_events(client: OpenAI) -> None:
    events = list(
        client.responses.create(
            model=STARTER,
            instructions="Be short.",
            input=[{"role": "user", "content": QUESTION}],
            temperature=0,
            max_output_tokens=12,
            stream=True,
        )
    )

    kinds = [event.type for event in events]
    assert kinds[:4] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
    ]
    assert kinds[-4:-1] == [
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
    ]
    assert kinds[-1] in ("response.completed", "response.incomplete")
    assert [event.sequence_number for event in events] == list(range(len(events)))
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert events[-1].response.output_text == text  # type: ignore[union-attr]
    with client.responses.stream(model=STARTER, input="Hi", max_output_tokens=200) as stream:
        assert stream.get_final_response().output_text


def test_a_response_that_would_have_to_be_kept_is_refused(client: OpenAI) -> None:
    for more in ({"store": True}, {"previous_response_id": "resp_1"}):
        with pytest.raises(openai.BadRequestError) as raised:
            client.responses.create(model=STARTER, input="Hi", **more)

        assert raised.value.param in more


def test_without_its_key_a_client_is_told_so(server: RunningServer) -> None:
    stranger = OpenAI(base_url=server.url, api_key="sk-wrong", max_retries=0)

    with pytest.raises(openai.AuthenticationError):
        stranger.models.list()
    stranger.close()
