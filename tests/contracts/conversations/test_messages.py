"""What every ConversationStore keeps to: the tree of messages, and answers in the making."""

from datetime import datetime

import pytest

from assistant.core.errors import NotFoundError, StorageError
from assistant.core.ports.conversations import ConversationStore
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.library import Retrieval, SearchResult
from assistant.core.values.sampling import Sampling
from tests.support.clocks import START
from tests.support.conversation_stores import (
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


def test_a_message_comes_back_exactly_as_it_was_stored(open_store: Open) -> None:
    store = open_store()
    id = store.create().id
    question = store.append(id, None, "user", "Olá\r\n\tmundo \x1b[31m 👩‍👩‍👧 \x02\x03 שלום")
    begun = begin_answer(store, question)
    store.journal(begun.id, "Oi")
    finished = store.finish(
        begun.id, "failed", stop_reason="length", usage=USAGE, timings=TIMINGS, error="It broke."
    )

    assert open_store().branch(id) == [question, finished]
    assert question.text == "Olá\r\n\tmundo \x1b[31m 👩‍👩‍👧 \x02\x03 שלום"
    assert (question.role, question.state, question.parent_id) == ("user", "complete", None)
    assert (finished.parent_id, finished.conversation_id) == (question.id, id)
    assert (finished.text, finished.state, finished.error) == ("Oi", "failed", "It broke.")
    assert (finished.model, finished.sampling) == ("starter", SAMPLING)
    assert (finished.stop_reason, finished.usage, finished.timings) == ("length", USAGE, TIMINGS)


def test_an_edited_answer_says_so_wherever_it_goes(open_store: Open) -> None:
    store = open_store()
    id = store.create().id
    question = ask(store, id)
    old = answer(store, question)
    edited = store.append(id, question.id, "assistant", "Mine.", edited=True)

    assert [message.edited for message in open_store().versions(old.id)] == [False, True]
    assert (edited.version, edited.versions) == (2, 2)
    fork = store.fork(edited.id)
    assert [message.edited for message in store.branch(fork.id)] == [False, True]
    entries = store.transcript(id).entries
    assert [entry.message.edited for entry in entries] == [False, False, True]
    store.delete_message(edited.id)
    store.undo(conversation_id=id)
    assert store.message(edited.id).edited


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("before\ud800after", "before\ufffdafter"),
        ("\udc00", "\ufffd"),
        ("\ud83d\ude00!", "😀!"),
        ("zero\0byte", "zero\0byte"),
        ("\0", "\0"),
        ("e\u0301", "e\u0301"),
        ("\ufffe\uffff\U0010ffff", "\ufffe\uffff\U0010ffff"),
    ],
)
def test_text_that_no_database_likes_loses_no_message(
    open_store: Open, given: str, kept: str
) -> None:
    store = open_store()
    created = store.create(
        title=given,
        system_prompt=given,
        prompt_name=given or None,
        model=given or None,
        examples=[ChatMessage(role="user", content=given)],
    )
    question = store.append(created.id, None, "user", given)
    begun = begin_answer(store, question)
    store.journal(begun.id, given)
    finished = store.finish(begun.id, "failed", error=given)
    store.set_draft(created.id, given)
    store.search(given)
    store.conversations(title_contains=given)

    found = open_store().conversation(created.id)

    assert texts(open_store().branch(created.id)) == [kept, kept]
    assert (found.title, found.draft, found.system_prompt) == (kept, kept, kept)
    assert (found.prompt_name, found.model, finished.error) == (kept, kept, kept)
    assert [example.content for example in found.examples] == [kept]


def test_a_parent_of_another_conversation_is_refused(store: ConversationStore) -> None:
    stranger = ask(store, store.create().id)
    id = store.create().id

    with pytest.raises(NotFoundError):
        store.append(id, stranger.id, "user", "lost")

    assert store.branch(id) == []
    assert [line.messages for line in store.conversations()] == [1]


def test_versions_are_counted_among_messages_with_the_same_parent(
    store: ConversationStore,
) -> None:
    id = store.create().id
    question = ask(store, id)
    first, second = answer(store, question, "one"), answer(store, question, "two")
    edited = store.append(id, None, "user", "Why not?")

    assert texts(store.versions(first.id)) == ["one", "two"]
    assert [m.version for m in store.versions(second.id)] == [1, 2]
    assert {m.versions for m in store.versions(second.id)} == {2}
    assert texts(store.versions(question.id)) == ["Why?", "Why not?"]
    assert (edited.version, edited.versions) == (2, 2)
    assert texts(store.path(second.id)) == ["Why?", "two"]


def test_selecting_a_version_brings_back_what_was_last_used_below_it(
    store: ConversationStore,
) -> None:
    id = store.create().id
    question = ask(store, id, "q1")
    first = answer(store, question, "a1")
    ask(store, id, "q2")
    other = store.append(id, first.id, "user", "q2 edited")
    answer(store, other, "a2")
    second = answer(store, question, "a1 again")
    assert texts(store.branch(id)) == ["q1", "a1 again"]

    store.select(first.id)
    assert texts(store.branch(id)) == ["q1", "a1", "q2 edited", "a2"]

    store.select(second.id)
    assert texts(store.branch(id)) == ["q1", "a1 again"]

    store.select(other.id)
    assert texts(store.branch(id)) == ["q1", "a1", "q2 edited", "a2"]


def test_an_answer_is_read_as_it_grows(open_store: Open) -> None:
    store = open_store()
    id = store.create().id
    begun = begin_answer(store, ask(store, id))

    store.journal(begun.id, "Be")
    store.journal(begun.id, "cause")

    growing = store.branch(id)[-1]
    assert (growing.text, growing.state) == ("Because", "streaming")
    assert open_store().message(begun.id).state == "streaming"


