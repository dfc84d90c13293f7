"""Huge answers: the screen goes on reading keys, while they stream and when they are opened."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import thread_time

import pytest

from assistant.tui.markdown.document import MarkdownDocument
from assistant.tui.markdown.limits import MAX_RICH_CHARACTERS, plain_length, rich_length
from assistant.tui.transcript.folded import Unfold
from tests.support.driver import Setting, opened, scripted

PATIENCE = 0.6
"""Seconds of work for which the event loop may be held up; it needs about a tenth. Work and not the
time of day: the machine may do other things."""

HUGE = {
    "5,000 list items": "\n".join(f"- item {n} with **bold** and `code`" for n in range(5000)),
    "a table of 200 x 50": "\n".join(
        ["|" + "h|" * 50, "|" + "-|" * 50, *("|" + f"c{row}|" * 50 for row in range(200))]
    ),
    "20,000 lines of code": "```python\n" + "def f(x): return x + 1  # add\n" * 20_000 + "```",
    "100 KB in one line": "word " * 20_000,
    "100 KB without a blank": "x" * 100_000,
    "100 KB of paragraphs": "\n\n".join("Words in a *paragraph* here. " * 5 for _ in range(700)),
    "brackets that close nowhere": "[" * 50_000 + "](" * 5_000,
    "stars and ticks": "*_`" * 30_000,
    "deep quotations": (">" * 200 + " deep\n") * 500,
}


@pytest.mark.parametrize("name", HUGE)
async def test_the_screen_goes_on_while_it_streams_and_when_it_is_opened(
    home: Path, name: str
) -> None:
    text = HUGE[name]
    pieces = [text[place : place + 400] for place in range(0, len(text), 400)]
    models = scripted(pieces, window=10_000_000)
    async with opened(Setting(home, models)) as driver, _lag() as longest:
        await driver.ask("Go", wait=False)
        await driver.until(lambda: len(driver.messages) == 2 and driver.is_idle)
        assert driver.messages[1].text == text
        id = driver.conversation_id or ""
        await driver.pilot.press("ctrl+n")
        await driver.until(lambda: not driver.views)
        driver.start_opening(id)
        await driver.until(lambda: driver.views)
        for key in ("pageup", "ctrl+home", "pagedown", "ctrl+end"):
            await driver.pilot.press(key)
        assert longest[0] < PATIENCE


async def test_all_of_what_is_folded_is_shown_at_once(home: Path) -> None:
    lines = [f"- item {number}" for number in range(1, 1501)]
    async with opened(Setting(home, scripted(["\n".join(lines)], window=100_000))) as driver:
        await driver.ask("Go")
        fold = driver.screen.query_one(Unfold)
        await driver.until_shown("more lines · a shows all")
        fold.focus()
        await driver.pilot.press("a")
        await driver.until(lambda: not fold.display)
        await driver.pilot.press("ctrl+end")
        await driver.until_shown("- item 1500")


async def test_what_is_folded_is_shown_part_by_part(home: Path) -> None:
    lines = [f"- item {number}" for number in range(1, 901)]
    async with opened(Setting(home, scripted(["\n".join(lines)], window=100_000))) as driver:
        await driver.ask("Go")
        await driver.until_shown("item 400")
        await driver.until_shown("show 500 more lines")
        assert len(driver.screen.query_one(MarkdownDocument).blocks) == 1
        driver.screen.query_one(Unfold).focus()
        await driver.pilot.press("enter")
        await driver.until_shown("show 300 more lines")
        await driver.pilot.press("enter")
        await driver.pilot.press("enter")
        await driver.until(lambda: not driver.screen.query_one(Unfold).display)
        await driver.pilot.press("ctrl+end")
        await driver.until_shown("- item 900")


async def test_a_huge_question_is_folded_too(home: Path) -> None:
    async with opened(Setting(home, scripted(window=1_000_000))) as driver:
        driver.retype("\n".join(f"line {number}" for number in range(1000)))
        await driver.pilot.press("enter")
        await driver.until(lambda: len(driver.messages) == 2 and driver.is_idle)
        await driver.until_shown("show 800 more lines")


def test_the_rich_part_ends_at_a_line_and_never_loses_anything() -> None:
    for text in (*HUGE.values(), "", "\n" * 1000, "short", "a\n\nb\n"):
        length = rich_length(text)
        assert 0 <= length <= min(len(text), MAX_RICH_CHARACTERS)
        assert length > 0 or not text
        rest = text[length:]
        while rest:
            shown = plain_length(rest)
            assert shown > 0
            rest = rest[shown:]


@asynccontextmanager
async def _lag() -> AsyncIterator[list[float]]:
    """The longest work, in seconds, that was done between two looks at what there is to do."""
    longest = [0.0]

    async def watch() -> None:
        while True:
            begun = thread_time()
            await asyncio.sleep(0.005)
            longest[0] = max(longest[0], thread_time() - begun)

    # What hundreds of tests before this one left behind is not the screen's work to look through.
    gc.collect()
    gc.freeze()
    task = asyncio.create_task(watch())
    yield longest
    task.cancel()
    gc.unfreeze()
