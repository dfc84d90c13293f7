"""What the user sees of LoRA adapters: compared with pictures that were looked at.

`pytest tests/tui/models/test_adapters_snapshots.py --snapshot-update` takes new ones.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.core.values.models import ModelDetails
from assistant.core.values.sampling import AdapterUse
from assistant.settings import ScreenSettings, Settings
from tests.support.driver import Driver, Setting
from tests.support.fake_models import ScriptedModels
from tests.support.pictures import NAME, Compare, Pictures, Play, SteadyModel
from tests.tui.actions.test_models_and_prompts import command
from tests.tui.models.test_adapters import adapter

THERE = (
    adapter("formal"),
    adapter("legal-português"),
    adapter("qwen-poet", "qwen3"),
    adapter("half [/x]", damage="was not fetched to its end"),
)
USUAL = (AdapterUse(name="legal-português", scale=0.5),)


@pytest.fixture
def shows(home: Path, pictures: Pictures) -> Compare:
    """Plays a scene on the screen and compares the picture."""

    def compare(
        play: Play,
        size: tuple[int, int],
        there: Sequence[ModelDetails] = THERE,
        theme: str = "dark",
    ) -> bool:
        model = SteadyModel("O aluguel sobe uma vez por ano.", name=NAME)
        models = ScriptedModels(model, there=there, usual=USUAL if there else ())
        settings = Settings(screen=ScreenSettings(theme=theme))  # type: ignore[arg-type]
        return pictures.show(Setting(home, models, settings), play, size=size)

    return compare


async def _listed(driver: Driver) -> None:
    await driver.ask("Quando sobe o aluguel?")
    await driver.pilot.press("alt+shift+a")
    await driver.until_shown("half [/x]")


async def _changed(driver: Driver) -> None:
    await _listed(driver)
    await driver.pilot.press("up", "space", "left", "left", "down", "0", ".")
    await driver.until_shown("×0.▏")


async def _misfit(driver: Driver) -> None:
    await _listed(driver)
    await driver.pilot.press("down")
    await driver.until_shown("It is made for qwen3")


async def _on(driver: Driver) -> None:
    await driver.ask("Quando sobe o aluguel?")
    await command(driver, "/adapters formal 0.8")
    await driver.until_shown("Adapters from here on")
    await driver.ask("E a multa?")


async def _nowhere(driver: Driver) -> None:
    await driver.pilot.press("alt+shift+a")
    await driver.until_shown("No adapters yet.")


@pytest.mark.parametrize("size", [(120, 30), (80, 24), (40, 24)])
def test_the_adapters(shows: Compare, size: tuple[int, int]) -> None:
    assert shows(_changed, size)


def test_the_adapters_in_a_light_theme(shows: Compare) -> None:
    assert shows(_changed, (80, 24), theme="light")


@pytest.mark.parametrize("size", [(80, 24), (40, 24)])
def test_an_adapter_that_does_not_fit(shows: Compare, size: tuple[int, int]) -> None:
    assert shows(_misfit, size)


@pytest.mark.parametrize("size", [(120, 30), (80, 24), (40, 24)])
def test_a_conversation_with_adapters(shows: Compare, size: tuple[int, int]) -> None:
    assert shows(_on, size)


@pytest.mark.parametrize("size", [(80, 24), (40, 24)])
def test_where_adapters_come_from(shows: Compare, size: tuple[int, int]) -> None:
    assert shows(_nowhere, size, there=())
