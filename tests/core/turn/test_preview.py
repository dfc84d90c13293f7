"""What is told of a conversation's window."""

from threading import Event

from assistant.core.turn.preview import ContextPreview, preview_window
from assistant.core.values.context import EXCLUDED, OLDER, SUMMARISED
from assistant.core.values.conversation import Summary
from assistant.core.values.events import Loading
from assistant.core.values.models import RenderedPrompt, TokenCounts
from assistant.core.values.sampling import Sampling
from tests.support.conversations import speak
from tests.support.fake_conversations.store import FakeConversations
from tests.support.fake_models import ScriptedModel, ScriptedModels

USUAL = Sampling(max_tokens=100)


class RememberingModel(ScriptedModel):
    """Has read the first tokens of every prompt."""

    read = 0

    def render(
        self, messages: object, thinking: object = None, *, formed: bool = False
    ) -> RenderedPrompt:
        rendered = super().render(messages, thinking, formed=formed)  # type: ignore[arg-type]
        return rendered.model_copy(update={"cached": self.read})


def seen(
    store: FakeConversations, id: str, model: ScriptedModel, question: str = ""
) -> ContextPreview:
    *before, found = preview_window(store, ScriptedModels(model), USUAL, id, Event(), question)
    assert any(isinstance(event, Loading) for event in before)
    assert isinstance(found, ContextPreview)
    return found


def test_the_parts_of_the_window_add_up_to_it(store: FakeConversations) -> None:
    id = speak(store, 5)

    found = seen(store, id, ScriptedModel(window=4000), "And now?")

    assert [part.name for part in found.slices] == [
        "system prompt",
        *(f"turn {number}" for number in range(1, 6)),
        "next question",
        "template",
        "answer",
        "free",
    ]
    assert sum(part.tokens for part in found.slices if part.included) == found.window == 4000
    assert found.prompt_tokens == len(found.prompt.tokens)
    assert "And now?" in found.prompt.text
    assert found.slices[1].excerpt.startswith("question 1 ")


def test_what_was_read_is_told_part_by_part(store: FakeConversations) -> None:
    id = speak(store, 2)
    model = RememberingModel(window=4000)
    system, first = seen(store, id, model).slices[:2]
    model.read = system.tokens + first.tokens + 3

    found = seen(store, id, model)

    assert [part.cached for part in found.slices[:4]] == [system.tokens, first.tokens, 3, 0]
    assert [part.status for part in found.slices[:4]] == ["cached", "cached", "3 cached", "to read"]
    assert found.cached == model.read
    assert found.new == found.prompt_tokens - model.read


def test_what_is_left_out_has_its_reason_and_its_exact_tokens(store: FakeConversations) -> None:
    id = speak(store, 60)
    branch = store.branch(id)
    store.set_placing(branch[-2].id, "excluded")
    model = ScriptedModel(window=1000)

    found = seen(store, id, model)

    turns = [part for part in found.slices if part.kind == "turn"]
    assert {part.reason for part in turns} == {"", OLDER, EXCLUDED}
    assert turns[-1].reason == EXCLUDED
    assert all(part.exact for part in turns)
    assert len({part.tokens for part in turns}) <= 3
    assert "question 60 " not in found.prompt.text


def test_turns_far_beyond_the_window_are_estimated(store: FakeConversations) -> None:
    id = speak(store, 1, words=60_000)

    found = seen(store, id, ScriptedModel(window=1000))

    (turn,) = [part for part in found.slices if part.kind == "turn"]
    assert not turn.included
    assert not turn.exact


def test_a_summary_and_what_it_stands_for_are_told(store: FakeConversations) -> None:
    id = speak(store, 60)
    store.set_overflow(id, "summarise")
    branch = store.branch(id)
    told = Summary(text="They spoke of why.", covers=tuple(range(0, 110, 2)))
    store.set_summary(branch[109].id, told)

    found = seen(store, id, ScriptedModel(window=1000))

    (summary,) = [part for part in found.slices if part.kind == "summary"]
    assert summary.excerpt == "They spoke of why."
    assert summary.message_ids == (branch[109].id,)
    reasons = [part.reason for part in found.slices if part.kind == "turn"]
    assert reasons == [SUMMARISED] * 55 + [""] * 5


def test_the_share_of_passages_in_a_turn_is_told(store: FakeConversations) -> None:
    id = speak(store, 2)
    question = store.branch(id)[0]
    store.set_sent(question.id, "> one two three four\n\n" + question.text)

    turns = [p for p in seen(store, id, ScriptedModel(window=4000)).slices if p.kind == "turn"]

    assert [turn.passages for turn in turns] == [5, 0]


def test_a_question_that_does_not_fit_is_told_and_the_rest_is_still_seen(
    store: FakeConversations,
) -> None:
    id = speak(store, 2)

    found = seen(store, id, ScriptedModel(window=1000), "why " * 2000)

    assert "more than fit" in found.problem
    assert [part.kind for part in found.slices][:2] == ["system", "turn"]


def test_an_empty_conversation_has_a_window_too(store: FakeConversations) -> None:
    found = seen(store, store.create().id, ScriptedModel(window=1000))

    assert [part.kind for part in found.slices] == ["question", "template", "reserve", "free"]


def test_nothing_is_stored_and_nothing_is_asked(store: FakeConversations) -> None:
    id = speak(store, 3)
    model = ScriptedModel(window=1000)
    before = store.transcript(id)

    seen(store, id, model, "And now?")

    assert store.transcript(id) == before
    assert model.questions == []


def test_a_measure_tells_what_stands_before_the_first_message(store: FakeConversations) -> None:
    id = speak(store, 1)

    class BeginningModel(RememberingModel):
        read = 4

        def measure(
            self, messages: object, thinking: object = None, *, formed: bool = False
        ) -> TokenCounts:
            measured = super().measure(messages, thinking, formed=formed)  # type: ignore[arg-type]
            more = {"head": 4, "overhead": measured.overhead + 4, "total": measured.total + 4}
            return measured.model_copy(update=more)

    found = seen(store, id, BeginningModel(window=1000))

    assert found.slices[0].cached == 0
    (template,) = [part for part in found.slices if part.kind == "template"]
    assert template.cached == 4
