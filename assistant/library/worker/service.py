"""Request service: what the library worker answers to each kind of request.

Questions are searched as soon as there is something to search; the embedder waits until then.
"""

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from threading import Lock, Thread

import psutil

from assistant.core.errors import (
    AssistantError,
    LibraryError,
    NotFoundError,
    UnreadableFileError,
)
from assistant.core.values.library import (
    Collection,
    FileEntry,
    FileText,
    LibraryStatus,
    SearchResult,
    Survey,
    Waiting,
)
from assistant.core.wording import ENGLISH_REASONS
from assistant.ipc.caller import Caller
from assistant.ipc.messages import Failed, Leaving
from assistant.library.file_access import disk_bytes, printable_path
from assistant.library.files.scan import ScanDeaths
from assistant.library.files.watch import LibraryWatcher, WatchIntervals
from assistant.library.indexing.estimate import IndexingEstimates
from assistant.library.indexing.queue import JobQueue, QueuedJob
from assistant.library.indexing.survey import survey
from assistant.library.limits import TOO_MANY_DEATHS, UnreadableError
from assistant.library.protocol import (
    Acknowledged,
    CheckAnswer,
    CheckReply,
    CollectionsReply,
    EmbedTexts,
    FilesReply,
    GetStatus,
    JobAccepted,
    JobRequest,
    LibraryRequest,
    ListCollections,
    ListFiles,
    Pause,
    QuickReply,
    QuickRequest,
    RankReply,
    RankTexts,
    ReadFile,
    Remove,
    RemoveReply,
    Search,
    SearchReply,
    StatusReply,
    StopJob,
    SurveyPaths,
    VectorsReply,
    Verify,
    VerifyReply,
)
from assistant.library.removals import Removals
from assistant.library.store.collections import CollectionRoot
from assistant.library.store.listing import list_files, path_by_name
from assistant.library.store.requeueing import requeue_for_ocr, requeue_outdated
from assistant.library.worker.answering import LibrarySearch, PassageSearch
from assistant.library.worker.open_library import OpenLibrary
from assistant.library.worker.options import LibraryOptions
from assistant.library.worker.runner import JobRunner, unexpected_error
from assistant.library.worker.verify import verify
from assistant.system.disk_room import why_unwritable

FILES_PER_REPLY = 500
"""Files in one reply."""

WRITING = (JobRequest, Remove, Verify, Pause)
"""Requests that a library cannot do that is only read."""

MEMORY_BYTES = 1_500_000_000
"""What the process may take for its libraries and the files in hand; what is stored, which Chroma
holds in memory, and the embedder come on top."""

HUNG_EXIT_CODE = 71
"""The status of a worker that ends because a job of it hangs."""

JOB_END_TIMEOUT = 30.0
"""Seconds that a job has to end when it is in the way."""

log = logging.getLogger(__name__)


