"""A source in its file: the passage viewer."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event

import pytest
from rich.segment import Segment

from assistant.core.errors import UnreadableFileError
from assistant.core.grounding.references import Quote, Reference
from assistant.core.values.conversation import Place
from assistant.core.values.library import FileText
from assistant.tui.sources.passage import PassageScreen
from assistant.tui.toolkit.text_view import TextView
from tests.support.driver import Driver, Setting, opened, scripted
from tests.support.fake_library import ScriptedLibrary
from tests.support.sources import (
    LEASE_TEXT,
    NOTICE,
    RENT,
    ExactLibrary,
    lease,
    library_of,
    line,
    passage,
)
from tests.tui.test_external import Recorder, programs

QUESTION = "When may the rent go up?"


@asynccontextmanager
async def reading(
    home: Path, library: ScriptedLibrary, answer: str = RENT, size: tuple[int, int] = (90, 26)
) -> AsyncIterator[Driver]:
    """The first source of an answer, opened."""
    async with opened(Setting(home, scripted(answer), library=library), size) as driver:
        await driver.ask(QUESTION)
        await driver.until_shown("[1]")
        await driver.pilot.press("f9")
        await driver.until(lambda: isinstance(driver.app.screen, PassageScreen))
        yield driver


def view(driver: Driver) -> TextView:
    return driver.app.screen.query_one(TextView)


def marked(driver: Driver) -> str:
    """What stands out in the text."""
    shown = view(driver)
    rows = (shown.render_line(y) for y in range(shown.size.height))
    return " ".join(
        segment.text.strip() for row in rows for segment in row if _is_bold(segment)
    ).strip()


def _is_bold(segment: Segment) -> bool:
    return bool(segment.style and segment.style.bold and segment.text.strip())


async def test_the_sentence_is_marked_in_its_file(home: Path) -> None:
    async with reading(home, library_of(lease(home))) as driver:
        await driver.until_shown("## Rent")

        assert marked(driver) == RENT
        assert "[1] lease.md" in line(driver, "[1]")
        assert "●●● word for word" in line(driver, "[1]")
        assert "line 7, “Rent”" in driver.text
        assert "1 of 1" in driver.text
        assert "7 " in line(driver, RENT)


async def test_a_long_file_opens_at_the_passage_and_is_scrolled_to_both_ends(home: Path) -> None:
    many = "".join(f"Paragraph {number} says nothing.\n\n" for number in range(150_000))
    path = home / "long.md"
    text = f"{many}{RENT}\n\nThe end.\n"
    path.write_text(text)
    found = passage(RENT, str(path), Place(), of=text)
    async with reading(home, library_of(found)) as driver:
        await driver.until_shown(RENT)
        await driver.until(lambda: view(driver).virtual_size.height > 300_000, "all laid out")

        assert marked(driver) == RENT
        await driver.pilot.press("home")
        await driver.until_shown("Paragraph 0 says nothing.")
        await driver.pilot.press("end")
        await driver.until_shown("The end.")
        await driver.pilot.press("pageup", "pageup", "space")
        await driver.until_shown(RENT)


async def test_a_resized_terminal_shows_the_same_place(home: Path) -> None:
    before = "".join(f"{number} is a number, and not a large one. " for number in range(900))
    text = f"{before}\n\n{RENT}\n"
    path = home / "long.md"
    path.write_text(text)
    async with reading(home, library_of(passage(RENT, str(path), Place(), of=text))) as driver:
        await driver.until_shown(RENT)

        await driver.pilot.resize_terminal(60, 20)
        await driver.until(lambda: view(driver).size.width < 60)
        await driver.until_shown("The landlord may raise")


async def test_the_other_sources_are_a_key_away(home: Path) -> None:
    other = home / "notes.md"
    other.write_text(f"Notes.\n\n{NOTICE}\n")
    notes = passage(NOTICE, str(other), Place(line_start=3), of=other.read_text())
    async with reading(home, library_of(lease(home), notes)) as driver:
        await driver.until_shown("1 of 2")

        await driver.pilot.press("right")
        await driver.until_shown("[2] notes.md")
        await driver.until_shown("Notes.")
        await driver.pilot.press("left")
        await driver.until_shown("[1] lease.md")


async def test_several_sentences_of_one_source_are_all_marked(home: Path) -> None:
    found = lease(home)
    async with opened(Setting(home, library=library_of(found))) as driver:
        start = LEASE_TEXT.find(RENT)
        reference = Reference(
            number=1,
            strength="verbatim",
            path=found.path,
            title="Lease",
            place=found.place,
            text=found.text,
            start=found.start,
            content_hash=found.content_hash,
            quotes=(
                Quote(start=start, text=RENT[:12]),
                Quote(start=LEASE_TEXT.find(NOTICE), text=NOTICE),
            ),
        )
        driver.read_source([reference], 0)
        await driver.until_shown("## Rent")
        assert marked(driver) == f"{RENT[:12]} {NOTICE}"


async def test_a_changed_file_says_so_and_the_passage_is_found_again(home: Path) -> None:
    found = lease(home)
    library = library_of(found)
    moved = RENT.replace(" once ", "\nonce  ")
    library.texts[found.path] = f"# A new lease\n\n## Money\n\nNew.\n{moved}\n"
    async with reading(home, library) as driver:
        await driver.until_shown("The file has changed since the answer;")

        assert "this is still in it" in driver.text
        assert "New." in driver.text
        assert marked(driver).split() == RENT.split()
        assert "lines 6–7" in driver.text


async def test_a_passage_that_is_no_longer_there_is_shown_as_it_was(home: Path) -> None:
    found = lease(home)
    library = library_of(found)
    library.texts[found.path] = "# Another lease\n"
    async with reading(home, library) as driver:
        await driver.until_shown("no longer in it")

        assert marked(driver) == RENT
        assert "The notice of it" in driver.text
        assert "Another lease" not in driver.text


async def test_a_file_that_is_gone_or_cannot_be_read_has_its_reason(home: Path) -> None:
    found = lease(home)
    library = library_of(found)
    del library.texts[found.path]
    async with reading(home, library) as driver:
        await driver.until_shown("No such file or directory")
        assert marked(driver) == RENT
        await driver.pilot.press("enter")
        await driver.until_shown("The file cannot be opened")


class SlowLibrary(ExactLibrary):
    """Reads until it is stopped."""

    def __init__(self, library: ScriptedLibrary) -> None:
        super().__init__(library.result)
        self.stops: list[Event] = []

    def read(self, path: str, stop: Event) -> FileText | None:
        self.stops.append(stop)
        stop.wait()
        return None


async def test_a_file_that_takes_long_says_so_and_can_be_left(home: Path) -> None:
    library = SlowLibrary(library_of(lease(home)))
    async with reading(home, library) as driver:
        await driver.until_shown("reading lease.md")

        await driver.pilot.press("escape")

        await driver.until(lambda: driver.app.screen is driver.screen)
        assert [stop.is_set() for stop in library.stops] == [True]


async def test_the_quote_is_copied_with_where_it_is_from(home: Path) -> None:
    found = lease(home)
    async with reading(home, library_of(found)) as driver:
        await driver.until_shown("## Rent")
        await driver.pilot.press("y")
        await driver.until_shown("Copied the quote with wl-copy.")
        assert driver.clipboard.copied == [f"“{RENT}”\n— lease.md, line 7, “Rent” ({found.path})\n"]


async def test_enter_opens_a_text_in_the_editor_at_its_line(home: Path) -> None:
    found = lease(home)
    ran: list[Sequence[str]] = []
    async with opened(Setting(home, scripted(RENT), library=library_of(found))) as driver:
        driver.use_programs(programs(None, "vi", EDITOR="vi"))
        driver.lend_terminal_to(ran.append)
        await driver.ask(QUESTION)
        await driver.pilot.press("f9")
        await driver.until_shown("## Rent")

        await driver.pilot.press("enter")

        await driver.until(lambda: ran)
        assert ran == [["vi", "+7", found.path]]
        await driver.until_shown("## Rent")


async def test_enter_opens_other_files_in_the_viewer_of_the_system_at_the_page(home: Path) -> None:
    run = Recorder(default="okular.desktop")
    async with opened(Setting(home, scripted(RENT), library=Paged(home))) as driver:
        driver.use_programs(programs(run, "xdg-open", "xdg-mime", "okular", DISPLAY=":0"))
        await driver.ask(QUESTION)
        await driver.pilot.press("f9")
        await driver.until_shown("p. 2")

        await driver.pilot.press("enter")

        await driver.until_shown("Opened lease.pdf")
        assert run.ran == [["okular", "--page", "2", str(home / "lease.pdf")]]


async def test_where_no_program_could_open_a_file_a_sentence_says_so(home: Path) -> None:
    async with opened(Setting(home, scripted(RENT), library=Paged(home))) as driver:
        driver.use_programs(programs())
        await driver.ask(QUESTION)
        await driver.pilot.press("f9")
        await driver.until_shown("p. 2")
        await driver.pilot.press("enter")
        await driver.until_shown("No program found that can show")


class Paged(ScriptedLibrary):
    """Holds one file with two pages and no lines."""

    def __init__(self, home: Path) -> None:
        text = f"A lease.\n\n{RENT}"
        path = str(home / "lease.pdf")
        super().__init__(library_of(passage(RENT, path, Place(page=2), of=text)).result)
        self.texts[path] = text

    def read(self, path: str, stop: Event) -> FileText | None:
        file = super().read(path, stop)
        assert file is not None
        block = file.document.blocks[0]
        blocks = (
            block.model_copy(update={"end": 8, "page": 1}),
            block.model_copy(update={"start": 10, "page": 2}),
        )
        changes = {"blocks": blocks, "has_lines": False}
        return file.model_copy(update={"document": file.document.model_copy(update=changes)})


async def test_pages_are_told_beside_the_text(home: Path) -> None:
    async with reading(home, Paged(home)) as driver:
        await driver.until_shown("A lease.")
        assert "p. 1" in line(driver, "A lease.")
        assert "p. 2" in line(driver, "The landlord may")


class Refusing(ScriptedLibrary):
    """Reads nothing."""

    def read(self, path: str, stop: Event) -> FileText | None:
        raise UnreadableFileError(f"{path} gives no text: encrypted.")


async def test_a_file_of_the_library_that_gives_no_text_says_why(home: Path) -> None:
    async with opened(Setting(home, library=Refusing())) as driver:
        driver.read_file("/files/secret.pdf")
        await driver.until_shown("/files/secret.pdf gives no text: encrypted.")
        await driver.pilot.press("y", "enter", "right", "space")
        await driver.pilot.press("escape")
        await driver.until(lambda: driver.app.screen is driver.screen)


@pytest.mark.parametrize("size", [(1, 1), (8, 3), (20, 5), (30, 8)])
async def test_no_window_is_too_small_for_files(home: Path, size: tuple[int, int]) -> None:
    async with opened(Setting(home, scripted(RENT), library=library_of(lease(home)))) as driver:
        await driver.ask(QUESTION)
        await driver.pilot.resize_terminal(*size)
        for key in ("f4", "down", "enter", "pagedown", "right", "escape", "f4", "f9", "escape"):
            await driver.pilot.press(key)
        for key in ("f7", "tab", "down", "end", "f", "escape"):
            await driver.pilot.press(key)
        await driver.pilot.resize_terminal(90, 26)
        await driver.until(lambda: driver.app.screen is driver.screen)
        await driver.until_shown("[1] lease.md")


@pytest.mark.parametrize("text", ["", "\n", "\t", "日本\t語" * 300, "x" * 5000])
async def test_any_text_can_be_looked_at(home: Path, text: str) -> None:
    library = ScriptedLibrary(texts={"/files/x.txt": text})
    async with opened(Setting(home, library=library), (60, 20)) as driver:
        driver.read_file("/files/x.txt")
        await driver.until(lambda: isinstance(driver.app.screen, PassageScreen))
        await driver.until_shown("x.txt")
        await driver.pilot.press("end", "home", "pagedown", "space")
        await driver.until(lambda: view(driver).virtual_size.height > 0)
