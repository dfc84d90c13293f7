"""What the contract of a ConversationStore is tested on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.core.ports.conversations import ConversationStore
from tests.support.clocks import SteppingClock
from tests.support.conversation_stores import IMPLEMENTATIONS, Open


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture(params=IMPLEMENTATIONS)
def implementation(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def open_store(implementation: str, home: Path, clock: SteppingClock) -> Iterator[Open]:
    open_one = IMPLEMENTATIONS[implementation](home, clock)
    opened: list[ConversationStore] = []

    def open_store() -> ConversationStore:
        opened.append(open_one())
        return opened[-1]

    yield open_store
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Open) -> ConversationStore:
    return open_store()
