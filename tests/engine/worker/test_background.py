"""Titles and summaries by the starter model, aside and in the language of the conversation."""

from pathlib import Path
from threading import Event

import pytest

from assistant.core.background import summaries, titles
from assistant.core.background.titles import MAX_TITLE_CHARS, title_from
from assistant.core.context import plan as context_plan
from assistant.core.ports.models import ModelCatalog
from assistant.core.turn.chat import Chat
from assistant.core.turn.requests import Ask
from assistant.core.values.conversation import Message
from assistant.core.values.events import Answered
from assistant.core.values.sampling import Sampling
from assistant.engine.client import LlamaChatModel
from tests.support.conversations import PROMPTS
from tests.support.engine import local_models
from tests.support.fake_conversations.store import FakeConversations

SHORT = Sampling(temperature=0, max_tokens=48)


@pytest.fixture
def store() -> FakeConversations:
    return FakeConversations()


@pytest.fixture
def models(shared_home: Path, starter: LlamaChatModel) -> ModelCatalog:
    """With the model in memory."""
    assert starter.name
    return local_models(shared_home)


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("what can I cook with leftover rice and eggs?", {"rice", "eggs"}),
        ("I want to learn how to repair my bicycle", {"bicycle", "repair"}),
        ("escreva um poema sobre o mar", {"poema", "mar"}),
        ("como faço para abrir uma conta no banco?", {"conta", "banco", "abrir"}),
    ],
)
def test_the_starter_model_writes_a_title_in_the_language_of_the_question(
    store: FakeConversations, models: ModelCatalog, question: str, words: set[str]
) -> None:
    id = store.create().id
    store.append(id, None, "user", question)
    store.suggest_title(id, title_from(question), "words")

    assert titles.improve_title(store, models, PROMPTS, id, Event())

    conversation = store.conversation(id)
    title = conversation.title
    assert conversation.titled == "model"
    assert len(title) <= MAX_TITLE_CHARS
    assert words & set(title.lower().replace("?", "").split()), title


@pytest.mark.model
def test_a_long_talk_goes_on_with_a_summary_and_the_cache_of_its_beginning(
    store: FakeConversations, models: ModelCatalog
) -> None:
    id = store.create(system_prompt="Be brief.").id
    chat = Chat(store, models, SHORT)
    parent: str | None = None
    facts = ["The rent is 900 euros.", "The boiler is broken.", "Ana has the keys of the cellar."]
    for number in range(20):
        said = f"{facts[number % 3]} " * 6 + f"This is note {number}."
        asked = store.append(id, parent, "user", said)
        parent = store.append(id, asked.id, "assistant", "I noted that. " * 24).id
    store.set_overflow(id, "summarise")
    before = [message.text for message in store.branch(id)]

    steps = 0
    while summaries.advance_summary(store, models, PROMPTS, SHORT, id, Event()):
        steps += 1
        assert steps < 60
    first = _answered(chat, id)
    second = _answered(chat, id)

    assert [message.text for message in store.branch(id)][: len(before)] == before
    recap = context_plan.latest_recap(store.branch(id))
    assert recap is not None
    assert {"900", "boiler", "Ana"} & set(recap.text.replace(".", " ").replace(",", " ").split())
    assert first.outgrown == "summarise"
    assert second.usage is not None
    assert second.usage.cached_tokens > second.usage.prompt_tokens * 0.8


def _answered(chat: Chat, id: str) -> Message:
    *_, last = chat.turn(Ask(conversation_id=id, text="What is the rent?"), Event())
    assert isinstance(last, Answered)
    return last.message
