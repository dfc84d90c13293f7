"""The window grows before anything is left out; only what cannot grow leaves something out."""

from threading import Event

import pytest

from assistant.core.background import summaries
from assistant.core.errors import ContextOverflowError
from assistant.core.turn.chat import Chat
from assistant.core.turn.preview import ContextPreview, preview_window
from assistant.core.turn.requests import Ask
from assistant.core.values.events import Answered, ContextPlanned, TurnEvent
from assistant.core.values.sampling import Sampling
from tests.support.conversations import PROMPTS, speak
from tests.support.fake_conversations.store import FakeConversations
from tests.support.fake_library import found
from tests.support.fake_models import ScriptedModel, ScriptedModels

USUAL = Sampling(max_tokens=100)


def ask(
    store: FakeConversations, model: ScriptedModel, id: str, text: str = "And now?"
) -> list[TurnEvent]:
    chat = Chat(store, ScriptedModels(model), USUAL)
    return list(chat.turn(Ask(conversation_id=id, text=text), Event()))


def planned(events: list[TurnEvent]) -> ContextPlanned:
    return next(event for event in events if isinstance(event, ContextPlanned))


def test_what_fits_asks_for_no_larger_window(store: FakeConversations) -> None:
    model = ScriptedModel("Yes.", window=4000, trained=64_000)

    ask(store, model, speak(store, 5))

    assert model.asked_windows == []


@pytest.mark.parametrize("turns", [30, 100, 300])
def test_a_long_conversation_gets_its_window_in_one_step_and_whole(
    store: FakeConversations, turns: int
) -> None:
    model = ScriptedModel("Yes.", window=1000, trained=64_000)

    told = planned(ask(store, model, speak(store, turns)))

    assert len(model.asked_windows) == 1
    assert told.plan.left_out == ()
    assert told.outgrown is None
    assert told.plan.window == model.window == model.asked_windows[0]
    assert model.window < told.plan.prompt_tokens * 1.5 + 1024


def test_what_no_window_can_hold_is_left_out_of_the_largest(store: FakeConversations) -> None:
    model = ScriptedModel("Yes.", window=1000, trained=4000)
    id = speak(store, 300)

    told = planned(ask(store, model, id))

    assert told.plan.window == 4000
    assert told.outgrown == "leave_out"
    assert len(model.asked_windows) == 1


def test_where_memory_is_short_turns_leave_as_ever(store: FakeConversations) -> None:
    model = ScriptedModel("Yes.", window=1000, trained=64_000, largest=1000)
    id = speak(store, 60)

    events = ask(store, model, id)

    assert planned(events).plan.window == 1000
    assert planned(events).outgrown == "leave_out"
    assert isinstance(events[-1], Answered)


def test_a_long_question_gets_its_window(store: FakeConversations) -> None:
    model = ScriptedModel("Yes.", window=400, trained=64_000)

    told = planned(ask(store, model, store.create().id, "word " * 3000))

    assert told.plan.prompt_tokens > 3000
    assert len(model.asked_windows) == 1


def test_a_question_that_no_window_holds_is_refused(store: FakeConversations) -> None:
    model = ScriptedModel("Yes.", window=400, trained=2000)

    with pytest.raises(ContextOverflowError, match="more than fit"):
        ask(store, model, store.create().id, "word " * 3000)

    assert model.window == 2000


def test_an_attached_file_gets_the_window_that_it_needs(store: FakeConversations) -> None:
    model = ScriptedModel("Yes.", window=1000, trained=64_000)
    files = found()
    files.texts["/files/lease.md"] = "The rent is due on the first. " * 1000
    chat = Chat(store, ScriptedModels(model), USUAL, files)
    request = Ask(conversation_id=store.create().id, text="When?", attached=("/files/lease.md",))

    told = planned(list(chat.turn(request, Event())))

    assert told.plan.prompt_tokens > 6000
    assert len(model.asked_windows) == 1


def test_a_summary_is_written_only_where_the_window_cannot_grow(
    store: FakeConversations,
) -> None:
    id = speak(store, 60)
    store.set_overflow(id, "summarise")
    roomy = ScriptedModel("They spoke.", window=1000, trained=64_000)
    cramped = ScriptedModel("They spoke.", window=1000, trained=64_000, largest=1000)

    def advance(model: ScriptedModel) -> bool:
        return summaries.advance_summary(store, ScriptedModels(model), PROMPTS, USUAL, id, Event())

    while advance(roomy):
        pass
    assert roomy.questions == []
    assert roomy.window > 3000

    assert advance(cramped)
    assert len(cramped.questions) == 1


def test_the_overview_shows_the_window_that_the_next_question_gets(
    store: FakeConversations,
) -> None:
    model = ScriptedModel("Yes.", window=1000, trained=64_000)
    id = speak(store, 60)

    *_, seen = preview_window(store, ScriptedModels(model), USUAL, id, Event(), "And now?")

    assert isinstance(seen, ContextPreview)
    assert seen.left_out == ()
    assert seen.growth == "trained on 64,000"
    assert seen.window == model.window > 3000
    assert sum(part.tokens for part in seen.slices) == seen.window
