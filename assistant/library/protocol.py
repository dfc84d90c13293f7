"""What a front end and the library worker say to each other, one request per connection."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from assistant.core.values.base import Value
from assistant.core.values.library import (
    Collection,
    Done,
    FileEntry,
    FileState,
    FileText,
    Indexed,
    LibraryStatus,
    Planned,
    Progress,
    Scanned,
    SearchResult,
    Skipped,
    Support,
    Survey,
    Verification,
    Waiting,
)
from assistant.ipc.messages import Failed, Leaving


class _WithPaths(Value):
    """Names on disk are bytes, which need not be text."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")


class Add(_WithPaths):
    """Index folders and files. Answered by `Accepted` and index events, and `Done` at last."""

    kind: Literal["add"] = "add"
    collection: str
    paths: tuple[bytes, ...]
    """Absolute."""


class SurveyPaths(_WithPaths):
    """What adding folders and files would do. Answered by `Scanned`, many, and `Survey`."""

    kind: Literal["survey_paths"] = "survey_paths"
    collection: str
    paths: tuple[bytes, ...]
    """Absolute."""


class ReadFile(_WithPaths):
    """Read a file whole. Answered by `FileText`."""

    kind: Literal["read_file"] = "read_file"
    path: bytes
    """Absolute."""


class Refresh(Value):
    """Look at the folders again. Answered like `Add`."""

    kind: Literal["refresh"] = "refresh"
    collection: str | None


class Rebuild(Value):
    """Make everything anew. Answered like `Add`."""

    kind: Literal["rebuild"] = "rebuild"


class StopJob(Value):
    """End an indexing job. Answered by `Obeyed`.

    Going away does not end it: a window that closes must not, and a person who wants to does.
    """

    kind: Literal["stop_job"] = "stop_job"
    job: str | None
    """None is all of them."""


class Search(Value):
    """Answered by `Found`."""

    kind: Literal["search"] = "search"
    question: str
    collections: tuple[str, ...] | None
    limit: Annotated[int, Field(ge=1, le=1000)]


class Weigh(Value):
    """How far texts bear out sentences. Answered by `Weighed`."""

    kind: Literal["weigh"] = "weigh"
    sentences: tuple[str, ...]
    texts: tuple[str, ...]
    question: str = ""


class ListCollections(Value):
    """Answered by `Collections`."""

    kind: Literal["list_collections"] = "list_collections"


class ListFiles(Value):
    """Answered by `Files`, several of them, and `Obeyed`."""

    kind: Literal["list_files"] = "list_files"
    collection: str | None
    state: FileState | None
    offset: Annotated[int, Field(ge=0)] = 0
    limit: Annotated[int, Field(ge=0)] | None = None


class AskStatus(Value):
    """Answered by `Status`."""

    kind: Literal["ask_status"] = "ask_status"


class Remove(_WithPaths):
    """Take roots out of a collection; without paths, all of it. Answered by `Removed`."""

    kind: Literal["remove"] = "remove"
    collection: str
    paths: tuple[bytes, ...]


class Verify(Value):
    """Answered by `Verified`."""

    kind: Literal["verify"] = "verify"


class Pause(Value):
    """Hold indexing back, or let it go on. Answered by `Obeyed`."""

    kind: Literal["pause"] = "pause"
    paused: bool


JobRequest = Add | Refresh | Rebuild
QuickRequest = (
    StopJob
    | SurveyPaths
    | ReadFile
    | Search
    | Weigh
    | ListCollections
    | ListFiles
    | AskStatus
    | Remove
    | Verify
    | Pause
)
LibraryRequest = JobRequest | QuickRequest
requests: TypeAdapter[LibraryRequest] = TypeAdapter(
    Annotated[LibraryRequest, Field(discriminator="kind")]
)


class Accepted(Value):
    """The job is in the worker's hands, whatever becomes of the caller."""

    kind: Literal["accepted"] = "accepted"
    job: str


class Found(Value):
    kind: Literal["found"] = "found"
    result: SearchResult


class Weighed(Value):
    kind: Literal["weighed"] = "weighed"
    support: tuple[tuple[Support, ...], ...]


class Collections(Value):
    kind: Literal["collections"] = "collections"
    collections: tuple[Collection, ...]


class Files(Value):
    kind: Literal["files"] = "files"
    files: tuple[FileEntry, ...]


class Status(Value):
    kind: Literal["status"] = "status"
    status: LibraryStatus


class Removed(Value):
    kind: Literal["removed"] = "removed"
    files: int


class Verified(Value):
    kind: Literal["verified"] = "verified"
    verification: Verification


class Obeyed(Value):
    kind: Literal["obeyed"] = "obeyed"


JobReply = Accepted | Waiting | Scanned | Planned | Indexed | Skipped | Progress | Done
Answer = Survey | FileText | Found | Weighed | Collections | Status | Removed | Verified | Obeyed
QuickReply = Answer | Files
Reply = JobReply | QuickReply | Failed
replies: TypeAdapter[Reply | Leaving] = TypeAdapter(
    Annotated[Reply | Leaving, Field(discriminator="kind")]
)

Last = Done | Answer | Leaving
"""After one of these the connection is over."""
