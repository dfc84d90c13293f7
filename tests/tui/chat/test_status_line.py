"""The status line names the graphics card, in as many cells as there are."""

from pathlib import Path

import pytest

from assistant.core.values.models import DeviceUse
from assistant.core.values.sampling import AdapterUse
from tests.support.driver import Setting, opened
from tests.support.fake_models import ScriptedModel, ScriptedModels

WHOLE = DeviceUse(name="Radeon RX 7800", layers=33, of=33)


@pytest.mark.parametrize(
    ("card", "short"),
    [
        ("Radeon RX 7800", "RX 7800"),
        ("AMD Radeon RX 7800 XT", "RX 7800 XT"),
        ("NVIDIA GeForce RTX 4090 Laptop GPU", "RTX 4090 Laptop GPU"),
        ("NVIDIA Tesla T4", "Tesla T4"),
        ("NVIDIA H200", "NVIDIA H200"),
        ("Intel(R) Arc(tm) A770 Graphics", "Arc(tm) A770 Graphics"),
        ("AMD Radeon 780M Graphics", "Radeon 780M Graphics"),
        ("Apple M2 Pro", "Apple M2 Pro"),
        ("Intel(R) Iris(R) Xe Graphics", "Intel(R) Iris(R) Xe Graphics"),
        ("llvmpipe", "llvmpipe"),
        ("Mali-G78", "Mali-G78"),
        ("", ""),
        ("NVIDIA GeForce RTX 4090, AMD Radeon RX 7800 XT", "RTX 4090, RX 7800 XT"),
    ],
)
def test_a_card_in_a_few_cells(card: str, short: str) -> None:
    assert DeviceUse(name=card, layers=33, of=33).short == short
    assert DeviceUse(name=card, layers=12, of=33).short == f"{short} 12/33"


@pytest.mark.parametrize(
    ("columns", "told", "left_out"),
    [
        (160, "Radeon RX 7800 · 33 of 33 layers", ""),
        (120, "· Radeon RX 7800 · 33 of 33 layers ·", "commands"),
        (100, "· RX 7800 ·", "33 of 33"),
        (80, "· RX 7800 ·", "tok/s"),
        (60, "Qwen3-8B-Q4_K_M · ready", "7800"),
    ],
)
async def test_it_is_named_in_every_usual_window(
    home: Path, columns: int, told: str, left_out: str
) -> None:
    model = ScriptedModel(name="Qwen3-8B-Q4_K_M", window=8192)
    model.device = WHOLE
    async with opened(Setting(home, ScriptedModels(model)), size=(columns, 12)) as driver:
        await driver.until_shown("ready")
        driver.status_line.set_status(used=1234, speed=45.0)
        await driver.pilot.pause()
        line = driver.text.split("\n")[-1]
        assert told in line
        assert not left_out or left_out not in line
        assert "offline" in line
        assert "? help" in line


async def test_it_is_named_beside_adapters(home: Path) -> None:
    model = ScriptedModel(name="Qwen3-8B-Q4_K_M", window=8192)
    model.device = WHOLE
    async with opened(Setting(home, ScriptedModels(model)), size=(100, 12)) as driver:
        await driver.until_shown("ready")
        driver.status_line.set_status(used=1234, adapters=(AdapterUse(name="formal"),))
        await driver.pilot.pause()
        assert "· formal · ready · RX 7800 · 1,234 / 8,192 tokens" in driver.text.split("\n")[-1]
