"""`python -m benchmarks.conversations`: how it is with 10,000 conversations of 1,000,000 messages.

The messages are made up: words as common as words are (Zipf's law), built of syllables, so that
many begin alike; conversations of all lengths, one of them very long, some in folders, tagged, in
the archive or in the trash. What is measured is all of what the screen waits for.
"""

import argparse
import math
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import accumulate
from pathlib import Path
from random import Random
from statistics import median, quantiles
from time import perf_counter, process_time

from assistant.storage.conversations import SqliteConversations
from assistant.storage.database.connection import connect
from assistant.storage.tables.conversations import Values
from assistant.storage.tables.rows import comparable, microseconds
from assistant.system.paths import find_paths
from benchmarks.pairs import HEADER, Comparison, compare, pairs
from benchmarks.screen import first_frame

LARGEST = 5_000
"""Messages of the longest conversation."""
VOCABULARY = 60_000
YEARS = 4
GOAL_MS = 50.0
FRAME = "<= 1.2"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
FOLDERS = ("work", "work/reports", "home", "travel", "études")
TAGS = ("todo", "idea", "recipe", "código", "law")

CONSONANTS = ("b", "c", "d", "f", "g", "l", "m", "n", "p", "r", "s", "t", "th", "v", "qu", "st")
VOWELS = ("a", "e", "i", "o", "u", "ão", "é", "ai", "en", "or")


class Made:
    """Words, messages and questions out of one seed."""

    def __init__(self) -> None:
        self.random = Random(1)
        syllables = [c + v for c in CONSONANTS for v in VOWELS] + list(VOWELS)
        chances = list(accumulate(1 / (place + 3) for place in range(len(syllables))))
        words: dict[str, None] = {}
        while len(words) < VOCABULARY:
            size = 1 + int(math.log1p(len(words)) / 4) + self.random.randrange(2)
            words["".join(self.random.choices(syllables, cum_weights=chances, k=size))] = None
        self.words = list(words)
        self._chances = list(accumulate(1 / (place + 2.7) for place in range(VOCABULARY)))

    def text(self, typical: int) -> str:
        size = min(max(int(self.random.lognormvariate(math.log(typical), 0.8)), 1), 800)
        return " ".join(self.random.choices(self.words, cum_weights=self._chances, k=size))


def lengths(made: Made, conversations: int, messages: int) -> list[int]:
    """Messages of each conversation: even numbers, many short ones, a few long ones."""
    weights = [made.random.lognormvariate(0, 1.1) for _ in range(conversations)]
    room = max(messages - LARGEST, conversations)
    scale = room / sum(weights)
    found = [max(2 * round(weight * scale / 2), 2) for weight in weights]
    found[conversations // 2] = LARGEST
    return found


def fill(file: Path, made: Made, conversations: int, messages: int) -> None:
    """Straight into the tables: through the store it would take an hour."""
    with closing(connect(file)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        sizes = lengths(made, conversations, messages)
        step = timedelta(days=365 * YEARS) / conversations
        for place, size in enumerate(sizes):
            created = NOW - step * (conversations - place)
            _insert(connection.execute, "conversations", _conversation(made, place, size, created))
            if place % 20 == 0:
                tag = made.random.choice(TAGS)
                values: Values = {"conversation": f"{place:016x}", "tag": tag}
                _insert(connection.execute, "tags", {**values, "key": comparable(tag)})
            columns = ("number", "id", "conversation", "parent", "version", "active_child", "role")
            statement = f"""
                INSERT INTO messages ({", ".join(columns[1:])}, text, state, created)
                VALUES (?, ?, ?, 1, ?, ?, ?, 'complete', ?)
            """
            connection.executemany(statement, _messages(made, place, size, created))
        for index in ("message_words", "conversation_words"):
            connection.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _conversation(made: Made, place: int, size: int, created: datetime) -> Values:
    title = made.text(5)[:60]
    folder = made.random.choice(FOLDERS) if place % 3 == 0 else None
    return {
        "id": f"{place:016x}",
        "title": title,
        "title_key": comparable(title),
        "created": microseconds(created),
        "updated": microseconds(created + timedelta(minutes=size)),
        "system_prompt": "You are a helpful assistant.",
        "messages": size,
        "active_root": f"{place:08x}{0:08x}",
        "folder": folder,
        "folder_key": comparable(folder) if folder else None,
        "pinned": 1 if place % 500 == 0 else None,
        "archived": 1 if place % 10 == 1 else None,
        "deleted": microseconds(datetime.now(UTC)) if place % 50 == 2 else None,
    }


def _messages(
    made: Made, place: int, size: int, created: datetime
) -> Iterator[tuple[str, str, str | None, str | None, str, str, int]]:
    for number in range(size):
        role = "assistant" if number % 2 else "user"
        yield (
            f"{place:08x}{number:08x}",
            f"{place:016x}",
            f"{place:08x}{number - 1:08x}" if number else None,
            f"{place:08x}{number + 1:08x}" if number + 1 < size else None,
            role,
            made.text(60 if number % 2 else 15),
            microseconds(created + timedelta(minutes=number)),
        )


def _insert(execute: Callable[..., object], table: str, values: Values) -> None:
    places = ", ".join(f":{column}" for column in values)
    execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})", values)


