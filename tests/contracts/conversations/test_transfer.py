"""What every ConversationStore keeps to: forks, transcripts out and in, temporary conversations."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from assistant.core.errors import NotFoundError, StorageError
from assistant.core.ports.conversations import ConversationStore
from assistant.core.values.conversation import ChatMessage, Message, Overflow
from assistant.core.values.library import Retrieval, SearchResult
from assistant.core.values.sampling import SamplingChanges
from assistant.core.values.transcript import Transcript, TranscriptEntry, from_json, to_json
from tests.support.clocks import SteppingClock
from tests.support.conversation_stores import (
    IMPLEMENTATIONS,
    LISTED,
    SAMPLING,
    TIMINGS,
    USAGE,
    Open,
    answer,
    ask,
    begin_answer,
    texts,
)

FOUND = Retrieval(result=SearchResult(evidence=0.5, searched=3), used=())


@pytest.fixture
def elsewhere(implementation: str, home: Path) -> Iterator[ConversationStore]:
    """Another store, on another machine as it were."""
    folder = home / "elsewhere"
    folder.mkdir()
    store = IMPLEMENTATIONS[implementation](folder, SteppingClock())()
    yield store
    store.close()


def rich(store: ConversationStore, temporary: bool = False) -> tuple[str, dict[str, Message]]:
    """A conversation with everything: q1 → (a1 → (q2 → a2, other), b1), q0."""
    id = store.create(
        title="Lease ☂",
        system_prompt="Be\nbrief.",
        prompt_name="brief",
        model="one",
        collections=[],
        examples=[ChatMessage(role="user", content="x")],
        sampling=SamplingChanges(top_k=3),
        temporary=temporary,
    ).id
    said = {"q1": store.append(id, None, "user", "q1\r\n", attached=["/a b.md"])}
    begun = begin_answer(store, said["q1"])
    store.journal(begun.id, "a1")
    said["a1"] = store.finish(
        begun.id, "failed", stop_reason="length", usage=USAGE, timings=TIMINGS, error="broke"
    )
    store.set_sent(said["q1"].id, "with passages")
    store.set_retrieval(begun.id, FOUND)
    store.rate(begun.id, "bad", "wrong")
    said["q2"] = ask(store, id, "q2")
    said["a2"] = answer(store, said["q2"], "a2")
    said["other"] = store.append(id, begun.id, "user", "other")
    said["b1"] = answer(store, said["q1"], "b1")
    said["q0"] = store.append(id, None, "user", "q0")
    store.select(said["a2"].id)
    store.pin(id)
    store.tag(id, ["b", "a"])
    store.move(id, "work/now")
    store.set_draft(id, "unsent")
    store.set_overflow(id, "summarise")
    return id, said


def test_a_fork_begins_with_the_same_messages(open_store: Open) -> None:
    store = open_store()
    id, said = rich(store)
    before = store.transcript(id)

    fork = store.fork(said["a1"].id)

    found = open_store().conversation(fork.id)
    assert found == fork
    assert (fork.title, fork.forked_from, fork.forked_at) == ("Lease ☂ (fork)", id, said["a1"].id)
    assert (fork.system_prompt, fork.model, fork.folder) == ("Be\nbrief.", "one", "work/now")
    assert (fork.tags, fork.sampling) == (("a", "b"), SamplingChanges(top_k=3))
    assert (fork.draft, fork.pinned) == ("", False)
    copied = store.branch(fork.id)
    assert texts(copied) == ["q1\r\n", "a1"]
    for copy, original in zip(copied, store.path(said["a1"].id), strict=True):
        own = {"id", "parent_id", "conversation_id", "version", "versions"}
        assert copy.model_dump(exclude=own) == original.model_dump(exclude=own)
        assert copy.id != original.id
    assert store.retrieval(copied[1].id) == FOUND
    assert store.transcript(id) == before
    assert store.conversations(limit=1)[0].messages == 2


@LISTED
def test_forks_go_their_own_ways(store: ConversationStore) -> None:
    id, said = rich(store)
    fork = store.fork(said["a2"].id)
    again = store.fork(store.branch(fork.id)[-1].id)
    assert again.title == "Lease ☂ (fork 2)"

    ask(store, fork.id, "only here")
    store.delete(id)

    assert texts(store.branch(fork.id))[-1] == "only here"
    assert len(store.branch(again.id)) == 4
    assert {found.conversation.id for found in store.find('"only here"').conversations} == {fork.id}


def test_an_answer_that_is_being_written_is_not_forked(store: ConversationStore) -> None:
    begun = begin_answer(store, ask(store, store.create().id))

    with pytest.raises(StorageError, match="being written"):
        store.fork(begun.id)


@LISTED
def test_a_transcript_brings_everything_back(
    store: ConversationStore, elsewhere: ConversationStore
) -> None:
    id, said = rich(store)
    transcript = store.transcript(id)
    assert [entry.message for entry in transcript.branch] == store.branch(id)

    adoption = elsewhere.adopt(transcript)

    assert (adoption.conversation_id, adoption.is_new, adoption.added) == (id, True, 7)
    assert elsewhere.transcript(id) == transcript
    assert texts(elsewhere.branch(id)) == ["q1\r\n", "a1", "q2", "a2"]
    assert [line.messages for line in elsewhere.conversations()] == [7]
    assert [hit.message_id for hit in elsewhere.search('"a2"')] == [said["a2"].id]
    assert elsewhere.retrieval(said["a1"].id) == FOUND
    ask(elsewhere, id, "it goes on")
    assert texts(elsewhere.branch(id))[-1] == "it goes on"


@LISTED
def test_adopting_twice_is_adopting_once(
    store: ConversationStore, elsewhere: ConversationStore
) -> None:
    transcript = store.transcript(rich(store)[0])
    elsewhere.adopt(transcript)

    again = elsewhere.adopt(transcript)

    assert (again.is_new, again.added, again.present) == (False, 0, 7)
    assert elsewhere.transcript(transcript.conversation.id) == transcript


@LISTED
def test_adopting_adds_what_is_new_and_changes_nothing_that_is_there(
    store: ConversationStore, elsewhere: ConversationStore
) -> None:
    id, said = rich(store)
    elsewhere.adopt(store.transcript(id))
    elsewhere.rename(id, "mine")
    elsewhere.select(said["b1"].id)
    follow = ask(store, id, "q3")
    answer(store, follow, "a3")
    answer(store, follow, "a3 again")

    adoption = elsewhere.adopt(store.transcript(id))

    assert (adoption.title, adoption.added, adoption.present) == ("mine", 3, 7)
    assert elsewhere.conversation(id).title == "mine"
    assert texts(elsewhere.branch(id)) == ["q1\r\n", "b1"]
    elsewhere.select(said["a2"].id)
    assert texts(elsewhere.branch(id))[-2:] == ["q3", "a3 again"]


@LISTED
def test_adopting_leaves_the_trash_alone(
    store: ConversationStore, elsewhere: ConversationStore
) -> None:
    id, said = rich(store)
    transcript = store.transcript(id)
    elsewhere.adopt(transcript)
    elsewhere.delete_message(said["q2"].id)
    elsewhere.delete(id)
    more = answer(store, store.branch(id)[-1], "below what is in the trash")

    adoption = elsewhere.adopt(store.transcript(id))

    assert adoption.in_trash
    assert (adoption.added, adoption.present, adoption.trashed) == (0, 5, 3)
    with pytest.raises(NotFoundError):
        elsewhere.message(more.id)
    elsewhere.undo()
    elsewhere.undo()
    assert elsewhere.transcript(id) == transcript


def test_ids_that_others_have_are_changed_always_alike(store: ConversationStore) -> None:
    id, _ = rich(store)
    transcript = store.transcript(id)
    copied = transcript.model_copy(
        update={"conversation": transcript.conversation.model_copy(update={"id": "f" * 16})}
    )

    assert store.adopt(copied).added == 7
    assert store.adopt(copied).added == 0

    assert texts(store.branch("f" * 16)) == texts(store.branch(id))
    assert store.transcript(id) == transcript


@LISTED
@pytest.mark.parametrize("overflow", get_args(Overflow))
def test_json_through_two_stores_is_the_same_byte_for_byte(
    store: ConversationStore, elsewhere: ConversationStore, overflow: Overflow
) -> None:
    id, _ = rich(store)
    store.set_overflow(id, overflow)
    store.set_collections(id, ["x"])
    written = to_json(store.transcript(id))

    (read,) = from_json(json.loads(written)).transcripts
    elsewhere.adopt(read)

    assert to_json(elsewhere.transcript(id)) == written


@LISTED
def test_a_conversation_without_messages_is_a_transcript_too(
    store: ConversationStore, elsewhere: ConversationStore
) -> None:
    id = store.create(title="empty").id
    transcript = store.transcript(id)

    assert transcript == Transcript(conversation=store.conversation(id), entries=())
    elsewhere.adopt(transcript)
    assert elsewhere.conversation(id) == store.conversation(id)


def test_an_answer_in_the_making_is_a_part_of_one_in_a_transcript(
    store: ConversationStore,
) -> None:
    begun = begin_answer(store, ask(store, store.create().id))
    store.journal(begun.id, "so far")

    last: TranscriptEntry = store.transcript(begun.conversation_id).entries[-1]

    assert (last.message.text, last.message.state) == ("so far", "partial")


def test_a_temporary_conversation_is_used_like_any_other(store: ConversationStore) -> None:
    id, said = rich(store, temporary=True)

    assert store.conversation(id).temporary
    assert texts(store.branch(id)) == ["q1\r\n", "a1", "q2", "a2"]
    assert [message.id for message in store.versions(said["b1"].id)] == [
        said["a1"].id,
        said["b1"].id,
    ]
    assert store.message(said["a1"].id).rating == "bad"
    assert store.retrieval(said["a1"].id) == FOUND
    store.reopen(said["a1"].id, model=None, sampling=SAMPLING)
    store.journal(said["a1"].id, " and more")
    assert store.message(said["a1"].id).text == "a1 and more"
    assert store.finish(said["a1"].id, "complete").text == "a1 and more"
    store.rename(id, "Another")
    assert store.changes(id)[0].kind == "title"
    store.undo(conversation_id=id)
    assert store.conversation(id).title == "Lease ☂"
    store.delete_message(said["a1"].id)
    store.undo(conversation_id=id)
    assert texts(store.branch(id))[1] == "a1 and more"
    fork = store.fork(said["b1"].id)
    assert fork.temporary
    assert [line.id for line in store.conversations(temporary=True)] == [fork.id, id]


@LISTED
def test_a_temporary_conversation_is_nowhere_among_the_others(open_store: Open) -> None:
    store, other = open_store(), open_store()
    id, _ = rich(store, temporary=True)
    store.delete(store.create(temporary=True).id)

    assert store.conversations() == store.conversations(deleted=True) == []
    assert store.search("q1") == []
    assert store.find("Lease").conversations == ()
    assert (store.changes(), store.trash(), store.folders(), store.tags()) == ([], [], [], [])
    assert store.unsent() is None
    for call in (other.conversation, other.branch):
        with pytest.raises(NotFoundError):
            call(id)
    store.close()
    with pytest.raises(NotFoundError):
        open_store().conversation(id)


def test_the_transcript_of_a_temporary_conversation_can_be_kept(
    store: ConversationStore,
) -> None:
    id, _ = rich(store, temporary=True)
    transcript = store.transcript(id)

    adoption = store.adopt(transcript)

    assert store.adopt(transcript).added == 0
    assert not store.conversation(adoption.conversation_id).temporary
    assert texts(store.branch(adoption.conversation_id)) == texts(store.branch(id))
