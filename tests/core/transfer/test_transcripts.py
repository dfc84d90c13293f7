"""Conversations out of the database and back: JSON, Markdown and HTML, by law and by example."""

import json
import re
from html.parser import HTMLParser

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.errors import TranscriptError
from assistant.core.transfer.exporting import text_of
from assistant.core.transfer.html import to_html
from assistant.core.transfer.importing import read
from assistant.core.transfer.markdown import OWN_MARKS, from_markdown, is_markdown, to_markdown
from assistant.core.values.conversation import Conversation, Mark, Message
from assistant.core.values.library import Retrieval, SearchResult
from assistant.core.values.transcript import Transcript, TranscriptEntry, from_json, to_json
from tests.support.passages import passage
from tests.support.transcripts import NOW, patient, transcripts


@given(transcripts())
@patient
def test_json_brings_the_whole_tree_back(transcript: Transcript) -> None:
    written = to_json(transcript)

    reading = read("x.json", written.encode())

    assert reading.problems == ()
    assert reading.transcripts == (transcript,)
    assert to_json(reading.transcripts[0]) == written


@given(transcripts())
@patient
def test_markdown_brings_the_active_branch_back(transcript: Transcript) -> None:
    written = to_markdown(transcript)
    assert is_markdown(written)

    reading = from_markdown(written)

    assert reading.problems == ()
    (back,) = reading.transcripts
    assert back.conversation == transcript.conversation
    assert [e.message.text for e in back.branch] == [e.message.text for e in transcript.branch]
    assert [e.message.citations for e in back.branch] == [
        e.message.citations for e in transcript.branch
    ]
    assert to_markdown(back) == written


@given(transcripts())
@patient
def test_markdown_written_by_windows_programs_is_read_as_well(transcript: Transcript) -> None:
    written = to_markdown(transcript)
    if "\r" in written:
        return

    (back,) = from_markdown("\ufeff" + written.replace("\n", "\r\n")).transcripts

    assert to_markdown(back) == written


@given(transcripts())
@patient
def test_the_front_matter_is_yaml(transcript: Transcript) -> None:
    front = to_markdown(transcript).split("\n---\n")[0].removeprefix("---\n")

    values = yaml.safe_load(front)

    assert values["id"] == transcript.conversation.id
    assert values["title"] == transcript.conversation.title


class Elements(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(tag, name) for name, _ in attrs}
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


KNOWN_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "p", "a", "pre"),
    *("section", "details", "summary", "div", "blockquote"),
}


@given(transcripts())
@patient
def test_html_holds_nothing_that_runs_or_loads(transcript: Transcript) -> None:
    page = Elements()
    page.feed(to_html(transcript))
    page.close()

    assert page.open == []
    assert page.tags <= KNOWN_TAGS
    assert {name for _, name in page.attributes} <= {
        *("charset", "http-equiv", "content", "name", "class", "id", "href", "rel")
    }
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", to_html(transcript))


def simple(*said: str, **fields: object) -> Transcript:
    """Questions and answers in turn."""
    conversation = Conversation.model_validate(
        {"id": "0" * 16, "title": "Lease", "created": NOW, "updated": NOW, **fields}
    )
    entries: list[TranscriptEntry] = []
    for number, text in enumerate(said):
        message = Message(
            id=f"{number + 1:016x}",
            conversation_id=conversation.id,
            parent_id=f"{number:016x}" if number else None,
            role="assistant" if number % 2 else "user",
            text=text,
            state="complete",
            created=NOW,
        )
        entries.append(TranscriptEntry(message=message))
    return Transcript(conversation=conversation, entries=tuple(entries))


