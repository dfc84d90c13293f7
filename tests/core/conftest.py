"""What tests of the core stand on: conversations without a database."""

import pytest

from tests.support.fake_conversations.store import FakeConversations


@pytest.fixture
def store() -> FakeConversations:
    return FakeConversations()
