"""A clock that goes backwards: nothing is lost, refused or purged too soon."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from assistant.storage.conversations import SqliteConversations
from tests.support.conversation_stores import answer, ask
from tests.support.integrity import assert_sound


class SetClock:
    """A clock that somebody sets."""

    def __init__(self) -> None:
        self.time = datetime(2026, 5, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


def test_a_conversation_goes_on_and_is_kept_while_the_clock_jumps(file: Path) -> None:
    clock = SetClock()
    with closing(SqliteConversations(file, clock)) as store:
        id = store.create(title="Kept").id
        for days in (0, -400, 3, -20_000, 30_000, 0):
            clock.time = datetime(2026, 5, 1, tzinfo=UTC) + timedelta(days=days)
            answer(store, ask(store, id, f"Day {days}?"), "An answer.")
            store.purge()

        assert [m.text for m in store.branch(id) if m.role == "user"] == [
            f"Day {days}?" for days in (0, -400, 3, -20_000, 30_000, 0)
        ]
        assert [each.id for each in store.conversations()] == [id]
    assert_sound(file)


def test_the_trash_is_not_emptied_by_a_clock_that_was_set_back(file: Path) -> None:
    clock = SetClock()
    with closing(SqliteConversations(file, clock)) as store:
        id = store.create(title="Kept").id
        ask(store, id)
        store.delete(id)
        for days in (-1, -365, -10_000):
            clock.time = datetime(2026, 5, 1, tzinfo=UTC) + timedelta(days=days)
            store.purge()
        assert [each.id for each in store.conversations(deleted=True)] == [id]
