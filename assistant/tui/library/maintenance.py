"""Work on the library itself: remove and take back, look again, make anew, pause, check."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from assistant.core.ports.library import Library
from assistant.core.values.library import Collection, Verification
from assistant.tui.library.dialogs import verdict
from assistant.tui.library.jobs import Jobs
from assistant.tui.library.status import Holdings
from assistant.tui.toolkit import text
from assistant.tui.toolkit.disk import short
from assistant.tui.toolkit.notice import Notice
from assistant.tui.toolkit.text import count
from assistant.tui.toolkit.threads import aside, from_disk

EVERYTHING: Final = "all files"


@dataclass(frozen=True)
class Ways:
    """What can be done with the library."""

    library: Library
    holdings: Holdings
    jobs: Jobs
    add: Callable[[str], Coroutine[Any, Any, None]]
    """Asks what to do with paths that were typed or pasted."""
    read_file: Callable[[str], None]


class Housekeeping:
    """Does it and says so."""

    def __init__(self, ways: Ways, notice: Notice) -> None:
        self._ways = ways
        self._notice = notice

    async def remove(self, collection: Collection | None, root: str) -> None:
        """Take a folder or file out of a collection, or the whole collection without one."""
        if collection is None:
            self._say("Choose a collection or a folder on the left to remove it.")
            return
        paths = (root,) if root else ()
        left = await aside(self._ways.library.remove, collection.name, paths)
        self._notice.say(
            text.own("Removed "),
            text.line(short(root) if root else collection.name, 60),
            text.own(f" ({count(left, 'file')}; those on disk stay) — "),
            text.button("Ctrl+Z adds it again", "screen.undo", style=text.ACCENT),
            seconds=15,
        )

    async def undo(self) -> None:
        """Add again what was removed last, in the last 30 days."""
        removed = next(iter(await from_disk(self._ways.library.removals)), None)
        if removed is None:
            self._say("There is nothing to undo.")
            return
        add = partial(self._ways.library.add, removed.roots, removed.collection)
        self._ways.jobs.run(add, removed.collection)
        self._say("It is added again.")

    def refresh(self, collection: Collection | None) -> None:
        """Look at the folders again; None takes all collections."""
        name = collection.name if collection else None
        look = partial(self._ways.library.refresh, collection=name)
        self._ways.jobs.run(look, name or EVERYTHING)
        self._say("Looking at the folders again.")

    def rebuild(self) -> None:
        """Read every file again."""
        self._ways.jobs.run(self._ways.library.rebuild, EVERYTHING)
        self._say("Every file is read again; texts that are the same stay embedded.")

    async def pause(self) -> None:
        """Hold indexing back, or let it go on."""
        library = self._ways.library
        status = await aside(library.status)
        await aside(library.resume if status.paused else library.pause)
        self._say("Indexing goes on." if status.paused else "Indexing is paused.")

    async def cancel(self) -> None:
        """End the job that is shown."""
        self._say(await self._ways.jobs.cancel(self._ways.holdings.status))

    async def verify(self) -> Verification:
        """Look at everything that is stored; takes its time."""
        self._notice.say(text.own("Looking at everything that is stored …"), seconds=600)
        try:
            found = await aside(self._ways.library.verify)
        except BaseException:
            self._notice.clear()
            raise
        self._notice.say(verdict(found), seconds=15)
        return found

    def _say(self, sentence: str) -> None:
        self._notice.say(text.own(sentence))
