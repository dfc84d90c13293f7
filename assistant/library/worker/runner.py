"""Job runner: indexing jobs and background work, one after the other, in one thread."""

import logging
from collections.abc import Iterator

from assistant.core.errors import AssistantError, DatabaseDamagedError, LibraryError
from assistant.core.values.library import Done, IndexEvent
from assistant.ipc.messages import MORE_MEMORY, Failed, is_want_of_memory
from assistant.library.files.watch import LibraryWatcher
from assistant.library.indexing.estimate import IndexingEstimates
from assistant.library.indexing.job import IndexingJob, IndexingParts
from assistant.library.indexing.pace import HOLD_POLL_SECONDS, IndexingPace
from assistant.library.indexing.queue import JobQueue, QueuedJob, Rescan, StoppedError
from assistant.library.protocol import AddPaths, JobRequest, Rebuild, Refresh
from assistant.library.removals import Removals
from assistant.library.store.collections import CollectionRoot
from assistant.library.store.database import KeywordsDamagedError
from assistant.library.worker.open_library import OpenLibrary

log = logging.getLogger(__name__)


class JobRunner:
    """Runs what is in the job queue; owned by the service, called by the worker's job thread."""

    def __init__(
        self,
        library: OpenLibrary,
        jobs: JobQueue,
        watching: LibraryWatcher,
        estimates: IndexingEstimates,
        removals: Removals,
    ) -> None:
        self._library = library
        self._jobs = jobs
        self._watching = watching
        self._estimates = estimates
        self._removals = removals
        self._background = QueuedJob(Rescan(None))
        self.is_rebuilding = False
        """Whether vectors are made anew, which nothing interrupts."""

    def run(self, job: QueuedJob) -> None:
        """Run a job to its end; called by the one thread that runs jobs."""
        try:
            last: IndexEvent | None = None
            for event in self._index(job):
                if last is not None:
                    job.post(last)
                last = event
            assert last is not None
            job.end(last)
        except KeywordsDamagedError as failure:
            log.warning("a job begins again: %s", failure)
            self._jobs.put(job)
        except DatabaseDamagedError as failure:
            # The worker ends; whoever watches asks the next one, which makes all again.
            log.warning("a job cannot go on: %s", failure)
        except AssistantError as failure:
            log.warning("a job failed: %s", failure)
            job.end(Failed.of(failure))
        except BaseException as failure:  # the border of the process; a panic is no Exception
            log.exception("a job failed")
            job.end(Failed.of(unexpected_error(failure)))
        finally:
            self._library.embedders.check_again()

    @property
    def is_lost(self) -> bool:
        """Whether library.db is damaged beyond repair: only another worker can go on."""
        return self._library.database.is_damaged

    @property
    def is_behind(self) -> bool:
        """Whether there is background work that `catch_up` can do now."""
        return not self._jobs.paused and self._library.is_behind

    def catch_up(self) -> None:
        """Do a part of the background work; called between jobs by the thread that runs them."""
        try:
            if (
                not self._jobs.hold(self._background, HOLD_POLL_SECONDS)
                and self._library.catch_up()
            ):
                self._jobs.request_rescan()
        except StoppedError:
            pass
        except AssistantError as failure:
            log.warning("catching up failed: %s", failure)
            self._library.back_off()
        except BaseException:  # see run
            log.exception("catching up failed")
            self._library.back_off()

    def _index(self, job: QueuedJob) -> Iterator[IndexEvent]:
        library = self._library
        parts = IndexingParts(
            library.database,
            library.catalog,
            library.reader,
            library.embedding,
            library.follow,
            library.options.rules,
            self._jobs.is_held,
            self._watching.scanned,
        )
        pace = IndexingPace(lambda seconds: self._jobs.hold(job, seconds), job.post)
        again = isinstance(job.request, Rebuild)
        indexing = IndexingJob(parts, pace, job.stop, again=again)
        try:
            for event in indexing.run(self._roots(job.request)):
                if again and isinstance(event, Done) and not event.stopped:
                    self.is_rebuilding = True
                    library.rebuild_vectors()
                yield event
        finally:
            self.is_rebuilding = False
            self._estimates.learn(indexing.work)

    def _roots(self, request: JobRequest | Rescan) -> list[CollectionRoot]:
        collections = self._library.collections
        match request:
            case AddPaths():
                collection = collections.add(request.collection)
                self._removals.remove(collection.name, request.paths)
                return [collections.add_root(collection.id, path) for path in request.paths]
            case Refresh(collection=str(name)):
                return list(collections.named(name).roots)
            case Rescan(roots=frozenset() as wanted):
                return [root for root in collections.roots() if root.id in wanted]
            case _:
                return collections.roots()


def unexpected_error(failure: BaseException) -> AssistantError:
    """What a caller is told of an error that is in the log."""
    if is_want_of_memory(f"{type(failure).__name__}: {failure}"):
        return LibraryError("There is not enough memory for this.", MORE_MEMORY)
    return LibraryError(
        "An unexpected error ended this request.", "Details are in the library's log."
    )
