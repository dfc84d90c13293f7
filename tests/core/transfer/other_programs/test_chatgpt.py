"""ChatGPT's export: nothing is dropped without a word, twice is once."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.transfer.importing import read
from assistant.core.values.conversation import Message
from assistant.core.values.transcript import ParsedTranscripts, Transcript
from tests.support.chatgpt_export import TIME, conversation, image, node, rich
from tests.support.transcripts import patient

SAVED = datetime(2026, 3, 1, tzinfo=UTC)
"""When the file was written."""


def told(reading: ParsedTranscripts) -> list[str]:
    """What could not be read or kept, a sentence each."""
    return [str(problem) for problem in reading.problems]


def imported(*conversations: Any) -> ParsedTranscripts:
    return read("conversations.json", json.dumps(list(conversations)).encode(), SAVED)


def one(stored: Any) -> Transcript:
    (transcript,) = imported(stored).transcripts
    return transcript


def said(transcript: Transcript) -> list[str]:
    """The active branch."""
    return [entry.message.text for entry in transcript.branch]


def by_text(transcript: Transcript, start: str) -> Message:
    return next(e.message for e in transcript.entries if e.message.text.startswith(start))


def test_branches_code_tools_images_and_instructions_are_kept() -> None:
    transcript = one(rich())

    assert transcript.conversation.system_prompt == "I am a cook.\n\nBe brief."
    assert transcript.conversation.title == "Lease"
    assert transcript.conversation.created == datetime.fromtimestamp(TIME, UTC)
    assert said(transcript) == [
        "First?",
        "One.",
        "[file: plan.pdf]\n\n[image: file-abc, 10 × 20]\n\n> a lighthouse\n\nWhat is this?",
        "*to python:*\n\n````python\nprint('```')\n````\n\n"
        "*python:*\n\n````\n```\n````\n\n"
        "A lighthouse.",
        "Thanks",
    ]
    assert [entry.message.role for entry in transcript.branch] == [
        "user",
        "assistant",
        "user",
        "assistant",
        "user",
    ]
    other = by_text(transcript, "Uno.")
    assert other.parent_id == by_text(transcript, "First?").id
    assert by_text(transcript, "Yes.").parent_id == by_text(transcript, "Something else?").id
    assert by_text(transcript, "One.").model == "gpt-4"
    assert len(transcript.entries) == 8
    assert by_text(transcript, "*to python").reasoning == "Looking\nat it"


def test_what_is_not_kept_is_told() -> None:
    reading = imported(rich())

    assert told(reading) == ["“Lease”: an image or a file is mentioned, but was not imported."]


def test_reading_twice_gives_the_same_ids() -> None:
    again = rich()
    again["mapping"] = dict(reversed(again["mapping"].items()))

    ids = {entry.message.id for entry in one(rich()).entries}

    assert ids == {entry.message.id for entry in one(again).entries}
    assert len(ids) == 8
    other = {**rich(), "conversation_id": "another"}
    assert not ids & {entry.message.id for entry in one(other).entries}


def test_a_conversation_that_went_on_keeps_the_ids_of_what_was_there() -> None:
    stored = rich()
    stored["mapping"]["q3"]["children"].append("a3")
    stored["mapping"]["a3"] = node("a3", "q3", "assistant", "You are welcome.")
    stored["current_node"] = "a3"

    before, after = one(rich()), one(stored)

    assert {e.message.id for e in before.entries} < {e.message.id for e in after.entries}
    assert said(after)[-1] == "You are welcome."


def answered(content: dict[str, Any]) -> dict[str, Any]:
    """A question with an answer of this content."""
    return conversation(node("q", None, "user", "?"), node("a", "q", "assistant", content=content))


CONTENT = [
    ({"content_type": "text", "parts": ["a", "", "b"]}, "a\n\nb"),
    ({"content_type": "text", "parts": ["a", None, {"text": "b"}]}, "a\n\nb"),
    ({"content_type": "text", "parts": [3]}, "```\n3\n```"),
    ({"content_type": "code", "language": "unknown", "text": "x"}, "```\nx\n```"),
    ({"content_type": "system_error", "name": "Boom", "text": "x"}, "Boom:\n\n```\nx\n```"),
    (
        {"content_type": "tether_quote", "title": "T", "url": "https://x.org", "text": "a\nb"},
        "> T <https://x.org>\n>\n> a\n> b",
    ),
    ({"content_type": "tether_browsing_display", "result": "r"}, "> r"),
    (
        {
            "content_type": "multimodal_text",
            "parts": [
                {"content_type": "audio_transcription", "text": "hello"},
                {
                    "content_type": "real_time_user_audio_video_asset_pointer",
                    "audio_asset_pointer": {"asset_pointer": "sediment://file_1"},
                },
            ],
        },
        "hello\n\n[audio: file_1]",
    ),
]


@pytest.mark.parametrize(("content", "text"), CONTENT)
def test_every_kind_of_content_becomes_markdown(content: dict[str, Any], text: str) -> None:
    stored = answered(content)

    assert said(one(stored))[1] == text


@pytest.mark.parametrize(
    "content",
    [
        {"content_type": "super_widget", "widget": {"name": "treasure"}},
        {"content_type": "multimodal_text", "parts": [{"content_type": "new", "x": "treasure"}]},
        {"content_type": "text", "result": "treasure"},
        {"text": "treasure"},
    ],
)
def test_content_of_an_unknown_kind_is_kept_as_it_stands_and_told(content: dict[str, Any]) -> None:
    stored = answered(content)

    reading = imported(stored)

    assert "treasure" in said(reading.transcripts[0])[1]
    assert any("as it is" in problem for problem in told(reading))


def test_an_answer_with_two_ways_on_makes_two_versions() -> None:
    stored = conversation(
        node("q", None, "user", "?"),
        node("a", "q", "assistant", "first"),
        node("t1", "a", "tool", "one", name="web"),
        node("t2", "a", "tool", "two", name="web"),
        node("q2", "t1", "user", "next"),
    )

    transcript = one(stored)

    versions = [e.message for e in transcript.entries if e.message.role == "assistant"]
    assert [m.text for m in versions] == ["first\n\n*web:*\n\none", "first\n\n*web:*\n\ntwo"]
    assert len({m.parent_id for m in versions}) == 1
    assert said(transcript)[-1] == "next"


def test_an_answer_followed_by_a_question_and_by_more_of_itself_loses_nothing() -> None:
    stored = conversation(
        node("q", None, "user", "?"),
        node("a", "q", "assistant", "first"),
        node("q2", "a", "user", "next"),
        node("more", "a", "assistant", "more"),
        current_node="q2",
    )

    transcript = one(stored)

    assert said(transcript) == ["?", "first", "next"]
    assert by_text(transcript, "first\n\nmore").parent_id == by_text(transcript, "?").id


def test_without_title_times_and_current_node_it_is_read_all_the_same() -> None:
    stored = conversation(
        node("root", None),
        node("q", "root", "user", "Is that so?", time=None),
        node("a", "q", "assistant", "Yes.", time="soon"),
    )
    for key in ("title", "create_time", "update_time", "current_node", "conversation_id"):
        stored[key] = None

    transcript = one(stored)

    assert transcript.conversation.title == "Is that so?"
    assert transcript.conversation.created == SAVED
    assert {entry.message.created for entry in transcript.entries} == {SAVED}
    assert said(transcript) == ["Is that so?", "Yes."]


def test_thoughts_and_their_recap_are_kept_apart_from_the_answer() -> None:
    thoughts = {"content_type": "thoughts", "thoughts": [{"summary": "Buds", "content": "above"}]}
    recap = {"content_type": "reasoning_recap", "content": "Thought for 3s"}
    stored = conversation(
        node("q", None, "user", "How do I prune roses?"),
        node("t", "q", "assistant", content=thoughts),
        node("r", "t", "assistant", content=recap),
        node("a", "r", "assistant", "Cut above a bud."),
    )

    answer = one(stored).branch[1].message

    assert answer.text == "Cut above a bud."
    assert answer.reasoning == "Buds\nabove\n\nThought for 3s"


def test_an_answer_of_thoughts_only_is_kept() -> None:
    thoughts = {"content_type": "thoughts", "thoughts": [{"content": "hm"}]}
    stored = conversation(
        node("q", None, "user", "?"), node("t", "q", "assistant", content=thoughts)
    )

    answer = one(stored).branch[1].message

    assert (answer.text, answer.reasoning) == ("", "hm")


@pytest.mark.parametrize(
    ("fields", "metadata", "model"),
    [
        ({"default_model_slug": "some-model"}, {}, "some-model"),
        ({"default_model_slug": "some-model"}, {"model_slug": "other"}, "other"),
        ({}, {"default_model_slug": "third"}, "third"),
        ({"default_model_slug": 3}, {}, None),
    ],
)
def test_an_answer_has_the_model_that_the_message_or_the_conversation_tells(
    fields: dict[str, Any], metadata: dict[str, Any], model: str | None
) -> None:
    stored = conversation(
        node("q", None, "user", "?"), node("a", "q", "assistant", "!", metadata=metadata), **fields
    )

    assert [entry.message.model for entry in one(stored).branch] == [None, model]


def test_archived_and_starred_conversations_stay_so() -> None:
    stored = conversation(node("q", None, "user", "?"), is_archived=True, is_starred=True)

    found = one(stored).conversation

    assert (found.archived, found.pinned) == (True, True)


def test_one_conversation_alone_is_an_export_too() -> None:
    reading = read("x.json", json.dumps(rich()).encode())

    assert len(reading.transcripts) == 1


BROKEN: dict[str, tuple[Any, str, list[str]]] = {
    "a circle": (
        conversation(
            node("q", "a", "user", "?"),
            node("a", "q", "assistant", "!"),
        ),
        "circle",
        ["?", "!"],
    ),
    "itself for a parent": (conversation(node("q", "q", "user", "?")), "circle", ["?"]),
    "a parent that is missing": (
        conversation(node("q", "gone", "user", "?"), node("a", "q", "assistant", "!")),
        "missing",
        ["?", "!"],
    ),
    "a node that is none": (
        {**(c := conversation(node("q", None, "user", "?"))), "mapping": {**c["mapping"], "x": 3}},
        "an entry that is not a message",
        ["?"],
    ),
    "a message that is none": (
        conversation(node("q", None, "user", "?"), {**node("x", "q"), "message": [1]}),
        "an entry that is not a message",
        ["?"],
    ),
    "a role that is unknown": (
        conversation(node("q", None, "user", "?"), node("a", "q", "oracle", "!", name="Delphi")),
        "unknown role",
        ["?", "*Delphi:*\n\n!"],
    ),
    "content that is none": (
        conversation(
            node("q", None, "user", "?"),
            {**node("x", "q"), "message": {"author": {"role": "user"}, "content": "text"}},
        ),
        "without content",
        ["?"],
    ),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_broken_is_told_and_the_rest_is_read(broken: str) -> None:
    stored, problem, texts = BROKEN[broken]

    reading = imported(stored)

    assert any(problem in each for each in told(reading))
    assert sorted(e.message.text for e in reading.transcripts[0].entries) == sorted(texts)


def test_entries_that_are_no_conversations_and_empty_ones_are_told() -> None:
    empty = conversation(node("root", None), node("s", "root", "system", "You are."), title="Void")

    reading = imported(3, {"title": "x"}, empty, rich())

    assert len(reading.transcripts) == 1
    assert told(reading) == [
        "“Void”: left out: it has no messages.",
        "“Lease”: an image or a file is mentioned, but was not imported.",
        "entry 1: left out: it is not a conversation.",
        "entry 2: left out: it is not a conversation.",
    ]


def test_very_long_conversations_are_read_in_time() -> None:
    nodes = [node("0", None, "user", "start")]
    for number in range(1, 20_000):
        role = ("user", "assistant", "tool")[number % 3]
        nodes.append(node(str(number), str(number - 1), role, f"text {number}"))

    assert len(one(conversation(*nodes)).entries) > 10_000


keys = st.sampled_from("abcdefgh")
nodes = st.builds(
    lambda key, parent, role, part: node(key, parent, role, part),
    keys,
    st.none() | keys,
    st.sampled_from([None, "user", "assistant", "tool", "system"]),
    st.sampled_from(["x", "y\n", "", "ação"]) | st.just(image()),
)


@given(st.lists(nodes, min_size=1, max_size=8, unique_by=lambda each: str(each["id"])))
@patient
def test_everything_that_is_said_in_any_graph_is_somewhere(made: list[dict[str, Any]]) -> None:
    for number, each in enumerate(made):
        if each["message"] and each["message"]["content"]["parts"] != [""]:
            each["message"]["content"]["parts"].append(f"<{number}>")
    reading = imported(conversation(*made))

    kept = "\n".join(
        text
        for transcript in reading.transcripts
        for text in (
            transcript.conversation.system_prompt,
            *(entry.message.text for entry in transcript.entries),
        )
    )
    spoken = [each for each in made if each["message"]]
    only_system = all(each["message"]["author"]["role"] == "system" for each in spoken)
    if spoken and not only_system and reading.transcripts:
        for number, each in enumerate(made):
            if each["message"] and f"<{number}>" in each["message"]["content"]["parts"]:
                assert f"<{number}>" in kept
    for transcript in reading.transcripts:
        known: set[str | None] = {None}
        for entry in transcript.entries:
            assert entry.message.parent_id in known
            assert entry.message.id not in known
            known.add(entry.message.id)
