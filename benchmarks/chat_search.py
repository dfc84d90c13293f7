"""Search over many chats, ten messages of which are very long.

`python -m benchmarks.chat_search` makes 10,000 conversations with ten messages of 3 MB in a folder
of its own, and prints the 50th and 95th percentile of the time that words are found in, and how
long the processor goes on with a search that is left.
"""

import random
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from statistics import quantiles
from threading import Event, Thread
from time import perf_counter, process_time, sleep

from assistant.core.errors import AssistantError
from assistant.storage.conversations import SqliteConversations

CONVERSATIONS = 10_000
LONG_MESSAGES, LONG_BYTES = 10, 3_000_000
WORDS = [f"word{number}" for number in range(3_000)]
LONG_LINE = "2026-03-01 12:00:00 error: connecting to the host failed, code 42\n"
QUERIES = (
    "error",
    "connecting",
    "host",
    "code",
    "word7",
    "word42 word7",
    '"word1"',
    "fail*",
    "xyz",
)
LEAVE_AFTER = 0.02
"""Seconds."""


def fill(store: SqliteConversations) -> None:
    """Fill a store with short conversations and a few very long messages."""
    draw = random.Random(1)
    long = LONG_LINE * (LONG_BYTES // len(LONG_LINE))
    for number in range(CONVERSATIONS):
        conversation = store.create(title=f"Chat {number}")
        text = long if number < LONG_MESSAGES else " ".join(draw.choices(WORDS, k=40))
        question = store.append(conversation.id, None, "user", text)
        store.append(conversation.id, question.id, "assistant", " ".join(draw.choices(WORDS, k=60)))


def times(store: SqliteConversations, rounds: int = 5) -> Iterator[tuple[float, float]]:
    """Seconds of each query, and those of the processor, which other programs do not add to."""
    for _ in range(rounds):
        for query in QUERIES:
            begun, worked = perf_counter(), process_time()
            store.find(query)
            yield perf_counter() - begun, process_time() - worked


def seconds_until_free(store: SqliteConversations) -> float:
    """CPU seconds that a search goes on to take after it was left."""
    stop, worst = Event(), 0.0
    for query in QUERIES:
        stop.clear()

        def search(query: str = query) -> None:
            try:
                store.find(query, stop=stop)
            except AssistantError:
                return

        thread = Thread(target=search)
        thread.start()
        sleep(LEAVE_AFTER)
        stop.set()
        left = process_time()
        thread.join()
        worst = max(worst, process_time() - left)
    return worst


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="as-") as folder,
        closing(SqliteConversations(Path(folder, "chats.db"))) as store,
    ):
        begun = perf_counter()
        fill(store)
        print(f"{CONVERSATIONS:,} conversations made in {perf_counter() - begun:.0f} s")
        clock, processor = zip(*times(store), strict=True)
        for name, each in (("of the clock", clock), ("of the processor", processor)):
            cuts = quantiles(each, n=20)
            print(f"p50 {cuts[9] * 1000:.0f} ms, p95 {cuts[18] * 1000:.0f} ms {name}")
        print(f"after it was left: {seconds_until_free(store) * 1000:.0f} ms of CPU at most")


if __name__ == "__main__":
    main()
