"""Whole documents on the screen: summed up, stopped, gone on with, compared."""

from pathlib import Path

import pytest

from assistant.core.values.library import Collection, FileEntry
from tests.support.driver import Driver, Setting, opened, scripted
from tests.support.fake_library import ScriptedLibrary
from tests.support.fake_models import Gate, ScriptedModel, ScriptedModels

SAID = "The harbour of the town opens in May. The ships of the fleet sail to the north in June."
CHANGED = "The harbour of the town opens in May. The ships of the fleet sail to the north in July."


@pytest.fixture
def files(home: Path, monkeypatch: pytest.MonkeyPatch) -> ScriptedLibrary:
    monkeypatch.chdir(home)
    library = ScriptedLibrary()
    for name, said in (("lease.md", SAID), ("new lease.md", CHANGED)):
        (home / name).write_text(said)
        library.texts[str(home / name)] = said
    return library


async def command(driver: Driver, typed: str) -> None:
    driver.type(typed)
    await driver.pilot.press("enter")


@pytest.mark.parametrize("spelled", ["/summarise", "/summarize"])
async def test_a_file_is_summed_up_in_an_answer(
    home: Path, files: ScriptedLibrary, spelled: str
) -> None:
    async with opened(Setting(home, scripted("Nothing."), library=files)) as driver:
        await command(driver, f"{spelled} lease.md in two points")
        await driver.until_shown("1. “The harbour of the town opens in May” (line 1).")
        await driver.until(lambda: driver.is_idle, "the summary is written")

        assert driver.messages[0].text == "/summarise @lease.md in two points"
        assert len(driver.messages[1].citations) == 2


async def test_without_a_file_it_asks_which(home: Path, files: ScriptedLibrary) -> None:
    async with opened(Setting(home, library=files)) as driver:
        await command(driver, "/summarise")
        await driver.until_shown("Which file?")
        assert driver.typed == "/summarise "


async def test_escape_stops_it_and_c_goes_on(home: Path, files: ScriptedLibrary) -> None:
    gate = Gate()
    models = ScriptedModels(ScriptedModel("Nothing.", gate=gate))
    async with opened(Setting(home, models, library=files)) as driver:
        await command(driver, "/summarise lease.md")
        await driver.until(gate.reached.is_set, "the model is asked")
        await driver.until_shown("reading part 1 of 1")
        await driver.pilot.press("escape")
        await driver.until(lambda: driver.is_idle, "it is stopped")
        assert driver.messages[1].state == "stopped"
        gate.open()
        driver.run("continue")
        await driver.until_shown("In short")
        await driver.until(lambda: driver.is_idle, "the summary is written")
        assert driver.messages[1].state == "complete"


async def test_two_files_are_compared(home: Path, files: ScriptedLibrary) -> None:
    async with opened(Setting(home, library=files)) as driver:
        await command(driver, "/compare lease.md new lease.md")
        await driver.until_shown("The same in both: 1 of the 2 sentences")
        await driver.until(lambda: driver.is_idle, "they are compared")
        assert "in June” (line 1)." in driver.messages[1].text
        assert "in July” (line 1)." in driver.messages[1].text


async def test_a_question_about_all_of_a_collection_is_told_how_it_is_read(
    home: Path, files: ScriptedLibrary
) -> None:
    path = str(home / "lease.md")
    files.sets = [Collection(name="home", roots=(path,), files=1, passages=2, skipped=0, waiting=0)]
    files.entries = [FileEntry(path=path, size=9, state="indexed", passages=2)]
    async with opened(Setting(home, library=files)) as driver:
        await driver.ask("Summarise the document")
        assert "/summarise @" in driver.messages[1].text
