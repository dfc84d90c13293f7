"""A library.db that was closed well is known again; one that has changed since is not trusted."""

import os
import random
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.library.store import seal as seals
from tests.support.damages import DAMAGES, remove
from tests.support.made_library import MadeLibrary


@pytest.fixture
def database(home: Path) -> Path:
    """One that holds something and was closed, but not sealed."""
    made = MadeLibrary(home)
    made.put("pump", "The pump moves water. " * 20)
    made.close()
    return home / "library.db"


def names(database: Path) -> set[str]:
    return {file.name for file in database.parent.iterdir() if file.name.startswith("library.db")}


def test_what_was_closed_well_is_sealed_once(database: Path) -> None:
    seals.write_seal(database)
    assert seals.check_seal(database) == "sealed"
    assert seals.check_seal(database) == "unsealed"


def test_only_the_user_can_read_a_seal(database: Path) -> None:
    seals.write_seal(database)
    assert stat.S_IMODE((database.parent / "library.db.seal").stat().st_mode) == 0o600


@pytest.mark.parametrize("damage", DAMAGES)
def test_any_change_breaks_the_seal(database: Path, damage: Callable[[Path], None]) -> None:
    seals.write_seal(database)
    damage(database)
    assert seals.check_seal(database) == ("absent" if damage is remove else "broken")


def test_a_single_bit_anywhere_breaks_the_seal(database: Path) -> None:
    content = database.read_bytes()
    chance = random.Random(5)
    for _ in range(50):
        seals.write_seal(database)
        flipped = bytearray(content)
        flipped[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        database.write_bytes(flipped)
        assert seals.check_seal(database) == "broken"
        database.write_bytes(content)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_seal_is_none(database: Path, damage: Callable[[Path], None]) -> None:
    seals.write_seal(database)
    seal = database.parent / "library.db.seal"
    damage(seal)
    assert seals.check_seal(database) == "unsealed"


def test_what_was_not_closed_is_not_sealed(database: Path) -> None:
    (database.parent / "library.db-wal").write_bytes(b"something")
    seals.write_seal(database)
    assert seals.check_seal(database) == "unsealed"


def test_what_was_given_up_is_set_aside_and_kept_until_another_one_is_sealed(
    database: Path,
) -> None:
    (database.parent / "library.db-wal").write_bytes(b"something")
    seals.mark_damaged(database)
    assert seals.check_seal(database) == "broken"

    seals.set_aside(database)

    assert names(database) == {"library.db.damaged", "library.db.damaged-wal"}
    assert seals.check_seal(database) == "absent"
    MadeLibrary(database.parent).close()
    seals.write_seal(database)
    assert names(database) == {"library.db", "library.db.seal"}


def test_the_newest_damaged_one_is_kept(database: Path) -> None:
    seals.set_aside(database)
    database.write_bytes(b"another")
    seals.set_aside(database)
    assert (database.parent / "library.db.damaged").read_bytes() == b"another"


def test_a_folder_that_cannot_be_written_is_left_alone(database: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    database.parent.chmod(0o500)
    seals.write_seal(database)
    seals.mark_damaged(database)
    database.parent.chmod(0o700)
    assert seals.check_seal(database) == "unsealed"
