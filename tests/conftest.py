"""What every test shares: a home of its own, under a short path."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support import screen_language

# Texts are fixed when what has them is imported.
screen_language.activate()

# An example may take as long as a busy machine needs.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty ASSISTANT_HOME; Unix socket paths are limited to some 100 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="as-", dir="/tmp"))
    monkeypatch.setenv("ASSISTANT_HOME", str(folder))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True, scope="session")
def _no_multiplexer() -> None:
    """What is around takes keys: tests are in a terminal of their own, wherever they run."""
    for variable in ("TMUX", "ZELLIJ", "TERM_PROGRAM", "LC_TERMINAL"):
        os.environ.pop(variable, None)


@pytest.fixture(autouse=True, scope="session")
def _usual_signals() -> None:
    """A suite that runs in the background has them ignored, and so would have what it starts."""
    for number, usual in (
        (signal.SIGHUP, signal.SIG_DFL),
        (signal.SIGINT, signal.default_int_handler),
    ):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)
