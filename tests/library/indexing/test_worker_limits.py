"""A worker that hangs or takes too much memory: what it held is left out, everything answers."""

import os
from pathlib import Path

import pytest

from assistant.library.client import InHand, in_hand, replaced_text
from assistant.library.files.scan import ScanDeaths
from assistant.library.protocol import GetStatus, Remove, StatusReply
from assistant.library.worker.runner import unexpected_error
from tests.support.library_service import put, serving
from tests.support.waiting import until


def test_a_root_that_is_left_out_is_named_by_the_status_and_can_be_removed(
    home: Path, tmp_path: Path
) -> None:
    put(tmp_path / "docs" / "a.txt", "apples")
    with serving(home, watch=False) as served:
        made = served.library.collections.add("default")
        root = served.library.collections.add_root(made.id, os.fsencode(tmp_path / "docs"))
        deaths = ScanDeaths(served.library.database)
        for _ in range(2):
            child = os.fork()
            if child == 0:
                with deaths.counting(root.id):
                    os._exit(0)
            os.waitpid(child, 0)

        status = served.ask(GetStatus())
        assert isinstance(status, StatusReply)
        assert status.status.left_out == (str(tmp_path / "docs"),)

        served.ask(Remove(collection="default", paths=()))
        status = served.ask(GetStatus())
        assert isinstance(status, StatusReply)
        assert status.status.left_out == ()
        assert deaths.of(root.id) == 0


def test_a_worker_has_outgrown_when_it_takes_more_than_library_and_embedder_need(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(home, watch=False) as served:
        assert not served.service.has_outgrown

        monkeypatch.setattr("assistant.library.worker.service.MEMORY_BYTES", 1)
        monkeypatch.setattr(served.library, "memory_needed", lambda: 0)
        assert served.service.has_outgrown
        monkeypatch.setattr(served.library, "memory_needed", lambda: 1 << 60)
        assert not served.service.has_outgrown


def test_what_a_worker_has_in_hand_is_known_without_it(home: Path, tmp_path: Path) -> None:
    put(tmp_path / "docs" / "a.txt", "apples")
    with serving(home, watch=False) as served:
        database = served.library.database
        assert in_hand(database.path) == []
        served.add(tmp_path / "docs")
        until(lambda: served.paths() == [str(tmp_path / "docs" / "a.txt")])
        served.library.catalog.begin_reading(os.fsencode(tmp_path / "docs" / "a.txt"))
        [root] = served.library.collections.roots()

        with ScanDeaths(database).counting(root.id):
            assert in_hand(database.path) == [
                InHand(str(tmp_path / "docs" / "a.txt"), False),
                InHand(str(tmp_path / "docs"), False),
            ]

        served.library.catalog.count_crashes()
        served.library.catalog.begin_reading(os.fsencode(tmp_path / "docs" / "a.txt"))
        assert in_hand(database.path) == [InHand(str(tmp_path / "docs" / "a.txt"), True)]
    assert in_hand(tmp_path / "nothing.db") == []
    assert not (tmp_path / "nothing.db").exists()


@pytest.mark.parametrize(
    ("found", "line"),
    [
        ([], "The library did not answer and was restarted."),
        (
            [InHand("/a.txt", False)],
            "The library did not answer and was restarted while it was at /a.txt. It is tried once"
            " more, at the end.",
        ),
        (
            [InHand("/a.txt", False), InHand("/b", True)],
            "The library did not answer and was restarted while it was at /b and 1 more. It is left"
            " out from now on.",
        ),
    ],
)
def test_one_line_says_what_was_in_hand_and_what_becomes_of_it(
    found: list[InHand], line: str
) -> None:
    assert replaced_text(found) == line


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (MemoryError(), "There is not enough memory"),
        (RuntimeError("can't start new thread"), "There is not enough memory"),
        (ImportError("tokenizers.so: failed to map segment from shared object"), "not enough"),
        (ValueError("no number"), "An unexpected error ended this request."),
    ],
)
def test_an_error_for_want_of_memory_says_so(failure: Exception, told: str) -> None:
    error = unexpected_error(failure)

    assert told in error.message
    assert ("ulimit" in error.hint) == ("memory" in error.message)
