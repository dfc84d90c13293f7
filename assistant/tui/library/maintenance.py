"""Library maintenance: remove, undo, refresh, rebuild, pause, cancel, verify."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from assistant.core.ports.library import Library
from assistant.core.values.library import Collection, Verification
from assistant.language.messages import _, ngettext
from assistant.tui.library.dialogs import verdict_line
from assistant.tui.library.jobs import WindowJobs
from assistant.tui.library.status import LibraryStatusPoller
from assistant.tui.toolkit import text
from assistant.tui.toolkit.disk import with_tilde
from assistant.tui.toolkit.notice import Notice
from assistant.tui.toolkit.threads import in_thread, with_timeout

ALL_FILES: Final = _("all files")


@dataclass(frozen=True)
class LibraryActions:
    """Services and callbacks for actions on the library."""

    library: Library
    status: LibraryStatusPoller
    jobs: WindowJobs
    add: Callable[[str], Coroutine[Any, Any, None]]
    """Asks what to do with paths that were typed or pasted."""
    read_file: Callable[[str], None]


class LibraryMaintenance:
    """Runs library maintenance and reports it in the notice line."""

    def __init__(self, actions: LibraryActions, notice: Notice) -> None:
        self._actions = actions
        self._notice = notice

    async def remove(self, collection: Collection | None, root: str) -> None:
        """Take a folder or file out of a collection, or the whole collection without one."""
        if collection is None:
            self._say(_("Choose a collection or a folder on the left to remove it."))
            return
        paths = (root,) if root else ()
        left = await in_thread(self._actions.library.remove, collection.name, paths)
        self._notice.say(
            text.filled(
                ngettext(
                    "Removed {name} ({files:,} file; kept on disk) — {undo}",
                    "Removed {name} ({files:,} files; kept on disk) — {undo}",
                    left,
                ),
                name=text.line(with_tilde(root) if root else collection.name, 60),
                files=left,
                undo=text.button(_("Ctrl+Z adds it again"), "screen.undo", style=text.ACCENT),
            ),
            seconds=15,
        )

    async def undo(self) -> None:
        """Restore what was removed last, in the last 30 days."""
        removed = next(iter(await with_timeout(self._actions.library.removals)), None)
        if removed is None:
            self._say(_("Nothing to undo."))
            return
        add = partial(self._actions.library.add, removed.roots, removed.collection)
        self._actions.jobs.run(add, removed.collection)
        self._say(_("Added again."))

    def refresh(self, collection: Collection | None) -> None:
        """Scan the folders again; None takes all collections."""
        name = collection.name if collection else None
        scan = partial(self._actions.library.refresh, collection=name)
        self._actions.jobs.run(scan, name or ALL_FILES)
        self._say(_("Scanning the folders again."))

    def rebuild(self) -> None:
        """Read every file again."""
        self._actions.jobs.run(self._actions.library.rebuild, ALL_FILES)
        self._say(_("Reading every file again; unchanged texts keep their embeddings."))

    async def pause(self) -> None:
        """Pause indexing, or resume it."""
        paused = await self._actions.jobs.pause()
        self._say(
            _("Indexing is paused until you resume it.") if paused else _("Indexing resumed.")
        )

    async def cancel(self) -> None:
        """Cancel the job that is shown."""
        self._say(await self._actions.jobs.cancel(self._actions.status.status))

    async def verify(self) -> Verification:
        """Check the integrity of everything that is stored; takes its time."""
        self._notice.say(text.own(_("Checking everything that is stored …")), seconds=600)
        try:
            found = await in_thread(self._actions.library.verify)
        except BaseException:
            self._notice.clear()
            raise
        self._notice.say(verdict_line(found), seconds=15)
        return found

    def _say(self, sentence: str) -> None:
        self._notice.say(text.own(sentence))
