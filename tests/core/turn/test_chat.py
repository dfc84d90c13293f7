"""The turn: ask, regenerate, edit and continue, on a real database and a scripted model."""

from threading import Event

import pytest

from assistant.core.errors import ContextOverflowError, EngineDiedError, NotFoundError
from assistant.core.turn.chat import Chat
from assistant.core.turn.requests import Ask, Continue, Edit, Regenerate, Request
from assistant.core.values.conversation import Message
from assistant.core.values.events import (
    Answered,
    Asked,
    ContextPlanned,
    Finished,
    Loaded,
    Wrote,
)
from assistant.core.values.sampling import AdapterUse, Sampling, SamplingChanges
from tests.support.fake_conversations.store import FakeConversations
from tests.support.fake_models import ScriptedModel, ScriptedModels


def chat(store: FakeConversations, model: ScriptedModel) -> Chat:
    return Chat(store, ScriptedModels(model))


def run(chat: Chat, request: Request) -> Message:
    *_, last = chat.turn(request, Event())
    assert isinstance(last, Answered)
    return last.message


def roles_and_texts(messages: list[Message]) -> list[tuple[str, str]]:
    return [(message.role, message.text) for message in messages]


def test_a_question_is_asked_planned_answered_and_stored(store: FakeConversations) -> None:
    model = ScriptedModel("Paris, of course.")
    conversation = store.create(system_prompt="Be brief.")

    request = Ask(conversation_id=conversation.id, text="Capital of France?")
    events = list(chat(store, model).turn(request, Event()))

    kinds = [type(event) for event in events]
    assert kinds[0] is Asked
    assert kinds.index(Loaded) < kinds.index(ContextPlanned) < kinds.index(Wrote)
    assert kinds[-2:] == [Finished, Answered]
    assert "".join(e.text for e in events if isinstance(e, Wrote)) == "Paris, of course."
    assert roles_and_texts(store.branch(conversation.id)) == [
        ("user", "Capital of France?"),
        ("assistant", "Paris, of course."),
    ]
    answer = store.branch(conversation.id)[-1]
    assert (answer.state, answer.stop_reason) == ("complete", "end")
    assert answer.usage is not None
    assert answer.timings is not None
    assert 0 < answer.timings.first_token_ms <= answer.timings.total_ms
    assert [m.role for m in model.questions[0].messages] == ["system", "user"]
    assert store.conversation(conversation.id).title == "Capital of France?"


def test_the_question_is_on_disk_before_the_model_is_touched(store: FakeConversations) -> None:
    model = ScriptedModel()
    conversation = store.create()
    turn = chat(store, model).turn(Ask(conversation_id=conversation.id, text="Oi?"), Event())

    first = next(turn)

    assert isinstance(first, Asked)
    assert model.loads == 0
    assert [m.text for m in store.branch(conversation.id)] == ["Oi?", ""]
    turn.close()


def test_the_history_is_sent_exactly_as_it_was(store: FakeConversations) -> None:
    model = ScriptedModel("One.", "Two.")
    conversation = store.create(system_prompt="S")
    talk = chat(store, model)
    run(talk, Ask(conversation_id=conversation.id, text="First?"))
    run(talk, Ask(conversation_id=conversation.id, text="Second?"))

    first, second = (question.messages for question in model.questions)

    assert second[: len(first)] == first
    assert [m.content for m in second] == ["S", "First?", "One.", "Second?"]


def test_regenerating_adds_a_version_and_keeps_the_old_one(store: FakeConversations) -> None:
    conversation = store.create()
    talk = chat(store, ScriptedModel("Old.", "New."))
    old = run(talk, Ask(conversation_id=conversation.id, text="Q?"))

    new = run(talk, Regenerate(message_id=old.id))

    assert (new.text, new.version, new.versions) == ("New.", 2, 2)
    assert [m.text for m in store.versions(new.id)] == ["Old.", "New."]
    assert store.branch(conversation.id)[-1].text == "New."


