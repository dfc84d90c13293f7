"""How often the library is asked how it is."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic

from assistant.core.errors import LibraryStartError
from assistant.core.values.library import LibraryStatus
from assistant.tui.library.status import AWAY_SECONDS, LibraryStatusPoller, PollIntervals
from assistant.tui.toolkit.threads import in_thread
from tests.support.dropped_files import WaitingLibrary, collection, progress

QUICK = PollIntervals(first=0.001, working=0.001, resting=0.002, longest=0.004)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def until(state: Callable[[], object]) -> None:
    deadline = monotonic() + 10
    while not state():
        assert monotonic() < deadline
        await asyncio.sleep(0.002)


@asynccontextmanager
async def watching(library_status: LibraryStatusPoller) -> AsyncIterator[None]:
    watch = asyncio.create_task(library_status.watch())
    yield
    watch.cancel()


async def test_the_library_is_asked_again_and_again() -> None:
    library = WaitingLibrary(collections=[collection("housing")])
    changes: list[None] = []
    library_status = LibraryStatusPoller(library, lambda: False, QUICK)
    library_status.changed = lambda: changes.append(None)
    async with watching(library_status):
        await until(lambda: library.statuses > 5)
        assert [each.name for each in library_status.collections] == ["housing"]
        assert library_status.collection_named("HOUSING") == library.sets[0]
        assert len(changes) == 1
        library.told = progress(3)
        await until(lambda: len(changes) == 2)
        library.sets = []
        await until(lambda: library_status.is_empty)
        assert library_status.collections == ()


async def test_an_empty_library_and_one_whose_job_is_watched_are_not_asked() -> None:
    library = WaitingLibrary()
    library_status = LibraryStatusPoller(library, lambda: False, QUICK)
    async with watching(library_status):
        await asyncio.sleep(0.05)
    watched = WaitingLibrary(collections=[collection("housing")])
    async with watching(LibraryStatusPoller(watched, lambda: True, QUICK)):
        await asyncio.sleep(0.05)
    assert library.statuses == watched.statuses == 0


async def test_it_is_left_alone_while_the_user_is_away() -> None:
    library = WaitingLibrary(collections=[collection("housing")])
    clock = Clock()
    library_status = LibraryStatusPoller(library, lambda: False, QUICK, clock)
    async with watching(library_status):
        await until(lambda: library.statuses > 2)
        clock.now = AWAY_SECONDS + 1
        seen = -1
        while seen != library.statuses:
            seen = library.statuses
            await asyncio.sleep(0.05)
        library_status.user_active()
        await until(lambda: library.statuses > seen + 2)


async def test_it_is_asked_on_while_something_is_indexed_though_the_user_is_away() -> None:
    library = WaitingLibrary(collections=[collection("housing")])
    library.told = progress(3)
    clock = Clock()
    library_status = LibraryStatusPoller(library, lambda: False, QUICK, clock)
    async with watching(library_status):
        await until(lambda: library.statuses > 2)
        clock.now = AWAY_SECONDS + 1
        before = library.statuses
        await until(lambda: library.statuses > before + 5)


class BrokenLibrary(WaitingLibrary):
    """Cannot be started for a while."""

    is_broken = True

    def status(self) -> LibraryStatus:
        if self.is_broken:
            self.statuses += 1
            raise LibraryStartError("The library could not be started.")
        return super().status()


async def test_a_library_that_cannot_be_asked_is_asked_again_later() -> None:
    library = BrokenLibrary(collections=[collection("housing")])
    library_status = LibraryStatusPoller(library, lambda: False, QUICK)
    async with watching(library_status):
        await until(lambda: library.statuses > 2)
        assert library_status.status is None
        library.is_broken = False
        await until(lambda: library_status.status is not None)


async def test_what_blocks_in_a_thread_does_not_block_the_loop() -> None:
    import threading

    gate = threading.Event()
    waiting = asyncio.create_task(in_thread(gate.wait, 10))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    gate.set()
    assert await waiting