@pytest.mark.parametrize("state", ["stopped", "partial", "failed"])
def test_an_unfinished_answer_is_gone_on_with(store: ConversationStore, state: str) -> None:
    id = store.create().id
    question = ask(store, id)
    begun = begin_answer(store, question)
    store.journal(begun.id, "Be")
    store.finish(begun.id, state, error="It broke.", usage=USAGE, timings=TIMINGS)  # type: ignore[arg-type]
    answer(store, question, "another version")

    other = Sampling(temperature=1)
    reopened = store.reopen(begun.id, model="other", sampling=other)

    assert (reopened.text, reopened.state, reopened.model) == ("Be", "streaming", "other")
    assert (reopened.sampling, reopened.error, reopened.usage) == (other, None, None)
    assert reopened.timings is None
    assert texts(store.branch(id)) == ["Why?", "Be"]

    store.journal(begun.id, "cause")
    finished = store.finish(begun.id, "complete", stop_reason="end")
    assert (finished.text, finished.state) == ("Because", "complete")
    assert store.branch(id)[-1] == finished


def test_an_answer_that_is_being_written_cannot_be_taken(open_store: Open) -> None:
    store = open_store()
    begun = begin_answer(store, ask(store, store.create().id))

    for other in (store, open_store()):
        with pytest.raises(StorageError, match="being written"):
            other.reopen(begun.id, model=None, sampling=SAMPLING)

    store.journal(begun.id, "still mine")
    assert store.finish(begun.id, "complete").text == "still mine"


@LISTED
def test_only_an_open_answer_of_the_own_store_is_written(open_store: Open) -> None:
    store = open_store()
    question = ask(store, store.create().id)
    finished = answer(store, question)
    begun = begin_answer(open_store(), question)

    for id in (question.id, finished.id, begun.id, "nosuch"):
        with pytest.raises(StorageError):
            store.journal(id, "lost")
        with pytest.raises(StorageError):
            store.finish(id, "complete")
    assert store.message(finished.id) == store.versions(finished.id)[0]
    assert store.message(finished.id).text == "Because."


@LISTED
def test_an_answer_left_open_by_a_closed_store_is_partial(open_store: Open) -> None:
    store, other = open_store(), open_store()
    begun = begin_answer(store, ask(store, store.create().id))
    store.journal(begun.id, "half")

    store.close()

    left = other.message(begun.id)
    assert (left.text, left.state) == ("half", "partial")
    assert [hit.message_id for hit in other.search("half")] == [begun.id]
    reopened = other.reopen(begun.id, model=None, sampling=SAMPLING)
    other.journal(reopened.id, " and whole")
    assert other.finish(reopened.id, "complete").text == "half and whole"


def test_times_are_kept_to_the_microsecond(store: ConversationStore) -> None:
    message = ask(store, store.create().id)

    assert store.message(message.id).created == message.created
    assert isinstance(message.created, datetime)
    assert message.created.microsecond == START.microsecond


def test_attached_files_and_what_was_found_are_kept(open_store: Open) -> None:
    store = open_store()
    conversation = store.create()
    question = store.append(conversation.id, None, "user", "Why?", attached=["/a b.md", "/ç.md"])
    begun = begin_answer(store, question)
    found = Retrieval(result=SearchResult(evidence=0.5, searched=3), used=())

    assert store.retrieval(begun.id) is None
    store.set_retrieval(begun.id, found)

    assert open_store().message(question.id).attached == ("/a b.md", "/ç.md")
    assert open_store().retrieval(begun.id) == found
    with pytest.raises(NotFoundError):
        store.set_retrieval("nothing", found)


@LISTED
def test_what_sections_say_is_kept_for_every_conversation_that_is_not_temporary(
    open_store: Open,
) -> None:
    store = open_store()
    first, second = store.create(), store.create()
    aside = store.create(temporary=True)

    store.keep_section_summary(first.id, "k", "old")
    store.keep_section_summary(first.id, "k", "Prices rose.")

    assert store.section_summary(second.id, "k") == "Prices rose."
    assert open_store().section_summary(first.id, "k") == "Prices rose."
    assert store.section_summary(first.id, "other") is None
    assert store.section_summary(aside.id, "k") is None
    store.keep_section_summary(aside.id, "secret", "Only here.")
    assert store.section_summary(aside.id, "secret") == "Only here."
    assert store.section_summary(first.id, "secret") is None
    with pytest.raises(NotFoundError):
        store.keep_section_summary("nothing", "k", "")


@LISTED
def test_what_sections_say_goes_with_the_trash_of_their_conversation(open_store: Open) -> None:
    store = open_store()
    kept, left = store.create(), store.create()
    for conversation in (kept, left):
        ask(store, conversation.id)
    store.keep_section_summary(left.id, "whole", "Gone with the conversation.")
    question = ask(store, kept.id, "Summarise it.")
    store.keep_section_summary(kept.id, "branch", "Gone with its question.")
    store.keep_section_summary(left.id, "both", "Kept in two places.")
    assert store.section_summary(kept.id, "both")

    store.delete(left.id)
    store.empty_trash()
    assert store.section_summary(kept.id, "whole") is None
    assert store.section_summary(kept.id, "both") == "Kept in two places."

    store.delete_message(question.id)
    assert store.section_summary(kept.id, "branch")
    store.empty_trash()
    assert store.section_summary(kept.id, "branch") is None
