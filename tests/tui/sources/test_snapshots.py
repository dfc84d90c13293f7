"""What the user sees of the files: compared with pictures that were looked at.

`pytest tests/tui/sources/test_snapshots.py --snapshot-update` takes new ones.
"""

from pathlib import Path

import pytest

from assistant.core.grounding.references import CHANGED, Freshness
from assistant.core.values.conversation import Place
from assistant.core.values.library import Collection, FileEntry, UnusedPassage
from tests.support.driver import Driver, Setting
from tests.support.fake_library import ScriptedLibrary
from tests.support.fake_models import ScriptedModels
from tests.support.pictures import NAME, Compare, Pictures, Play, SteadyModel
from tests.support.sources import LEASE_TEXT, NOTICE, RENT, library_of, passage

QUESTION = "When may the landlord raise the rent?"
LEASE = passage(
    f"{RENT} {NOTICE}",
    "/docs/housing/lease.md",
    Place(heading=("Lease", "Rent"), line_start=7, line_end=7),
    of=LEASE_TEXT,
)
NOTES = passage("Talked about the rent.", "/docs/housing/notes of May.pdf", Place(page=12))
FAR = passage("The cat sat.", "/docs/faq.docx", Place(heading=("FAQ", "Cats")), score=0.1)
TWIN = passage(RENT, "/docs/copies/lease (2).md", Place(line_start=7, line_end=7))
HOUSING = Collection(
    name="housing",
    roots=("/docs/housing", "/docs/faq.docx"),
    files=212,
    passages=1204,
    skipped=2,
)


def _library() -> ScriptedLibrary:
    files = [
        FileEntry(path="/docs/faq.docx", size=9, state="indexed", passages=12),
        FileEntry(path="/docs/housing/lease.md", size=9, state="indexed", passages=40),
        FileEntry(path="/docs/housing/plan.dwg", size=9, state="waiting", passages=0),
        FileEntry(
            path="/docs/housing/scan.pdf",
            size=2_000_000,
            state="skipped",
            passages=0,
            reason="no_text",
            detail="3 pages of pictures",
        ),
    ]
    library = library_of(LEASE, NOTES, FAR, collections=[HOUSING], files=files)
    unused = (UnusedPassage(passage=TWIN, reason="duplicate"),)
    library.result = library.result.model_copy(update={"unused": unused})
    library.texts["/docs/housing/lease.md"] = LEASE_TEXT
    return library


@pytest.fixture
def shows(home: Path, pictures: Pictures, monkeypatch: pytest.MonkeyPatch) -> Compare:
    """Plays a scene on the screen and compares the picture."""
    changed = {"/docs/housing/notes of May.pdf": CHANGED}
    monkeypatch.setattr(Freshness, "check", lambda *_: changed)

    def compare(play: Play, size: tuple[int, int]) -> bool:
        models = ScriptedModels(SteadyModel(f"{RENT} {NOTICE}\n\nGood luck!", name=NAME))
        return pictures.show(Setting(home, models, library=_library()), play, size=size)

    return compare


async def _asked(driver: Driver) -> None:
    await driver.ask(QUESTION)
    await driver.until_shown("[1] lease.md")


async def _with_sources(driver: Driver) -> None:
    await _asked(driver)
    await driver.pilot.press("f4")
    await driver.until_shown("could not be read")


async def _in_its_file(driver: Driver) -> None:
    await _asked(driver)
    await driver.pilot.press("f9")
    await driver.until_shown("## Pets")


async def _library_opened(driver: Driver) -> None:
    await driver.pilot.press("f7")
    await driver.until_shown("scan.pdf")


def test_an_answer_and_its_sources(shows: Compare) -> None:
    assert shows(_with_sources, (150, 34))


def test_an_answer_and_its_sources_on_80_by_24(shows: Compare) -> None:
    assert shows(_with_sources, (80, 24))


def test_a_source_in_its_file(shows: Compare) -> None:
    assert shows(_in_its_file, (100, 28))


def test_a_source_in_its_file_in_a_light_theme(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await driver.pilot.press("ctrl+t")
        await _in_its_file(driver)

    assert shows(play, (80, 24))


def test_the_library(shows: Compare) -> None:
    assert shows(_library_opened, (120, 30))


def test_the_library_on_40_columns(shows: Compare) -> None:
    assert shows(_library_opened, (40, 30))


def test_a_file_that_could_not_be_read(shows: Compare) -> None:
    async def play(driver: Driver) -> None:
        await _library_opened(driver)
        await driver.pilot.press("f", "tab", "enter")
        await driver.until_shown("It has no text")

    assert shows(play, (100, 28))
