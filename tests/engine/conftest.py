"""One engine for all tests that do not harm it, and one of its own for each that does."""

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from assistant.core.values.events import Loaded
from assistant.engine.client import LlamaChatModel
from tests.support.engine import engine_home, local_models


@pytest.fixture(scope="session")
def shared_home() -> Iterator[Path]:
    with engine_home() as home:
        yield home


@pytest.fixture(scope="session")
def starter(shared_home: Path) -> LlamaChatModel:
    """The starter model, loaded, in a worker that the tests of a session share."""
    model = local_models(shared_home).open(None)
    *_, loaded = model.load(Event())
    assert isinstance(loaded, Loaded)
    if os.environ.get("ASSISTANT_TEST_CARDS"):
        assert loaded.info.device is not None, "not on a card"
    return model


@pytest.fixture
def own_home() -> Iterator[Path]:
    """A home whose worker the test may do anything to."""
    with engine_home() as home:
        yield home
