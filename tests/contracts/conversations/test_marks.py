"""What every ConversationStore keeps to: marks of changes in the middle of a conversation."""

import json
from collections.abc import Callable, Sequence

import pytest

from assistant.core.ports.conversations import ConversationStore
from assistant.core.values.changes import describe_marks
from assistant.core.values.conversation import ChatMessage, Mark, QuestionPrompt
from assistant.core.values.prompts import ConversationStart
from assistant.core.values.sampling import AdapterUse, SamplingChanges
from assistant.core.values.transcript import from_json, to_json
from tests.support.conversation_stores import LISTED, Open, answer, ask

PIRATE = ConversationStart(
    prompt_name="pirate",
    text="Speak like a pirate.",
    examples=(ChatMessage(role="user", content="Hello!"),),
    sampling=SamplingChanges(temperature=0.9),
    collections=("sea",),
)
PROMPT = QuestionPrompt(name="translator", text="Translate.", sampling=SamplingChanges(top_k=3))

ADAPTERS = (AdapterUse(name="formal", scale=0.8), AdapterUse(name="/lora/legal.gguf"))


def begun(store: ConversationStore, **options: bool) -> str:
    id = store.create(title="Lease", system_prompt="Be brief.", prompt_name="concise", **options).id
    answer(store, ask(store, id))
    return id


def words(marks: Sequence[Mark]) -> list[str]:
    return [said for _, said in describe_marks(marks)]


def marks_of(store: ConversationStore, id: str) -> list[tuple[str, list[str]]]:
    """The messages of the active branch that have marks, and what those say."""
    return [(m.text, words(m.marks)) for m in store.branch(id) if m.marks]


CHANGES: dict[str, Callable[[ConversationStore, str], None]] = {
    "role: kind": lambda store, id: store.set_system_prompt(id, "Be kind.", "kind"),
    "role: own text": lambda store, id: store.set_system_prompt(id, "Be kind.", None),
    "no role": lambda store, id: store.set_system_prompt(id, "", None),
    "model: two": lambda store, id: store.set_model(id, "two"),
    "adapters: formal ×0.8, legal": lambda store, id: store.set_adapters(id, ADAPTERS),
    "adapters: none": lambda store, id: store.set_adapters(id, []),
    "files: #a, #b": lambda store, id: store.set_collections(id, ["a", "b"]),
    "files: none": lambda store, id: store.set_collections(id, []),
    "temperature 0.2": lambda store, id: store.set_sampling(id, SamplingChanges(temperature=0.2)),
    "seed 7": lambda store, id: store.set_sampling(id, SamplingChanges(seed=7)),
}


@pytest.mark.parametrize("said", CHANGES)
@pytest.mark.parametrize("temporary", [False, True])
def test_a_change_in_the_middle_leaves_a_mark_after_the_last_message(
    store: ConversationStore, said: str, temporary: bool
) -> None:
    id = begun(store, temporary=temporary)
    last = store.branch(id)[-1].text

    CHANGES[said](store, id)

    assert marks_of(store, id) == [(last, [said])]


def test_before_the_first_message_there_is_nothing_to_mark(store: ConversationStore) -> None:
    id = store.create().id

    store.switch_prompt(id, PIRATE, "two")
    answer(store, ask(store, id))

    assert marks_of(store, id) == []


def test_a_role_is_taken_up_as_one_change(open_store: Open) -> None:
    store = open_store()
    id = begun(store)
    before = store.transcript(id)

    store.switch_prompt(id, PIRATE, "two")

    found = open_store().conversation(id)
    assert (found.system_prompt, found.prompt_name) == ("Speak like a pirate.", "pirate")
    assert (found.model, found.collections) == ("two", ("sea",))
    assert (found.sampling.temperature, found.examples) == (0.9, PIRATE.examples)
    said = ["role: pirate", "model: two", "files: #sea", "temperature 0.9"]
    assert marks_of(open_store(), id) == [("Because.", said)]
    (change,) = store.changes(id)
    assert (change.kind, change.before) == ("system prompt", "Be brief.")

    store.undo(conversation_id=id)
    assert open_store().transcript(id) == before


def test_a_role_without_files_and_model_leaves_those_there_are(store: ConversationStore) -> None:
    id = begun(store)
    store.set_model(id, "two")
    store.set_collections(id, ["a"])

    store.switch_prompt(id, ConversationStart(text="Be kind."))

    found = store.conversation(id)
    assert (found.model, found.collections) == ("two", ("a",))


