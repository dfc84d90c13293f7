"""Evidence of an answer: read from the store, shown in the panel and below the answer.

An answer that comes from the model alone though the user's files were searched is labelled so.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import chain, islice
from threading import Event
from typing import Final

from assistant.core.errors import LibraryError, NotFoundError
from assistant.core.grounding import references
from assistant.core.grounding.catalog import rows_left_out
from assistant.core.grounding.references import Freshness
from assistant.core.grounding.versions import disagreement_text, disagreements
from assistant.core.values.conversation import Message
from assistant.core.values.library import FileEntry, FileFilter, Retrieval
from assistant.tui.chat.session import Session
from assistant.tui.services import Services
from assistant.tui.sources.panel import (
    NO_EVIDENCE,
    AnswerEvidence,
    SourcesPanel,
    UnreadFiles,
    searched_in_words,
)
from assistant.tui.toolkit.threads import in_thread
from assistant.tui.transcript.transcript import TranscriptView

MAX_UNREADABLE: Final = 3
"""Files that could not be read and that are named in the panel."""


class EvidenceLoader:
    """Keeps the sources panel at the answer that is focused, else at the last one."""

    def __init__(
        self,
        services: Services,
        session: Session,
        transcript: TranscriptView,
        panel: SourcesPanel,
        found: Callable[[bool], None],
    ) -> None:
        """`found` is called with whether an answer of the conversation has sources."""
        self._services = services
        self._panel = panel
        self._session = session
        self._transcript = transcript
        self._found = found
        self._has_sources = False
        self._freshness = Freshness()
        self._conversation: str | None = None
        self._selected = ""
        self._round = Event()
        """Set when what is being found out is of no interest any more."""
        self._unread: dict[tuple[str, ...] | None, UnreadFiles] = {}

    def select(self, message_id: str) -> bool:
        """Select the message whose evidence is shown.

        Returns: whether that is another one than before.
        """
        is_other = message_id != self._selected
        self._selected = message_id
        return is_other

    def library_changed(self) -> None:
        """Forget which files could not be read, because the library changed."""
        self._unread.clear()

    async def refresh(self) -> None:
        """Show the stored evidence, then what takes longer to find out."""
        self._round.set()
        self._round = round_ = Event()
        answer = self._answer()
        evidence, retrieval = await self._known(answer)
        if round_.is_set() or evidence is None:
            return
        self._show(evidence)
        became = await in_thread(
            self._freshness.check,
            [(each.path, each.content_hash) for each in evidence.used],
            round_,
        )
        if round_.is_set():
            return
        evidence = replace(evidence, changed=became)
        self._panel.show(evidence)
        if retrieval is not None and retrieval.collections != ():
            unread = await self._unread_files(retrieval.collections)
            if not round_.is_set():
                self._panel.show(replace(evidence, unread=unread))

    async def label(self, answers: Sequence[Message]) -> None:
        """Label answers for which the files had nothing, say something else or are read in part."""
        for answer in answers:
            if answer.role != "assistant" or answer.state == "streaming":
                continue
            try:
                retrieval = await self._services.run(self._services.store.retrieval, answer.id)
            except NotFoundError:
                continue
            view = self._transcript.view(answer.id)
            if view is None or retrieval is None:
                continue
            searched = _searched_in_vain(retrieval)
            if searched:
                view.show_elsewhere(await self._elsewhere(retrieval))
            if _is_of_the_model(answer):
                view.show_searched(searched)
                await view.show_retrieval(retrieval)

    async def _elsewhere(self, retrieval: Retrieval) -> tuple[str, ...]:
        """Other collections, where those of the conversation had nothing."""
        conversation = self._session.conversation
        if conversation is None or not conversation.collections:
            return ()
        try:
            known = await in_thread(self._services.library.collections)
        except LibraryError:
            return ()
        searched = {*conversation.collections, *(retrieval.collections or ())}
        return tuple(each.name for each in known if each.files and each.name not in searched)

    def _answer(self) -> Message | None:
        """The selected answer, or that to the selected question; else the last one."""
        messages = list(self._session.messages)
        ids = [message.id for message in messages]
        if self._selected in ids:
            near = messages[ids.index(self._selected) :][:2]
            answers = [message for message in near if message.role == "assistant"]
            if answers:
                return answers[0]
        return next((each for each in reversed(messages) if each.role == "assistant"), None)

    async def _known(
        self, answer: Message | None
    ) -> tuple[AnswerEvidence | None, Retrieval | None]:
        """What is stored; no evidence when it is not known yet whether there is any."""
        if answer is None:
            return NO_EVIDENCE, None
        try:
            retrieval = await self._services.run(self._services.store.retrieval, answer.id)
        except NotFoundError:
            return None, None
        growing = answer.state == "streaming"
        if growing and retrieval is None:
            return None, None
        asked = (m.text for m in self._session.messages if m.id == answer.parent_id)
        question = next(asked, "")
        return _evidence(answer, question, retrieval, checked=not growing), retrieval

    def _show(self, evidence: AnswerEvidence) -> None:
        before = self._panel.evidence
        if before.answer_id == evidence.answer_id:
            evidence = replace(evidence, unread=before.unread)
        self._panel.show(evidence)
        same = self._conversation == self._session.id
        self._conversation = self._session.id
        self._has_sources = bool(evidence.used) or (same and self._has_sources)
        self._found(self._has_sources)

    async def _unread_files(self, collections: tuple[str, ...] | None) -> UnreadFiles:
        if collections not in self._unread:
            try:
                found = await in_thread(self._ask_for_unread, collections)
            except (LibraryError, NotFoundError):
                # Shown in passing, below an answer that is there without it.
                found = UnreadFiles()
            self._unread[collections] = found
        return self._unread[collections]

    def _ask_for_unread(self, names: tuple[str, ...] | None) -> UnreadFiles:
        library = self._services.library
        if library.is_empty():
            return UnreadFiles()
        if names is None:
            status = library.status()
            counts: list[tuple[str | None, int, int]]
            counts = [(None, status.skipped, status.partial)]
        else:
            counts = [
                (each.name, each.skipped, each.partial)
                for each in library.collections()
                if each.name in names
            ]

        def first(state: FileFilter, having: Iterable[str | None]) -> tuple[FileEntry, ...]:
            files = (library.files(name, state, limit=MAX_UNREADABLE) for name in having)
            return tuple(islice(chain.from_iterable(files), MAX_UNREADABLE))

        return UnreadFiles(
            failed=first("skipped", [name for name, failed, _ in counts if failed]),
            failed_count=sum(failed for _, failed, _ in counts),
            partial=first("partial", [name for name, _, partial in counts if partial]),
            partial_count=sum(partial for *_, partial in counts),
        )


def _evidence(
    answer: Message, question: str, retrieval: Retrieval | None, *, checked: bool
) -> AnswerEvidence:
    used: Sequence[references.Reference] = references.used_references(retrieval, answer.citations)
    searched = ""
    if retrieval is not None:
        files = len({passage.path for passage in retrieval.used})
        searched = searched_in_words(retrieval.result.searched, retrieval.collections, files)
        differing = [disagreement_text(each) for each in disagreements(retrieval.used)]
        left_out = rows_left_out(question, retrieval.used)
        parts = [
            searched,
            retrieval.result.corrections_text,
            retrieval.result.excerpted_text,
            *differing,
            left_out,
        ]
        searched = " · ".join(filter(None, parts))
    return AnswerEvidence(
        answer_id=answer.id,
        used=used,
        passed_over=references.unused_references(retrieval),
        searched=searched,
        checked=checked,
    )


def _searched_in_vain(retrieval: Retrieval) -> int:
    """Passages that were searched and had nothing for the answer; 0 when it has something."""
    found = retrieval.result
    in_vain = not retrieval.used and not found.sufficient and retrieval.collections != ()
    return found.searched if in_vain else 0


def _is_of_the_model(answer: Message) -> bool:
    """Whether a model wrote it: an answer that only says that nothing was found used no tokens."""
    unasked = answer.usage is not None and answer.usage.prompt_tokens == 0
    written = answer.role == "assistant" and answer.state != "streaming" and bool(answer.text)
    return written and not unasked
