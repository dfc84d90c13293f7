"""A small worker of its own for every test."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.ipc.spec import WorkerSpec
from tests.support.echo_worker import SCRIPT

MakeSpec = Callable[..., WorkerSpec]


@pytest.fixture
def make_spec(home: Path) -> MakeSpec:
    """Specs of the echo worker that share a home."""

    def make(
        version: str = "1",
        idle_exit: float = 20,
        command: tuple[str, ...] | None = None,
        runtime: Path | None = None,
        start_timeout: float = 20,
        longest_turn: float = 60,
    ) -> WorkerSpec:
        folder, log = runtime or home / "run", home / "logs" / "echo.log"
        script = (sys.executable, SCRIPT, str(folder), str(log), version)
        return WorkerSpec(
            name="echo",
            command=command or (*script, str(idle_exit), str(longest_turn)),
            runtime=folder,
            log=log,
            version=version,
            start_timeout=start_timeout,
        )

    return make
