"""Where a conversation parts, and what two texts do not share."""

from datetime import UTC, datetime
from time import process_time

from hypothesis import given
from hypothesis import strategies as st

from assistant.core.conversations.branches import branch_point, branch_point_of_fork, pair_messages
from assistant.core.spans import MAX_COMPARED_WORDS, Span, differences
from assistant.core.values.conversation import Conversation, Message, Role
from assistant.core.values.transcript import Transcript, TranscriptEntry

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _message(id: str, parent: str | None, text: str = "") -> Message:
    role: Role = "user" if id.startswith("q") else "assistant"
    return Message(
        id=id,
        conversation_id="c",
        parent_id=parent,
        role=role,
        text=text or id,
        state="complete",
        created=NOON,
    )


def _transcript(*entries: tuple[str, str | None, bool]) -> Transcript:
    return Transcript(
        conversation=Conversation(id="c", title="", created=NOON, updated=NOON),
        entries=tuple(
            TranscriptEntry(message=_message(id, parent), active=active)
            for id, parent, active in entries
        ),
    )


def _ids(messages: tuple[Message, ...]) -> list[str]:
    return [message.id for message in messages]


PARTED = _transcript(
    ("q1", None, True),
    ("a1", "q1", False),
    ("q2", "a1", True),
    ("a2", "q2", True),
    ("a3", "q1", True),
    ("q3", "a3", False),
    ("q4", "a3", True),
)


def test_each_version_comes_with_what_follows_it_on_the_way_last_used() -> None:
    found = branch_point(PARTED, "a1")
    assert found is not None
    assert _ids(found.above) == ["q1"]
    assert [_ids(way) for way in found.ways] == [["a1", "q2", "a2"], ["a3", "q4"]]
    assert found.active == 1
    assert branch_point(PARTED, "a3") == found


def test_a_message_without_other_versions_is_no_parting() -> None:
    assert branch_point(PARTED, "q1") is None
    assert branch_point(PARTED, "unknown") is None


def test_a_fork_parts_from_its_origin_after_what_they_have_in_common() -> None:
    fork = _transcript(("q9", None, True), ("a9", "q9", True), ("q10", "a9", True))
    found = branch_point_of_fork(PARTED, fork, "a1")
    assert _ids(found.above) == ["q1", "a1"]
    assert [_ids(way) for way in found.ways] == [["q2", "a2"], ["q10"]]


def test_messages_of_the_same_role_stand_beside_each_other() -> None:
    left = [_message("a1", None), _message("q2", None), _message("a2", None)]
    right = [_message("q5", None), _message("a5", None)]
    shown = [tuple(each and each.id for each in pair) for pair in pair_messages(left, right)]
    assert shown == [("a1", None), ("q2", "q5"), ("a2", "a5")]


def test_the_words_that_are_not_shared_are_told_with_what_is_between_them() -> None:
    left, right = "The rent rises once a year.", "The rent rises every twelve months, a law says."
    found = differences(left, right)
    assert not found.throughout
    assert [left[a:b] for a, b in found.left] == ["once", "year"]
    assert [right[a:b] for a, b in found.right] == ["every twelve months,", "law says"]


def test_the_same_text_has_no_differences_and_unlike_texts_are_different_throughout() -> None:
    assert differences("a b", "a b") == ((), (), False)
    assert differences("one two three four", "five six seven eight nine").throughout


def test_long_texts_are_compared_by_their_lines() -> None:
    lines = [f"Line {number} with some words in it." for number in range(MAX_COMPARED_WORDS // 4)]
    changed = [*lines[:10], "Another line.", *lines[11:]]
    begun = process_time()
    found = differences("\n".join(lines), "\n".join(changed))
    assert process_time() - begun < 5
    assert len(found.right) == 1
    assert "\n".join(changed)[slice(*found.right[0])] == "Another line."


@given(st.text(alphabet="ab .\n", max_size=60), st.text(alphabet="ab .\n", max_size=60))
def test_what_is_left_without_the_differences_is_the_same_words(left: str, right: str) -> None:
    found = differences(left, right)
    if not found.throughout:
        assert _without(left, found.left) == _without(right, found.right)


def _without(text: str, spans: list[Span]) -> list[str]:
    for start, end in reversed(spans):
        text = text[:start] + " " * (end - start) + text[end:]
    return list("".join(text.split()))
