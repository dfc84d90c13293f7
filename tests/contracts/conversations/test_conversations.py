"""What every ConversationStore keeps to."""

from datetime import UTC, datetime, timedelta

import pytest

from assistant.core.errors import NotFoundError, StorageError
from assistant.core.ports.conversations import ConversationStore
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.library import Retrieval, SearchResult
from assistant.core.values.sampling import Sampling, SamplingChanges
from tests.support.clocks import START
from tests.support.conversation_stores import (
    SAMPLING,
    TIMINGS,
    USAGE,
    Open,
    answer,
    ask,
    begin_answer,
    texts,
)

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


def test_two_windows_see_each_other(open_store: Open) -> None:
    one, two = open_store(), open_store()
    id = one.create(title="Shared").id
    question = ask(one, id)

    answer(two, question)
    one.rename(id, "Renamed")

    assert texts(one.branch(id)) == texts(two.branch(id)) == ["Why?", "Because."]
    assert two.conversations()[0].title == "Renamed"


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


@pytest.mark.parametrize("query", ["acao", "AÇÃO", "ação", "aca", "Qual acao", "ação qual"])
def test_search_minds_neither_case_nor_accents_nor_order(
    store: ConversationStore, query: str
) -> None:
    id = store.create(title="Bolsa").id
    message = ask(store, id, "Qual é a ação da Petrobras?")
    ask(store, id, "Outra coisa")

    (hit,) = store.search(query)

    assert (hit.message_id, hit.conversation_id, hit.title) == (message.id, id, "Bolsa")
    assert (hit.role, hit.created) == ("user", message.created)
    assert "\x02ação\x03" in hit.snippet


def test_search_wants_every_word_and_takes_only_the_last_as_a_prefix(
    store: ConversationStore,
) -> None:
    id = store.create().id
    ask(store, id, "The rent of the flat")
    ask(store, id, "The rental car")

    def found(query: str) -> int:
        return len(store.search(query))

    assert [found("rent"), found("rent flat"), found("rental flat"), found("ren fl")] == [
        2,
        1,
        0,
        0,
    ]
    assert [found("rent fl"), found("the car"), found("car the"), found("flat-rent")] == [
        1,
        1,
        1,
        0,
    ]
    assert found("of the flat") == found("of-the-flat") == found('"of the" fl') == 1
    assert len(store.search("the", limit=1)) == 1


HOSTILE = [
    "",
    " ",
    '"',
    '""',
    "'",
    "*",
    "^",
    "(",
    ")",
    "a AND",
    "NOT",
    "OR OR",
    "NEAR(",
    "NEAR(a b, 5)",
    "text:",
    "text : a",
    "{text} : a",
    "-a",
    "a + b",
    "a*b*",
    "!!! ???",
    "\0",
    "a\0b",
    "\ud800",
    "\x02\x03",
    "%",
    "_",
    "\\",
    "'; DROP TABLE messages; --",
    "a" * 100_000,
    "a " * 5_000,
    "漢字",
    "👩‍👩‍👧",
    "e\u0301",
    "\u0301",
    "\U0010ffff",
    "\r\n\t",
    ":-)",
]


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_is_a_valid_query(store: ConversationStore, query: str) -> None:
    id = store.create().id
    ask(store, id, "harmless")

    assert [hit for hit in store.search(query) if "harmless" in hit.snippet] == []
    ask(store, id, f"found {query}")
    assert len(store.search("found")) == 1


def test_marks_in_a_message_are_not_taken_for_matches(store: ConversationStore) -> None:
    ask(store, store.create().id, "\x02not\x03 this but \x03that\x02 word")

    (hit,) = store.search("word")

    assert hit.snippet == "not this but that \x02word\x03"


def test_a_snippet_of_an_endless_word_is_short(store: ConversationStore) -> None:
    ask(store, store.create().id, "x" * 500_000)

    (hit,) = store.search("xxx")

    assert len(hit.snippet) < 1_100
    assert hit.snippet.count("\x02") == hit.snippet.count("\x03") == 1


def test_the_best_hit_comes_first(store: ConversationStore) -> None:
    id = store.create().id
    ask(store, id, "cheese once among " + "many other words " * 20)
    best = ask(store, id, "cheese, cheese and more cheese")

    assert store.search("cheese")[0].message_id == best.id


def test_a_growing_answer_is_found_when_it_is_done(store: ConversationStore) -> None:
    begun = begin_answer(store, ask(store, store.create().id))
    store.journal(begun.id, "uncommon")
    store.finish(begun.id, "stopped")

    assert [hit.message_id for hit in store.search("uncommon")] == [begun.id]


def test_times_are_kept_to_the_microsecond(store: ConversationStore) -> None:
    message = ask(store, store.create().id)

    assert store.message(message.id).created == message.created
    assert isinstance(message.created, datetime)
    assert message.created.microsecond == START.microsecond


def test_the_collections_of_a_conversation_are_all_some_or_none(open_store: Open) -> None:
    id = open_store().create().id
    assert open_store().conversation(id).collections is None

    for chosen in (("housing", "Férias"), (), None):
        open_store().set_collections(id, chosen)
        assert open_store().conversation(id).collections == chosen


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
