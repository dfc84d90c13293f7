"""A worker that hangs or takes too much memory: what it held is left out, everything answers."""

import os
from pathlib import Path

import pytest

from assistant.library.files.scan import ScanDeaths
from assistant.library.protocol import GetStatus, Remove, StatusReply
from tests.support.library_service import put, serving


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
