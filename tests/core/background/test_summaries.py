"""The running summary of a conversation that outgrew the window."""

from itertools import pairwise
from threading import Event, Thread

from assistant.core.background import summaries
from assistant.core.context import plan as context_plan
from assistant.core.turn.chat import Chat
from assistant.core.turn.requests import Ask
from assistant.core.values.conversation import Summary
from assistant.core.values.events import ContextPlanned
from assistant.core.values.sampling import Sampling
from tests.support.conversations import PROMPTS, add, speak
from tests.support.fake_conversations.store import FakeConversations
from tests.support.fake_models import Gate, ScriptedModel, ScriptedModels

USUAL = Sampling(max_tokens=100)
WINDOW = 1000


def advance(
    store: FakeConversations, model: ScriptedModel, id: str, stop: Event | None = None
) -> bool:
    return summaries.advance_summary(
        store, ScriptedModels(model), PROMPTS, USUAL, id, stop or Event()
    )


def summarise(store: FakeConversations, model: ScriptedModel, id: str) -> int:
    """Every step there is; how many."""
    steps = 0
    while advance(store, model, id):
        steps += 1
        assert steps < 50
    return steps


def kept(store: FakeConversations, id: str) -> list[Summary]:
    return [message.summary for message in store.branch(id) if message.summary]


def test_a_short_conversation_is_not_summarised(store: FakeConversations) -> None:
    model = ScriptedModel("They spoke.", window=WINDOW)
    id = speak(store, 4)
    store.set_overflow(id, "summarise")

    assert not advance(store, model, id)
    assert model.questions == []


def test_without_the_users_wish_nothing_is_summarised(store: FakeConversations) -> None:
    model = ScriptedModel("They spoke.", window=WINDOW)
    id = speak(store, 60)

    assert not advance(store, model, id)
    assert model.loads == 0


def test_the_oldest_turns_are_summarised_aside_and_no_message_is_lost(
    store: FakeConversations,
) -> None:
    model = ScriptedModel("They spoke.", window=WINDOW)
    id = speak(store, 40)
    before = [message.text for message in store.branch(id)]
    store.set_overflow(id, "summarise")

    assert summarise(store, model, id) > 1

    assert [message.text for message in store.branch(id)] == before
    assert {question.keep for question in model.questions} == {"aside"}
    last = kept(store, id)[-1]
    assert set(last.text.split("\n\n")) == {"They spoke."}
    assert last.covers == tuple(range(0, 2 * len(last.covers), 2))
    rest = 40 - len(last.covers)
    assert 2 <= rest <= 12
    assert all(model.measure(q.messages).total < WINDOW for q in model.questions)


def test_each_step_adds_a_paragraph_and_leaves_the_beginning_as_it_was(
    store: FakeConversations,
) -> None:
    model = ScriptedModel("First.", "Second.", "Third.", window=WINDOW)
    id = speak(store, 24)
    store.set_overflow(id, "summarise")

    summarise(store, model, id)

    texts = [summary.text for summary in kept(store, id)]
    assert texts[:2] == ["First.", "First.\n\nSecond."]
    assert all(later.startswith(earlier) for earlier, later in pairwise(texts))
    asked = [question.messages[-1].content for question in model.questions]
    assert "question 1 " in asked[0]
    assert "question 1 " not in asked[1]


def test_a_summary_that_takes_too_much_room_is_summarised_itself(
    store: FakeConversations,
) -> None:
    long = "word " * 90
    model = ScriptedModel(*[long] * 3, *(["Shorter."] * 40), window=WINDOW)
    id = speak(store, 70)
    store.set_overflow(id, "summarise")

    summarise(store, model, id)

    assert kept(store, id)[-1].text.startswith("Shorter.")
    assert "word" not in kept(store, id)[-1].text


