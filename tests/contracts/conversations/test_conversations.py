"""What every ConversationStore keeps to: how conversations are begun, set up and listed."""

from datetime import UTC, timedelta

import pytest

from assistant.core.errors import NotFoundError, StorageError
from assistant.core.ports.conversations import ConversationStore
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.sampling import SamplingChanges
from tests.support.clocks import START
from tests.support.conversation_stores import LISTED, SAMPLING, Open, answer, ask, texts

EXAMPLES = (
    ChatMessage(role="user", content="Adorei!\n"),
    ChatMessage(role="assistant", content="positivo 😀"),
)


def test_a_conversation_is_found_again_with_all_that_was_given(open_store: Open) -> None:
    created = open_store().create(
        title="Aluguel", system_prompt="Seja breve.", prompt_name="brief", model="starter"
    )

    found = open_store().conversation(created.id)

    assert found == created
    assert (found.title, found.system_prompt) == ("Aluguel", "Seja breve.")
    assert (found.prompt_name, found.model) == ("brief", "starter")
    assert START < found.created == found.updated < START + timedelta(hours=1)
    assert found.created.tzinfo == UTC
    assert found.deleted is None
    assert found.draft == ""


def test_a_conversation_keeps_what_its_prompt_brought_along(open_store: Open) -> None:
    sampling = SamplingChanges(temperature=0, seed=3)
    created = open_store().create(collections=["docs"], examples=EXAMPLES, sampling=sampling)
    bare = open_store().create()

    found = open_store().conversation(created.id)
    assert (found.collections, found.examples, found.sampling) == (("docs",), EXAMPLES, sampling)
    unset = open_store().conversation(bare.id)
    assert (unset.collections, unset.examples, unset.sampling) == (None, (), SamplingChanges())


def test_another_system_prompt_brings_its_own_examples(store: ConversationStore) -> None:
    id = store.create(examples=EXAMPLES, sampling=SamplingChanges(top_k=1)).id

    store.set_system_prompt(id, "Be kind.", "kind", EXAMPLES[:1])
    store.set_sampling(id, SamplingChanges(top_p=0.5))
    found = store.conversation(id)
    assert (found.examples, found.sampling) == (EXAMPLES[:1], SamplingChanges(top_p=0.5))

    store.set_system_prompt(id, "Be brief.", None)
    assert store.conversation(id).examples == ()


def test_a_conversation_can_be_renamed_and_configured(store: ConversationStore) -> None:
    id = store.create(title="Old", model="starter").id

    store.rename(id, "Novo título ✨")
    store.set_draft(id, "half a\nquestion")
    store.set_system_prompt(id, "Be kind.", "kind")
    store.set_model(id, None)

    found = store.conversation(id)
    assert (found.title, found.draft) == ("Novo título ✨", "half a\nquestion")
    assert (found.system_prompt, found.prompt_name, found.model) == ("Be kind.", "kind", None)


@LISTED
def test_the_start_of_an_id_is_enough_when_it_is_unique(store: ConversationStore) -> None:
    ids = [store.create(title=f"c{n}").id for n in range(40)]
    first, second = next(
        (a, b) for a in ids for b in ids if a != b and a[0] == b[0] and a[1:3] != b[1:3]
    )

    assert store.conversation(first[:12]).id == first
    with pytest.raises(NotFoundError) as caught:
        store.conversation(first[0])
    fitting = [id for id in ids if id[0] == first[0]]
    assert second in fitting
    assert sum(id in caught.value.message for id in fitting) == min(len(fitting), 5)


@pytest.mark.parametrize("id", ["", "nosuch", "%", "_", "'", "\ud800", "a" * 10_000, "\0"])
def test_an_id_that_is_not_there_is_said_to_be_missing(store: ConversationStore, id: str) -> None:
    ask(store, store.create().id)

    for call in (
        store.conversation,
        store.delete,
        store.restore,
        store.branch,
        store.path,
        store.message,
        store.versions,
        store.select,
        lambda id: store.rename(id, "x"),
        lambda id: store.set_draft(id, "x"),
        lambda id: store.set_model(id, None),
        lambda id: store.set_system_prompt(id, "", None),
        lambda id: store.append(id, None, "user", "x"),
        lambda id: store.reopen(id, model=None, sampling=SAMPLING),
    ):
        with pytest.raises(NotFoundError):
            call(id)


