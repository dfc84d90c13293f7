"""Loss of power while conversations are written: what was said to be stored is there."""

import random
from contextlib import closing
from pathlib import Path

import pytest

from assistant.storage.conversations import SqliteConversations
from tests.support.failing_disk import needs_compiler
from tests.support.integrity import assert_sound
from tests.support.power_loss import FileOperation, lose_power, recorded, told

WRITER = """
from pathlib import Path
from assistant.storage.conversations import SqliteConversations
store = SqliteConversations(Path({file!r}))
id = store.create(title="Kept").id
parent = None
for number in range(12):
    parent = store.append(id, parent, "user", f"question {{number}} " + "x" * 3000).id
    print("stored", number, flush=True)
store.close()
print("closed", flush=True)
"""

EXPORTER = """
from pathlib import Path
from assistant.core.atomic import replace_file
for number in range(6):
    replace_file(Path({file!r}), (str(number) * 5000).encode(), durable=True)
    print("stored", number, flush=True)
"""

DISKS = 3
"""For each moment: what a disk may hold then differs."""


def moments(operations: list[FileOperation]) -> list[tuple[int, random.Random]]:
    return [
        (moment, random.Random(moment * DISKS + disk))
        for moment in range(1, len(operations) + 1)
        for disk in range(DISKS)
    ]


@needs_compiler
@pytest.mark.parametrize("every", [29, pytest.param(1, marks=pytest.mark.slow)])
def test_nothing_that_was_stored_is_lost_with_the_power(
    home: Path, tmp_path: Path, every: int
) -> None:
    folder = home / "data"
    folder.mkdir()
    operations = recorded(WRITER.format(file=str(folder / "chats.db")), tmp_path, folder)
    assert told(operations) == 13
    lost: set[int] = set()

    for moment, chance in moments(operations)[::every]:
        lose_power(operations[:moment], folder, chance)
        stored = min(told(operations[:moment]), 12)
        lost |= {12 - stored}
        with closing(SqliteConversations(folder / "chats.db")) as store:
            kept = [
                message.text.split(" x")[0]
                for each in store.conversations()
                for message in store.branch(each.id)
            ]
        assert kept[:stored] == [f"question {number}" for number in range(stored)], moment
        assert len(kept) <= stored + 1
        assert_sound(folder / "chats.db")
    assert len(lost) > 5


@needs_compiler
def test_a_file_that_was_replaced_for_good_is_the_old_or_the_new_one(
    home: Path, tmp_path: Path
) -> None:
    folder = home / "exported"
    folder.mkdir()
    file = folder / "a.md"
    operations = recorded(EXPORTER.format(file=str(file)), tmp_path, folder)

    for moment, chance in moments(operations):
        lose_power(operations[:moment], folder, chance)
        stored = told(operations[:moment])
        found = file.read_text() if file.exists() else ""
        assert found in {str(number) * 5000 for number in (stored - 1, stored) if number >= 0} | (
            {""} if not stored else set()
        )


@needs_compiler
def test_the_replay_loses_what_was_never_synced(home: Path, tmp_path: Path) -> None:
    folder = home / "careless"
    folder.mkdir()
    file = folder / "a.txt"
    code = f"import os; os.write(os.open({str(file)!r}, os.O_CREAT | os.O_WRONLY), b'x' * 5000)"
    operations = recorded(code, tmp_path, folder)

    found = set()
    for seed in range(40):
        lose_power(operations, folder, random.Random(seed))
        found.add(len(file.read_bytes()) if file.exists() else -1)

    assert {-1, 0, 5000} < found
