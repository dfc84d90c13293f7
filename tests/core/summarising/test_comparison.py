"""Two documents compared: what differs with both places, and what only one of them says."""

from threading import Event

import pytest

from assistant.core.errors import NotFoundError
from assistant.core.turn.chat import Chat
from assistant.core.turn.requests import Ask
from assistant.core.values.conversation import Message
from assistant.core.values.documents import Block, Document
from assistant.core.values.events import Answered
from tests.support.conversations import PROMPTS
from tests.support.fake_conversations.store import FakeConversations
from tests.support.fake_library import ScriptedLibrary
from tests.support.fake_models import ScriptedModel, ScriptedModels

COMMON = (
    "Each of the parties keeps one signed copy of this contract. "
    "The keys are handed over at noon on the first day of the month. "
    "Repairs of the roof and of the walls are paid by the owner alone. "
    "Letters between the parties are sent to the addresses given above. "
    "The cellar may be used by all tenants who live in the house. "
    "Bicycles stand in the yard and never in the corridor or on the stairs. "
)
"""Long enough for a section of its own."""


def contract(**sections: str) -> Document:
    """A document with a section for each name, a page each."""
    text, blocks = "", list[Block]()
    for page, (name, said) in enumerate(sections.items(), 1):
        heading = Block(
            start=len(text), end=len(text) + len(name), kind="heading", level=1, page=page
        )
        text += f"{name.title()}\n\n"
        blocks += [heading, Block(start=len(text), end=len(text) + len(said), page=page)]
        text += f"{said}\n\n"
    return Document(title="", text=text, blocks=tuple(blocks), has_lines=False)


OLD = contract(
    rent=f"The rent of the flat is 900 euros a month. {COMMON}",
    pets=f"Dogs and cats may live in the flat. {COMMON}",
    parking=f"A car may be parked behind the house every night. {COMMON}",
)
NEW = contract(
    pets=f"Dogs and cats may live in the flat. {COMMON}",
    rent=f"The rent of the flat is 950 euros a month. {COMMON}The rent includes all heating costs.",
)


@pytest.fixture
def files() -> ScriptedLibrary:
    files = ScriptedLibrary()
    files.documents |= {"/d/old.pdf": OLD, "/d/new.pdf": NEW}
    return files


def compared(store: FakeConversations, files: ScriptedLibrary, *paths: str) -> Message:
    model = ScriptedModel()
    chat = Chat(store, ScriptedModels(model), library=files, prompts=PROMPTS)
    request = Ask(conversation_id=store.create().id, text="/compare @a @b", attached=paths)
    *_, last = chat.turn(request, Event())
    assert isinstance(last, Answered)
    assert model.loads == 0
    return last.message


def test_a_difference_has_both_places(store: FakeConversations, files: ScriptedLibrary) -> None:
    answer = compared(store, files, "/d/old.pdf", "/d/new.pdf")

    assert answer.state == "complete"
    assert "1. old.pdf: “The rent of the flat is 900 euros a month” (p. 1)." in answer.text
    assert "new.pdf: “The rent of the flat is 950 euros a month” (p. 2)." in answer.text
    first, second = answer.citations[:2]
    assert (first.path, first.place.page) == ("/d/old.pdf", 1)
    assert (second.path, second.place.page) == ("/d/new.pdf", 2)
    for citation in answer.citations:
        assert citation.quote[:-1] in answer.text[citation.start : citation.end]


def test_what_only_one_of_them_says_is_told(
    store: FakeConversations, files: ScriptedLibrary
) -> None:
    text = compared(store, files, "/d/old.pdf", "/d/new.pdf").text

    assert "Only in new.pdf:\n\n- “The rent includes all heating costs” (p. 2)." in text
    assert "Only in old.pdf:\n\n- “A car may be parked behind the house every night”" in text
    assert "Pets" not in text


def test_two_copies_are_the_same(store: FakeConversations, files: ScriptedLibrary) -> None:
    files.documents["/d/copy.pdf"] = OLD

    answer = compared(store, files, "/d/old.pdf", "/d/copy.pdf")

    assert answer.text == "The same in both: 21 of the 21 sentences of old.pdf."
    assert answer.citations == ()


def test_two_documents_are_needed(store: FakeConversations, files: ScriptedLibrary) -> None:
    with pytest.raises(NotFoundError, match="Two documents"):
        compared(store, files, "/d/old.pdf")
