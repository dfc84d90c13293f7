"""Requests and replies between a front end and the library worker, one request per connection."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from assistant.core.values.base import BUILT_WHEN_USED, Value
from assistant.core.values.library import (
    AnswerCheck,
    CheckedPassage,
    Collection,
    Done,
    FileEntry,
    FileFilter,
    FileText,
    Indexed,
    IndexingProgress,
    LibraryStatus,
    Planned,
    RankedText,
    Scanned,
    SearchResult,
    Skipped,
    Survey,
    TextVectors,
    Verification,
    Waiting,
)
from assistant.ipc.messages import Failed, Leaving


class _WithPaths(Value):
    """Names on disk are bytes, which need not be text."""

    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")


class AddPaths(_WithPaths):
    """Index folders and files. Answered by `JobAccepted` and index events, and `Done` at last."""

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
    """Look at the folders again. Answered like `AddPaths`."""

    kind: Literal["refresh"] = "refresh"
    collection: str | None


class Rebuild(Value):
    """Make everything anew. Answered like `AddPaths`."""

    kind: Literal["rebuild"] = "rebuild"


class StopJob(Value):
    """End an indexing job. Answered by `Acknowledged`.

    Going away does not end it: a window that closes must not, and a person who wants to does.
    """

    kind: Literal["stop_job"] = "stop_job"
    job: str | None
    """None is all of them."""


class Search(Value):
    """Answered by `SearchReply`."""

    kind: Literal["search"] = "search"
    question: str
    collections: tuple[str, ...] | None
    limit: Annotated[int, Field(ge=1, le=1000)]


class CheckAnswer(Value):
    """What passages say to the sentences of an answer. Answered by `CheckReply`."""

    kind: Literal["check"] = "check"
    sentences: tuple[str, ...]
    passages: tuple[CheckedPassage, ...]
    question: str = ""


class RankTexts(Value):
    """Which of some texts say most. Answered by `RankReply`."""

    kind: Literal["rank"] = "rank"
    texts: tuple[str, ...]
    count: Annotated[int, Field(ge=1, le=1000)]
    question: str = ""


class EmbedTexts(Value):
    """The vectors of texts. Answered by `VectorsReply`."""

    kind: Literal["embed"] = "embed"
    texts: tuple[str, ...]
    questions: bool = False


class ListCollections(Value):
    """Answered by `CollectionsReply`."""

    kind: Literal["list_collections"] = "list_collections"


class ListFiles(Value):
    """Answered by `FilesReply`, several of them, and `Acknowledged`."""

    kind: Literal["list_files"] = "list_files"
    collection: str | None
    state: FileFilter | None
    offset: Annotated[int, Field(ge=0)] = 0
    limit: Annotated[int, Field(ge=0)] | None = None


class GetStatus(Value):
    """Answered by `StatusReply`."""

    kind: Literal["ask_status"] = "ask_status"


class Remove(_WithPaths):
    """Take roots out of a collection; without paths, all of it. Answered by `RemoveReply`."""

    kind: Literal["remove"] = "remove"
    collection: str
    paths: tuple[bytes, ...]


class Verify(Value):
    """Answered by `VerifyReply`."""

    kind: Literal["verify"] = "verify"


class Pause(Value):
    """Hold indexing back, or let it go on. Answered by `Acknowledged`."""

    kind: Literal["pause"] = "pause"
    paused: bool


JobRequest = AddPaths | Refresh | Rebuild
QuickRequest = (
    StopJob
    | SurveyPaths
    | ReadFile
    | Search
    | CheckAnswer
    | RankTexts
    | EmbedTexts
    | ListCollections
    | ListFiles
    | GetStatus
    | Remove
    | Verify
    | Pause
)
LibraryRequest = JobRequest | QuickRequest
requests: TypeAdapter[LibraryRequest] = TypeAdapter(
    Annotated[LibraryRequest, Field(discriminator="kind")],
    config=BUILT_WHEN_USED,
)


class JobAccepted(Value):
    """The job is in the worker's hands, whatever becomes of the caller."""

    kind: Literal["accepted"] = "accepted"
    job: str


class SearchReply(Value):
    kind: Literal["found"] = "found"
    result: SearchResult


class CheckReply(Value):
    kind: Literal["checked"] = "checked"
    check: AnswerCheck


class RankReply(Value):
    kind: Literal["ranked"] = "ranked"
    ranked: tuple[RankedText, ...]


class VectorsReply(Value):
    kind: Literal["embedded"] = "embedded"
    embeddings: TextVectors


class CollectionsReply(Value):
    kind: Literal["collections"] = "collections"
    collections: tuple[Collection, ...]


class FilesReply(Value):
    kind: Literal["files"] = "files"
    files: tuple[FileEntry, ...]


class StatusReply(Value):
    kind: Literal["status"] = "status"
    status: LibraryStatus


class RemoveReply(Value):
    kind: Literal["removed"] = "removed"
    files: int


class VerifyReply(Value):
    kind: Literal["verified"] = "verified"
    verification: Verification


class Acknowledged(Value):
    kind: Literal["obeyed"] = "obeyed"


JobReply = JobAccepted | Waiting | Scanned | Planned | Indexed | Skipped | IndexingProgress | Done
Answer = (
    Survey
    | FileText
    | SearchReply
    | CheckReply
    | RankReply
    | VectorsReply
    | CollectionsReply
    | StatusReply
    | RemoveReply
    | VerifyReply
    | Acknowledged
)
QuickReply = Answer | FilesReply
Reply = JobReply | QuickReply | Failed
replies: TypeAdapter[Reply | Leaving] = TypeAdapter(
    Annotated[Reply | Leaving, Field(discriminator="kind")],
    config=BUILT_WHEN_USED,
)

Last = Done | Answer | Leaving
"""After one of these the connection is over."""
