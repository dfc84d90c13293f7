"""Every program's export becomes the same conversation, branches and thoughts included."""

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.errors import TranscriptError
from assistant.core.transfer.importing import read
from assistant.core.values.conversation import Message
from assistant.core.values.transcript import ParsedTranscripts, Transcript
from tests.support import program_exports as exports
from tests.support.chatgpt_export import rich
from tests.support.transcripts import patient

SAVED = datetime(2026, 3, 1, tzinfo=UTC)
BRANCHED: dict[str, Callable[[], dict[str, Any]]] = {
    "Open WebUI": exports.open_webui,
    "Claude": exports.claude,
    "LM Studio": exports.lm_studio,
    "LibreChat": exports.librechat,
    "LibreChat, nested": lambda: exports.librechat(nested=True),
}
ALL = {**BRANCHED, "messages": exports.messages, "ShareGPT": exports.sharegpt}


def imported(*stored: Any, name: str = "x.json") -> ParsedTranscripts:
    content = stored[0] if len(stored) == 1 else list(stored)
    return read(name, json.dumps(content).encode(), SAVED)


def one(stored: Any) -> Transcript:
    (transcript,) = imported(stored).transcripts
    return transcript


def message(transcript: Transcript, text: str) -> Message:
    return next(e.message for e in transcript.entries if text in e.message.text)


@pytest.mark.parametrize("program", ALL)
def test_the_conversation_is_read_with_its_roles_thoughts_and_system_prompt(program: str) -> None:
    transcript = one(ALL[program]())

    branch = [entry.message for entry in transcript.branch]
    assert [each.role for each in branch] == ["user", "assistant", "user"]
    assert "How do I prune roses?" in branch[0].text
    assert branch[1].text.endswith("Cut above a bud.")
    assert "Buds" in branch[1].reasoning
    assert "Buds" not in branch[1].text
    assert branch[2].text == "Thanks"
    if program != "Claude":
        assert transcript.conversation.system_prompt == "Be brief."


@pytest.mark.parametrize("program", BRANCHED)
def test_branches_and_their_models_are_kept(program: str) -> None:
    transcript = one(BRANCHED[program]())

    other, chosen = message(transcript, "Do not."), message(transcript, "Cut above a bud.")
    assert other.parent_id == chosen.parent_id is not None
    assert message(transcript, "Thanks").parent_id == chosen.id
    assert transcript.conversation.title == "Roses"
    if program != "Claude":
        assert chosen.model in ("two", "maker/two")
        assert other.model == "one"


@pytest.mark.parametrize("program", ALL)
def test_times_are_those_of_the_export_or_of_the_file(program: str) -> None:
    transcript = one(ALL[program]())

    created = transcript.conversation.created
    expected = SAVED if program == "ShareGPT" else datetime(2026, 1, 1, tzinfo=UTC)
    assert created.date() == expected.date()
    assert transcript.conversation.updated >= created
    assert all(entry.message.created >= created for entry in transcript.entries)


@pytest.mark.parametrize("program", ALL)
def test_reading_twice_gives_the_same_ids(program: str) -> None:
    once, again = one(ALL[program]()), one(ALL[program]())

    assert once == again
    assert len({entry.message.id for entry in once.entries}) == len(once.entries)


@pytest.mark.parametrize("program", ALL)
def test_exports_are_read_alone_in_a_list_wrapped_and_in_lines(program: str) -> None:
    stored = ALL[program]()
    other = json.loads(json.dumps(stored).replace("Thanks", "Bye").replace("-1", "-2"))
    lines = "\n".join(json.dumps(each) for each in (stored, other)).encode()
    in_time = other.get("createdAt")
    if in_time is not None:
        other["createdAt"] = in_time + 1
        lines = "\n".join(json.dumps(each) for each in (stored, other)).encode()

    ids = {transcript.conversation.id for transcript in imported(stored, other).transcripts}

    assert len(ids) == 2
    assert {t.conversation.id for t in read("x.jsonl", lines, SAVED).transcripts} == ids
    assert {t.conversation.id for t in read("x.json", lines, SAVED).transcripts} == ids
    wrapped = json.dumps({"conversations": [stored, other]}).encode()
    assert {t.conversation.id for t in read("x.json", wrapped, SAVED).transcripts} == ids


def test_files_and_what_is_in_them_are_named_or_kept() -> None:
    webui, claude = imported(exports.open_webui()), imported(exports.claude())

    assert message(webui.transcripts[0], "prune").text.startswith("[file: garden.pdf]")
    assert [each.cause for each in webui.problems] == [
        "an image or a file is mentioned, but was not imported."
    ]
    assert message(claude.transcripts[0], "prune").text.startswith(
        "[file: garden.txt]\n\n```\nMy garden.\n```"
    )
    assert claude.problems == ()


