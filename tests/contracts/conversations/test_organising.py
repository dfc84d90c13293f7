"""What every ConversationStore keeps to: pins, tags, folders, the archive, ratings."""

import pytest

from assistant.core.errors import NotFoundError
from assistant.core.ports.conversations import ConversationStore
from tests.support.conversation_stores import LISTED, SAMPLING, Open, answer, ask


def filled(store: ConversationStore, *titles: str) -> list[str]:
    """Ids of new conversations, each with a question."""
    ids = [store.create(title=title).id for title in titles]
    for id in ids:
        ask(store, id)
    return ids


def listed(store: ConversationStore, **filters: object) -> list[str]:
    return [line.title for line in store.conversations(**filters)]  # type: ignore[arg-type]


def test_a_conversation_is_pinned_tagged_moved_and_archived(open_store: Open) -> None:
    store = open_store()
    (id,) = filled(store, "Lease")

    store.pin(id)
    store.tag(id, ["Ação", "to do"])
    store.move(id, " work // old  reports/ ")
    store.archive(id)
    store.set_overflow(id, "summarise")

    found = open_store().conversation(id)
    assert (found.pinned, found.archived, found.folder) == (True, True, "work/old reports")
    assert (found.tags, found.overflow) == (("Ação", "to do"), "summarise")
    (line,) = open_store().conversations(archived=True)
    assert (line.pinned, line.archived, line.folder, line.tags) == (
        True,
        True,
        "work/old reports",
        ("Ação", "to do"),
    )

    store.pin(id, False)
    store.tag(id, remove=["ACAO", "nosuch"])
    store.move(id, "")
    store.archive(id, False)
    store.set_overflow(id, "leave_out")

    found = open_store().conversation(id)
    assert (found.pinned, found.archived, found.folder) == (False, False, "")
    assert (found.tags, found.overflow) == (("to do",), "leave_out")


@LISTED
def test_a_new_conversation_is_nothing_of_all_that(store: ConversationStore) -> None:
    found = store.create()

    assert (found.pinned, found.archived, found.folder, found.tags) == (False, False, "", ())
    assert not found.temporary
    assert (found.forked_from, found.forked_at, found.overflow) == (None, None, "leave_out")


@LISTED
def test_tags_that_differ_in_case_and_accents_only_are_one(store: ConversationStore) -> None:
    one, two = filled(store, "one", "two")

    store.tag(one, ["Código", "codigo", "CÓDIGO", "", " / "])
    store.tag(two, ["CODIGO"])

    assert store.conversation(one).tags == ("Código",)
    assert [(label.name, label.conversations) for label in store.tags()] == [("CODIGO", 2)]
    assert listed(store, tag="código") == ["two", "one"]


def test_the_list_is_filtered_by_folder_tag_archive_and_pin(store: ConversationStore) -> None:
    work, report, home, none = filled(store, "work", "report", "home", "none")
    store.move(work, "Work")
    store.move(report, "work/Reports")
    store.move(home, "workshop")
    store.tag(work, ["x"])
    store.tag(none, ["x", "y"])
    store.pin(report)
    store.archive(home)

    assert listed(store) == ["none", "report", "work"]
    assert listed(store, folder="WORK") == ["report", "work"]
    assert listed(store, folder="work/reports") == ["report"]
    assert listed(store, folder="") == ["none"]
    assert listed(store, folder="nosuch") == []
    assert listed(store, tag="X") == ["none", "work"]
    assert listed(store, tag="x", folder="work") == ["work"]
    assert listed(store, pinned=True) == ["report"]
    assert listed(store, pinned=False, limit=1) == ["none"]
    assert listed(store, archived=True) == ["home"]
    assert listed(store, archived=None) == ["none", "home", "report", "work"]
    assert listed(store, archived=True, folder="workshop", title_contains="HO") == ["home"]


@LISTED
def test_folders_and_tags_in_use_are_listed_with_their_numbers(store: ConversationStore) -> None:
    one, two, three, gone = filled(store, "one", "two", "three", "gone")
    for id in (one, two):
        store.move(id, "Étude")
        store.tag(id, ["b", "Á"])
    store.move(three, "alpha/beta")
    store.archive(three)
    store.move(gone, "gone")
    store.tag(gone, ["gone"])
    store.delete(gone)

    assert [(each.name, each.conversations) for each in store.folders()] == [
        ("alpha/beta", 1),
        ("Étude", 2),
    ]
    assert [(each.name, each.conversations) for each in store.tags()] == [("Á", 2), ("b", 2)]


def test_the_trash_lists_what_was_archived_as_well(store: ConversationStore) -> None:
    (id,) = filled(store, "old")
    store.archive(id)
    store.delete(id)

    assert listed(store, deleted=True) == ["old"]
    assert listed(store, archived=None) == []


def test_a_message_is_rated_with_a_note(open_store: Open) -> None:
    store = open_store()
    (id,) = filled(store, "rated")
    said = answer(store, store.branch(id)[-1])
    assert (said.rating, said.note) == (None, "")

    store.rate(said.id, "bad", "errou o prazo 😀")
    found = open_store().message(said.id)
    assert (found.rating, found.note) == ("bad", "errou o prazo 😀")

    store.rate(said.id, "good")
    assert (store.message(said.id).rating, store.message(said.id).note) == ("good", "")
    store.rate(said.id, None)
    assert store.message(said.id) == said


def test_a_rating_stays_when_an_answer_is_gone_on_with(store: ConversationStore) -> None:
    (id,) = filled(store, "rated")
    said = answer(store, store.branch(id)[-1])
    store.rate(said.id, "good", "so far")

    store.reopen(said.id, model=None, sampling=SAMPLING)
    finished = store.finish(said.id, "complete")

    assert (finished.rating, finished.note) == ("good", "so far")


@pytest.mark.parametrize("id", ["", "nosuch", "tmp-", "tmp-nosuch", "%", "\ud800"])
def test_what_is_not_there_cannot_be_put_in_order(store: ConversationStore, id: str) -> None:
    for call in (
        store.pin,
        store.archive,
        lambda id: store.move(id, "x"),
        lambda id: store.tag(id, ["x"]),
        lambda id: store.set_overflow(id, "summarise"),
        lambda id: store.rate(id, "good"),
        store.fork,
        store.transcript,
        store.delete_message,
        store.restore_message,
        store.changes,
        lambda id: store.undo(conversation_id=id),
    ):
        with pytest.raises(NotFoundError):
            call(id)


def test_names_of_any_script_and_length_are_kept(store: ConversationStore) -> None:
    (id,) = filled(store, "x")
    name = "日本 😀 " * 50

    store.move(id, name + "\0\ud800")
    store.tag(id, [name])

    assert store.conversation(id).folder.startswith("日本 😀 日本")
    assert listed(store, tag=name) == ["x"]


def test_a_message_is_found_by_the_start_of_its_id(store: ConversationStore) -> None:
    (id,) = filled(store, "x")
    question = store.branch(id)[0]

    assert store.message(question.id[:10]) == question
    with pytest.raises(NotFoundError):
        store.message("")
