"""What the user sees of the models: compared with pictures that were looked at.

`pytest tests/tui/test_snapshots_of_models.py --snapshot-update` takes new ones.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest
from textual.pilot import Pilot

from assistant.core.model_details import Fit, ModelDetails, ModelFacts
from assistant.core.models import ModelRef
from assistant.storage.conversations import SqliteConversations
from tests.fakes import ScriptedModels
from tests.tui.driving import Driver, RecordingClipboard, Setting, make_app
from tests.tui.test_snapshots import NAME, Compare, Play, SteadyModel, settled


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

    def details(self, stop: Event) -> Iterator[ModelDetails]:
        yield from super().details(stop)
        yield _details("qwen3:4b", 2_497_281_120, "runs", 8.4)
        yield _details("qwen3:14b", 9_001_752_960, "runs slowly", 2.3)
        yield _details("llama-70b [/x]", 42_520_395_584, "too big", None, "It needs 44 GB.")
        yield _details("zebra-9b", 5_400_000_000, "not supported", None, "It has a new tokenizer.")
        yield _details("half", 1_000_000, "damaged", None, "was not fetched to its end")


@pytest.fixture
def shows(home: Path, snap_compare: Callable[..., bool]) -> Iterator[Compare]:
    """Plays a scene on the screen and compares the picture."""
    store = SqliteConversations(home / "chats.db")

    def compare(play: Play, size: tuple[int, int]) -> bool:
        models = ManyModels(SteadyModel("Hello.", name=NAME))
        setting = Setting(home, models, clipboard=RecordingClipboard())
        app = make_app(setting, store)

        async def run_before(pilot: Pilot[None]) -> None:
            driver = Driver(app, pilot, store, models, setting.clipboard)
            driver.screen.prompt.cursor_blink = False
            await driver.until(lambda: driver.screen.status.status.phase == "ready")
            await settled(app)
            await driver.pilot.press("alt+u")
            await driver.until_shown("damaged")
            await driver.until(lambda: "looking" not in driver.text)
            await play(driver)
            await settled(app)

        return snap_compare(app, terminal_size=size, run_before=run_before)

    yield compare
    store.close()


async def _nothing(_: Driver) -> None: ...


async def _fetching(driver: Driver) -> None:
    await driver.pilot.press("end", "enter")
    await driver.until_shown("Fetch this model?")
    await driver.pilot.press("enter")
    await driver.until_shown("50%")


async def _asking(driver: Driver) -> None:
    await driver.pilot.press("end", "enter")
    await driver.until_shown("Fetch this model?")


@pytest.mark.parametrize("size", [(80, 24), (120, 30)])
def test_the_models(shows: Compare, size: tuple[int, int]) -> None:
    assert shows(_nothing, size)


def test_a_licence_to_accept(shows: Compare) -> None:
    assert shows(_asking, (100, 30))


def test_a_model_that_is_being_fetched(shows: Compare) -> None:
    assert shows(_fetching, (80, 24))
