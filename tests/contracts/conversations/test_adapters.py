"""What every ConversationStore keeps to: what the model of a conversation is run with."""

import json

from assistant.core.ports.conversations import ConversationStore
from assistant.core.transfer.markdown import from_markdown, to_markdown
from assistant.core.values.prompts import ConversationStart
from assistant.core.values.sampling import AdapterUse
from assistant.core.values.transcript import Transcript, from_json, to_json
from tests.support.conversation_stores import LISTED, SAMPLING, Open, answer, ask

FORMAL = AdapterUse(name="formal", scale=0.8)
LEGAL = AdapterUse(name="/lora/législation.gguf", scale=-1)


def begun(store: ConversationStore, adapters: tuple[AdapterUse, ...] | None = (FORMAL,)) -> str:
    id = store.create(title="Lease", adapters=adapters).id
    answer(store, ask(store, id))
    return id


def test_adapters_are_kept_and_none_is_another_thing_than_the_usual_ones(open_store: Open) -> None:
    store = open_store()
    kept = {
        store.create(title="A", adapters=adapters).id: adapters
        for adapters in ((FORMAL, LEGAL), (), None)
    }

    again = open_store()
    for id, adapters in kept.items():
        assert again.conversation(id).adapters == adapters
    id = next(iter(kept))
    for other in ((LEGAL,), (), None):
        store.set_adapters(id, other)
        assert again.conversation(id).adapters == other


def test_other_adapters_are_one_change_that_can_be_undone(store: ConversationStore) -> None:
    id = begun(store)
    before = store.transcript(id)

    store.set_adapters(id, (FORMAL, LEGAL))
    store.set_adapters(id, (FORMAL, LEGAL))

    (change,) = store.changes(id)
    assert (change.kind, change.before) == ("adapters", "formal ×0.8")
    store.undo(change.number, conversation_id=id)
    assert store.transcript(id) == before


def test_an_undone_change_tells_the_usual_ones_and_none(store: ConversationStore) -> None:
    id = begun(store, None)

    store.set_adapters(id, ())
    store.set_adapters(id, (FORMAL,))

    assert [change.before for change in store.changes(id)] == ["none", "default"]


def test_another_model_leaves_the_adapters_behind_as_one_change(open_store: Open) -> None:
    store = open_store()
    id = begun(store)
    before = store.transcript(id)

    store.set_model(id, "two")

    assert open_store().conversation(id).adapters is None
    (change,) = store.changes(id)
    assert change.kind == "model"
    marks = store.branch(id)[-1].marks
    assert [(m.subject, m.before, m.after) for m in marks] == [
        ("model", "", "two"),
        ("adapters", "formal ×0.8", ""),
    ]
    store.undo(conversation_id=id)
    assert open_store().transcript(id) == before


def test_the_same_model_again_keeps_its_adapters(store: ConversationStore) -> None:
    id = store.create(model="two", adapters=[FORMAL]).id

    store.set_model(id, "two")

    assert store.conversation(id).adapters == (FORMAL,)


def test_none_stays_none_with_another_model(store: ConversationStore) -> None:
    id = begun(store, ())

    store.set_model(id, "two")

    assert store.conversation(id).adapters == ()


def test_a_role_with_another_model_leaves_the_adapters_behind(store: ConversationStore) -> None:
    id = begun(store)

    store.switch_prompt(id, ConversationStart(text="Be kind."))
    assert store.conversation(id).adapters == (FORMAL,)
    store.switch_prompt(id, ConversationStart(text="Be kinder."), "two")

    assert store.conversation(id).adapters is None
    store.undo(conversation_id=id)
    found = store.conversation(id)
    assert (found.model, found.adapters) == (None, (FORMAL,))


def test_a_fork_has_the_adapters_and_so_have_its_answers(store: ConversationStore) -> None:
    id, _, answered = _with_an_adapted_answer(store)

    fork = store.fork(answered)

    assert fork.adapters == store.conversation(id).adapters == (FORMAL,)
    assert store.branch(fork.id)[-1].adapters == (FORMAL, LEGAL)


def test_an_answer_tells_what_its_model_was_run_with(open_store: Open) -> None:
    store = open_store()
    _, question, answered = _with_an_adapted_answer(store)

    assert open_store().message(answered).adapters == (FORMAL, LEGAL)
    assert open_store().message(question).adapters == ()
    store.reopen(answered, model="starter", sampling=SAMPLING, adapters=[FORMAL])
    assert open_store().message(answered).adapters == (FORMAL,)


@LISTED
def test_adapters_come_through_json_and_into_a_store(store: ConversationStore) -> None:
    id, *_ = _with_an_adapted_answer(store)
    written = store.transcript(id)

    reading = from_json(json.loads(to_json(written)))

    assert (reading.problems, reading.transcripts) == ((), (written,))
    for adapters in ((), None):
        store.set_adapters(id, adapters)
        assert from_json(json.loads(to_json(store.transcript(id)))).transcripts == (
            store.transcript(id),
        )


def test_adapters_are_adopted(store: ConversationStore) -> None:
    id, *_ = _with_an_adapted_answer(store)
    written = store.transcript(id)
    other = written.conversation.model_copy(update={"id": "0" * 16})

    adopted = store.adopt(Transcript(conversation=other, entries=written.entries))

    assert store.conversation(adopted.conversation_id).adapters == (FORMAL,)
    assert store.branch(adopted.conversation_id)[-1].adapters == (FORMAL, LEGAL)


def test_adapters_come_through_markdown(store: ConversationStore) -> None:
    id, *_ = _with_an_adapted_answer(store)
    for adapters in ((FORMAL, LEGAL), (), None):
        store.set_adapters(id, adapters)

        (read,) = from_markdown(to_markdown(store.transcript(id))).transcripts

        assert read.conversation.adapters == adapters
        assert read.entries[-1].message.adapters == (FORMAL, LEGAL)


def test_half_characters_in_names_do_no_harm(store: ConversationStore) -> None:
    id = begun(store, None)

    store.set_adapters(id, [AdapterUse(name="/a\ud800.gguf")])

    assert store.conversation(id).adapters == (AdapterUse(name="/a\ufffd.gguf"),)
    assert [mark.after for mark in store.branch(id)[-1].marks] == ["a\ufffd"]


def _with_an_adapted_answer(store: ConversationStore) -> tuple[str, str, str]:
    """The ids of a conversation, a question and an answer."""
    id = store.create(title="Lease", adapters=[FORMAL]).id
    question = ask(store, id)
    begun = store.append(
        id, question.id, "assistant", "", state="streaming", adapters=[FORMAL, LEGAL]
    )
    store.journal(begun.id, "Because.")
    store.finish(begun.id, "complete", stop_reason="end")
    return id, question.id, begun.id