def test_editing_a_question_opens_a_branch_from_the_same_place(store: FakeConversations) -> None:
    model = ScriptedModel("A.", "B.", "C.")
    conversation = store.create()
    talk = chat(store, model)
    run(talk, Ask(conversation_id=conversation.id, text="One?"))
    run(talk, Ask(conversation_id=conversation.id, text="Two?"))
    question = store.branch(conversation.id)[2]

    run(talk, Edit(message_id=question.id, text="Two, but better?"))

    assert [m.text for m in store.branch(conversation.id)] == [
        "One?",
        "A.",
        "Two, but better?",
        "C.",
    ]
    assert [m.content for m in model.questions[-1].messages] == ["One?", "A.", "Two, but better?"]
    store.select(question.id)
    assert [m.text for m in store.branch(conversation.id)][2:] == ["Two?", "B."]


def test_a_stopped_answer_keeps_its_text_and_can_be_continued(store: FakeConversations) -> None:
    model = ScriptedModel(["Once ", "upon ", "a time."], ["there was."])
    conversation = store.create()
    talk = chat(store, model)
    stop = Event()
    for event in talk.turn(Ask(conversation_id=conversation.id, text="Tell."), stop):
        if isinstance(event, Wrote) and event.text == "upon ":
            stop.set()
    stopped = store.branch(conversation.id)[-1]
    assert (stopped.text, stopped.state) == ("Once upon ", "stopped")

    answer = run(talk, Continue(message_id=stopped.id))

    assert (answer.id, answer.text) == (stopped.id, "Once upon there was.")
    assert answer.state == "complete"
    assert model.questions[-1].messages[-1].content == "Once upon "


def test_closing_the_turn_stops_the_model_and_keeps_what_was_written(
    store: FakeConversations,
) -> None:
    model = ScriptedModel(["Once ", "upon ", "a time."])
    conversation = store.create()
    turn = chat(store, model).turn(Ask(conversation_id=conversation.id, text="Tell."), Event())
    for event in turn:
        if isinstance(event, Wrote):
            break

    turn.close()

    answer = store.branch(conversation.id)[-1]
    assert (answer.text, answer.state) == ("Once ", "stopped")
    assert model.stopped == 1


def test_a_stop_while_the_model_loads_ends_the_turn_without_an_answer(
    store: FakeConversations,
) -> None:
    stop = Event()
    stop.set()
    conversation = store.create()
    model = ScriptedModel()

    *_, last = chat(store, model).turn(Ask(conversation_id=conversation.id, text="Q?"), stop)

    assert isinstance(last, Answered)
    assert (last.message.state, last.message.text) == ("stopped", "")
    assert model.questions == []


def test_when_the_engine_dies_the_partial_answer_is_kept_with_the_reason(
    store: FakeConversations,
) -> None:
    broken = ScriptedModel(
        ["Once ", "upon "], stream_error=EngineDiedError("The engine died."), error_after=1
    )
    conversation = store.create()

    with pytest.raises(EngineDiedError):
        run(chat(store, broken), Ask(conversation_id=conversation.id, text="Tell."))

    answer = store.branch(conversation.id)[-1]
    assert (answer.text, answer.state, answer.error) == ("Once ", "failed", "The engine died.")
    assert run(chat(store, ScriptedModel("Ok.")), Ask(conversation_id=conversation.id, text="?"))


def test_a_question_without_an_answer_is_not_sent_again(store: FakeConversations) -> None:
    failing = ScriptedModel(stream_error=EngineDiedError("The engine died."))
    conversation = store.create()
    with pytest.raises(EngineDiedError):
        run(chat(store, failing), Ask(conversation_id=conversation.id, text="Lost?"))
    model = ScriptedModel("Found.")

    run(chat(store, model), Ask(conversation_id=conversation.id, text="Again?"))

    assert [m.content for m in model.questions[0].messages] == ["Again?"]
    assert [m.text for m in store.branch(conversation.id)] == ["Lost?", "", "Again?", "Found."]


def test_a_question_too_long_for_the_window_is_kept_and_says_by_how_much(
    store: FakeConversations,
) -> None:
    model = ScriptedModel(window=400)
    conversation = store.create()

    with pytest.raises(ContextOverflowError, match="more than fit"):
        run(chat(store, model), Ask(conversation_id=conversation.id, text="word " * 1000))

    question, answer = store.branch(conversation.id)
    assert question.text == "word " * 1000
    assert answer.state == "failed"
    assert model.questions == []


