"""Library client: the library of a front end, whose work happens in the worker."""

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import NamedTuple, TypeVar

from assistant.core.errors import LibraryDiedError, LibraryError, LibraryStartError, NotFoundError
from assistant.core.values.library import (
    AnswerCheck,
    CheckedPassage,
    Collection,
    Done,
    FileEntry,
    FileFilter,
    FileText,
    Indexed,
    IndexEvent,
    LibraryStatus,
    RankedText,
    RemovedRoots,
    Scanned,
    SearchResult,
    Skipped,
    Survey,
    TextVectors,
    Verification,
    Waiting,
)
from assistant.ipc.join import Joiner
from assistant.ipc.request import Requester, WorkerErrors
from assistant.ipc.spec import WorkerSpec
from assistant.language.messages import N_
from assistant.library.limits import TOO_MANY_DEATHS
from assistant.library.peek import has_collections
from assistant.library.protocol import (
    AddPaths,
    CheckAnswer,
    CheckReply,
    CollectionsReply,
    EmbedTexts,
    FilesReply,
    GetStatus,
    JobAccepted,
    JobRequest,
    Last,
    LibraryRequest,
    ListCollections,
    ListFiles,
    Pause,
    QuickReply,
    QuickRequest,
    RankReply,
    RankTexts,
    ReadFile,
    Rebuild,
    Refresh,
    Remove,
    RemoveReply,
    Reply,
    Search,
    SearchReply,
    StatusReply,
    StopJob,
    SurveyPaths,
    VectorsReply,
    Verify,
    VerifyReply,
    replies,
)
from assistant.library.removals import Removals
from assistant.system.paths import as_spelled

MAX_TRIES = 5
"""How often a request is made of a worker that dies of it. A file that kills the worker is set
aside after two deaths."""

TEXTS_AT_ONCE = 64
"""Texts in one request for vectors: whoever stops waits for no more of them."""

R = TypeVar("R", bound=QuickReply)


