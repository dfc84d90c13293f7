"""What a user sees in Portuguese, compared with pictures that were looked at.

`SCREEN_LANGUAGE=pt_BR pytest tests/language/portuguese --snapshot-update` takes new ones.
"""

from pathlib import Path

import pytest

from assistant.core.grounding.references import Freshness
from assistant.core.values.conversation import Place
from assistant.core.values.library import Collection, FileEntry
from assistant.core.values.models import DeviceUse
from tests.support.driver import Driver, Setting
from tests.support.fake_models import ScriptedModels
from tests.support.pictures import NAME, Compare, Pictures, Play, SteadyModel, only_look
from tests.support.sources import library_of, passage

QUESTION = "Em quanto tempo a caução é devolvida?"
DEPOSIT = "A caução é devolvida em até trinta dias após a entrega das chaves."
LEASE = passage(
    DEPOSIT, "/docs/moradia/contrato.md", Place(heading=("Caução",), line_start=8, line_end=10)
)
FILES = [
    FileEntry(path="/docs/moradia/contrato.md", size=9, state="indexed", passages=40),
    FileEntry(
        path="/docs/moradia/planta.pdf",
        size=2_000_000,
        state="skipped",
        passages=0,
        reason="no_text",
        detail="pictures of pages only, such as a scan",
    ),
]
HOUSING = Collection(name="moradia", roots=("/docs/moradia",), files=212, passages=1204, skipped=1)

SMALL = [(80, 24), (60, 20)]


@pytest.fixture
def shows(home: Path, pictures: Pictures, monkeypatch: pytest.MonkeyPatch) -> Compare:
    """Plays a scene on the screen and compares the picture."""
    monkeypatch.setattr(Freshness, "check", lambda *_given: {})

    def compare(play: Play, size: tuple[int, int]) -> bool:
        library = library_of(LEASE, collections=[HOUSING], files=FILES)
        model = SteadyModel(f"{DEPOSIT} [1]", name=NAME)
        return pictures.show(Setting(home, ScriptedModels(model), library=library), play, size=size)

    return compare


async def _answered(driver: Driver) -> None:
    await driver.ask(QUESTION)


def _pressed(*keys: str, answered: bool = False) -> Play:
    async def play(driver: Driver) -> None:
        if answered:
            await _answered(driver)
        await driver.pilot.press(*keys)

    return play


SCENES: dict[str, Play] = {
    "welcome": only_look,
    "answer": _answered,
    "help": _pressed("f1"),
    "menu": _pressed("slash"),
    "sources": _pressed("f4", answered=True),
    "library": _pressed("f7"),
    "models": _pressed("alt+u"),
    "settings": _pressed("alt+shift+s"),
    "search": _pressed("ctrl+f"),
    "context": _pressed("alt+w", answered=True),
}


@pytest.mark.parametrize("size", SMALL, ids=["80x24", "60x20"])
@pytest.mark.parametrize("scene", SCENES)
def test_screen(shows: Compare, scene: str, size: tuple[int, int]) -> None:
    assert shows(SCENES[scene], size)


@pytest.mark.parametrize("columns", [100, 120])
def test_a_graphics_card(home: Path, pictures: Pictures, columns: int) -> None:
    model = SteadyModel("No porão.", name=NAME)
    model.device = DeviceUse(name="Radeon RX 7800", layers=33, of=33)
    setting = Setting(home, ScriptedModels(model))
    assert pictures.show(setting, _answered, size=(columns, 16))
