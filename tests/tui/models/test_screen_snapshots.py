"""What the user sees of the models: compared with pictures that were looked at.

`pytest tests/tui/models/test_screen_snapshots.py --snapshot-update` takes new ones.
"""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from assistant.core.values.models import Fit, ModelDetails, ModelFacts, ModelRef
from tests.support.driver import Driver, Setting
from tests.support.fake_models import ScriptedModels
from tests.support.pictures import NAME, Compare, Pictures, Play, SteadyModel, only_look


def _details(
    name: str, size: int, fit: Fit, speed: float | None = None, reason: str = ""
) -> ModelDetails:
    facts = ModelFacts(
        damage=reason if fit == "damaged" else "",
        architecture="qwen3",
        quantization="" if fit == "damaged" else "Q4_K_M",
        parameters=size * 2,
        trained_context=32_768,
        licence="apache-2.0",
        has_template=True,
    )
    model = ModelRef(name=name, path=f"/models/{name}.gguf", size=size, origin="Ollama")
    return ModelDetails(
        model=model,
        facts=facts,
        fit=fit,
        reason=reason,
        memory=size * 2 if speed else 0,
        tokens_per_second=speed,
    )


class ManyModels(ScriptedModels):
    """Some of every verdict."""

    def details(self, stop: Event, of: ModelRef | None = None) -> Iterator[ModelDetails]:
        yield from super().details(stop)
        yield _details("qwen3:4b", 2_497_281_120, "runs", 8.4)
        yield _details("qwen3:14b", 9_001_752_960, "runs slowly", 2.3)
        yield _details("llama-70b [/x]", 42_520_395_584, "too big", None, "It needs 44 GB.")
        yield _details("zebra-9b", 5_400_000_000, "not supported", None, "It has a new tokenizer.")
        yield _details("half", 1_000_000, "damaged", None, "was not fetched to its end")


@pytest.fixture
def shows(home: Path, pictures: Pictures) -> Compare:
    """Plays a scene in the list of models and compares the picture."""

    def compare(play: Play, size: tuple[int, int]) -> bool:
        models = ManyModels(SteadyModel("Hello.", name=NAME))
        return pictures.show(Setting(home, models), _opened, play, size=size)

    return compare


async def _opened(driver: Driver) -> None:
    await driver.pilot.press("alt+u")
    await driver.until_shown("damaged")
    await driver.until(lambda: "searching" not in driver.text)


async def _fetching(driver: Driver) -> None:
    await driver.pilot.press("end", "enter")
    await driver.until_shown("Download this model?")
    await driver.pilot.press("enter")
    await driver.until_shown("50%")


async def _asking(driver: Driver) -> None:
    await driver.pilot.press("end", "enter")
    await driver.until_shown("Download this model?")


@pytest.mark.parametrize("size", [(80, 24), (120, 30)])
def test_the_models(shows: Compare, size: tuple[int, int]) -> None:
    assert shows(only_look, size)


def test_a_licence_to_accept(shows: Compare) -> None:
    assert shows(_asking, (100, 30))


def test_a_model_that_is_being_fetched(shows: Compare) -> None:
    assert shows(_fetching, (80, 24))
