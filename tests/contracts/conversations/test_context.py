"""What every ConversationStore keeps to: turns in the window, summaries, whose a title is."""

import pytest

from assistant.core.errors import NotFoundError
from assistant.core.ports.conversations import ConversationStore
from assistant.core.values.conversation import Summary
from tests.support.conversation_stores import Open, answer, ask

TOLD = Summary(text="They spoke of São Paulo.", covers=(0,))


def asked(store: ConversationStore, title: str = "") -> str:
    id = store.create(title=title).id
    answer(store, ask(store, id))
    return id


def test_a_turn_is_pinned_excluded_and_neither(open_store: Open) -> None:
    store = open_store()
    id = asked(store)
    question = store.branch(id)[0].id

    store.set_placing(question, "pinned")
    assert open_store().branch(id)[0].placing == "pinned"
    store.set_placing(question, "excluded")
    assert open_store().message(question).placing == "excluded"
    store.set_placing(question, None)

    assert open_store().branch(id)[0].placing is None
    assert [change.before for change in store.changes(id)] == ["excluded", "pinned", ""]


def test_a_model_made_summary_never_replaces_one_and_is_no_change_of_the_users(
    open_store: Open,
) -> None:
    store = open_store()
    id = asked(store)
    last = store.branch(id)[1].id

    store.set_summary(last, TOLD)
    store.set_summary(last, TOLD.model_copy(update={"text": "Another."}))

    assert open_store().message(last).summary == TOLD
    assert store.changes(id) == []


def test_an_edited_summary_replaces_a_summary_and_can_be_taken_back(open_store: Open) -> None:
    store = open_store()
    id = asked(store)
    last = store.branch(id)[1].id
    store.set_summary(last, TOLD)

    edited = Summary(text="Of Recife.", covers=(0,), edited=True)
    store.set_summary(last, edited)
    store.set_summary(last, None)
    assert open_store().message(last).summary is None
    assert store.undo(conversation_id=id).before == "Of Recife."
    assert open_store().message(last).summary == edited
    store.undo(conversation_id=id)

    assert open_store().message(last).summary == TOLD


def test_what_outgrew_the_window_is_kept_with_the_answer(open_store: Open) -> None:
    store = open_store()
    id = asked(store)

    store.set_outgrown(store.branch(id)[1].id, "leave_out")

    assert [each.outgrown for each in open_store().branch(id)] == [None, "leave_out"]


def test_a_fork_keeps_pins_and_summaries(store: ConversationStore) -> None:
    id = asked(store)
    question, last = store.branch(id)
    store.set_placing(question.id, "pinned")
    store.set_summary(last.id, TOLD)

    fork = store.fork(last.id)

    assert [(each.placing, each.summary) for each in store.branch(fork.id)] == [
        ("pinned", None),
        (None, TOLD),
    ]


def test_the_trash_brings_back_pins_and_summaries(store: ConversationStore) -> None:
    id = asked(store)
    question, last = store.branch(id)
    store.set_placing(question.id, "excluded")
    store.set_summary(last.id, TOLD)
    before = store.transcript(id)

    store.delete_message(question.id)
    store.restore_message(question.id)

    assert store.transcript(id) == before


def test_the_first_words_give_way_to_the_model_and_both_to_the_user(open_store: Open) -> None:
    store = open_store()
    id = asked(store)

    assert store.suggest_title(id, "why is the sky", "words")
    assert not store.suggest_title(id, "other words", "words")
    assert store.suggest_title(id, "Colour of the sky", "model")
    assert not store.suggest_title(id, "Another", "model")
    found = open_store().conversation(id)
    assert (found.title, found.titled) == ("Colour of the sky", "model")
    assert open_store().conversations(title_contains="colour of")
    store.rename(id, "Sky")

    assert not store.suggest_title(id, "Colour again", "model")
    found = open_store().conversation(id)
    assert (found.title, found.titled) == ("Sky", None)


def test_a_title_that_the_user_gave_first_is_never_replaced(store: ConversationStore) -> None:
    id = asked(store, "Mine")

    assert not store.suggest_title(id, "words", "words")
    assert not store.suggest_title(id, "the model's", "model")
    assert store.conversation(id).title == "Mine"


def test_undoing_a_renaming_gives_the_title_back_to_the_words(store: ConversationStore) -> None:
    id = asked(store)
    store.suggest_title(id, "why is the sky", "words")
    store.rename(id, "Mine")

    store.undo(conversation_id=id)

    assert store.conversation(id).titled == "words"


def test_unknown_messages_are_refused(store: ConversationStore) -> None:
    for change in (
        lambda: store.set_placing("nosuch", "pinned"),
        lambda: store.set_summary("nosuch", TOLD),
        lambda: store.set_summary("nosuch", None),
        lambda: store.set_outgrown("nosuch", "leave_out"),
        lambda: store.suggest_title("nosuch", "x", "words"),
    ):
        with pytest.raises(NotFoundError):
            change()


def test_a_temporary_conversation_has_all_that_in_memory(store: ConversationStore) -> None:
    id = store.create(temporary=True).id
    answer(store, ask(store, id))
    question, last = store.branch(id)

    store.set_placing(question.id, "pinned")
    store.set_summary(last.id, TOLD)
    store.suggest_title(id, "words", "words")

    assert store.branch(id)[0].placing == "pinned"
    assert store.branch(id)[1].summary == TOLD
    assert store.conversation(id).title == "words"
