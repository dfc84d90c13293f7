"""What every ConversationStore keeps to: the trash, and changes that are taken back."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from assistant.core.errors import NotFoundError, StorageError
from assistant.core.ports.conversations import ConversationStore
from assistant.core.values.changes import Change
from assistant.core.values.conversation import ChatMessage, Message, Summary
from assistant.core.values.library import Retrieval, SearchResult
from assistant.core.values.sampling import SamplingChanges
from tests.support.clocks import SteppingClock
from tests.support.conversation_stores import LISTED, Open, answer, ask, begin_answer, texts

FOUND = Retrieval(result=SearchResult(evidence=0.5, searched=3), used=())


def asked(store: ConversationStore, title: str = "Lease") -> str:
    id = store.create(title=title, system_prompt="Be brief.", model="one").id
    ask(store, id)
    return id


CHANGES: dict[str, Callable[[ConversationStore, str], object]] = {
    "title": lambda store, id: store.rename(id, "Another"),
    "system prompt": lambda store, id: store.set_system_prompt(
        id, "Be long.", "long", [ChatMessage(role="user", content="x")]
    ),
    "sampling": lambda store, id: store.set_sampling(id, SamplingChanges(top_k=3)),
    "model": lambda store, id: store.set_model(id, "two"),
    "collections": lambda store, id: store.set_collections(id, ["a"]),
    "overflow": lambda store, id: store.set_overflow(id, "summarise"),
    "pin": lambda store, id: store.pin(id),
    "archive": lambda store, id: store.archive(id),
    "folder": lambda store, id: store.move(id, "work"),
    "tags": lambda store, id: store.tag(id, ["x", "y"]),
    "rating": lambda store, id: store.rate(store.branch(id)[0].id, "bad", "why"),
    "turn": lambda store, id: store.set_placing(store.branch(id)[0].id, "pinned"),
    "summary": lambda store, id: store.set_summary(
        store.branch(id)[1].id, Summary(text="So far.", covers=(0,), edited=True)
    ),
    "trash": lambda store, id: store.delete(id),
    "messages": lambda store, id: store.delete_message(store.branch(id)[-1].id),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_every_change_is_noted_and_undone(open_store: Open, kind: str) -> None:
    store = open_store()
    id = asked(store)
    answer(store, store.branch(id)[-1])
    before = store.transcript(id)

    CHANGES[kind](store, id)
    assert open_store().transcript(id) != before
    (change,) = open_store().changes(id)
    assert (change.kind, change.conversation_id) == (kind, id)
    undone = open_store().undo(conversation_id=id)

    assert undone == change
    assert store.transcript(id) == before
    assert store.changes(id) == []


def test_what_changes_nothing_is_not_noted(store: ConversationStore) -> None:
    id = asked(store)

    store.rename(id, "Lease")
    store.set_model(id, "one")
    store.pin(id, False)
    store.tag(id, remove=["x"])
    store.restore(id)
    store.rate(store.branch(id)[0].id, None)
    store.set_draft(id, "a draft is not a change")

    assert store.changes() == []


def test_the_first_title_and_what_comes_before_the_first_message_is_not_noted(
    store: ConversationStore,
) -> None:
    id = store.create().id
    store.set_system_prompt(id, "Be kind.", None)
    ask(store, id)
    store.rename(id, "From the first words")

    assert store.changes() == []


@LISTED
def test_changes_are_undone_newest_first_and_told(store: ConversationStore) -> None:
    one, two = asked(store, "one"), asked(store, "two")
    store.rename(one, "uno")
    store.rename(two, "dos")
    store.rename(one, "um")

    def told(changes: list[Change]) -> list[tuple[str, str]]:
        return [(change.title, change.before) for change in changes]

    assert told(store.changes()) == [("um", "uno"), ("dos", "two"), ("um", "one")]
    assert told(store.changes(two)) == [("dos", "two")]
    assert len(store.changes(limit=2)) == 2

    assert store.undo(conversation_id=two).before == "two"
    assert store.conversation(two).title == "two"
    store.undo()
    store.undo()
    assert store.conversation(one).title == "one"
    with pytest.raises(NotFoundError, match="nothing to undo"):
        store.undo()


def test_one_of_several_changes_is_undone_by_its_number(store: ConversationStore) -> None:
    id = asked(store)
    store.pin(id)
    store.rename(id, "Another")
    older = store.changes(id)[1]

    store.undo(older.number, conversation_id=id)

    assert (store.conversation(id).pinned, store.conversation(id).title) == (False, "Another")
    with pytest.raises(NotFoundError, match=str(older.number)):
        store.undo(older.number, conversation_id=id)


@LISTED
def test_what_is_undone_is_found_as_before(store: ConversationStore) -> None:
    id = asked(store)
    store.rename(id, "Besitz")
    assert [found.conversation.id for found in store.find("besitz").conversations] == [id]

    store.undo()

    assert store.find("besitz").conversations == ()
    assert [found.conversation.id for found in store.find("lease").conversations] == [id]


def tree(store: ConversationStore) -> tuple[str, dict[str, Message]]:
    """q1 → (a1 → q2 → a2, b1), the branch through a1 in use."""
    id = store.create(title="Tree").id
    said = {"q1": ask(store, id, "q1")}
    said["a1"] = answer(store, said["q1"], "a1")
    said["q2"] = ask(store, id, "q2")
    said["a2"] = answer(store, said["q2"], "a2")
    said["b1"] = answer(store, said["q1"], "b1")
    store.select(said["a2"].id)
    return id, said


@LISTED
def test_a_message_leaves_with_its_branch_and_comes_back_with_it(open_store: Open) -> None:
    store = open_store()
    id, said = tree(store)
    store.rate(said["a2"].id, "good", "note")
    store.set_retrieval(said["a2"].id, FOUND)
    before = store.transcript(id)

    store.delete_message(said["a1"].id)

    other = open_store()
    assert texts(other.branch(id)) == ["q1", "b1"]
    assert [(m.version, m.versions) for m in other.versions(said["b1"].id)] == [(1, 1)]
    assert [line.messages for line in other.conversations()] == [2]
    assert other.search("a2") == []
    for gone in ("a1", "q2", "a2"):
        with pytest.raises(NotFoundError):
            other.message(said[gone].id)
    (item,) = other.trash()
    assert (item.kind, item.id, item.conversation_id) == ("messages", said["a1"].id, id)
    assert (item.title, item.excerpt, item.messages) == ("Tree", "a1", 3)

    other.restore_message(said["a1"].id)

    assert store.transcript(id) == before
    assert texts(store.branch(id)) == ["q1", "a1", "q2", "a2"]
    assert [hit.message_id for hit in store.search("a2")] == [said["a2"].id]
    assert store.retrieval(said["a2"].id) == FOUND
    assert store.trash() == []


def test_a_version_that_is_not_in_use_leaves_the_branch_alone(store: ConversationStore) -> None:
    id, said = tree(store)

    store.delete_message(said["b1"].id)

    assert texts(store.branch(id)) == ["q1", "a1", "q2", "a2"]
    assert store.message(said["a1"].id).versions == 1
    store.undo(conversation_id=id)
    assert texts(store.branch(id)) == ["q1", "a1", "q2", "a2"]
    assert store.message(said["a1"].id).versions == 2


def test_the_version_before_takes_the_place_of_one_that_leaves(store: ConversationStore) -> None:
    id = store.create().id
    question = ask(store, id)
    versions = [answer(store, question, text) for text in "abcd"]

    store.delete_message(versions[2].id)
    assert texts(store.branch(id)) == ["Why?", "d"]
    store.delete_message(versions[3].id)
    assert texts(store.branch(id)) == ["Why?", "b"]
    assert [m.version for m in store.versions(versions[0].id)] == [1, 2]
    store.delete_message(versions[1].id)
    store.delete_message(versions[0].id)
    assert texts(store.branch(id)) == ["Why?"]

    new = answer(store, question, "e")
    for _ in range(4):
        store.undo(conversation_id=id)
    assert texts(store.versions(new.id)) == ["a", "b", "c", "d", "e"]
    assert [m.version for m in store.versions(new.id)] == [1, 2, 3, 4, 5]


def test_a_conversation_without_its_first_message_waits_for_it(store: ConversationStore) -> None:
    id, said = tree(store)

    store.delete_message(said["q1"].id)

    assert store.branch(id) == []
    assert store.conversations() == []
    again = ask(store, id, "another beginning")
    store.restore_message(said["q1"].id)
    assert texts(store.branch(id)) == ["q1", "a1", "q2", "a2"]
    assert texts(store.versions(again.id)) == ["q1", "another beginning"]


def test_what_is_below_something_in_the_trash_comes_back_after_it(
    store: ConversationStore,
) -> None:
    id, said = tree(store)
    store.delete_message(said["q2"].id)
    store.delete_message(said["a1"].id)

    with pytest.raises(NotFoundError, match="in the trash as well") as caught:
        store.restore_message(said["q2"].id)
    assert said["a1"].id in caught.value.hint

    store.restore_message(said["a1"].id)
    store.restore_message(said["q2"].id)
    assert texts(store.branch(id)) == ["q1", "a1", "q2", "a2"]


def test_numbers_that_were_given_out_again_disturb_nothing(store: ConversationStore) -> None:
    id, said = tree(store)
    store.delete_message(said["a1"].id)
    for _ in range(6):
        ask(store, id, "more")

    store.restore_message(said["a1"].id)

    path = store.path(said["a2"].id)
    assert texts(path) == ["q1", "a1", "q2", "a2"]
    order = [entry.message.id for entry in store.transcript(id).entries]
    for message in path[1:]:
        assert order.index(str(message.parent_id)) < order.index(message.id)


def test_an_answer_that_is_being_written_is_not_deleted(open_store: Open) -> None:
    store = open_store()
    id = asked(store)
    question = store.branch(id)[-1]
    begun = begin_answer(store, question)

    for other in (store, open_store()):
        for message in (question, begun):
            with pytest.raises(StorageError, match="being written"):
                other.delete_message(message.id)

    store.journal(begun.id, "whole")
    assert store.finish(begun.id, "complete").text == "whole"


@LISTED
def test_an_answer_whose_writer_died_is_deleted_with_all_its_words(open_store: Open) -> None:
    store, other = open_store(), open_store()
    begun = begin_answer(store, store.branch(asked(store))[-1])
    store.journal(begun.id, "half said")
    store.close()

    other.delete_message(begun.id)
    other.restore_message(begun.id)

    left = other.message(begun.id)
    assert (left.text, left.state) == ("half said", "partial")
    assert len(other.search("half")) == 1


@LISTED
def test_what_was_in_the_trash_for_a_month_is_gone_for_good(
    open_store: Open, clock: SteppingClock
) -> None:
    store = open_store()
    id, said = tree(store)
    gone = asked(store, "gone")
    store.delete(gone)
    store.delete_message(said["b1"].id)

    clock.time += timedelta(days=29)
    assert (store.purge(), len(store.trash())) == (0, 2)
    clock.time += timedelta(days=2)
    store.rename(id, "Late")

    assert (store.purge(), store.trash()) == (1, [])
    with pytest.raises(NotFoundError):
        store.conversation(gone)
    with pytest.raises(NotFoundError):
        store.restore_message(said["b1"].id)
    assert texts(store.branch(id)) == ["q1", "a1", "q2", "a2"]
    assert [change.kind for change in store.changes()] == ["title"]


@LISTED
def test_the_trash_has_conversations_and_messages_newest_first(store: ConversationStore) -> None:
    whole = asked(store, "whole")
    _, said = tree(store)
    store.delete_message(said["q2"].id)
    store.delete(whole)

    assert [(item.kind, item.title, item.messages) for item in store.trash()] == [
        ("conversation", "whole", 1),
        ("messages", "Tree", 2),
    ]
    store.restore(whole)
    store.restore_message(said["q2"].id)
    assert store.trash() == []
    with pytest.raises(NotFoundError):
        store.restore_message(said["q2"].id)


def test_a_rating_of_what_is_in_the_trash_is_undone_after_it_is_back(
    store: ConversationStore,
) -> None:
    id, said = tree(store)
    store.rate(said["a2"].id, "bad")
    rated = store.changes(id)[0]
    store.delete_message(said["a2"].id)

    with pytest.raises(NotFoundError):
        store.undo(rated.number, conversation_id=id)

    store.undo(conversation_id=id)
    assert store.undo(conversation_id=id).kind == "rating"
    assert store.message(said["a2"].id).rating is None


@LISTED
def test_the_trash_can_be_emptied_now(open_store: Open) -> None:
    store = open_store()
    id, said = tree(store)
    gone, kept = asked(store, "gone"), asked(store, "kept")
    store.delete(gone)
    store.rate(said["b1"].id, "bad", "a note")
    store.delete_message(said["b1"].id)

    assert store.empty_trash() == 2

    assert store.trash() == []
    assert store.empty_trash() == 0
    assert said["b1"].id not in {change.message_id for change in store.changes()}
    assert gone not in {change.conversation_id for change in store.changes()}
    with pytest.raises(NotFoundError):
        store.conversation(gone)
    with pytest.raises(NotFoundError):
        store.restore_message(said["b1"].id)
    assert texts(store.branch(id)) == ["q1", "a1", "q2", "a2"]
    assert store.branch(kept)


@LISTED
def test_one_entry_of_the_trash_can_leave_alone(open_store: Open) -> None:
    store = open_store()
    first, second, kept = (asked(store, text) for text in ("first", "second", "kept"))
    store.delete(first)
    store.delete(second)

    with pytest.raises(NotFoundError):
        store.empty_trash([first, kept])
    assert len(store.trash()) == 2
    assert store.empty_trash([first]) == 1

    assert [entry.id for entry in store.trash()] == [second]
    store.restore(second)
    assert store.branch(second)


@LISTED
def test_a_temporary_conversation_is_forgotten_at_once_and_no_other_is(open_store: Open) -> None:
    store = open_store()
    kept = asked(store)
    temporary = store.create(temporary=True).id
    message = ask(store, temporary)
    other = store.create(temporary=True).id
    ask(store, other)

    store.forget_temporary(temporary)

    for gone in (lambda: store.conversation(temporary), lambda: store.message(message.id)):
        with pytest.raises(NotFoundError):
            gone()
    with pytest.raises(NotFoundError):
        store.forget_temporary(kept)
    assert store.branch(kept)
    assert store.branch(other)