def questions(made: Made, store: SqliteConversations, count: int) -> dict[str, list[str]]:
    """What people look for: words of messages, as common as they are."""
    random = made.random
    listed = store.conversations()
    texts = []
    while len(texts) < count:
        branch = store.branch(random.choice(listed).id)
        texts.append(random.choice(branch).text.split())
    ids = [random.choice(listed).id for _ in range(count)]
    days = [NOW - timedelta(days=random.randrange(365 * YEARS)) for _ in range(count)]

    def word(words: list[str]) -> str:
        return random.choice(words)

    def phrase(words: list[str]) -> str:
        start = random.randrange(max(len(words) - 1, 1))
        return f'"{" ".join(words[start : start + 2])}"'

    return {
        "a word": [f'"{word(t)}"' for t in texts],
        "a rare word": [f'"{max(t, key=made.words.index)}"' for t in texts[: count // 2]],
        "two words": [f'{word(t)} "{word(t)}"' for t in texts],
        "three words": [f'{word(t)} {word(t)} "{word(t)}"' for t in texts],
        "a phrase": [phrase(t) for t in texts],
        "as it is typed": [w[: random.randint(2, len(w))] for w in map(word, texts) if len(w) > 1],
        "two words, typed": [f"{word(t)} {word(t)[:3]}" for t in texts],
        "role:": [f'role:{random.choice(("user", "assistant"))} "{word(t)}"' for t in texts],
        "after:": [f'after:{day:%Y-%m-%d} "{word(t)}"' for t, day in zip(texts, days, strict=True)],
        "before:": [f'before:{day:%Y-%m} "{word(t)}"' for t, day in zip(texts, days, strict=True)],
        "in:conversation": [f'in:{id} "{word(t)}"' for t, id in zip(texts, ids, strict=True)],
        "in:folder": [f'in:"{random.choice(FOLDERS)}" "{word(t)}"' for t in texts],
        "tag:": [f'tag:{random.choice(TAGS)} "{word(t)}"' for t in texts],
        "without a word": [f'"{word(t)}" -"{word(t)}"' for t in texts],
        "in:title": [f"in:title {word(t)}" for t in texts],
        "the commonest word": [f'"{made.words[place]}"' for place in range(10)],
        "filters only": [f"role:user before:{day:%Y-%m}" for day in days[: count // 4]],
    }


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds on the wall and of this processor."""
    wall, cpu = perf_counter(), process_time()
    work()
    return 1000 * (perf_counter() - wall), 1000 * (process_time() - cpu)


def row(name: str, times: list[tuple[float, float]], goal: str = "") -> str:
    walls, cpus = zip(*times, strict=True)
    parts = [f"{name:<28}"]
    for label, values in (("wall", walls), ("CPU", cpus)):
        late = quantiles(values, n=20)[-1] if len(values) > 1 else values[0]
        parts.append(f"{label} p50 {median(values):7.1f}  p95 {late:7.1f}")
    return "   ".join([*parts, f"n {len(times)}", goal]).rstrip()


def measure(file: Path, made: Made, count: int) -> float:
    """Print what was measured; the p95 of all searches in ms."""
    with closing(SqliteConversations(file)) as store:
        everything: list[tuple[float, float]] = []
        for kind, queries in questions(made, store, count).items():
            times = [timed(lambda query=query: store.find(query)) for query in queries]  # type: ignore[misc]
            everything += times
            print(row(f"search: {kind}", times), flush=True)
        print(row("search: all of these", everything, f"goal: p95 <= {GOAL_MS:.0f} ms"))
        largest = max(store.conversations(archived=None), key=lambda line: line.messages)
        opening = [timed(lambda: store.branch(largest.id)) for _ in range(5)]
        print(row(f"open {largest.messages:,} messages", opening))
        for name, folder, tag in (("folder", "work", None), ("tag", None, "idea")):
            lists = [
                timed(lambda f=folder, t=tag: store.conversations(limit=200, folder=f, tag=t))  # type: ignore[misc]
                for _ in range(10)
            ]
            print(row(f"list of a {name}", lists))
    return quantiles([wall for wall, _ in everything], n=20)[-1]


def first_list(file: Path) -> list[tuple[float, float]]:
    def work() -> None:
        with closing(SqliteConversations(file)) as store:
            store.conversations(limit=200)

    return [timed(work) for _ in range(15)]


def first_frames(file: Path, runs: int = 9) -> Comparison:
    """The program's first frame with this database and with an empty one, by turns."""
    with tempfile.TemporaryDirectory(prefix="as-", dir="/tmp") as folder:
        homes = [Path(folder) / name for name in ("full", "empty")]
        environments = [
            {
                "ASSISTANT_HOME": str(home),
                "TERM": "xterm-256color",
                "COLORTERM": "truecolor",
                # The workers end by themselves soon after.
                "ASSISTANT_ENGINE__IDLE_EXIT": "10",
                "ASSISTANT_LIBRARY__IDLE_EXIT": "10",
            }
            for home in homes
        ]
        place = find_paths({"ASSISTANT_HOME": str(homes[0])}).chats
        place.parent.mkdir(parents=True)
        place.symlink_to(file.resolve())
        command = [sys.executable, "-m", "assistant"]
        full, empty = (
            partial(first_frame, command, "commands", environment) for environment in environments
        )
        return compare(
            "first frame, against an empty database", "ms", pairs(full, empty, runs), FRAME
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.conversations")
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--conversations", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=60, help="of each kind")
    parser.add_argument("--folder", type=Path, help="keeps the database for the next run")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="as-", dir="/tmp") as temporary:
        file = (chosen.folder or Path(temporary)) / "chats.db"
        empty = Path(temporary) / "empty" / "chats.db"
        made = Made()
        if not file.exists():
            SqliteConversations(file).close()
            started = process_time()
            fill(file, made, chosen.conversations, chosen.messages)
            print(f"made in {process_time() - started:.0f} CPU-s", flush=True)
        with closing(connect(file)) as connection:
            (stored,) = connection.execute("SELECT count(*) FROM messages").fetchone()
            (size,) = connection.execute("SELECT sum(length(text)) FROM messages").fetchone()
        print(
            f"{chosen.conversations:,} conversations, {stored:,} messages, "
            f"{size / 1e6:,.0f} MB of text, file {file.stat().st_size / 1e6:,.0f} MB"
        )
        late = measure(file, made, chosen.questions)
        print(row("open and list, empty", first_list(empty)))
        print(row("open and list, this one", first_list(file)))
        print("\n".join([HEADER, first_frames(file).row()]))
    return int(late > GOAL_MS)


if __name__ == "__main__":
    sys.exit(main())