class WorkerLibrary:
    """A library in its worker. Safe to use from several threads."""

    def __init__(self, worker: WorkerSpec, database: Path) -> None:
        self._tell: Callable[[str], object] = lambda _: None
        self._requester: Requester[Reply] = Requester(
            Joiner(worker, self._tell_of_replaced, lambda line: self._tell(line)),
            replies,
            WorkerErrors("library", LibraryStartError, LibraryDiedError),
            waiting=Waiting(),
            tries=MAX_TRIES,
        )
        self._database = database

    def on_notice(self, tell: Callable[[str], object]) -> None:
        """See `Library.on_notice`."""
        self._tell = tell

    def _tell_of_replaced(self) -> None:
        self._tell(replaced_text(in_hand(self._database)))

    def is_empty(self) -> bool:
        """See `Library.is_empty`."""
        return not has_collections(self._database)

    def survey(
        self, paths: Sequence[str], collection: str, stop: Event
    ) -> Iterator[Waiting | Scanned | Survey]:
        """See `Library.survey`."""
        request = SurveyPaths(collection=collection, paths=tuple(_existing(path) for path in paths))
        for reply in self._ask(request, stop):
            if isinstance(reply, Waiting | Scanned | Survey):
                yield reply

    def read(self, path: str, stop: Event) -> FileText | None:
        """See `Library.read`."""
        try:
            wanted = _existing(path)
        except NotFoundError:
            # A name that is no text is known to the library by how it is printed.
            wanted = os.fsencode(path)
        for reply in self._ask(ReadFile(path=wanted), stop):
            if isinstance(reply, FileText):
                return reply
        return None

    def add(self, paths: Sequence[str], collection: str, stop: Event) -> Iterator[IndexEvent]:
        """See `Library.add`."""
        request = AddPaths(collection=collection, paths=tuple(_existing(path) for path in paths))
        return self._index(request, stop)

    def refresh(self, stop: Event, collection: str | None = None) -> Iterator[IndexEvent]:
        """See `Library.refresh`."""
        return self._index(Refresh(collection=collection), stop)

    def rebuild(self, stop: Event) -> Iterator[IndexEvent]:
        """See `Library.rebuild`."""
        return self._index(Rebuild(), stop)

    def search(
        self,
        question: str,
        collections: Sequence[str] | None,
        limit: int,
        stop: Event | None = None,
    ) -> SearchResult:
        """See `Library.search`."""
        request = Search(
            question=_encodable(question),
            collections=None if collections is None else tuple(collections),
            limit=limit,
        )
        for reply in self._ask(request, stop or Event()):
            if isinstance(reply, SearchReply):
                return reply.result
        return SearchResult()

    def check(
        self,
        sentences: Sequence[str],
        passages: Sequence[CheckedPassage],
        stop: Event | None = None,
        *,
        question: str = "",
    ) -> AnswerCheck:
        """See `Library.check`."""
        request = CheckAnswer(
            sentences=tuple(_encodable(sentence) for sentence in sentences),
            passages=tuple(
                CheckedPassage(
                    text=_encodable(passage.text),
                    path=_encodable(passage.path),
                    title=_encodable(passage.title),
                    headings=tuple(map(_encodable, passage.headings)),
                    navigation=passage.navigation,
                )
                for passage in passages
            ),
            question=_encodable(question),
        )
        for reply in self._ask(request, stop or Event()):
            if isinstance(reply, CheckReply):
                return reply.check
        return AnswerCheck()

    def rank(
        self, texts: Sequence[str], count: int, stop: Event | None = None, *, question: str = ""
    ) -> tuple[RankedText, ...]:
        """See `Library.rank`."""
        request = RankTexts(
            texts=tuple(map(_encodable, texts)), count=count, question=_encodable(question)
        )
        for reply in self._ask(request, stop or Event()):
            if isinstance(reply, RankReply):
                return reply.ranked
        return ()

    def embed(
        self, texts: Sequence[str], stop: Event | None = None, *, questions: bool = False
    ) -> TextVectors:
        """See `Library.embed`."""
        joined, stop = TextVectors(), stop or Event()
        for at in range(0, len(texts), TEXTS_AT_ONCE):
            some = tuple(map(_encodable, texts[at : at + TEXTS_AT_ONCE]))
            for reply in self._ask(EmbedTexts(texts=some, questions=questions), stop):
                if isinstance(reply, VectorsReply):
                    found = reply.embeddings
                    joined = TextVectors(
                        embedder=found.embedder,
                        vectors=(*joined.vectors, *found.vectors),
                        tokens=joined.tokens + found.tokens,
                    )
        return joined if len(joined.vectors) == len(texts) else TextVectors()

    def collections(self) -> list[Collection]:
        """See `Library.collections`."""
        return list(self._single_reply(ListCollections(), CollectionsReply).collections)

    def files(
        self,
        collection: str | None = None,
        state: FileFilter | None = None,
        *,
        offset: int = 0,
        limit: int | None = None,
    ) -> list[FileEntry]:
        """See `Library.files`."""
        found: list[FileEntry] = []
        request = ListFiles(collection=collection, state=state, offset=offset, limit=limit)
        for reply in self._ask(request, Event()):
            if isinstance(reply, FilesReply):
                found += reply.files
        return found

    def status(self) -> LibraryStatus:
        """See `Library.status`."""
        return self._single_reply(GetStatus(), StatusReply).status

    def remove(self, collection: str, paths: Sequence[str] = ()) -> int:
        """See `Library.remove`."""
        absolute = tuple(os.fsencode(os.path.realpath(as_spelled(path))) for path in paths)
        return self._single_reply(Remove(collection=collection, paths=absolute), RemoveReply).files

    def removals(self) -> list[RemovedRoots]:
        """See `Library.removals`."""
        return Removals(self._database).all()

    def verify(self) -> Verification:
        """See `Library.verify`."""
        return self._single_reply(Verify(), VerifyReply).verification

    def pause(self) -> None:
        """See `Library.pause`."""
        self._command(Pause(paused=True))

    def resume(self) -> None:
        """See `Library.resume`."""
        self._command(Pause(paused=False))

    def cancel(self) -> None:
        """See `Library.cancel`."""
        if not self.is_empty():
            self._command(StopJob(job=None))

    def _index(self, request: JobRequest, stop: Event) -> Iterator[IndexEvent]:
        """Events of a job. When the worker dies, the next one goes on where it was: every file is
        told once, and `Done` counts them all."""
        indexed = 0
        skipped: set[str] = set()
        with closing(self._ask(request, stop)) as answers:
            for reply in answers:
                match reply:
                    case Indexed():
                        indexed += 1
                    case Skipped(path=path) if path in skipped:
                        continue
                    case Skipped(path=path):
                        skipped.add(path)
                    case Done():
                        counts = {"indexed": indexed, "skipped": len(skipped)}
                        yield reply.model_copy(update=counts)
                        return
                    case _:
                        pass
                if isinstance(reply, IndexEvent):
                    yield reply

    def _single_reply(self, request: QuickRequest, kind: type[R]) -> R:
        for reply in self._ask(request, Event()):
            if isinstance(reply, kind):
                return reply
        raise LibraryError("The library did not answer.", "Try again.")

    def _command(self, request: QuickRequest) -> None:
        for _ in self._ask(request, Event()):
            pass

    def _ask(self, request: LibraryRequest, stop: Event) -> Generator[Reply, None, None]:
        """The replies to a request, the last one included; nothing more once stopped."""
        return self._requester.ask(
            lambda _: _LibraryConversation(request, lambda job: self._command(StopJob(job=job))),
            stop,
        )