def test_when_the_history_outgrows_the_window_the_plan_says_what_is_left_out(
    store: FakeConversations,
) -> None:
    model = ScriptedModel("word " * 100, window=1024)
    conversation = store.create(system_prompt="S")
    talk = chat(store, model)
    for number in range(12):
        run(talk, Ask(conversation_id=conversation.id, text=f"Question {number}?"))

    request = Ask(conversation_id=conversation.id, text="Last?")
    planned = next(e for e in talk.turn(request, Event()) if isinstance(e, ContextPlanned))

    assert planned.plan.left_out
    assert planned.plan.prompt_tokens + planned.plan.reserve <= 1024
    assert planned.plan.messages[0].content == "S"
    assert planned.plan.messages[-1].content == "Last?"


def test_what_was_asked_of_the_sampling_is_stored_with_the_answer(
    store: FakeConversations,
) -> None:
    conversation = store.create()
    sampling = Sampling(temperature=0, seed=7)
    model = ScriptedModel("Ok.")
    request = Ask(conversation_id=conversation.id, text="Q?")

    *_, last = chat(store, model).turn(request, Event(), sampling)

    assert isinstance(last, Answered)
    assert last.message.sampling == sampling == model.questions[0].sampling


def test_a_question_can_not_be_regenerated(store: FakeConversations) -> None:
    conversation = store.create()
    talk = chat(store, ScriptedModel())
    run(talk, Ask(conversation_id=conversation.id, text="Q?"))

    with pytest.raises(NotFoundError, match="not an answer"):
        run(talk, Regenerate(message_id=store.branch(conversation.id)[0].id))


def test_an_answer_is_written_with_the_conversations_adapters_and_keeps_them(
    store: FakeConversations,
) -> None:
    formal = AdapterUse(name="formal", scale=0.8)
    models = ScriptedModels(ScriptedModel("One.", "Two.", "Three."))
    talk = Chat(store, models)
    id = store.create(adapters=[formal]).id

    first = run(talk, Ask(conversation_id=id, text="Why?"))
    store.set_adapters(id, ())
    again = run(talk, Regenerate(message_id=first.id))
    store.set_adapters(id, None)
    run(talk, Ask(conversation_id=id, text="And then?"))

    assert models.adapters == [(formal,)] * 2 + [()] * 2 + [None] * 2
    assert (store.message(first.id).adapters, again.adapters) == ((formal,), ())


def test_an_answer_gone_on_with_tells_the_adapters_of_its_end(store: FakeConversations) -> None:
    formal = AdapterUse(name="formal")
    talk = chat(store, ScriptedModel("One."))
    id = store.create().id
    first = run(talk, Ask(conversation_id=id, text="Why?"))

    store.set_adapters(id, [formal])

    assert run(talk, Continue(message_id=first.id)).adapters == (formal,)


def test_a_model_is_sampled_as_its_settings_say_below_what_the_conversation_says(
    store: FakeConversations,
) -> None:
    model, other = ScriptedModel("Ok.", "Ok."), ScriptedModel("Ok.", name="other")
    talk = Chat(
        store,
        ScriptedModels(model, other),
        Sampling(temperature=0.5, top_k=9),
        of_models={"Scripted": SamplingChanges(temperature=0.9, top_p=0.4)},
    )
    conversation = store.create()

    run(talk, Ask(conversation_id=conversation.id, text="One?"))
    store.set_sampling(conversation.id, SamplingChanges(temperature=1.5))
    run(talk, Ask(conversation_id=conversation.id, text="Two?"))
    store.set_model(conversation.id, "other")
    run(talk, Ask(conversation_id=conversation.id, text="Three?"))

    used = [asked.sampling for asked in (*model.questions, *other.questions)]
    assert [(one.temperature, one.top_p, one.top_k) for one in used] == [
        (0.9, 0.4, 9),
        (1.5, 0.4, 9),
        (1.5, 0.95, 9),
    ]
