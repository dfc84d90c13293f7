"""A library where nothing can be written: it is searched and listed, and refuses what writes."""

import os
from pathlib import Path

import pytest

from assistant.core.errors import UnwritableError
from assistant.ipc.messages import Failed, Leaving
from assistant.library.protocol import (
    AddPaths,
    GetStatus,
    Pause,
    StatusReply,
    Verify,
)
from assistant.library.store.database import LibraryDatabase
from assistant.library.vectors.chroma import VectorsError
from assistant.library.vectors.places import UnopenedPlace
from tests.support.library_service import put, serving
from tests.support.waiting import until

REASON = "The disk at /home is full"


def filled(home: Path, docs: Path) -> Path:
    """A library with one file, closed; its folder."""
    put(docs / "lease.txt", "The rent is paid on the first day.")
    with serving(home, watch=False) as served:
        served.ask(AddPaths(collection="default", paths=(os.fsencode(docs),)))
        served.jobs.request_rescan()
        until(served.paths)
    return home


def snapshot(folder: Path) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in folder.iterdir() if file.is_file()}


@pytest.fixture
def no_room(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Why nothing can be written; empty once there is room."""
    reason = [REASON]
    for module in ("open_library", "service"):
        monkeypatch.setattr(
            f"assistant.library.worker.{module}.why_unwritable", lambda _: "".join(reason)
        )
    return reason


def test_a_library_without_room_is_listed_and_refuses_what_writes(
    home: Path, tmp_path: Path, no_room: list[str]
) -> None:
    no_room.clear()
    filled(home, tmp_path / "docs")
    no_room.append(REASON)
    before = snapshot(home)

    with serving(home) as served:
        status = served.ask(GetStatus())
        listed = served.paths()
        refused = [
            served.ask(request)
            for request in (
                AddPaths(collection="default", paths=(os.fsencode(tmp_path),)),
                Verify(),
                Pause(paused=True),
            )
        ]
        no_room.clear()
        later = served.ask(Verify())
        is_outdated = served.service.is_outdated

    assert isinstance(status, StatusReply)
    assert status.status.indexed == 1
    assert listed == [str(tmp_path / "docs" / "lease.txt")]
    for reply in refused:
        assert isinstance(reply, Failed)
        assert REASON in reply.message
    assert isinstance(later, Leaving)
    assert is_outdated
    assert snapshot(home) == before


def test_a_library_that_is_not_there_yet_is_empty_where_nothing_can_be_written(
    home: Path,
) -> None:
    database = LibraryDatabase(home / "library.db", REASON)

    with database.read() as connection:
        assert connection.execute("SELECT count(*) FROM passages").fetchone()[0] == 0
    with pytest.raises(UnwritableError, match=REASON), database.write():
        pass
    database.close()
    assert list(home.iterdir()) == []


def test_vectors_that_cannot_be_opened_say_why() -> None:
    place = UnopenedPlace(REASON)

    with pytest.raises(VectorsError, match=REASON):
        place.open([])
    with pytest.raises(VectorsError, match=REASON):
        place.create([1])
    place.close()
