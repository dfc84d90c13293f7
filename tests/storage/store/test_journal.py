"""The journal: soon on disk, in order, and nothing lost when the disk refuses."""

import resource
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from assistant.core.errors import StorageError
from assistant.core.values.conversation import Message
from assistant.storage.conversations import SqliteConversations
from assistant.storage.database.files import DatabaseFiles
from assistant.storage.store.answers import AnswerJournal, Piece
from tests.storage.conftest import Open
from tests.support.integrity import assert_sound
from tests.support.waiting import TIMEOUT, eventually


class Disk:
    """Stores pieces in memory; refuses while told to."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.writes = 0
        self.refuses = False
        self.stored = Event()

    def store(self, pieces: Sequence[Piece]) -> None:
        self.writes += 1
        if self.refuses:
            raise StorageError("The disk is full.")
        self.pieces.extend(pieces)
        self.stored.set()


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def journal(disk: Disk) -> Iterator[AnswerJournal]:
    journal = AnswerJournal(disk.store)
    journal.open("a")
    journal.open("b")
    yield journal
    journal.close()


def begin_answer(store: SqliteConversations) -> Message:
    question = store.append(store.create().id, None, "user", "Why?")
    return store.append(question.conversation_id, question.id, "assistant", "", state="streaming")


def test_a_piece_is_stored_by_itself_and_soon(journal: AnswerJournal, disk: Disk) -> None:
    journal.add("a", "x")

    assert disk.pieces == []
    assert disk.stored.wait(TIMEOUT)
    assert disk.pieces == [("a", "x")]


def test_pieces_are_gathered_and_keep_their_order(journal: AnswerJournal, disk: Disk) -> None:
    for number in range(1000):
        journal.add("a" if number % 10 else "b", f"{number} ")
    journal.flush()

    for message in "ab":
        written = "".join(text for id, text in disk.pieces if id == message)
        assert written == journal.text_since_open(message)
        assert [int(word) for word in written.split()] == sorted(map(int, written.split()))
    assert len("".join(text for _, text in disk.pieces).split()) == 1000
    assert disk.writes < 20


def test_adding_does_not_wait_for_the_disk(disk: Disk) -> None:
    writing, released = Event(), Event()

    def slow(pieces: Sequence[Piece]) -> None:
        writing.set()
        assert released.wait(TIMEOUT)
        disk.store(pieces)

    journal = AnswerJournal(slow)
    journal.open("a")
    journal.add("a", "first ")
    assert writing.wait(TIMEOUT)

    journal.add("a", "second")

    assert disk.pieces == []
    assert journal.text_since_open("a") == "first second"
    released.set()
    journal.flush()
    journal.close()
    assert disk.pieces == [("a", "first "), ("a", "second")]


def test_a_refusal_is_told_at_the_next_piece_and_nothing_is_lost(
    journal: AnswerJournal, disk: Disk
) -> None:
    disk.refuses = True
    journal.add("a", "1")
    assert eventually(lambda: disk.writes > 0)

    told: list[StorageError] = []

    def was_told() -> bool:
        try:
            journal.add("a", "2")
        except StorageError as failure:
            told.append(failure)
        return bool(told)

    assert eventually(was_told)
    assert told[0].message == "The disk is full."
    with pytest.raises(StorageError, match="full"):
        journal.flush()

    disk.refuses = False
    journal.add("a", "3")
    journal.flush()
    written = journal.text_since_open("a")
    assert written is not None
    assert (written[:2], written[-1]) == ("12", "3")
    assert "".join(text for _, text in disk.pieces) == written


def test_what_was_refused_is_tried_again_without_another_piece(
    journal: AnswerJournal, disk: Disk
) -> None:
    disk.refuses = True
    journal.add("a", "kept")
    assert eventually(lambda: disk.writes > 0)
    disk.refuses = False

    assert disk.stored.wait(TIMEOUT)
    assert disk.pieces == [("a", "kept")]


def test_a_message_that_is_not_open_is_refused(journal: AnswerJournal, disk: Disk) -> None:
    journal.add("a", "x")
    journal.end("a")

    for id in ("a", "c"):
        with pytest.raises(StorageError, match="not being written"):
            journal.add(id, "y")
    journal.flush()
    assert disk.pieces == [("a", "x")]
    assert journal.text_since_open("a") is None


def test_an_answer_is_on_disk_while_it_grows(
    store: SqliteConversations, raw: sqlite3.Connection
) -> None:
    answer = begin_answer(store)
    text = ["uma ", "resposta ", "que ", "cresce"]

    for word in text:
        store.journal(answer.id, word)

    def stored() -> str:
        query = "SELECT text FROM journal ORDER BY number"
        return "".join(piece for (piece,) in raw.execute(query))

    assert eventually(lambda: stored() == "".join(text))
    store.finish(answer.id, "complete")
    assert stored() == ""
    assert raw.execute("SELECT text FROM messages ORDER BY number DESC").fetchone() == (
        "".join(text),
    )


def test_another_window_reads_an_answer_while_it_grows(open_store: Open) -> None:
    store, other = open_store(), open_store()
    answer = begin_answer(store)

    store.journal(answer.id, "grow")
    store.journal(answer.id, "ing")

    assert eventually(lambda: other.branch(answer.conversation_id)[-1].text == "growing")
    assert other.message(answer.id).state == "streaming"
    store.finish(answer.id, "complete")
    assert other.message(answer.id).state == "complete"


def test_the_own_window_reads_an_answer_without_a_gap_while_it_grows(
    store: SqliteConversations,
) -> None:
    answer = begin_answer(store)
    written = ""
    for number in range(300):
        piece = f"{number} "
        store.journal(answer.id, piece)
        written += piece
        assert store.message(answer.id).text == written
    store.finish(answer.id, "complete")

    assert store.message(answer.id).text == written


def test_several_answers_are_written_at_once(open_store: Open, file: Path) -> None:
    store = open_store()
    answers = [begin_answer(store) for _ in range(4)]

    def write(answer: Message) -> None:
        for number in range(200):
            store.journal(answer.id, f"{number} ")
        store.finish(answer.id, "complete")

    threads = [Thread(target=write, args=(answer,)) for answer in answers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    expected = "".join(f"{number} " for number in range(200))
    assert [store.message(answer.id).text for answer in answers] == [expected] * 4
    store.close()
    assert_sound(file)


@contextmanager
def no_room_beyond(size: int) -> Iterator[None]:
    """Files cannot grow beyond `size` bytes, as on a disk that is nearly full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_an_answer_survives_a_disk_without_room(open_store: Open, file: Path) -> None:
    store = open_store()
    answer = begin_answer(store)
    written = ""

    with no_room_beyond(DatabaseFiles(file).log_bytes() + 4096):

        def refused() -> bool:
            nonlocal written
            written += "word "
            try:
                store.journal(answer.id, "word ")
            except StorageError as failure:
                return str(file) in failure.message
            return False

        assert eventually(refused)
        with pytest.raises(StorageError):
            store.finish(answer.id, "failed")
        with pytest.raises(StorageError):
            store.append(answer.conversation_id, None, "user", "x" * 100_000)
        assert store.message(answer.id).text == written

    finished = store.finish(answer.id, "failed", error="The disk was full.")
    assert (finished.text, finished.state) == (written, "failed")
    store.close()
    assert_sound(file)
