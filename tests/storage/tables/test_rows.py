"""Rows that no version of the program would write."""

import sqlite3
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.errors import StorageError
from assistant.core.values.conversation import Timings, Usage
from assistant.storage.conversations import SqliteConversations
from assistant.storage.tables.rows import from_microseconds, microseconds


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 1, 1)))
def test_a_time_comes_back_as_it_was(naive: datetime) -> None:
    time = naive.replace(tzinfo=UTC)

    assert from_microseconds(microseconds(time)) == time


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"prompt_tokens": "many"}', '{"new_field": 1}'])
def test_unreadable_figures_do_not_cost_the_message(
    store: SqliteConversations, raw: sqlite3.Connection, broken: str
) -> None:
    id = store.create().id
    answer = store.append(id, None, "assistant", "", state="streaming")
    store.journal(answer.id, "The words.")
    usage = Usage(prompt_tokens=1, cached_tokens=0, completion_tokens=2)
    store.finish(answer.id, "complete", usage=usage, timings=Timings(total_ms=1))

    raw.execute("UPDATE messages SET usage = ?, sampling = ?", (broken, broken))

    (found,) = store.branch(id)
    assert (found.text, found.usage, found.sampling) == ("The words.", None, None)
    assert found.timings == Timings(total_ms=1)


def test_a_row_that_is_no_message_is_an_error_that_names_it(
    store: SqliteConversations, raw: sqlite3.Connection
) -> None:
    message = store.append(store.create().id, None, "user", "text")
    raw.execute("UPDATE messages SET state = 'dreaming'")

    with pytest.raises(StorageError, match=f"Message {message.id} is damaged"):
        store.branch(message.conversation_id)
