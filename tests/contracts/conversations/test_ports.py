"""What holds for the four ports of the conversations and their fakes."""

import inspect

import pytest

from assistant.core.ports.conversations import (
    ConversationCatalog,
    ConversationSettings,
    ConversationStore,
)
from assistant.core.ports.messages import MessageStore, SectionSummaries
from assistant.core.ports.trash import ConversationTrash
from tests.support.fake_conversations.catalog import FakeConversationCatalog
from tests.support.fake_conversations.messages import FakeMessages, FakeSectionSummaries
from tests.support.fake_conversations.settings import FakeConversationSettings
from tests.support.fake_conversations.shelf import Window
from tests.support.fake_conversations.store import FakeConversations
from tests.support.fake_conversations.trash import FakeConversationTrash

FAKES: dict[type, type] = {
    MessageStore: FakeMessages,
    ConversationSettings: FakeConversationSettings,
    ConversationCatalog: FakeConversationCatalog,
    ConversationTrash: FakeConversationTrash,
}

PARTS: dict[type, type] = {SectionSummaries: FakeSectionSummaries}
"""Ports that another one holds."""

MOST_METHODS = 20
"""Of one port: what is wider is seen as a whole by nobody."""


def methods(kind: type) -> dict[str, inspect.Signature]:
    """The methods that a class itself defines, with what they take and give."""
    return {
        name: inspect.signature(method)
        for name, method in vars(kind).items()
        if inspect.isfunction(method) and not name.startswith("_")
    }


@pytest.mark.parametrize("port", FAKES | PARTS, ids=lambda port: port.__name__)
def test_every_port_is_narrow_and_has_a_fake_of_exactly_its_methods(port: type) -> None:
    assert methods((FAKES | PARTS)[port]) == methods(port)
    assert 0 < len(methods(port)) <= MOST_METHODS


def test_the_store_is_its_ports_and_what_holds_for_all_of_them() -> None:
    assert ConversationStore.__bases__[:-1] == tuple(FAKES)
    own = {"close", "unwritable"}
    assert set(methods(ConversationStore)) == set(methods(FakeConversations)) == own


def test_fakes_of_single_ports_work_on_one_window() -> None:
    window = Window()
    id = FakeConversationSettings(window).create(title="Lease").id

    question = FakeMessages(window).append(id, None, "user", "Why?")
    FakeConversationTrash(window).delete(id)

    assert FakeMessages(window).branch(id) == [question]
    assert [line.title for line in FakeConversationCatalog(window).conversations(deleted=True)] == [
        "Lease"
    ]
