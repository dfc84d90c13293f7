"""Answers in the user's words: a branch of their own, checked again, gone on with."""

from threading import Event

import pytest

from assistant.core.errors import NotFoundError
from assistant.core.grounding.retrieval import RetrievalScope
from assistant.core.turn.chat import Chat
from assistant.core.turn.requests import Ask, Continue, EditAnswer, Regenerate, Request
from assistant.core.values.conversation import Message
from assistant.core.values.events import Answered, Asked
from tests.support.fake_conversations.store import FakeConversations
from tests.support.fake_library import found
from tests.support.fake_models import ScriptedModel, ScriptedModels
from tests.support.passages import passage

RENT = passage("The landlord may raise the rent once every twelve months.")


class Talk:
    """A conversation about files in which answers are edited."""

    def __init__(self, store: FakeConversations, *answers: str) -> None:
        self.store = store
        self.model = ScriptedModel(*answers)
        self.chat = Chat(store, ScriptedModels(self.model), library=found(RENT))
        self.id = store.create().id

    def run(self, request: Request) -> Message:
        events = list(self.chat.turn(request, Event(), sources=RetrievalScope()))
        assert isinstance(events[0], Asked)
        assert isinstance(events[-1], Answered)
        assert events[-1].saying is None or not events[-1].message.edited
        return events[-1].message

    def ask(self, text: str) -> Message:
        return self.run(Ask(conversation_id=self.id, text=text))

    def edit(self, message: Message, text: str) -> Message:
        return self.run(EditAnswer(message_id=message.id, text=text))


def test_an_edited_answer_is_a_version_beside_the_old_one_and_no_model_is_asked(
    store: FakeConversations,
) -> None:
    talk = Talk(store, "It may.")
    old = talk.ask("When may the rent go up?")

    edited = talk.edit(old, "It may not.")

    assert len(talk.model.questions) == 1
    assert (edited.text, edited.edited, edited.state) == ("It may not.", True, "complete")
    assert (edited.parent_id, edited.version) == (old.parent_id, 2)
    assert store.message(old.id) == old.model_copy(update={"versions": 2})
    assert store.branch(talk.id)[-1].id == edited.id


def test_its_citations_are_those_of_the_new_text(store: FakeConversations) -> None:
    talk = Talk(store, "Bananas are yellow.")
    old = talk.ask("When may the rent go up?")
    assert old.citations == ()

    cited = talk.edit(old, f"Listen. {RENT.text}")
    again = talk.edit(cited, "Bananas are blue.")

    (citation,) = cited.citations
    assert cited.text[citation.start : citation.end] == RENT.text
    assert again.citations == ()
    assert store.retrieval(again.id) is not None


def test_an_edited_answer_that_the_files_do_not_support_is_not_put_behind_them(
    store: FakeConversations,
) -> None:
    talk = Talk(store, "Bananas are yellow.")
    old = talk.ask("When may the rent go up?")
    said = store.retrieval(old.id)
    assert said is not None
    assert said.saying is not None

    kept = store.retrieval(talk.edit(old, "Bananas are blue.").id)

    assert kept is not None
    assert kept.saying is None
    assert kept.used == said.used


def test_the_model_goes_on_from_the_edited_text_and_the_next_question_reads_it(
    store: FakeConversations,
) -> None:
    talk = Talk(store, "Once.", " and again.", "Yes.")
    edited = talk.edit(talk.ask("When?"), "Twice a year")

    whole = talk.run(Continue(message_id=edited.id))
    talk.ask("Sure?")

    assert (whole.id, whole.text, whole.edited) == (edited.id, "Twice a year and again.", True)
    assert talk.model.questions[1].messages[-1].content == "Twice a year"
    assert talk.model.questions[2].messages[-2].content == "Twice a year and again."


def test_another_answer_of_the_model_is_not_called_edited(store: FakeConversations) -> None:
    talk = Talk(store, "Once.", "Thrice.")
    edited = talk.edit(talk.ask("When?"), "Twice")

    assert not talk.run(Regenerate(message_id=edited.id)).edited


def test_a_question_is_no_answer_to_edit(store: FakeConversations) -> None:
    talk = Talk(store, "Once.")
    question = store.branch(talk.ask("When?").conversation_id)[0]

    with pytest.raises(NotFoundError):
        talk.edit(question, "Never")


def test_what_was_thought_before_it_stays_with_it(store: FakeConversations) -> None:
    talk = Talk(store, "Once.")
    old = talk.ask("When?")
    store.set_reasoning(old.id, "Let me see.")

    assert talk.edit(old, "Twice").reasoning == "Let me see."
