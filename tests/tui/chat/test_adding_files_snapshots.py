"""What the user sees when files come in, compared with pictures that were looked at."""

from pathlib import Path

import pytest

from assistant.settings import ScreenSettings, Settings
from tests.support.driver import Driver, Setting
from tests.support.dropped_files import WaitingLibrary, collection, folder
from tests.support.fake_models import ScriptedModels
from tests.support.pictures import NAME, Compare, Pictures, Play, SteadyModel

SIZES = [(110, 34), (80, 24), (40, 24)]


@pytest.fixture
def here(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = folder(home, "lease.pdf", "my notes.md", "Férias.txt", "a[/b].txt", "docs/x.txt")
    monkeypatch.chdir(made)
    return made


@pytest.fixture
def shows(home: Path, pictures: Pictures) -> Compare:
    """Plays a scene on the screen and compares the picture."""

    def compare(
        play: Play, library: WaitingLibrary, size: tuple[int, int] = SIZES[0], theme: str = "dark"
    ) -> bool:
        models = ScriptedModels(SteadyModel("Once every twelve months.", name=NAME))
        settings = Settings(screen=ScreenSettings(theme=theme))  # type: ignore[arg-type]
        setting = Setting(home, models, settings, library=library)
        shown = pictures.show(setting, _refreshed, play, size=size)
        library.reading.open()
        return shown

    return compare


async def _refreshed(driver: Driver) -> None:
    await driver.refresh_library()


def drop(driver: Driver, path: Path) -> None:
    driver.paste(f"'{path}' ")


@pytest.mark.parametrize("size", SIZES)
def test_a_folder_that_may_be_added(shows: Compare, here: Path, size: tuple[int, int]) -> None:
    async def play(driver: Driver) -> None:
        drop(driver, here)
        await driver.until_shown("already in the")

    assert shows(play, WaitingLibrary(), size)


def test_a_file_that_may_be_added_or_attached(shows: Compare, here: Path) -> None:
    async def play(driver: Driver) -> None:
        drop(driver, here / "a[/b].txt")
        await driver.until_shown("about 12 tokens")

    text = "The rent may rise once every twelve months."
    library = WaitingLibrary(texts={str(here / "a[/b].txt"): text}, collections=[collection("x")])
    assert shows(play, library, theme="light")


@pytest.mark.parametrize("size", SIZES)
def test_files_that_are_indexed(shows: Compare, here: Path, size: tuple[int, int]) -> None:
    async def play(driver: Driver) -> None:
        await driver.ask("When may the rent go up?")
        drop(driver, here)
        await driver.until(lambda: len(driver.app.screen_stack) == 2)
        await driver.pilot.press("enter")
        await driver.until_shown("34 of")
        await driver.until(lambda: driver.status.files.startswith("housing"))

    assert shows(play, WaitingLibrary(), size)


@pytest.mark.parametrize("size", SIZES)
def test_collections_to_choose_from(shows: Compare, here: Path, size: tuple[int, int]) -> None:
    async def play(driver: Driver) -> None:
        await driver.pilot.press("f5")
        await driver.until_shown("Which files")
        await driver.pilot.press("down", "down", "space")

    sets = [collection("housing"), collection("[/x] notes", files=1), collection("work", files=40)]
    assert shows(play, WaitingLibrary(collections=sets), size)


def test_files_that_are_completed(shows: Compare, here: Path) -> None:
    async def play(driver: Driver) -> None:
        driver.type("What is in @")
        await driver.until_shown("lease.pdf")

    assert shows(play, WaitingLibrary())