class _LibraryConversation:
    """A question, which nobody waits for once stopped, or a job, which is told to end."""

    def __init__(self, request: LibraryRequest, stop_job: Callable[[str], None]) -> None:
        self.request = request
        self._stop_job = stop_job
        self._job: str | None = None
        self._indexed = False

    def received(self, reply: Reply) -> bool:
        """See `Conversation.received`."""
        if isinstance(reply, JobAccepted):
            self._job = reply.job
        self._indexed |= isinstance(reply, Indexed)
        return isinstance(reply, Last)

    def stopped(self) -> bool:
        """See `Conversation.stopped`."""
        if not isinstance(self.request, JobRequest):
            return True
        if self._job is not None:
            self._stop_job(self._job)
            self._job = None
        return False

    def silent(self) -> bool:
        """See `Conversation.silent`: a job ends between two files."""
        return False

    def tries_left(self, tries: int) -> int:
        """See `Conversation.tries_left`: a job begins to count anew with every file."""
        return MAX_TRIES - 1 if self._indexed else tries

    def death(self) -> tuple[str, str]:
        """See `Conversation.death`."""
        return "", N_("Try again to restart it.")


def _encodable(text: str) -> str:
    """Text that UTF-8 can hold."""
    return text.encode("utf-8", "replace").decode()


def _existing(path: str) -> bytes:
    """The absolute path of something that is there, links followed."""
    expanded = as_spelled(os.path.expanduser(path))  # noqa: PTH111 - a Path cannot hold every name
    try:
        os.stat(expanded)  # noqa: PTH116
    except (OSError, ValueError) as failure:
        reason = failure.strerror if isinstance(failure, OSError) else str(failure)
        raise NotFoundError(f"{path!r} cannot be added: {reason}.", "Check the path.") from None
    return os.fsencode(os.path.realpath(expanded))


class InHand(NamedTuple):
    """A file that was read, or a folder that was looked through, when the worker ended."""

    path: str
    is_left_out: bool
    """Whether that was once too often."""


def in_hand(database: Path) -> list[InHand]:
    """What the worker had in hand; to be asked when it was ended, before the next one begins."""
    import sqlite3  # noqa: PLC0415 -- seldom needed

    asked = """
        SELECT display, crashes + 1 FROM files WHERE reading
        UNION ALL
        SELECT display, json_extract(value, '$[0]') FROM roots
        JOIN meta ON key = 'scan:' || roots.id
    """
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", 2, uri=True)) as db:
            rows = db.execute(asked).fetchall()
    except sqlite3.Error:
        return []
    return [InHand(path, deaths >= TOO_MANY_DEATHS) for path, deaths in rows]


def replaced_text(found: list[InHand]) -> str:
    """One line on a worker that did not answer: what it had in hand, and what becomes of that."""
    if not found:
        return N_("The library did not answer and was restarted.")
    worst, more = max(found, key=lambda each: each.is_left_out), len(found) - 1
    path = N_(f"{worst.path} and {more:,} more") if more else worst.path
    told = N_(f"The library did not answer and was restarted while it was at {path}.")
    if worst.is_left_out:
        return f"{told} {N_('It is left out from now on.')}"
    return f"{told} {N_('It is tried once more, at the end.')}"