def test_markdown_reads_like_a_conversation() -> None:
    written = to_markdown(simple("When?", "In **March**.", system_prompt="Be brief.", tags=["a"]))

    assert written == (
        '---\nformat: "assistant conversation 1"\nid: "0000000000000000"\ntitle: "Lease"\n'
        'created: "2026-03-01T12:00:00.123456Z"\nupdated: "2026-03-01T12:00:00.123456Z"\n'
        'tags: ["a"]\n---\n\n'
        "<!-- system prompt -->\n## System prompt\n\nBe brief.\n\n"
        '<!-- message {"id": "0000000000000001", "role": "user", '
        '"created": "2026-03-01T12:00:00.123456Z"} -->\n## You\n\nWhen?\n\n'
        '<!-- message {"id": "0000000000000002", "role": "assistant", '
        '"created": "2026-03-01T12:00:00.123456Z"} -->\n## Assistant\n\nIn **March**.\n'
    )


def test_texts_may_be_edited_in_markdown() -> None:
    written = to_markdown(simple("When?", "In March."))

    (back,) = from_markdown(written.replace("In March.", "In April.\n\nPerhaps.\n")).transcripts

    assert back.branch[1].message.text == "In April.\n\nPerhaps.\n"


def test_a_note_below_the_sources_is_part_of_the_answer() -> None:
    head = to_markdown(simple("When?", "In March.")).removesuffix("\n")
    note = "- [1] Lease agreement of the flat, page 4, paragraph 2\n\nMy own note\nbelow them."
    content = f"{head}\n\n<!-- sources [] -->\n{note}\n"

    (back,) = from_markdown(content).transcripts

    assert back.branch[1].message.text.rstrip() == "In March.\n\nMy own note\nbelow them."


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no conversation"),
        (b"# Notes\n", "no conversation"),
        (b"{", "damaged"),
        (b"[" * 100_000, "deeply"),
        (b"\xff\xfe", "UTF-8"),
        (b'{"format": "other"}', "no conversation"),
        (b"[1, 2]", "no conversation"),
        (b'{"format": "assistant conversation", "version": 2}', "format 2"),
        (b'{"format": "assistant conversation", "version": 1}', "no conversation"),
        (b'{"format": "assistant conversation", "version": 1, "conversation": {}}', "id"),
        (b'---\nformat: "assistant conversation 9"\n---\n', "format"),
        (b'---\nformat: "assistant conversation 1"\n---\n', "id"),
        (b'---\nformat: "assistant conversation 1"\nid: 3\n---\n', "id"),
    ],
)
def test_what_is_no_conversation_is_refused_with_the_reason(content: bytes, why: str) -> None:
    with pytest.raises(TranscriptError, match=why):
        read("notes.md", content)


def changed(transcript: Transcript, place: int, **fields: object) -> bytes:
    """Its JSON form with one message changed."""
    document = json.loads(to_json(transcript))
    document["messages"][place].update(fields)
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"role": "cook"}, "role"),
        ({"created": "yesterday"}, "created"),
        ({"text": 3}, "text"),
        ({"state": None}, "state"),
    ],
)
def test_a_message_that_cannot_be_read_is_told_and_what_follows_is_kept(
    fields: dict[str, object], why: str
) -> None:
    reading = read("x.json", changed(simple("a", "b", "c"), 1, **fields))

    (problem,) = reading.problems
    assert str(problem).startswith("message 2 of “Lease”: left out")
    assert why in problem.cause
    (back,) = reading.transcripts
    assert [entry.message.text for entry in back.branch] == ["a", "c"]


def test_what_a_newer_version_knows_is_told() -> None:
    reading = read("x.json", changed(simple("a", "b"), 0, smell="sweet", retrieval={"x": 1}))

    assert len(reading.problems) == 2
    assert "smell" in reading.problems[0].cause
    assert len(reading.transcripts[0].entries) == 2


def test_ids_that_are_not_ours_become_ours_always_alike() -> None:
    document = to_json(simple("a", "b")).replace("0000000000000001", "../../etc/passwd")

    one, two = (read("x.json", document.encode()).transcripts[0] for _ in range(2))

    assert one == two
    assert [entry.message.text for entry in one.branch] == ["a", "b"]
    assert all(re.fullmatch("[0-9a-f]{16}", entry.message.id) for entry in one.entries)


