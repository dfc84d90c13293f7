"""Library: the user's files, indexed and searched, as a port."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from threading import Event

    from assistant.core.values.library import (
        AnswerCheck,
        CheckedPassage,
        Collection,
        FileEntry,
        FileFilter,
        FileText,
        IndexEvent,
        LibraryStatus,
        RankedText,
        RemovedRoots,
        Scanned,
        SearchResult,
        Survey,
        TextVectors,
        Verification,
        Waiting,
    )


class Library(Protocol):
    """The user's files, indexed. Safe to use from several threads and processes at once.

    Raises `LibraryError` when the library cannot be used, and `NotFoundError` for collections and
    paths it does not know. Paths may hold surrogates, as `os.fsdecode` makes them.
    """

    def is_empty(self) -> bool:
        """Whether nothing was ever added. Does not wait for anything, and starts nothing."""
        ...

    def on_notice(self, tell: Callable[[str], object]) -> None:
        """Have `tell` called, in any thread, with a line for the user: that the library did not
        answer and was restarted, what it was at, and whether that is left out now; or that another
        version of the program is in use, and waited for.
        """
        ...

    def survey(
        self, paths: Sequence[str], collection: str, stop: Event
    ) -> Iterator[Waiting | Scanned | Survey]:
        """Preview of `add`; nothing is changed. `Survey` comes last, unless stopped.

        Raises:
            NotFoundError: a path is not there.
        """
        ...

    def read(self, path: str, stop: Event) -> FileText | None:
        """Read the text of a file as it is now, in the library or not; None when stopped.

        Raises:
            NotFoundError: it is not there.
            UnreadableFileError: it gives no text, with the reason.
        """
        ...

    def add(self, paths: Sequence[str], collection: str, stop: Event) -> Iterator[IndexEvent]:
        """Put folders and files into a collection and index what is new or has changed.

        Setting `stop` ends the job after the file at hand; closing the generator only ends the
        watching, and the job goes on.

        Raises:
            NotFoundError: a path is not there.
        """
        ...

    def refresh(self, stop: Event, collection: str | None = None) -> Iterator[IndexEvent]:
        """Walk all folders again and index what has changed; like `add` otherwise."""
        ...

    def rebuild(self, stop: Event) -> Iterator[IndexEvent]:
        """Read every file again and make everything anew; like `add` otherwise."""
        ...

    def search(
        self,
        question: str,
        collections: Sequence[str] | None,
        limit: int,
        stop: Event | None = None,
    ) -> SearchResult:
        """Find the passages that fit a question; nothing when stopped.

        Args:
            collections: where to look; None is everywhere.
        """
        ...

    def check(
        self,
        sentences: Sequence[str],
        passages: Sequence[CheckedPassage],
        stop: Event | None = None,
        *,
        question: str = "",
    ) -> AnswerCheck:
        """Check the sentences of an answer against passages; empty when stopped.

        Args:
            question: what the sentences answer: it says what a short one is about.
        """
        ...

    def rank(
        self, texts: Sequence[str], count: int, stop: Event | None = None, *, question: str = ""
    ) -> tuple[RankedText, ...]:
        """Find the texts that say most of what all of them say, or most about a question.

        Best first, none that says again what one before it says; nothing when stopped.
        """
        ...

    def embed(
        self, texts: Sequence[str], stop: Event | None = None, *, questions: bool = False
    ) -> TextVectors:
        """Turn texts into vectors, with the embedder that searches; nothing when stopped.

        Of a text that is too long for the embedder the beginning is taken.

        Args:
            questions: whether they are questions rather than passages, where the embedder was
                taught the difference.
        """
        ...

    def collections(self) -> list[Collection]:
        """Collections, by name."""
        ...

    def files(
        self,
        collection: str | None = None,
        state: FileFilter | None = None,
        *,
        offset: int = 0,
        limit: int | None = None,
    ) -> list[FileEntry]:
        """Files, by path; None takes all collections and all states.

        `partial` takes those indexed files of which something could not be read.

        Args:
            offset: how many to pass over.
            limit: how many at most; None takes all.
        """
        ...

    def status(self) -> LibraryStatus:
        """Status: what the library holds, what waits, and the job that runs."""
        ...

    def remove(self, collection: str, paths: Sequence[str] = ()) -> int:
        """Take folders or files out of a collection; without paths, the whole collection.

        Returns:
            Number of files that are no longer in the library. Files on disk stay.
        """
        ...

    def verify(self) -> Verification:
        """Check everything that is stored, and repair what can be repaired."""
        ...

    def removals(self) -> list[RemovedRoots]:
        """Removals of the last 30 days, newest first; `add` puts it back.

        Does not wait for anything, and starts nothing.
        """
        ...

    def pause(self) -> None:
        """Hold indexing back until `resume`, also of jobs to come."""
        ...

    def resume(self) -> None:
        """Resume indexing."""
        ...

    def cancel(self) -> None:
        """End all jobs after the file at hand, wherever they were begun.

        What was not read is when its folder is walked again.
        """
        ...