def test_what_was_tried_and_taken_back_at_one_place_is_told_once(store: ConversationStore) -> None:
    id = begun(store)

    store.set_sampling(id, SamplingChanges(temperature=0.2))
    store.set_sampling(id, SamplingChanges(temperature=0.7, top_k=3))
    store.set_sampling(id, SamplingChanges(temperature=0.7))

    assert marks_of(store, id) == [("Because.", ["temperature 0.7"])]


def test_changes_are_undone_in_any_order_with_their_marks(store: ConversationStore) -> None:
    id = begun(store)
    store.set_model(id, "two")
    store.set_sampling(id, SamplingChanges(temperature=0.2))
    model, sampling = reversed(store.changes(id))

    store.undo(model.number, conversation_id=id)
    assert marks_of(store, id) == [("Because.", ["temperature 0.2"])]
    store.undo(sampling.number, conversation_id=id)
    assert marks_of(store, id) == []


def test_marks_belong_to_their_branch(store: ConversationStore) -> None:
    id = begun(store)
    question, first = store.branch(id)
    store.set_model(id, "two")
    other = answer(store, question, "Otherwise.")

    assert marks_of(store, id) == []
    store.select(first.id)
    assert marks_of(store, id) == [("Because.", ["model: two"])]
    store.select(other.id)
    store.set_model(id, "three")
    assert marks_of(store, id) == [("Otherwise.", ["model: three"])]


def test_marks_go_to_the_trash_and_come_back(store: ConversationStore) -> None:
    id = begun(store)
    store.set_model(id, "two")
    last = store.branch(id)[-1]

    store.delete_message(last.id)
    assert marks_of(store, id) == []
    store.restore_message(last.id)

    assert marks_of(store, id) == [("Because.", ["model: two"])]


def test_a_change_can_be_undone_while_its_mark_is_in_the_trash(store: ConversationStore) -> None:
    id = begun(store)
    store.set_model(id, "two")
    (change,) = store.changes(id)
    last = store.branch(id)[-1]
    store.delete_message(last.id)

    store.undo(change.number, conversation_id=id)
    store.restore_message(last.id)

    assert store.conversation(id).model is None
    assert marks_of(store, id) == []


def test_marks_and_prompts_of_questions_are_forked(store: ConversationStore) -> None:
    id = begun(store)
    store.set_model(id, "two")
    tip = store.branch(id)[-1]
    asked = store.append(id, tip.id, "user", "/translator Hi", prompt=PROMPT)

    fork = store.fork(asked.id)

    assert marks_of(store, fork.id) == [("Because.", ["model: two"])]
    assert store.branch(fork.id)[-1].prompt == PROMPT


@LISTED
def test_marks_and_prompts_of_questions_come_through_json(open_store: Open) -> None:
    store = open_store()
    id = begun(store)
    store.set_sampling(id, SamplingChanges(temperature=0.2))
    store.append(id, store.branch(id)[-1].id, "user", "/translator Hi", prompt=PROMPT)
    written = store.transcript(id)

    reading = from_json(json.loads(to_json(written)))

    assert reading.problems == ()
    assert reading.transcripts == (written,)


def test_a_mark_is_put_at_an_answer_that_is_being_written(store: ConversationStore) -> None:
    id = begun(store)
    question = ask(store, id, "And then?")
    growing = store.append(id, question.id, "assistant", "", state="streaming")
    store.journal(growing.id, "Wait")

    store.set_model(id, "two")
    done = store.finish(growing.id, "complete")

    assert (done.text, words(done.marks)) == ("Wait", ["model: two"])


def test_only_what_came_of_several_marks_is_told(store: ConversationStore) -> None:
    now = store.conversation(begun(store)).created
    marks = [
        Mark(id="1", subject="role", before="a", after="b", at=now),
        Mark(id="2", subject="files", before="all", after="none", at=now),
        Mark(id="3", subject="files", before="none", after="all", at=now),
        Mark(id="4", subject="role", before="b", after="c", at=now),
        Mark(id="5", subject="top_p", before="0.5", after="", at=now),
    ]

    assert describe_marks(marks) == [("role", "role: c"), ("top_p", "top_p default")]


def test_half_characters_in_marks_and_prompts_do_no_harm(store: ConversationStore) -> None:
    id = begun(store)
    tip = store.branch(id)[-1]

    store.switch_prompt(id, ConversationStart(prompt_name="a\ud800", text="b\ud800"), "c\ud800")
    prompt = QuestionPrompt(name="x\ud800", text="\ud800", examples=PIRATE.examples)
    asked = store.append(id, tip.id, "user", "/x Hi", prompt=prompt)

    assert marks_of(store, id) == [("Because.", ["role: a\ufffd", "model: c\ufffd"])]
    assert asked.prompt is not None
    assert (asked.prompt.name, asked.prompt.text) == ("x\ufffd", "\ufffd")