def test_lone_surrogates_in_json_are_replaced() -> None:
    document = json.dumps(json.loads(to_json(simple("a")))).replace('"a"', '"a\\ud800b"')

    assert read("x.json", document.encode()).transcripts[0].entries[0].message.text == "a\ufffdb"


def test_html_shows_code_links_and_sources() -> None:
    transcript = simple("q", "See https://example.org/a?b=1&c=2.\n\n```py\nif a < b:\n```\nafter")

    page = to_html(transcript)

    assert '<a rel="noreferrer" href="https://example.org/a?b=1&amp;c=2">' in page
    assert "<pre>if a &lt; b:</pre>" in page
    assert page.index("<pre>") < page.index("after")


@given(st.text(), st.binary())
def test_reading_anything_ends_in_a_reading_or_in_an_error(text: str, content: bytes) -> None:
    for given_ in (text.encode("utf-8", "ignore"), content):
        with pytest.raises(TranscriptError):
            read("x", given_)


def test_html_tells_where_the_course_changed() -> None:
    transcript = simple("When?", "In March.", "And?")
    mark = Mark(id="1", subject="role", after="a <b>", at=NOW)
    entry = transcript.entries[1]
    marked = entry.model_copy(
        update={"message": entry.message.model_copy(update={"marks": (mark,)})}
    )
    entries = (transcript.entries[0], marked, transcript.entries[2])

    page = to_html(transcript.model_copy(update={"entries": entries}))

    assert page.index("In March.") < page.index("role: a &lt;b&gt;") < page.index("And?")


FORGED = "The rent rises. [3]\n\nSources: [1] /etc/passwd, page 3"


def answered(text: str, *, edited: bool = False) -> Transcript:
    """An answer to which a passage was read that confirms nothing."""
    transcript = simple("When?", text)
    found = Retrieval(result=SearchResult(searched=3), used=(passage("Cats are allowed."),))
    question, answer = transcript.entries
    message = answer.message.model_copy(update={"edited": edited})
    entries = (question, answer.model_copy(update={"retrieval": found, "message": message}))
    return transcript.model_copy(update={"entries": entries})


def test_html_shows_no_marks_that_the_model_wrote_itself() -> None:
    page = to_html(answered(FORGED))

    assert "The rent rises.\n" in page
    assert "Sources (written by the model, not checked): /etc/passwd" in page
    assert "[3]" not in page


def test_json_has_what_the_model_wrote_and_what_is_left_of_it() -> None:
    document = text_of(answered(FORGED), "json")

    question, answer = json.loads(document)["messages"]
    assert answer["text"] == FORGED
    assert answer["checked_text"] == (
        "The rent rises.\n\nSources (written by the model, not checked): /etc/passwd, page 3"
    )
    assert "checked_text" not in question
    # What a file says there is not believed: it is made anew.
    forged = document.replace("The rent rises.\\n\\nSources (", "All is confirmed. [1] (")
    assert forged != document
    reading = from_json(json.loads(forged))
    assert reading.problems == ()
    assert text_of(reading.transcripts[0], "json") == document


@pytest.mark.parametrize("edited", [False, True])
def test_json_gives_no_other_text_to_what_was_not_compared_with_passages(edited: bool) -> None:
    transcript = answered(FORGED, edited=True) if edited else simple("When?", FORGED)

    assert "checked_text" not in text_of(transcript, "json")


def test_markdown_says_whose_marks_they_are_and_brings_the_text_back() -> None:
    written = to_markdown(answered(FORGED))

    assert f"## Assistant ({OWN_MARKS})\n\nThe rent rises. [3]" in written
    (back,) = from_markdown(written).transcripts
    assert back.branch[-1].message.text == FORGED


@pytest.mark.parametrize(
    ("text", "edited"), [("The rent rises.", False), (FORGED, True), ("Take `a[1]`.", False)]
)
def test_nothing_is_said_of_an_answer_without_marks_or_of_what_the_user_wrote(
    text: str, edited: bool
) -> None:
    assert OWN_MARKS not in to_markdown(answered(text, edited=edited))
    assert "written by the model" not in to_html(answered(text, edited=edited))
