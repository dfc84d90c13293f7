"""A home whose engine worker is warm, and what the model answers there when nobody disturbs it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import pytest

from assistant.core.values.conversation import Message
from assistant.storage.conversations import SqliteConversations
from assistant.system.paths import find_paths
from tests.support.processes import Streaming, end_workers

KILLS = [6, pytest.param(30, marks=pytest.mark.slow)]
"""In a row; the long one belongs to the soak."""

QUESTION = "Tell me a story about a fox and a river."
SAMPLING = ("--seed", "1", "--temperature", "0", "--max-tokens", "45")


@dataclass(frozen=True)
class Scene:
    """Where the killing happens."""

    home: Path
    whole: str
    """The whole answer to `QUESTION`."""

    def ask(self) -> Streaming:
        return Streaming(*SAMPLING, QUESTION)

    def newest(self) -> tuple[Message, Message]:
        """The newest question and its answer, as another window would find them."""
        with closing(SqliteConversations(find_paths().chats)) as store:
            question, answer = store.branch(store.conversations(limit=1)[0].id)
        return question, answer

    def conversations(self) -> int:
        with closing(SqliteConversations(find_paths().chats)) as store:
            return len(store.conversations())

    def integrity(self) -> str:
        with closing(sqlite3.connect(find_paths().chats)) as connection:
            (found,) = connection.execute("PRAGMA integrity_check").fetchone()
        return str(found)


@pytest.fixture
def scene(home: Path) -> Iterator[Scene]:
    warm = Streaming(*SAMPLING, QUESTION)
    assert warm.end() == 0, warm.failure()
    again = Streaming(*SAMPLING, QUESTION)
    assert again.end() == 0, again.failure()
    assert again.seen() == warm.seen()
    yield Scene(home, again.seen().decode().removesuffix("\n"))
    end_workers(home)


class Pulse:
    """Writes to the same disk over and over: how long the machine itself makes a writer wait."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "pulse"
        self._beats: list[tuple[float, float]] = []
        self._ending = Event()
        self._thread = Thread(target=self._beat, daemon=True)
        self._thread.start()

    def worst(self, since: float) -> float:
        """Seconds of the slowest beat that ended after `since`, one going on now included."""
        return max([end - start for start, end in [*self._beats, self._now()] if end > since])

    def end(self) -> None:
        self._ending.set()
        self._thread.join()

    def _now(self) -> tuple[float, float]:
        started = self._beats[-1][1] if self._beats else monotonic()
        return started, monotonic()

    def _beat(self) -> None:
        with self._file.open("wb", buffering=0) as file:
            while not self._ending.is_set():
                started = monotonic()
                self._ending.wait(0.02)
                file.write(b".")
                os.fsync(file.fileno())
                self._beats.append((started, monotonic()))


@pytest.fixture
def pulse(tmp_path: Path) -> Iterator[Pulse]:
    running = Pulse(tmp_path)
    yield running
    running.end()
