"""A disk that fails while conversations are written: what was said to be stored is there."""

from contextlib import closing
from pathlib import Path

from assistant.storage.conversations import SqliteConversations
from tests.support.failing_disk import needs_compiler, run_on_failing_disk
from tests.support.integrity import assert_sound

WRITER = """
import sys
from pathlib import Path
from assistant.core.errors import StorageError
from assistant.storage.conversations import SqliteConversations

try:
    store = SqliteConversations(Path({file!r}))
    id = store.create(title="Kept").id
    parent = None
    for number in range(8):
        parent = store.append(id, parent, "user", f"question {{number}} " + "x" * 3000).id
        print("stored", number, flush=True)
    store.close()
    print("closed")
except StorageError as failure:
    print("refused", failure.message)
"""


@needs_compiler
def test_nothing_that_was_stored_is_lost_when_the_disk_fails(home: Path, tmp_path: Path) -> None:
    told: set[str] = set()
    for operation in (1, 4, 9, 16, 24, 37, 55, 10_000):
        folder = home / f"data-{operation}"
        folder.mkdir()
        file = folder / "chats.db"

        done = run_on_failing_disk(WRITER.format(file=str(file)), tmp_path, folder, operation)

        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        stored = sum(line.startswith("stored") for line in lines)
        told.add(lines[-1].partition(" ")[0])
        with closing(SqliteConversations(file)) as store:
            kept = [
                message.text.split(" x")[0]
                for each in store.conversations()
                for message in store.branch(each.id)
            ]
        assert kept[:stored] == [f"question {number}" for number in range(stored)]
        assert len(kept) <= stored + 1
        assert_sound(file)
    assert told == {"refused", "closed"}
