"""Library values: collections, files, search results, and the events of an indexing job.

Of the events of a job `Planned` comes first and `Done` last. A file that cannot be read is an
event, never an error.
"""

import os
from datetime import datetime
from typing import Literal, Self

from pydantic import field_validator

from assistant.core.values.base import Value
from assistant.core.values.conversation import Strength
from assistant.core.values.documents import Document, Passage, SkipReason, UnreadParts
from assistant.language.messages import _, ngettext


class Waiting(Value):
    """The job has not begun: another runs, or the worker is being started."""

    kind: Literal["waiting"] = "waiting"


class Scanned(Value):
    """The folders are being walked; so many files were found so far."""

    kind: Literal["scanned"] = "scanned"
    files: int


class Planned(Value):
    """What is to be read: the files that are new or have changed."""

    kind: Literal["planned"] = "planned"
    files: int
    bytes: int


class Indexed(Value):
    """A file has been indexed: it is on disk with all its passages."""

    kind: Literal["indexed"] = "indexed"
    path: str
    passages: int
    unread: tuple[UnreadParts, ...] = ()
    """What of it could not be read."""


class Skipped(Value):
    """A file was left out, with the reason."""

    kind: Literal["skipped"] = "skipped"
    path: str
    reason: SkipReason
    detail: str


class IndexingProgress(Value):
    """Progress of an indexing job. Comes at most a few times a second."""

    kind: Literal["progress"] = "progress"
    done: int
    """Files, of those that were planned."""
    files: int
    rate: float
    """Files per second, lately; 0 while nothing is known."""
    eta: float | None
    """Seconds to the end; None while nothing is known."""
    current: str
    """The file that is being read; empty between two."""
    paused: bool = False
    yielding: bool = False
    """Whether it holds because an answer is being written."""


class Done(Value):
    """The job has ended."""

    kind: Literal["done"] = "done"
    indexed: int
    """Files."""
    skipped: int
    """Files, also those that were skipped earlier and have not changed since."""
    removed: int
    """Files that are no longer there."""
    seconds: float
    partial: int = 0
    """Files, of those indexed, of which something could not be read."""
    stopped: bool = False
    """Whether somebody stopped it: the rest is done when the folder is added again."""


IndexEvent = Waiting | Scanned | Planned | Indexed | Skipped | IndexingProgress | Done

DEFAULT_COLLECTION = "default"
"""Where files go that are added without the name of a collection."""

FileState = Literal["waiting", "indexed", "skipped"]
"""`waiting`: seen on disk and to be read; `skipped`: read in vain, for the reason given."""
FileFilter = FileState | Literal["partial"]
"""Files in one state; `partial` are those indexed files of which something could not be read."""
Unfit = Literal["score", "duplicate", "budget"]
"""Why a passage that was found is not used: too far from the question, the same text as another,
or no room for it."""
LeftOutReason = SkipReason | Literal["ignored", "hidden"]


class Collection(Value):
    """A named set of folders and files."""

    name: str
    roots: tuple[str, ...]
    """Folders and files that were added, in printable form."""
    files: int
    """All that belong to it, whatever their state."""
    passages: int
    skipped: int = 0
    """Files that could not be read."""
    partial: int = 0
    """Indexed files of which something could not be read."""
    waiting: int = 0
    """Files that are still to be read."""
    missing: tuple[str, ...] = ()
    """The roots that are not there now, as on a disk that is not plugged in; they keep their
    passages."""


class LeftOut(Value):
    """Files and folders that would not be read, all for the same reason."""

    reason: LeftOutReason
    count: int
    example: str
    """The first of them, in printable form."""


class Survey(Value):
    """Preview of adding folders and files, judged by names and sizes alone."""

    kind: Literal["survey"] = "survey"
    files: int
    """To be read: what is new or has changed."""
    bytes: int
    unchanged: int = 0
    """Files that are in the library already and would only be put into the collection."""
    seconds: float | None = None
    """Estimate from types and sizes, at the rate of earlier jobs; before the first a guess. None
    when nothing can be said."""
    left_out: tuple[LeftOut, ...] = ()
    """Most first."""


class FileText(Value):
    """A file as it is now, read whole."""

    kind: Literal["file_text"] = "file_text"
    path: str
    """In printable form, absolute."""
    document: Document
    content_hash: str
    """SHA-256 of the file."""


class RemovedRoots(Value):
    """Folders and files that were taken out of a collection."""

    collection: str
    encoded: tuple[str, ...]
    """Their paths as bytes, in hexadecimal: names need not be text."""
    at: datetime

    @field_validator("encoded")
    @classmethod
    def _are_bytes(cls, paths: tuple[str, ...]) -> tuple[str, ...]:
        for path in paths:
            bytes.fromhex(path)
        return paths

    @property
    def roots(self) -> tuple[str, ...]:
        """Their paths, as `os.fsdecode` makes them."""
        return tuple(os.fsdecode(bytes.fromhex(path)) for path in self.encoded)


class FileEntry(Value):
    """One file of the library."""

    path: str
    """In printable form."""
    size: int
    """Bytes."""
    state: FileState
    passages: int
    reason: SkipReason | None = None
    detail: str = ""
    content_hash: str = ""
    """SHA-256 of the file when it was read; empty when it was not."""
    unread: tuple[UnreadParts, ...] = ()
    """What of it could not be read."""
    modified: datetime | None = None
    """When it was changed last; None where that is not known."""


