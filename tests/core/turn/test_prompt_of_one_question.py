"""A question that is answered under a prompt of its own."""

from threading import Event

import pytest

from assistant.core.turn.chat import Chat
from assistant.core.turn.requests import Ask, Continue, Edit, Regenerate, Request, split_prompt_name
from assistant.core.values.conversation import ChatMessage, Message, QuestionPrompt
from assistant.core.values.events import Answered
from assistant.core.values.sampling import SamplingChanges
from tests.support.fake_conversations.store import FakeConversations
from tests.support.fake_models import ScriptedModel, ScriptedModels

PROMPT = QuestionPrompt(
    name="translator",
    text="Translate.",
    examples=(
        ChatMessage(role="user", content="One"),
        ChatMessage(role="assistant", content="Um"),
    ),
    sampling=SamplingChanges(temperature=0, top_k=3),
)


@pytest.mark.parametrize(
    ("typed", "name", "rest"),
    [
        ("/translator See you", "translator", "See you"),
        ("  /tradução \n Até já\nlogo ", "tradução", "Até já\nlogo"),
        ("/translator", "translator", ""),
        ("/", "", ""),
        ("/ translator x", "", "/ translator x"),
        ("See /translator", "", "See /translator"),
        ("", "", ""),
    ],
)
def test_a_name_stands_at_the_beginning_after_a_slash(typed: str, name: str, rest: str) -> None:
    assert split_prompt_name(typed) == (name, rest)


class Talk:
    def __init__(self) -> None:
        self.store = FakeConversations()
        self.model = ScriptedModel("Sure.")
        self.chat = Chat(self.store, ScriptedModels(self.model))
        self.id = self.store.create(
            system_prompt="Be brief.", sampling=SamplingChanges(temperature=1, top_p=0.5)
        ).id

    def run(self, request: Request) -> Message:
        *_, last = self.chat.turn(request, Event())
        assert isinstance(last, Answered)
        return last.message

    def ask(self, text: str, prompt: QuestionPrompt | None = None) -> Message:
        return self.run(Ask(conversation_id=self.id, text=text, prompt=prompt))

    @property
    def read(self) -> list[str]:
        """What the model read last."""
        return [message.content for message in self.model.questions[-1].messages]


@pytest.fixture
def talk() -> Talk:
    return Talk()


def test_one_question_is_answered_under_the_prompt_and_the_next_one_is_not(talk: Talk) -> None:
    talk.ask("Hi")
    talk.ask("/translator See you", PROMPT)
    assert talk.read == ["Translate.", "One", "Um", "Hi", "Sure.", "See you"]
    sampling = talk.model.questions[-1].sampling
    assert (sampling.temperature, sampling.top_k, sampling.top_p) == (0, 3, 0.5)

    talk.ask("Thanks")

    assert talk.read == ["Be brief.", "Hi", "Sure.", "See you", "Sure.", "Thanks"]
    assert talk.model.questions[-1].sampling.temperature == 1
    assert [m.text for m in talk.store.branch(talk.id)][2] == "/translator See you"
    assert talk.store.conversation(talk.id).system_prompt == "Be brief."


def test_another_version_of_the_answer_is_written_under_the_same_prompt(talk: Talk) -> None:
    answer = talk.ask("/translator See you", PROMPT)

    again = talk.run(Regenerate(message_id=answer.id))

    assert talk.read == ["Translate.", "One", "Um", "See you"]
    assert again.sampling is not None
    assert again.sampling.top_k == 3


def test_an_answer_is_gone_on_with_under_the_same_prompt(talk: Talk) -> None:
    talk.model.answers = (["Até", " já"],)
    turn = talk.chat.turn(
        Ask(conversation_id=talk.id, text="/translator See you", prompt=PROMPT), Event()
    )
    asked = next(turn)
    while not talk.store.message(asked.answer.id).text:  # type: ignore[union-attr]
        next(turn)
    turn.close()

    talk.run(Continue(message_id=asked.answer.id))  # type: ignore[union-attr]

    assert talk.read[:4] == ["Translate.", "One", "Um", "See you"]


def test_an_edited_question_is_under_the_prompt_that_it_names_then(talk: Talk) -> None:
    talk.ask("/translator See you", PROMPT)
    question = talk.store.branch(talk.id)[0]

    talk.run(Edit(message_id=question.id, text="See you"))

    assert talk.read == ["Be brief.", "See you"]


def test_the_title_comes_from_the_question_and_not_from_its_prompt(talk: Talk) -> None:
    talk.ask("/translator See you tomorrow", PROMPT)

    assert talk.store.conversation(talk.id).title == "See you tomorrow"
