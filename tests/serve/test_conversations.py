"""Conversations of clients: found again when they go on, and forgotten."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from assistant.core.errors import NotFoundError
from assistant.core.values.conversation import ChatMessage, Role
from assistant.serve.answers.conversations import MAX_TEMPORARY, ServedConversations
from assistant.serve.answers.request import AnswerRequest, LibraryModel
from assistant.storage.conversations import SqliteConversations

FILES = LibraryModel("library", None)


def request(*said: tuple[Role, str], model: LibraryModel = FILES) -> AnswerRequest:
    return AnswerRequest(model, tuple(ChatMessage(role=role, content=text) for role, text in said))


@pytest.fixture
def store() -> Iterator[SqliteConversations]:
    with closing(SqliteConversations(None)) as opened:
        yield opened


def texts(store: SqliteConversations, conversation_id: str) -> Sequence[str]:
    return [message.text for message in store.branch(conversation_id)]


def test_what_was_said_before_is_there_without_its_marks(store: SqliteConversations) -> None:
    served = ServedConversations(store, kept=False)

    begun = served.begin(
        request(
            ("system", "Be kind."),
            ("user", "When?"),
            ("assistant", "At nine. [1]"),
            ("user", "Where?"),
        )
    )

    conversation = store.conversation(begun)
    assert (conversation.system_prompt, conversation.temporary) == ("Be kind.", True)
    assert texts(store, begun) == ["When?", "At nine."]


def test_a_conversation_is_found_where_it_was_answered_last(store: SqliteConversations) -> None:
    served = ServedConversations(store, kept=False)
    first = request(("user", "When?"))
    begun = served.begin(first)
    served.remember(first, "At nine. [1]", begun)
    goes_on = request(("user", "When?"), ("assistant", "At nine. [1]"), ("user", "Where?"))
    elsewhere = request(("user", "When?"), ("assistant", "At ten."), ("user", "Where?"))
    other = request(
        ("user", "When?"),
        ("assistant", "At nine. [1]"),
        ("user", "Where?"),
        model=LibraryModel("library/trip", "trip"),
    )

    assert served.begin(elsewhere) != begun
    assert served.begin(other) != begun
    assert served.begin(goes_on) == begun
    # It has gone on since.
    assert served.begin(goes_on) != begun


def test_only_the_newest_are_remembered_and_no_other_is_kept(store: SqliteConversations) -> None:
    served = ServedConversations(store, kept=False)
    begun = []
    for number in range(MAX_TEMPORARY + 5):
        asked = request(("user", f"Question {number}?"))
        begun.append(served.begin(asked))
        served.remember(asked, "Yes.", begun[-1])

    for old in begun[:5]:
        with pytest.raises(NotFoundError):
            store.conversation(old)
    for new in begun[5:]:
        assert store.conversation(new)
    assert store.trash() == []


def test_what_is_to_be_kept_is_not_forgotten(tmp_path: Path) -> None:
    with closing(SqliteConversations(tmp_path / "chats.db")) as store:
        served = ServedConversations(store, kept=True)
        begun = served.begin(request(("user", "When?"), ("assistant", "At nine."), ("user", "?")))

        served.forget(begun)

        assert not store.conversation(begun).temporary
        assert served.keep == "disk"
