"""Answers from the user's files as clients get them: never first what the files do not support."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from threading import Event

import pytest

from assistant.core.turn.chat import Chat
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.events import Finished, Wrote
from assistant.core.values.sampling import Constraint
from assistant.serve.answers.answering import Answering
from assistant.serve.answers.conversations import ServedConversations
from assistant.serve.answers.marks import MODEL_WROTE
from assistant.serve.answers.passages import PassagePages
from assistant.serve.answers.request import (
    AnswerEvent,
    AnswerRequest,
    LibraryModel,
    ListedSource,
    SourcesListed,
)
from assistant.storage.conversations import SqliteConversations
from tests.support.fake_library import found, passage
from tests.support.fake_models import Gate, ScriptedModel, ScriptedModels

FERRY = passage(1, "The ferry leaves at nine.")
QUOTED = "Your files say: “The ferry leaves at nine.” [1]"
FILES = LibraryModel("library", None)


@pytest.fixture
def store() -> Iterator[SqliteConversations]:
    with closing(SqliteConversations(None)) as opened:
        yield opened


def answering(store: SqliteConversations, model: ScriptedModel) -> Answering:
    library, catalog = found(FERRY), ScriptedModels(model)
    return Answering(
        catalog,
        Chat(store, catalog, library=library, fall_back=True),
        library,
        ServedConversations(store, kept=False),
        PassagePages(),
        fall_back=True,
    )


def answered(
    made: Answering,
    *,
    question: str = "When does the ferry leave?",
    constraint: Constraint | None = None,
    stop_texts: Sequence[str] = (),
) -> list[AnswerEvent]:
    request = AnswerRequest(
        FILES,
        (ChatMessage(role="user", content=question),),
        constraint=constraint,
        stop_texts=tuple(stop_texts),
    )
    stop = Event()
    return list(made.answer(made.prepare(request, stop), stop))


def text_of(events: Sequence[AnswerEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, Wrote))


def sources_of(events: Sequence[AnswerEvent]) -> tuple[ListedSource, ...]:
    (listed,) = (event for event in events if isinstance(event, SourcesListed))
    return listed.sources


def test_what_the_files_say_is_sent_before_an_answer_that_they_do_not_support(
    store: SqliteConversations,
) -> None:
    events = answered(answering(store, ScriptedModel("Nobody has ever known this. So it is.")))

    assert text_of(events) == f"{QUOTED}\n\n{MODEL_WROTE}\n\nNobody has ever known this. So it is."
    (source,) = sources_of(events)
    assert text_of(events)[source.start : source.end] == QUOTED
    assert isinstance(events[-1], Finished)


def test_a_sentence_that_is_borne_out_is_sent_while_the_model_still_writes(
    store: SqliteConversations,
) -> None:
    gate = Gate(after=8)
    model = ScriptedModel("The ferry leaves at nine. It is white and quick.", gate=gate)
    made = answering(store, model)
    request = AnswerRequest(FILES, (ChatMessage(role="user", content="When does it leave?"),))
    events = made.answer(made.prepare(request, Event()), Event())

    first = next(event for event in events if isinstance(event, Wrote))

    assert first.text.startswith("The ferry leaves at nine. [1]")
    gate.open()
    rest = text_of(list(events))
    assert first.text + rest == "The ferry leaves at nine. [1] It is white and quick."


def test_the_conversation_goes_on_with_what_was_sent(store: SqliteConversations) -> None:
    model = ScriptedModel("Nobody has ever known this.")
    made = answering(store, model)
    sent = text_of(answered(made, question="When?"))
    said = [("user", "When?"), ("assistant", sent), ("user", "Where?")]
    messages = tuple(ChatMessage.model_validate({"role": r, "content": c}) for r, c in said)

    list(made.answer(made.prepare(AnswerRequest(FILES, messages), Event()), Event()))

    contents = [message.content for message in model.questions[-1].messages]
    assert "Nobody has ever known this." in contents
    assert not any("Your files say" in content for content in contents)


def test_a_stop_text_ends_an_answer_that_is_held_back(store: SqliteConversations) -> None:
    model = ScriptedModel("Nobody has ever known this END and so on for ever and ever.")

    events = answered(answering(store, model), stop_texts=["END"])

    assert text_of(events) == f"{QUOTED}\n\n{MODEL_WROTE}\n\nNobody has ever known this "
    assert model.stopped == 1
    assert isinstance(end := events[-1], Finished)
    assert end.reason == "end"


def test_an_answer_in_json_is_nothing_but_json(store: SqliteConversations) -> None:
    form = '{"says": "The ferry leaves at nine."}'

    events = answered(
        answering(store, ScriptedModel(form)), constraint=Constraint(kind="schema", text="{}")
    )

    assert text_of(events) == form
    for source in sources_of(events):
        assert source.end <= len(form)
