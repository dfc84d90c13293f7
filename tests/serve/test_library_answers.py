"""Answers from the user's files, for other programs."""

import urllib.request
from typing import Any

import openai
import pytest
from openai import OpenAI

from assistant.library.embedding.sentence_transformers import starter_folder
from tests.support.serving import RunningServer

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(starter_folder() is None, reason="the starter embedder is not installed"),
]

QUESTION = "What does a loaf of rye bread cost?"
SAYS = "four euros and fifty cents"


@pytest.fixture(scope="module")
def client(corpus_server: RunningServer) -> OpenAI:
    return corpus_server.client()


def asked(question: str = QUESTION) -> list[Any]:
    return [{"role": "user", "content": question}]


def test_the_files_and_each_collection_are_listed(client: OpenAI) -> None:
    assert [model.id for model in client.models.list()][1:] == ["library", "library/trip"]
    assert client.models.retrieve("library/trip").id == "library/trip"


@pytest.mark.parametrize("model", ["library", "library/trip"])
def test_an_answer_names_its_sources_three_times(client: OpenAI, model: str) -> None:
    reply = client.chat.completions.create(
        model=model, messages=asked(), temperature=0, max_tokens=60
    )

    message = reply.choices[0].message
    assert message.content is not None
    assert "[1]" in message.content
    assert "rye bread" in message.content
    assert message.annotations
    link = message.annotations[0].url_citation
    assert "[1]" in message.content[link.start_index : link.end_index]
    assert reply.model_extra is not None
    source = reply.model_extra["sources"][0]
    assert source["path"].endswith("bakery.md")
    assert source["heading"] == ["The bakery", "Prices"]
    assert source["lines"][0] <= 9 <= source["lines"][1]
    assert SAYS in source["quote"]
    assert source["strength"] in ("verbatim", "supported")
    assert source["url"] == link.url


def test_a_streamed_answer_has_its_citations_before_its_end(client: OpenAI) -> None:
    chunks = list(
        client.chat.completions.create(
            model="library", messages=asked(), temperature=0, max_tokens=60, stream=True
        )
    )

    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    (cited,) = [c for c in chunks if (c.choices[0].delta.model_extra or {}).get("annotations")]
    assert "[1]" in text
    assert chunks.index(cited) == len(chunks) - 2
    assert chunks[-1].choices[0].finish_reason
    annotations = (cited.choices[0].delta.model_extra or {})["annotations"]
    for each in annotations:
        link = each["url_citation"]
        assert text[link["start_index"] : link["end_index"]].endswith("]")
    assert len((cited.model_extra or {})["sources"]) == len(annotations)


def test_the_page_of_a_passage_shows_it_without_a_key(client: OpenAI) -> None:
    reply = client.chat.completions.create(
        model="library", messages=asked(), temperature=0, max_tokens=60
    )
    url = (reply.choices[0].message.annotations or [])[0].url_citation.url

    with urllib.request.urlopen(url) as page:
        html, headers = page.read().decode(), page.headers

    assert f"{SAYS}.</mark>" in html
    assert "bakery.md" in html
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_response_has_its_citations_too(client: OpenAI) -> None:
    reply = client.responses.create(
        model="library", input=QUESTION, temperature=0, max_output_tokens=60
    )
    events = list(
        client.responses.create(
            model="library", input=QUESTION, temperature=0, max_output_tokens=60, stream=True
        )
    )

    (part,) = reply.output[0].content  # type: ignore[union-attr]
    assert part.annotations[0].type == "url_citation"  # type: ignore[union-attr]
    added = [e for e in events if e.type == "response.output_text.annotation.added"]
    assert added
    assert added[0].annotation.url.startswith("http://127.0.0.1:")  # type: ignore[attr-defined]


def test_only_the_last_question_is_looked_up(client: OpenAI) -> None:
    said = [
        {"role": "user", "content": "When does the ferry to the island leave?"},
        {"role": "assistant", "content": "Twice a day. [1]"},
        {"role": "user", "content": QUESTION},
    ]

    reply = client.chat.completions.create(
        model="library/trip", messages=said, temperature=0, max_tokens=60
    )

    sources = (reply.model_extra or {})["sources"]
    assert {source["path"].rsplit("/", 1)[1] for source in sources} == {"bakery.md"}


def test_a_conversation_goes_on_where_it_was(client: OpenAI) -> None:
    first = client.chat.completions.create(
        model="library/trip", messages=asked(), temperature=0, max_tokens=60
    )
    said = [
        *asked(),
        {"role": "assistant", "content": first.choices[0].message.content},
        {"role": "user", "content": "When does the ferry to the island leave?"},
    ]

    second = client.chat.completions.create(
        model="library/trip", messages=said, temperature=0, max_tokens=60
    )

    assert second.usage is not None
    assert second.usage.prompt_tokens_details is not None
    # What was read for the first question, its passages included, is not read again.
    assert (second.usage.prompt_tokens_details.cached_tokens or 0) > 60
    assert any("harbour.pdf" in s["path"] for s in (second.model_extra or {})["sources"])


def test_files_that_say_nothing_say_so(client: OpenAI) -> None:
    reply = client.chat.completions.create(
        model="library/trip", messages=asked("Who won the chess championship of 1972?")
    )

    assert "nothing" in (reply.choices[0].message.content or "").lower()
    assert not reply.choices[0].message.annotations
    assert reply.usage is not None
    assert reply.usage.completion_tokens == 0


def test_a_prompt_beyond_the_window_is_refused_before_anything_is_searched(
    client: OpenAI,
) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(model="library", messages=asked("word " * 20_000))

    assert raised.value.code == "context_length_exceeded"


def test_a_plain_model_knows_nothing_of_the_files(client: OpenAI) -> None:
    reply = client.chat.completions.create(
        model="smollm2-135m-instruct", messages=asked(), temperature=0, max_tokens=20
    )

    assert reply.choices[0].message.annotations is None
    assert "sources" not in (reply.model_extra or {})