def test_the_list_is_newest_first_and_leaves_out_what_holds_nothing(
    store: ConversationStore,
) -> None:
    older, empty, newer, drafted = (store.create(title=title).id for title in "abcd")
    ask(store, older)
    ask(store, newer)
    store.set_draft(drafted, "soon")

    assert [line.id for line in store.conversations()] == [newer, older, drafted]
    assert empty not in {line.id for line in store.conversations(deleted=True)}

    ask(store, older)
    assert [line.id for line in store.conversations()] == [older, newer, drafted]
    assert [line.id for line in store.conversations(limit=2)] == [older, newer]
    assert store.conversations(limit=0) == []

    store.set_draft(drafted, "")
    assert [line.id for line in store.conversations()] == [older, newer]


@LISTED
def test_the_newest_question_that_was_never_sent_is_found_again(store: ConversationStore) -> None:
    older, newer, asked, empty = (store.create(title=title).id for title in "abcd")
    assert store.unsent() is None

    ask(store, asked)
    for id in (newer, older, asked):
        store.set_draft(id, "draft")
    assert store.unsent() == store.conversation(newer)

    store.delete(newer)
    assert store.unsent() == store.conversation(older)

    ask(store, older)
    assert store.unsent() is None
    assert store.conversation(empty).draft == ""


def test_a_line_of_the_list_counts_all_messages_of_the_tree(store: ConversationStore) -> None:
    id = store.create(title="Tree").id
    question = ask(store, id)
    answer(store, question)
    answer(store, question)

    (line,) = store.conversations()

    assert (line.id, line.title, line.messages) == (id, "Tree", 3)
    assert line.created == store.conversation(id).created
    assert line.updated == store.conversation(id).updated > line.created


@pytest.mark.parametrize("typed", ["ação", "ACAO", "recife", "o de", "⛱", "", "strasse"])
def test_titles_are_filtered_without_case_and_accents(store: ConversationStore, typed: str) -> None:
    wanted = store.create(title="Ação de Recife ⛱ Straße").id
    ask(store, wanted)
    ask(store, store.create(title="Something else").id)

    found = [line.id for line in store.conversations(title_contains=typed)]

    assert found[-1] == wanted
    assert len(found) == (1 if typed else 2)


@pytest.mark.parametrize("typed", ["%", "_", "ação!", "'", "\\", "\ud800"])
def test_a_title_filter_is_no_pattern(store: ConversationStore, typed: str) -> None:
    ask(store, store.create(title="Ação").id)

    assert store.conversations(title_contains=typed) == []


@LISTED
def test_what_is_deleted_is_in_the_trash_until_it_is_restored(store: ConversationStore) -> None:
    id = store.create(title="Gone").id
    ask(store, id, "findable")

    store.delete(id)

    assert store.conversations() == []
    assert [line.id for line in store.conversations(deleted=True)] == [id]
    assert store.search("findable") == []
    deleted = store.conversation(id).deleted
    assert deleted is not None
    store.delete(id)
    assert store.conversation(id).deleted == deleted

    store.restore(id)

    assert [line.id for line in store.conversations()] == [id]
    assert store.conversations(deleted=True) == []
    assert store.conversation(id).deleted is None
    assert texts(store.branch(id)) == ["findable"]
    assert len(store.search("findable")) == 1


def test_a_question_takes_its_conversation_back_from_the_trash(store: ConversationStore) -> None:
    id = store.create().id
    question = ask(store, id)
    store.delete(id)

    answer(store, question)
    assert store.conversation(id).deleted is not None

    ask(store, id)
    assert store.conversation(id).deleted is None


@LISTED
def test_two_windows_see_each_other(open_store: Open) -> None:
    one, two = open_store(), open_store()
    id = one.create(title="Shared").id
    question = ask(one, id)

    answer(two, question)
    one.rename(id, "Renamed")

    assert texts(one.branch(id)) == texts(two.branch(id)) == ["Why?", "Because."]
    assert two.conversations()[0].title == "Renamed"


@LISTED
def test_the_revision_changes_with_the_work_of_others_only(open_store: Open) -> None:
    one, two = open_store(), open_store()
    before = one.revision()

    id = one.create().id
    ask(one, id)
    assert one.revision() == before

    two.rename(id, "Theirs")
    after = one.revision()
    assert after != before
    assert one.revision() == after


def test_a_closed_store_says_so(store: ConversationStore) -> None:
    id = store.create().id
    store.close()
    store.close()

    with pytest.raises(StorageError):
        store.conversation(id)
    with pytest.raises(StorageError):
        store.create()


def test_the_collections_of_a_conversation_are_all_some_or_none(open_store: Open) -> None:
    id = open_store().create().id
    assert open_store().conversation(id).collections is None

    for chosen in (("housing", "Férias"), (), None):
        open_store().set_collections(id, chosen)
        assert open_store().conversation(id).collections == chosen
