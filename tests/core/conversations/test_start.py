"""How a conversation begins, goes on under another prompt, and becomes a prompt itself."""

from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.core.conversations.save_as_prompt import prompt_from_conversation
from assistant.core.conversations.start import (
    begin_conversation,
    hinted_model,
    resolve_opening,
)
from assistant.core.errors import MissingValuesError
from assistant.core.prompts.files import clean, parse, write
from assistant.core.turn.chat import Chat
from assistant.core.turn.requests import Ask, Regenerate
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.events import Asked
from assistant.core.values.prompts import ConversationStart, Prompt, PromptVariable
from assistant.core.values.sampling import Sampling, SamplingChanges
from assistant.system.front_matter import load
from tests.support.fake_conversations.store import FakeConversations
from tests.support.fake_models import ScriptedModel, ScriptedModels

EXAMPLES = (
    ChatMessage(role="user", content="{{word}}?"),
    ChatMessage(role="assistant", content="{{word}}!"),
)
PROMPT = Prompt(
    name="echo",
    title="Echo",
    description="",
    language="en",
    text="Say {{word}}.",
    variables=(PromptVariable(name="word"),),
    sampling=SamplingChanges(temperature=0, max_tokens=7),
    model="other",
    collections=("docs",),
    examples=EXAMPLES,
)


@pytest.fixture
def models() -> ScriptedModels:
    return ScriptedModels(ScriptedModel(), ScriptedModel(name="other"))


def test_a_conversation_begins_with_everything_its_prompt_says(
    store: FakeConversations, models: ScriptedModels
) -> None:
    id = begin_conversation(store, PROMPT, values={"word": "yes"}, models=models).id

    found = store.conversation(id)
    assert (found.system_prompt, found.prompt_name, found.model) == ("Say yes.", "echo", "other")
    assert (found.sampling, found.collections) == (PROMPT.sampling, ("docs",))
    assert [example.content for example in found.examples] == ["yes?", "yes!"]


def test_without_a_prompt_a_conversation_begins_bare(store: FakeConversations) -> None:
    found = begin_conversation(store)

    assert (found.system_prompt, found.prompt_name, found.model) == ("", None, None)
    assert (found.examples, found.sampling, found.collections) == ((), SamplingChanges(), None)


def test_a_prompt_looks_around_for_itself_when_nobody_gives_it_values(
    store: FakeConversations,
) -> None:
    around = PROMPT.model_copy(update={"text": "{{date}} {{os}}", "examples": ()})

    assert "{{" not in begin_conversation(store, around).system_prompt
    with pytest.raises(MissingValuesError, match="echo needs a value for word"):
        begin_conversation(store, PROMPT)
    assert len(store.conversations()) == 0


@pytest.mark.parametrize(
    ("given", "hint", "expected"),
    [(None, "other", "other"), ("mine", "other", "mine"), (None, "gone", None), (None, None, None)],
)
def test_a_model_hint_is_followed_where_there_is_such_a_model_and_none_was_chosen(
    store: FakeConversations,
    models: ScriptedModels,
    given: str | None,
    hint: str | None,
    expected: str | None,
) -> None:
    opening = ConversationStart(text="x", model=hint)

    assert begin_conversation(store, opening, given, models=models).model == expected
    assert hinted_model(opening, models) == (hint if hint == "other" else None)


def test_going_on_under_another_prompt_leaves_what_it_does_not_speak_of(
    store: FakeConversations,
) -> None:
    id = begin_conversation(store, PROMPT, "mine", values={"word": "yes"}).id

    store.switch_prompt(id, resolve_opening(None))

    found = store.conversation(id)
    assert (found.system_prompt, found.examples, found.sampling) == ("", (), SamplingChanges())
    assert (found.model, found.collections) == ("mine", ("docs",))

    store.switch_prompt(id, ConversationStart(text="New.", collections=()))
    assert store.conversation(id).collections == ()


def test_answers_follow_the_prompt_s_sampling_and_examples_without_being_told(
    store: FakeConversations, models: ScriptedModels
) -> None:
    chat = Chat(store, models, Sampling(temperature=0.7, top_k=5))
    id = begin_conversation(store, PROMPT, values={"word": "yes"}, models=models).id

    asked, *_ = chat.turn(Ask(conversation_id=id, text="Hi"), Event())
    assert isinstance(asked, Asked)
    [*_] = chat.turn(Regenerate(message_id=asked.answer.id), Event())
    [*_] = chat.turn(Ask(conversation_id=id, text="Hi"), Event(), Sampling(temperature=2))

    first, again, told = models.by_name["other"].questions
    assert first.sampling == Sampling(temperature=0, top_k=5, max_tokens=7)
    assert again == first
    assert told.sampling.temperature == 2
    assert [message.content for message in first.messages] == ["Say yes.", "yes?", "yes!", "Hi"]
    assert store.message(asked.answer.id).sampling == first.sampling


said = st.text().map(clean) | st.sampled_from(["{{word}}", "\\{{word}}", "## User", "---"])


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None
)
@given(system=said, turns=st.lists(st.tuples(said.filter(bool), said.filter(bool)), max_size=3))
def test_a_saved_conversation_begins_again_as_it_was(
    store: FakeConversations, system: str, turns: list[tuple[str, str]]
) -> None:
    if not system and not turns:
        system = "x"
    made = store.create(system_prompt=system, sampling=SamplingChanges(top_k=3))
    parent = None
    for asked, answered in turns:
        question = store.append(made.id, parent, "user", asked)
        parent = store.append(made.id, question.id, "assistant", answered).id

    prompt = prompt_from_conversation(store.conversation(made.id), store.branch(made.id), "again")
    opening = parse("again", write(prompt), load).resolve({})

    assert opening.text == system
    assert opening.sampling == SamplingChanges(top_k=3)
    contents = [example.content for example in opening.examples]
    assert contents == [text for pair in turns for text in pair]
