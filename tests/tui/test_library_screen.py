"""The library screen: what is in it, what is not and why, and what can be done about it."""

from pathlib import Path

from assistant.core.library import Collection, FileEntry
from assistant.tui.screens.library import LibraryScreen
from tests.fake_library import ScriptedLibrary
from tests.tui.driving import Driver, Setting, opened

SIZE = (120, 30)
HOUSING = Collection(
    name="housing", roots=("/docs/housing", "/docs/lease.pdf"), files=2, passages=40, skipped=1
)
FILES = (
    FileEntry(path="/docs/housing/lease.md", size=900, state="indexed", passages=40),
    FileEntry(
        path="/docs/housing/scan.pdf",
        size=2_000_000,
        state="skipped",
        passages=0,
        reason="no_text",
        detail="3 pages of pictures",
    ),
)


def library() -> ScriptedLibrary:
    return ScriptedLibrary(
        collections=[HOUSING],
        files=FILES,
        texts={"/docs/housing/lease.md": "# Lease\n\nOnce every twelve months."},
    )


async def test_collections_and_files_are_listed_with_what_became_of_them(home: Path) -> None:
    async with opened(Setting(home, library=library()), SIZE) as driver:
        await driver.pilot.press("f7")

        await driver.until_shown("1 collection · 2 files · 40 passages")
        await driver.until_shown("/docs/lease.pdf")
        assert "1 ✕  2" in row(driver, "housing")
        assert "40 passages" in row(driver, "lease.md")
        assert "no text" in row(driver, "scan.pdf")


def row(driver: Driver, words: str) -> str:
    """The line of the screen that has these words."""
    return next((line for line in driver.text.split("\n") if words in line), "")


def screen(driver: Driver) -> LibraryScreen:
    shown = driver.app.screen
    assert isinstance(shown, LibraryScreen)
    return shown
