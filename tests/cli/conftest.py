"""The command line of the tests of commands."""

from pathlib import Path

import pytest

from tests.support.fake_models import ScriptedModels
from tests.support.shell import Shell


@pytest.fixture
def models() -> ScriptedModels:
    return ScriptedModels()


@pytest.fixture
def shell(home: Path, models: ScriptedModels) -> Shell:
    return Shell(home, models)
