"""Adding files from the chat: dropped, named by a command, or mentioned in a question."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from assistant.core.errors import AssistantError, NotFoundError
from assistant.core.grounding.mentions import spell_file
from assistant.core.values.conversation import Conversation
from assistant.core.values.library import Done
from assistant.language.messages import _, ngettext
from assistant.tui.chat.session import Session
from assistant.tui.chat.status_line import StatusLine
from assistant.tui.commands import keymap_of
from assistant.tui.composer.input import PromptInput
from assistant.tui.library import scope
from assistant.tui.library.jobs import WindowJob, WindowJobs
from assistant.tui.library.offer import offer_of
from assistant.tui.library.status import LibraryStatusPoller
from assistant.tui.services import Services
from assistant.tui.toolkit import disk, text
from assistant.tui.toolkit.dropped_paths import named_paths
from assistant.tui.toolkit.notice import Notice
from assistant.tui.toolkit.screen_api import ScreenApi
from assistant.tui.toolkit.threads import with_timeout

if TYPE_CHECKING:
    from assistant.tui.library.add_dialog import AddFiles

WINDOW_SHARE: Final = 0.75
"""Share of the window that an attached file may take."""


class FileAdder:
    """Asks once what to do with paths, then adds, attaches or pastes them."""

    def __init__(
        self,
        services: Services,
        session: Session,
        jobs: WindowJobs,
        library_status: LibraryStatusPoller,
        prompt: PromptInput,
        notice: Notice,
        status_line: StatusLine,
        screen: ScreenApi,
    ) -> None:
        self._services = services
        self._session = session
        self._jobs = jobs
        self._library_status = library_status
        self._prompt = prompt
        self._notice = notice
        self._status_line = status_line
        self._screen = screen
        self._dialog: AddFiles | None = None

    async def offer(self, paths: Sequence[str], pasted: str = "") -> str | None:
        """Ask whether to add these paths, and start adding them.

        Args:
            pasted: the text that they came as.

        Returns: the collection they go into; None when they are not added.
        """
        # Not before the first frame.
        from assistant.tui.library.add_dialog import (  # noqa: PLC0415
            AddFiles,
            AddToCollection,
            AttachFile,
            PasteAsText,
        )

        offer = await with_timeout(offer_of, paths)
        if self._dialog is not None:
            # Some terminals paste the files of one drop one after the other.
            self._dialog.extend(offer, pasted)
            return None
        self._dialog = dialog = AddFiles(
            self._services.library,
            offer,
            self._services.report,
            proposed=self._proposed(),
            room=int(self._status_line.status.window * WINDOW_SHARE),
            pasted=pasted,
        )
        try:
            choice = await self._screen.push_wait(dialog)
        finally:
            self._dialog = None
        match choice:
            case AddToCollection(collection=name):
                return await self._add(dialog.offer.paths, name)
            case AttachFile():
                self._prompt.insert_word(spell_file(disk.with_tilde(dialog.offer.paths[0])))
            case PasteAsText():
                self._prompt.insert(text.editable(dialog.pasted))
        return None

    async def typed_paths(self, argument: str) -> tuple[str, ...]:
        """Absolute paths that were typed after a command.

        Raises:
            NotFoundError: one is not there.
        """
        return await with_timeout(_existing_paths, argument)

    def advanced(self, job: WindowJob) -> None:
        """Handle progress of a job."""
        if job.is_new:
            job.is_new = False
            self._screen.do(self._add_to_scope(job))

    async def _add_to_scope(self, job: WindowJob) -> None:
        """Add the new collection to the scope of its conversation."""
        if not job.conversation_id:
            return
        store = self._services.store
        conversation: Conversation = await self._services.run(
            store.conversation, job.conversation_id
        )
        chosen = scope.with_collection(conversation.collections, job.collection)
        await self._session.use_collections(conversation.id, chosen)
        await self._library_status.refresh()

    async def report_end(self, job: WindowJob, failure: AssistantError | None) -> None:
        """Report the end of a job in the notice line."""
        if failure is not None:
            self._notice.fail(failure)
        elif job.done is not None:
            self._report_done(job.collection, job.done)
        await self._library_status.refresh()

    async def _add(self, paths: Sequence[str], name: str) -> str:
        known = self._library_status.collection_named(name)
        name = known.name if known else name
        conversation = await self._session.make()
        self._jobs.start(paths, name, conversation.id)
        return name

    def _proposed(self) -> str:
        """Where loose files go: to what the conversation is about."""
        conversation = self._session.conversation
        chosen = conversation.collections if conversation else None
        return chosen[0] if chosen else ""

    def _report_done(self, collection: str, done: Done) -> None:
        facts = [ngettext("{n:,} indexed", "{n:,} indexed", done.indexed, n=done.indexed)]
        if done.skipped:
            facts.append(ngettext("{n:,} skipped", "{n:,} skipped", done.skipped, n=done.skipped))
        if done.stopped:
            facts.append(_("then cancelled; add it again to continue"))
        parts = [text.line(collection, 40), text.own(": "), text.own(", ".join(facts))]
        if done.skipped:
            label = _("{key} shows why", key=keymap_of(self._notice).shown("library"))
            parts += [
                text.own(" — "),
                text.button(label, "screen.command", "library", style=text.ACCENT),
            ]
        self._notice.say(*parts, seconds=12)


def _existing_paths(argument: str) -> tuple[str, ...]:
    paths = named_paths(argument, disk.exists, disk.home())
    for path in paths:
        if not disk.exists(path):
            raise NotFoundError(f"There is nothing at {path}.", "Check the path.")
    return tuple(disk.absolute(path) for path in paths)
