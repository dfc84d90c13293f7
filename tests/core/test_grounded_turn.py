"""Turns that look into the user's files, on a real database."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import cast

import pytest

from assistant.core.chat import Ask, Chat, Regenerate, Request
from assistant.core.events import Answered, Retrieved, TurnEvent
from assistant.core.grounding import Sources
from assistant.core.models import Message
from assistant.core.ports import Library
from assistant.storage.conversations import SqliteConversations
from tests.core.files import FoundLibrary, passage
from tests.fakes import ScriptedModel, ScriptedModels

RENT = passage("The landlord may raise the rent once every twelve months.")
ANSWER = "The landlord may raise the rent once every twelve months. Bananas are yellow."


@pytest.fixture
def store(home: Path) -> Iterator[SqliteConversations]:
    conversations = SqliteConversations(home / "chats.db")
    yield conversations
    conversations.close()


class Talk:
    """A conversation about files."""

    def __init__(self, store: SqliteConversations, model: ScriptedModel, files: FoundLibrary):
        self.store = store
        self.id = store.create(system_prompt="S").id
        self.chat = Chat(store, ScriptedModels(model), library=cast(Library, files))

    def run(self, request: Request, sources: Sources | None) -> list[TurnEvent]:
        return list(self.chat.turn(request, Event(), sources=sources))

    def ask(self, text: str, sources: Sources | None = Sources()) -> Message:  # noqa: B008
        last = self.run(Ask(conversation_id=self.id, text=text), sources)[-1]
        assert isinstance(last, Answered)
        return last.message


def test_the_model_reads_the_passages_and_the_answer_cites_them(
    store: SqliteConversations,
) -> None:
    model = ScriptedModel(ANSWER)
    talk = Talk(store, model, FoundLibrary(RENT))

    answer = talk.ask("When may the rent go up?")

    read = model.questions[0].messages[-1].content
    assert RENT.text in read
    assert read.endswith("When may the rent go up?")
    [citation] = store.message(answer.id).citations
    assert (citation.number, citation.strength, citation.place.page) == (1, "verbatim", 4)
    assert answer.text[citation.start : citation.end].startswith("The landlord")
    assert citation.content_hash == RENT.content_hash
    assert store.branch(talk.id)[0].text == "When may the rent go up?"


def test_earlier_passages_stay_where_they_were_sent(store: SqliteConversations) -> None:
    model = ScriptedModel("Once.", "Yes.")
    talk = Talk(store, model, FoundLibrary(RENT))
    talk.ask("When may the rent go up?")
    talk.ask("Sure?", None)

    first, second = (question.messages for question in model.questions)

    assert second[: len(first)] == first
    assert second[-1].content == "Sure?"


def test_when_the_files_are_silent_and_nothing_else_is_wanted_no_model_is_asked(
    store: SqliteConversations,
) -> None:
    model = ScriptedModel()
    talk = Talk(store, model, FoundLibrary(RENT, needs="rent"))

    answer = talk.ask("Who won?", Sources(collections=("housing",), only=True))

    assert answer.text == "I found nothing about this in housing (7 passages searched)."
    assert answer.state == "complete"
    assert model.loads == 0


def test_when_the_files_are_silent_the_model_answers_without_them(
    store: SqliteConversations,
) -> None:
    model = ScriptedModel("Brazil.")
    talk = Talk(store, model, FoundLibrary(RENT, needs="rent"))

    events = talk.run(Ask(conversation_id=talk.id, text="Who won?"), Sources())

    assert [event.used for event in events if isinstance(event, Retrieved)] == [()]
    assert model.questions[0].messages[-1].content == "Who won?"
    assert store.branch(talk.id)[-1].citations == ()


def test_a_question_that_says_little_is_searched_with_the_one_before(
    store: SqliteConversations,
) -> None:
    files = FoundLibrary(RENT, needs="rent")
    talk = Talk(store, ScriptedModel("Ok."), files)
    talk.ask("When may the rent go up?")

    talk.ask("And by how much?")

    assert [question for question, _ in files.asked] == [
        "When may the rent go up?",
        "And by how much?",
        "When may the rent go up?\nAnd by how much?",
    ]
    assert RENT.text in (store.branch(talk.id)[2].sent or "")


def test_passages_give_way_when_the_window_is_small(store: SqliteConversations) -> None:
    model = ScriptedModel("Ok.", window=600)
    long = [passage("word " * 120, id=str(number)) for number in range(4)]
    talk = Talk(store, model, FoundLibrary(*long))

    events = talk.run(Ask(conversation_id=talk.id, text="When?"), Sources())

    [retrieved] = [event for event in events if isinstance(event, Retrieved)]
    assert len(retrieved.used) == 1


def test_an_answer_that_can_not_be_checked_is_kept_without_citations(
    store: SqliteConversations,
) -> None:
    talk = Talk(store, ScriptedModel(ANSWER), FoundLibrary(RENT, dies=True))

    answer = talk.ask("When may the rent go up?")

    assert (answer.state, answer.text, answer.citations) == ("complete", ANSWER, ())


def test_regenerating_without_files_keeps_the_question_as_it_was_sent(
    store: SqliteConversations,
) -> None:
    model = ScriptedModel("One.", "Two.")
    talk = Talk(store, model, FoundLibrary(RENT))
    answer = talk.ask("When may the rent go up?")

    talk.run(Regenerate(message_id=answer.id), None)

    assert model.questions[1].messages == model.questions[0].messages