class LibraryStatus(Value):
    """Status of the library: what it holds, what waits, and the job that runs."""

    collections: int
    files: int
    indexed: int
    skipped: int
    waiting: int
    """Files that are still to be read."""
    passages: int
    disk_bytes: int
    """Of the database and the search structures."""
    paused: bool
    job: IndexingProgress | None
    """The job that runs now."""
    embedder: str = ""
    """The name of the embedder whose vectors answer questions; empty while there is none."""
    next_embedder_done: float | None = None
    """The share of the passages that the embedder has done which is to take its place, 0 to 1;
    None when it is the one that the settings name."""
    embedder_problem: str = ""
    """Why an embedder cannot be used; questions are answered by their words alone where it is the
    only one."""
    roots: int = 0
    """Folders and files that were added."""
    watched: int = 0
    """Those of them whose changes are noticed at once; the others are walked now and then."""
    missing: tuple[str, ...] = ()
    """Those that are not there now, as on a disk that is not plugged in."""
    partial: int = 0
    """Indexed files of which something could not be read."""
    left_out: tuple[str, ...] = ()
    """Folders and files that are not looked through for a day, since that ended the program."""


class UnusedPassage(Value):
    """Passage that was found and not used, with the reason."""

    passage: Passage
    reason: Unfit


class SpellingCorrection(Value):
    """A word of a question that no passage has, and the one that was searched for instead."""

    typed: str
    searched: str


class SearchResult(Value):
    """Result of a search for a question: passages, best first, and how good the evidence is."""

    passages: tuple[Passage, ...] = ()
    """Best first."""
    evidence: float = 0.0
    """0 to 1: how likely it is that the files speak to the question."""
    sufficient: bool = False
    """Whether the evidence is enough to answer from these passages."""
    unused: tuple[UnusedPassage, ...] = ()
    """The next best ones."""
    searched: int = 0
    """Passages that were searched."""
    corrections: tuple[SpellingCorrection, ...] = ()
    """Words that were searched for in place of those of the question."""
    excerpted: tuple[str, ...] = ()
    """Names of attached files that are larger than the window: only passages of them are read."""

    @property
    def excerpted_text(self) -> str:
        """What of files that are too large is read, in words; empty when there are none."""
        if not self.excerpted:
            return ""
        return ngettext(
            "{files} is larger than the window: only the nearest passages are read",
            "{files} are larger than the window: only the nearest passages are read",
            len(self.excerpted),
            files=", ".join(self.excerpted),
        )

    @property
    def corrections_text(self) -> str:
        """The corrections in words; empty when there are none."""
        pairs = [
            _("“{word}” instead of “{typed}”", word=each.searched, typed=each.typed)
            for each in self.corrections
        ]
        return _("searched for {words}", words=", ".join(pairs)) if pairs else ""


class NearestSentence(Value):
    """Sentence of the used passages that is nearest to the question."""

    number: int
    """Of its passage, from 1."""
    text: str


class Retrieval(Value):
    """Retrieval for an answer: what was searched and used, as stored with it."""

    result: SearchResult
    used: tuple[Passage, ...]
    """Those in the prompt: number n of a citation is the n-th."""
    collections: tuple[str, ...] | None = None
    """Where was searched; None is everywhere, empty means that the files came with the question."""
    saying: NearestSentence | None = None
    """What the files say, where they clearly bear out no sentence of the answer."""


class CheckedPassage(Value):
    """Passage that an answer is checked against, with all that the model saw of it."""

    text: str
    path: str
    """Printable form of the file's path: its name counts for what the passage is about."""
    title: str = ""
    headings: tuple[str, ...] = ()
    """Outermost first; the names of a table's columns are one, too."""
    navigation: bool = False
    """Whether it only leads elsewhere, as a menu does, and bears out nothing."""

    @classmethod
    def of(cls, passage: Passage) -> Self:
        return cls(
            text=passage.text,
            path=passage.path,
            title=passage.title,
            headings=passage.place.heading,
            navigation=passage.navigation,
        )


class Support(Value):
    """What one passage says to one sentence of an answer."""

    strength: Strength | None
    """None when it does not bear the sentence out."""
    score: float
    """How near it is among those of the same strength, 0 to 1."""
    start: int
    end: int
    """The sentence or row of the passage that says it, as offsets in its text."""


class AnswerCheck(Value):
    """Result of the check of an answer."""

    support: tuple[tuple[Support, ...], ...] = ()
    """Shape (sentences, passages); empty when the check was stopped."""
    nearest: NearestSentence | None = None
    """What the passages say to the question, where they clearly support no sentence; None when
    they say nothing about it."""


class RankedText(Value):
    """One of several texts, with how much it says of what they say, or of a question."""

    at: int
    """Which of them, from 0."""
    score: float


class TextVectors(Value):
    """The vectors of texts, in their order."""

    embedder: str = ""
    """What the embedder is called."""
    vectors: tuple[tuple[float, ...], ...] = ()
    """Of length 1."""
    tokens: int = 0
    """Of all texts together."""


class IntegrityProblem(Value):
    """Something that is wrong with the stored library."""

    what: str
    repaired: bool


class Verification(Value):
    """Result of the integrity check of everything that is stored."""

    ok: bool
    """Whether no problems now."""
    files: int
    passages: int
    problems: tuple[IntegrityProblem, ...] = ()