def test_calls_of_tools_and_their_answers_are_part_of_the_answer() -> None:
    answer = message(one(exports.claude()), "Cut above a bud.")

    assert answer.text == (
        '*to web_search:*\n\n```json\n{\n "query": "roses"\n}\n```\n\n'
        "*web_search:*\n\nA page.\n\nCut above a bud."
    )


def test_what_the_program_knows_of_a_conversation_is_kept() -> None:
    found = one(exports.open_webui()).conversation

    assert (found.archived, found.pinned, found.tags) == (True, True, ("garden",))


@pytest.mark.parametrize(
    ("content", "text", "reasoning"),
    [
        ("Just text with <think> in it.", "Just text with <think> in it.", ""),
        ("<think>never closed", "<think>never closed", ""),
        ("[THINK]a[/THINK]b", "b", "a"),
        (":::thinking\na\n:::\n\nb", "b", "a"),
        ([{"type": "thinking", "thinking": "a"}, {"type": "text", "text": "b"}], "b", "a"),
        ([{"type": "text", "text": {"value": "b"}}], "b", ""),
        (
            [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}, "b"],
            "[image: unnamed]\n\nb",
            "",
        ),
        ([{"type": "image_url", "image_url": {"url": "a.png"}}, "b"], "[image: a.png]\n\nb", ""),
    ],
)
def test_content_is_read_in_every_form(content: Any, text: str, reasoning: str) -> None:
    stored = [{"role": "user", "content": "?"}, {"role": "assistant", "content": content}]

    answer = one(stored).branch[1].message

    assert (answer.text, answer.reasoning) == (text, reasoning)


def test_a_bare_list_of_messages_is_one_conversation_as_json_and_as_lines() -> None:
    stored = exports.messages()["messages"]
    lines = "\n".join(json.dumps(each) for each in stored).encode()

    (from_list,) = imported(stored).transcripts
    (from_lines,) = read("x.jsonl", lines, SAVED).transcripts

    assert from_list == from_lines
    assert [e.message.text for e in from_list.branch][1:] == ["Cut above a bud.", "Thanks"]
    assert from_list.conversation.title == "How do I prune roses?"


def test_two_lists_that_begin_alike_are_two_conversations() -> None:
    one_list = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    other = [*one_list, {"role": "user", "content": "Bye"}]

    found = imported(one_list, other).transcripts

    assert [len(transcript.entries) for transcript in found] == [2, 3]


def test_one_conversation_that_cannot_be_read_does_not_lose_the_others() -> None:
    good, more = json.dumps(exports.claude()), json.dumps(exports.open_webui())
    deep = "[" * 100_000 + "]" * 100_000
    bad = '{"uuid": "x", "chat_messages": [{]}, "}"}'
    newer = '{"format": "assistant conversation", "version": 99}'
    long_number = '{"uuid": ' + "9" * 5_000 + "}"
    text = f"[{good}, {bad}, {deep}, {newer}, {long_number}, {more}]"

    reading = read("conversations.json", text.encode(), SAVED)

    assert {t.conversation.title for t in reading.transcripts} == {"Roses"}
    assert len(reading.transcripts) == 2
    assert reading.is_damaged
    assert [problem.place for problem in reading.problems if "entry" in problem.place] == [
        "entry 2",
        "entry 3",
        "entry 4",
        "entry 5",
    ]


def test_a_damaged_line_does_not_lose_the_others() -> None:
    lines = [json.dumps(exports.sharegpt()), '{"conversations": [', json.dumps(exports.messages())]

    reading = read("x.jsonl", "\r\n".join(lines).encode(), SAVED)

    assert len(reading.transcripts) == 2
    assert [problem.place for problem in reading.problems] == ["entry 2"]


def test_other_json_is_refused() -> None:
    for stored in ({"messages": "none"}, [{"role": 3}], {"chat_messages": 3}, {"mapping": []}):
        with pytest.raises(TranscriptError, match="no conversation"):
            imported(stored)


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=3,
)


def places(value: Any, *above: Any) -> Iterator[tuple[Any, ...]]:
    """Paths to everything within a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in items:
        yield (*above, key)
        if isinstance(each, dict | list):
            yield from places(each, *above, key)


@given(st.sampled_from([*ALL.values(), rich]), st.data())
@patient
def test_whatever_stands_in_a_field_the_reading_ends_and_the_rest_is_read(
    made: Callable[[], dict[str, Any]], data: st.DataObject
) -> None:
    stored = copy.deepcopy(made())
    *above, last = data.draw(st.sampled_from(list(places(stored))))
    inside: Any = stored
    for key in above:
        inside = inside[key]
    inside[last] = data.draw(anything)

    reading = imported(stored, {**exports.claude(), "name": "the other"})

    assert "the other" in {transcript.conversation.title for transcript in reading.transcripts}
    for transcript in reading.transcripts:
        known: set[str | None] = {None}
        for entry in transcript.entries:
            assert entry.message.parent_id in known
            known.add(entry.message.id)