def test_the_summary_takes_the_turns_place_in_the_next_prompt(store: FakeConversations) -> None:
    model = ScriptedModel("They spoke of questions.", window=WINDOW)
    id = speak(store, 40)
    store.set_overflow(id, "summarise")
    summarise(store, model, id)
    chat = Chat(store, ScriptedModels(model), USUAL)

    asked = Ask(conversation_id=id, text="And now?")
    (planned,) = [e for e in chat.turn(asked, Event()) if isinstance(e, ContextPlanned)]
    again = Ask(conversation_id=id, text="And then?")
    (later,) = [e for e in chat.turn(again, Event()) if isinstance(e, ContextPlanned)]

    assert planned.plan.messages[2].content.startswith("They spoke of questions.")
    assert planned.outgrown == "summarise"
    assert later.outgrown is None
    assert [m.outgrown for m in store.branch(id) if m.outgrown] == ["summarise"]
    store.set_overflow(id, "leave_out")
    assert context_plan.recap_for(store.conversation(id), store.branch(id)) is None


def test_what_is_said_later_is_added_when_it_is_due(store: FakeConversations) -> None:
    model = ScriptedModel("Once.", "Once.", "Once.", "Twice.", window=WINDOW)
    id = speak(store, 24)
    store.set_overflow(id, "summarise")
    summarise(store, model, id)
    first = kept(store, id)[-1]
    assert not advance(store, model, id)

    add(store, id, 24)
    summarise(store, model, id)

    last = kept(store, id)[-1]
    assert set(last.covers) > set(first.covers)
    assert kept(store, id)[0] == first or first in kept(store, id)


def test_excluded_turns_are_not_told_and_pinned_ones_neither(store: FakeConversations) -> None:
    model = ScriptedModel("They spoke.", window=WINDOW)
    id = speak(store, 40)
    store.set_overflow(id, "summarise")
    branch = store.branch(id)
    store.set_placing(branch[0].id, "excluded")
    store.set_placing(branch[2].id, "pinned")

    summarise(store, model, id)

    told = " ".join(q.messages[-1].content for q in model.questions)
    assert "question 1 " not in told
    assert "question 2 " not in told
    assert "question 3 " in told


def test_excluding_a_turn_that_was_told_has_the_summary_made_anew(
    store: FakeConversations,
) -> None:
    model = ScriptedModel("With it.", window=WINDOW)
    id = speak(store, 40)
    store.set_overflow(id, "summarise")
    summarise(store, model, id)
    store.set_placing(store.branch(id)[4].id, "excluded")
    recap = context_plan.latest_recap(store.branch(id))
    assert recap is None or 4 not in recap.covers

    model.answers = ("Without it.",)
    asked = len(model.questions)
    summarise(store, model, id)

    recap = context_plan.latest_recap(store.branch(id))
    assert recap is not None
    assert 4 not in recap.covers
    assert "Without it." in recap.text
    assert all("question 3 " not in q.messages[-1].content for q in model.questions[asked:])


def test_a_stop_ends_it_at_once_and_keeps_what_was_made_before(store: FakeConversations) -> None:
    gate = Gate()
    model = ScriptedModel("They spoke.", window=WINDOW, gate=gate)
    id = speak(store, 40)
    store.set_overflow(id, "summarise")
    stop, results = Event(), []
    thread = Thread(target=lambda: results.append(advance(store, model, id, stop)))

    thread.start()
    assert gate.reached.wait(10)
    stop.set()
    thread.join(5)

    assert results == [False]
    assert kept(store, id) == []


def test_a_turn_longer_than_the_window_is_told_by_its_ends(store: FakeConversations) -> None:
    model = ScriptedModel("Long.", window=WINDOW)
    id = speak(store, 1, words=20_000)
    add(store, id, 10)
    store.set_overflow(id, "summarise")

    summarise(store, model, id)

    assert kept(store, id)
    assert all(model.measure(q.messages).total < WINDOW for q in model.questions)


def test_a_model_that_writes_nothing_is_not_asked_for_ever(store: FakeConversations) -> None:
    model = ScriptedModel(" ", window=WINDOW)
    id = speak(store, 40)
    store.set_overflow(id, "summarise")

    assert not advance(store, model, id)
    assert kept(store, id) == []


def test_a_temporary_conversation_is_summarised_in_memory(store: FakeConversations) -> None:
    model = ScriptedModel("They spoke.", window=WINDOW)
    id = speak(store, 40, temporary=True)
    store.set_overflow(id, "summarise")

    assert summarise(store, model, id)
    assert kept(store, id)