class LibraryService:
    """Answers requests: quick ones at once; jobs are queued."""

    def __init__(
        self,
        library: OpenLibrary,
        jobs: JobQueue,
        searcher: PassageSearch,
        intervals: WatchIntervals | None = None,
    ) -> None:
        self.is_outdated = False
        """Whether another worker can do what this one cannot: there is room to write again."""
        self._library = library
        self._jobs = jobs
        self._searcher = searcher
        self._removing = Lock()
        self._estimates = IndexingEstimates(library.database)
        self._removals = Removals(library.options.database)
        self._deaths = ScanDeaths(library.database)
        self.watching = LibraryWatcher(
            library.collections.roots, jobs.request_rescan, library.options.rules, intervals
        )
        self.runner = JobRunner(library, jobs, self.watching, self._estimates, self._removals)
        if library.collections.all():
            self._preload_embedder()
        if library.database.read_only:
            return
        library.catalog.count_crashes()
        requeue_outdated(library.database)
        requeue_for_ocr(library.database, library.options.limits.ocr)
        if library.collections.all():
            jobs.request_rescan()
        if library.options.watch:
            self.watching.start()

    def serve(self, caller: Caller, request: LibraryRequest) -> None:
        """Answer a request, or put its job into the queue. Called in the connection's thread."""
        if self._library.database.read_only and isinstance(request, WRITING):
            caller.end(self._refuse())
            return
        if isinstance(request, JobRequest):
            job = QueuedJob(request, caller)
            job.post(JobAccepted(job=job.id))
            if self._jobs.running:
                job.post(Waiting())
            self._jobs.put(job)
            return
        try:
            caller.end(self._answer(caller, request))
        except AssistantError as failure:
            caller.end(Failed.of(failure))
        except Exception as failure:  # the border of the process: the caller must not wait for ever
            log.exception("a request failed")
            caller.end(Failed.of(unexpected_error(failure)))

    def _refuse(self) -> Leaving | Failed:
        """What is said to a request that would write; the next worker does it where it can now."""
        database = self._library.database
        if not why_unwritable(database.path):
            self.is_outdated = True
            return Leaving()
        try:
            with database.write():
                pass
        except AssistantError as failure:
            return Failed.of(failure)
        return Leaving()

    @property
    def has_outgrown(self) -> bool:
        """Whether the process takes more memory than library, embedder and one file need."""
        taken = psutil.Process().memory_info().rss
        return taken > MEMORY_BYTES and taken > MEMORY_BYTES + self._library.memory_needed()

    def close(self) -> None:
        self.watching.close()
        self._library.close()

    def _answer(self, caller: Caller, request: QuickRequest) -> QuickReply:
        match request:
            case Search():
                return SearchReply(result=self._search(request))
            case RankTexts(texts=texts, count=count, question=question):
                return RankReply(ranked=self._searcher.rank(texts, count, question))
            case CheckAnswer(sentences=sentences, passages=passages, question=question):
                return CheckReply(check=self._searcher.check(sentences, passages, question))
            case EmbedTexts(texts=texts, questions=questions):
                return VectorsReply(embeddings=self._searcher.embed(texts, questions=questions))
            case SurveyPaths(paths=paths):
                return self._survey(caller, paths)
            case ReadFile(path=path):
                return self._read(path)
            case ListCollections():
                return CollectionsReply(collections=tuple(self._collections()))
            case ListFiles():
                files = self._files(request)
                for at in range(0, len(files), FILES_PER_REPLY):
                    caller.post(FilesReply(files=tuple(files[at : at + FILES_PER_REPLY])))
                return Acknowledged()
            case GetStatus():
                return StatusReply(status=self._status())
            case Remove():
                return RemoveReply(files=self._remove(request))
            case Verify():
                verification = verify(self._library)
                if verification.problems:
                    self._jobs.request_rescan()
                return VerifyReply(verification=verification)
            case Pause():
                self._jobs.pause(request.paused)
                return Acknowledged()
            case StopJob():
                self._jobs.stop(request.job)
                return Acknowledged()

    def _survey(self, caller: Caller, paths: Sequence[bytes]) -> Survey | Acknowledged:
        """Given up when the caller goes: a folder may be the whole disk."""
        library = self._library
        self._preload_embedder()
        for step in survey(paths, library.options.rules, library.catalog, self._estimates):
            if isinstance(step, Survey):
                return step
            caller.post(step)
            if caller.cancelled:
                break
        return Acknowledged()

    def _preload_embedder(self) -> None:
        """Load the embedder while the user types, or looks at what would be added."""

        def load() -> None:
            with suppress(AssistantError), self._library.embedders.for_questions():
                pass

        Thread(target=load, name="ready", daemon=True).start()

    def _search(self, request: Search) -> SearchResult:
        named = self._library.collections.named
        scope = request.collections
        ids = None if scope is None else [named(name).id for name in scope]
        return self._searcher.search(request.question, ids, request.limit)

    def _read(self, path: bytes) -> FileText:
        path = path if os.path.lexists(path) else self._path_of_printed(path)
        found = self._library.reader.read(path)
        shown = printable_path(path)
        if isinstance(found, UnreadableError):
            raise UnreadableFileError(
                f"{shown} gives no text: {ENGLISH_REASONS[found.reason]}, {found.detail}."
            )
        return FileText(path=shown, document=found.document, content_hash=found.content_hash)

    def _path_of_printed(self, path: bytes) -> bytes:
        """The file that is listed under this name."""
        shown = printable_path(path)
        known = path_by_name(self._library.database, shown)
        if known is None or not os.path.lexists(known):
            raise NotFoundError(f"{shown} no longer exists.", "It was moved or deleted.")
        return known

    def _collections(self) -> Iterator[Collection]:
        with self._library.database.read() as connection:
            rows = connection.execute(
                """
                SELECT collection_id, count(*), sum(passages), sum(state = 'skipped'),
                    sum(state = 'waiting'), sum(state = 'indexed' AND unread != '')
                FROM files JOIN (
                    SELECT DISTINCT collection_id, file_id FROM members
                    JOIN roots ON roots.id = root_id
                ) ON file_id = files.id GROUP BY collection_id
                """
            )
            counts = {row[0]: row[1:] for row in rows}
        watched = self.watching.state
        for collection in self._library.collections.all():
            files, passages, skipped, waiting, partial = counts.get(collection.id, (0,) * 5)
            roots = tuple(root.display for root in collection.roots)
            yield Collection(
                name=collection.name,
                roots=roots,
                files=files,
                passages=passages,
                skipped=skipped,
                waiting=waiting,
                partial=partial,
                missing=tuple(
                    root.display for root in collection.roots if root.id in watched.missing
                ),
            )

    def _files(self, request: ListFiles) -> list[FileEntry]:
        name, database = request.collection, self._library.database
        id_ = None if name is None else self._library.collections.named(name).id
        return list_files(database, id_, request.state, request.offset, request.limit)

    def _status(self) -> LibraryStatus:
        with self._library.database.read() as connection:
            rows = connection.execute("SELECT state, count(*) FROM files GROUP BY state")
            states = dict(rows.fetchall())
            passages = connection.execute("SELECT count(*) FROM texts").fetchone()[0]
            partial = connection.execute(
                "SELECT count(*) FROM files WHERE unread != '' AND state = 'indexed'"
            ).fetchone()[0]
        running, options = self._jobs.running, self._library.options
        embedders = self._library.embedders.state()
        roots, watched = self._library.collections.roots(), self.watching.state
        return LibraryStatus(
            collections=len(self._library.collections.all()),
            files=sum(states.values()),
            indexed=states.get("indexed", 0),
            skipped=states.get("skipped", 0),
            waiting=states.get("waiting", 0),
            passages=passages,
            disk_bytes=disk_bytes(options.database) + disk_bytes(options.vectors),
            paused=self._jobs.paused,
            job=running.progress if running else None,
            embedder=embedders.serving,
            next_embedder_done=embedders.next_done,
            embedder_problem=embedders.problem,
            roots=len(roots),
            watched=sum(
                options.watch and root.id not in watched.missing | watched.beyond for root in roots
            ),
            missing=tuple(
                dict.fromkeys(root.display for root in roots if root.id in watched.missing)
            ),
            partial=partial,
            left_out=tuple(
                root.display for root in roots if self._deaths.of(root.id) >= TOO_MANY_DEATHS
            ),
        )

    def _remove(self, request: Remove) -> int:
        """Take roots out. No job runs meanwhile: it might be walking what is removed."""
        try:
            with self._removing, self._jobs.no_job_running(JOB_END_TIMEOUT):
                return self._remove_roots(request)
        except TimeoutError:
            if self.runner.is_rebuilding:
                raise LibraryError(
                    "The library is rebuilding its vectors, which takes long.",
                    "Try again in a few minutes.",
                ) from None
            # What is in hand is marked as such: the next worker leaves it for the last, and leaves
            # it out when it does so again. This request is made of that worker once more.
            log.error("a job does not end: the worker ends itself")
            os._exit(HUNG_EXIT_CODE)

    def _remove_roots(self, request: Remove) -> int:
        collections, catalog = self._library.collections, self._library.catalog
        collection = collections.named(request.collection)
        roots = _roots_at(collection.roots, request.paths)
        if roots:
            self._removals.add(collection.name, [root.path for root in roots])
        before = self._status().files
        for root in roots:
            for change in catalog.remove_from_root(root.id, list(catalog.files(root.id))):
                self._library.follow(change)
            collections.remove_root(root.id)
            self._deaths.forget(root.id)
        self.watching.forget(roots)
        if not request.paths:
            collections.remove(collection.id)
            self._library.drop(collection.id)
        # What was embedded of it goes, too.
        self._library.embedders.check_again()
        return before - self._status().files


def open_service(options: LibraryOptions, jobs: JobQueue) -> LibraryService:
    """Open the library and the service of its requests. Raises StorageError."""
    library = OpenLibrary(options)
    try:
        return LibraryService(library, jobs, LibrarySearch(library))
    except AssistantError:
        # Closed before the next worker puts another file in its place.
        library.close()
        raise


def _roots_at(roots: Sequence[CollectionRoot], paths: Sequence[bytes]) -> list[CollectionRoot]:
    """The roots at these paths; all of them when no path is given."""
    if not paths:
        return list(roots)
    by_path = {root.path: root for root in roots}
    for path in paths:
        if path not in by_path:
            raise NotFoundError(
                f"{printable_path(path)} was not added to this collection.",
                "`assistant library list` shows what was; a part of a folder is left out by an"
                " .assistantignore file.",
            )
    return [by_path[path] for path in paths]
