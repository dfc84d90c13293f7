"""The seams: what the core needs from the outside, as Protocols."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from threading import Event
from typing import Protocol

from assistant.core.changes import Change, Label, Removed
from assistant.core.downloads import Fetched, Fetching, Offer, Recommended
from assistant.core.events import Loaded, Loading, ModelEvent, Queued
from assistant.core.findings import Findings
from assistant.core.library import (
    Collection,
    FileEntry,
    FileState,
    FileText,
    LibraryStatus,
    RemovedRoots,
    Retrieval,
    SearchResult,
    Support,
    Survey,
    Verification,
)
from assistant.core.library_events import IndexEvent, Scanned, Waiting
from assistant.core.model_details import ModelDetails
from assistant.core.models import (
    AdapterUse,
    ChatMessage,
    Citation,
    Conversation,
    ConversationSummary,
    Keep,
    Measure,
    Message,
    MessageState,
    ModelRef,
    Overflow,
    Placing,
    QuestionPrompt,
    Rating,
    RenderedPrompt,
    Role,
    Sampling,
    SamplingChanges,
    SearchHit,
    StopReason,
    Summary,
    Timings,
    TitledBy,
    Usage,
)
from assistant.core.prompts.values import Opening
from assistant.core.transcript import Adoption, Transcript
from assistant.core.tuning import Choice, Trying


class Clock(Protocol):
    """The time of day, timezone-aware, in UTC."""

    def now(self) -> datetime: ...


class ChatModel(Protocol):
    """A model that continues a list of messages.

    Every method raises `ModelError` or `EngineError` and returns soon after `stop` is set.
    A last message of role `assistant` is an unfinished answer, to be gone on with.
    """

    @property
    def name(self) -> str:
        """As the catalog calls it; known before it is loaded."""
        ...

    @property
    def adapters(self) -> tuple[AdapterUse, ...]:
        """What it is run with, those of the settings included; known before it is loaded."""
        ...

    def load(
        self, stop: Event, *, window: int | None = None
    ) -> Iterator[Queued | Loading | Loaded]:
        """Bring the model into memory; the last event is `Loaded`, unless stopped.

        Args:
            window: tokens that are needed. A smaller window grows where it can, as far as it can;
                what was read stays read.
        """
        ...

    def measure(self, messages: Sequence[ChatMessage]) -> Measure:
        """Count tokens exactly. Texts far beyond the window are estimated from below."""
        ...

    def render(self, messages: Sequence[ChatMessage]) -> RenderedPrompt:
        """The exact prompt text and its tokens."""
        ...

    def stream(
        self,
        messages: Sequence[ChatMessage],
        sampling: Sampling,
        stop: Event,
        *,
        keep: Keep = "disk",
    ) -> Iterator[ModelEvent]:
        """Write an answer; the last event is `Finished`, also after `stop`.

        Args:
            keep: a conversation that must not reach the disk is kept in memory; what is no part
                of any conversation, such as a title, is written aside.

        Raises:
            ContextOverflowError: the messages do not fit the window.
        """
        ...


class ModelCatalog(Protocol):
    """The models on this machine."""

    def models(self) -> list[ModelRef]: ...

    def details(self, stop: Event) -> Iterator[ModelDetails]:
        """What is known of the models without loading them, and of files that are none.

        Headers that were not seen before are read in a process of its own, which takes a while.
        """
        ...

    def reference(self, name: str | None) -> ModelRef:
        """The model called `name` (or at that path), or the default one.

        Raises `ModelNotFoundError`.
        """
        ...

    def open(self, name: str | None, adapters: Sequence[AdapterUse] | None = None) -> ChatModel:
        """The model called `name` (or at that path); None opens the default one.

        Loads nothing. Raises `ModelNotFoundError`, and `AdapterNotFoundError`, which is one.

        Args:
            adapters: what it is run with; None takes those of the settings.
        """
        ...


class ModelDownloads(Protocol):
    """Models that can be fetched. The only port that opens connections, and only when called.

    Raises `DownloadError`, and `AccessError` where a token is needed.
    """

    def recommended(self) -> list[Recommended]:
        """The shipped catalogue, small models first. Opens no connection."""
        ...

    def find(self, wanted: str, token: str | None = None) -> Offer:
        """What a download of `REPOSITORY[:FILE]` would bring.

        Args:
            token: shown to the server; an empty one is the one that the user has logged in with.
        """
        ...

    def fetch(
        self, offer: Offer, stop: Event, token: str | None = None
    ) -> Iterator[Fetching | Fetched]:
        """Fetch a model; `Fetched` comes last, unless stopped. What arrived is gone on with."""
        ...


class ModelTuning(Protocol):
    """How fast models run on this machine with so many threads, and what is remembered of it.

    Raises `ModelError`, `EngineError`, and `StorageError` where nothing can be remembered.
    """

    def measure(self, name: str | None, stop: Event, *, quick: bool) -> Iterator[Trying]:
        """Measure a model; `Tuned` comes last, unless stopped, and is remembered by then.

        Args:
            quick: whether seconds must do, and less is told apart.
        """
        ...

    def in_use(self, name: str | None) -> tuple[Choice, ...]:
        """What a model is run with, and where that comes from."""
        ...

    def forget(self, name: str | None) -> int:
        """Forget what was found for a model, or for all; how many measurements that was."""
        ...


class ConversationStore(Protocol):
    """The user's conversations. Safe to use from several threads and processes at once.

    Raises `NotFoundError` for ids it does not know and `StorageError` for everything else.
    """

    def create(
        self,
        *,
        title: str = "",
        system_prompt: str = "",
        prompt_name: str | None = None,
        model: str | None = None,
        adapters: Sequence[AdapterUse] | None = None,
        collections: Sequence[str] | None = None,
        examples: Sequence[ChatMessage] = (),
        sampling: SamplingChanges | None = None,
        temporary: bool = False,
    ) -> Conversation:
        """Args:
        temporary: it and its messages live in memory only, are neither listed nor found with
            the others, and end with this store.
        """
        ...

    def conversation(self, id: str) -> Conversation:
        """By its id or by the start of it, when that is unique."""
        ...

    def conversations(
        self,
        *,
        deleted: bool = False,
        limit: int | None = None,
        title_contains: str = "",
        folder: str | None = None,
        tag: str | None = None,
        archived: bool | None = False,
        pinned: bool | None = None,
        temporary: bool = False,
    ) -> list[ConversationSummary]:
        """Newest `updated` first; those without any message and any draft are left out.

        Args:
            deleted: those in the trash instead, archived or not.
            folder: those in this folder and in folders below it; "" is no folder at all.
            tag: those with this tag.
            archived: only those, or without those; None is both.
            pinned: only those, or without those; None is both.
            temporary: those in memory instead.
        """
        ...

    def folders(self) -> list[Label]:
        """The folders in use, by name."""
        ...

    def tags(self) -> list[Label]:
        """The tags in use, by name."""
        ...

    def unsent(self) -> Conversation | None:
        """The newest conversation with a draft and no message yet, the trash left aside.

        Drafts that another window keeps, which is still open, are its own.
        """
        ...

    def rename(self, id: str, title: str) -> None: ...

    def suggest_title(self, id: str, title: str, by: TitledBy) -> bool:
        """Give a conversation a title that the user did not think of; whether it has it now.

        The first words are for one that has none, the model's replaces the first words, and
        neither replaces the user's.
        """
        ...

    def set_draft(self, id: str, draft: str) -> None: ...

    def set_system_prompt(
        self,
        id: str,
        text: str,
        prompt_name: str | None,
        examples: Sequence[ChatMessage] = (),
    ) -> None:
        """Another system prompt, and the examples that go with it.

        This and `set_sampling`, `set_model`, `set_adapters`, `set_collections` and `take_up` leave
        `marks` at the last message of the active branch, which go again when the change is undone.
        """
        ...

    def take_up(self, id: str, opening: Opening, model: str | None = None) -> None:
        """Let the conversation go on under another prompt, as one change.

        Its sampling becomes the prompt's; collections stay unless the prompt names some.

        Args:
            model: the one to go on with, as by `set_model`; None stays with the conversation's.
        """
        ...

    def set_sampling(self, id: str, sampling: SamplingChanges) -> None:
        """What the conversation has otherwise than the settings."""
        ...

    def set_model(self, id: str, model: str | None) -> None:
        """Which model the conversation goes on with; None follows the settings.

        Adapters were chosen for the model that it had: with another one it follows the settings
        again, unless it is to have none.
        """
        ...

    def set_adapters(self, id: str, adapters: Sequence[AdapterUse] | None) -> None:
        """What the conversation's model is run with; see `Conversation`."""
        ...

    def set_collections(self, id: str, collections: Sequence[str] | None) -> None:
        """Which of the user's files the conversation is about; see `Conversation`."""
        ...

    def set_overflow(self, id: str, overflow: Overflow) -> None: ...

    def pin(self, id: str, pinned: bool = True) -> None: ...

    def archive(self, id: str, archived: bool = True) -> None: ...

    def move(self, id: str, folder: str) -> None:
        """Into a folder, or out of its folder with ""."""
        ...

    def tag(self, id: str, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None: ...

    def rate(self, message_id: str, rating: Rating | None, note: str = "") -> None: ...

    def delete(self, id: str) -> None:
        """Move to the trash, where it stays for 30 days."""
        ...

    def restore(self, id: str) -> None:
        """Take back from the trash."""
        ...

    def delete_message(self, id: str) -> None:
        """Move a message and everything below it to the trash.

        A version beside it takes its place in the active branch.

        Raises:
            StorageError: one of them is being written.
        """
        ...

    def restore_message(self, id: str) -> None:
        """Take a message and what left together with it back from the trash."""
        ...

    def purge(self) -> int:
        """Delete for good what has been in the trash, or could be undone, for 30 days.

        Nothing of it is left anywhere afterwards. Many short transactions, between which others
        write; where much has to leave it can take minutes.
        """
        ...

    def trash(self) -> list[Removed]:
        """Conversations and messages in the trash, newest first."""
        ...

    def changes(self, conversation_id: str | None = None, *, limit: int = 50) -> list[Change]:
        """What was changed in the last 30 days and can be undone, newest first."""
        ...

    def undo(self, number: int | None = None, *, conversation_id: str | None = None) -> Change:
        """Take a change back: this one, or the newest one; it is forgotten then.

        Raises:
            NotFoundError: there is no such change, or what was changed is in the trash.
        """
        ...

    def branch(self, conversation_id: str) -> list[Message]:
        """The active branch, from its first message to its last."""
        ...

    def path(self, message_id: str) -> list[Message]:
        """From the first message down to this one, this one included."""
        ...

    def message(self, id: str) -> Message:
        """By its id or by the start of it, when that is unique."""
        ...

    def versions(self, message_id: str) -> list[Message]:
        """All messages with the same parent and role, oldest first, this one included."""
        ...

    def select(self, message_id: str) -> None:
        """Make the branch through this message the active one; below it, the one last used."""
        ...

    def append(
        self,
        conversation_id: str,
        parent_id: str | None,
        role: Role,
        text: str,
        *,
        state: MessageState = "complete",
        model: str | None = None,
        adapters: Sequence[AdapterUse] = (),
        sampling: Sampling | None = None,
        attached: Sequence[str] = (),
        prompt: QuestionPrompt | None = None,
    ) -> Message:
        """Store a message on disk, make it active and touch the conversation."""
        ...

    def reopen(
        self,
        message_id: str,
        *,
        model: str | None,
        sampling: Sampling,
        adapters: Sequence[AdapterUse] = (),
    ) -> Message:
        """Take up an unfinished answer again: state `streaming`, its text kept."""
        ...

    def set_sent(self, message_id: str, sent: str | None) -> None:
        """Keep what the model reads for a question, where that is more than its text."""
        ...

    def place(self, message_id: str, placing: Placing | None) -> None:
        """Pin the turn of this question in the window, or exclude it from it; None does neither."""
        ...

    def set_summary(self, message_id: str, summary: Summary | None) -> None:
        """Keep what was said down to this answer beside it.

        One that the user has edited, and None, can be undone; any other is kept only where there
        is none.
        """
        ...

    def set_outgrown(self, message_id: str, overflow: Overflow) -> None:
        """Keep that the conversation outgrew the window with this answer."""
        ...

    def set_reasoning(self, message_id: str, reasoning: str) -> None:
        """Keep what the model thought before an answer."""
        ...

    def set_retrieval(self, message_id: str, retrieval: Retrieval) -> None:
        """Keep what the user's files had to do with an answer."""
        ...

    def retrieval(self, message_id: str) -> Retrieval | None:
        """None when no files were looked into for this answer."""
        ...

    def journal(self, message_id: str, text: str) -> None:
        """Add to a streaming message. On disk within 250 ms; does not wait for it."""
        ...

    def finish(
        self,
        message_id: str,
        state: MessageState,
        *,
        stop_reason: StopReason | None = None,
        usage: Usage | None = None,
        timings: Timings | None = None,
        error: str | None = None,
        citations: Sequence[Citation] = (),
    ) -> Message:
        """End a streaming message, everything journalled included."""
        ...

    def search(self, query: str, *, limit: int = 50) -> list[SearchHit]:
        """The best messages for a query as in `core.search_query`, best first.

        Case and accents do not matter; any text is a valid query.
        """
        ...

    def find(self, query: str, *, limit: int = 20) -> Findings:
        """The best conversations for a query, by their messages, titles and system prompts."""
        ...

    def fork(self, message_id: str) -> Conversation:
        """A new conversation that begins with the messages down to this one, copied."""
        ...

    def transcript(self, id: str) -> Transcript:
        """A conversation with its whole tree, the trash left aside."""
        ...

    def adopt(self, transcript: Transcript) -> Adoption:
        """Take in a conversation, or those of its messages that are not there yet.

        Nothing that is there changes, so that adopting twice is adopting once.
        """
        ...

    def revision(self) -> int:
        """A number that changes when another connection changed the conversations."""
        ...

    def close(self) -> None: ...


class Library(Protocol):
    """The user's files, indexed. Safe to use from several threads and processes at once.

    Raises `LibraryError` when the library cannot be used, and `NotFoundError` for collections and
    paths it does not know. Paths may hold surrogates, as `os.fsdecode` makes them.
    """

    def is_empty(self) -> bool:
        """Whether nothing was ever added. Does not wait for anything, and starts nothing."""
        ...

    def survey(
        self, paths: Sequence[str], collection: str, stop: Event
    ) -> Iterator[Waiting | Scanned | Survey]:
        """What `add` would do; nothing is changed. `Survey` comes last, unless stopped.

        Raises:
            NotFoundError: a path is not there.
        """
        ...

    def read(self, path: str, stop: Event) -> FileText | None:
        """The text of a file as it is now, in the library or not; None when stopped.

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
        """Look at all folders again and index what has changed; like `add` otherwise."""
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
        """The passages that fit a question; nothing when stopped.

        Args:
            collections: where to look; None is everywhere.
        """
        ...

    def support(
        self,
        sentences: Sequence[str],
        texts: Sequence[str],
        stop: Event | None = None,
        *,
        question: str = "",
    ) -> tuple[tuple[Support, ...], ...]:
        """How far each text bears out each sentence, shape (sentences, texts); empty when stopped.

        The texts are those of passages that were found.

        Args:
            question: what the sentences answer: its own words bear witness to nothing. Without
                one, all words count.
        """
        ...

    def collections(self) -> list[Collection]:
        """By name."""
        ...

    def files(
        self,
        collection: str | None = None,
        state: FileState | None = None,
        *,
        offset: int = 0,
        limit: int | None = None,
    ) -> list[FileEntry]:
        """By path; None takes all collections and all states.

        Args:
            offset: how many to pass over.
            limit: how many at most; None takes all.
        """
        ...

    def status(self) -> LibraryStatus: ...

    def remove(self, collection: str, paths: Sequence[str] = ()) -> int:
        """Take folders or files out of a collection; without paths, the whole collection.

        Returns the number of files that are no longer in the library. Files on disk stay.
        """
        ...

    def verify(self) -> Verification:
        """Look at everything that is stored and repair what can be repaired."""
        ...

    def removals(self) -> list[RemovedRoots]:
        """What was taken out in the last 30 days, newest first; `add` puts it back.

        Does not wait for anything, and starts nothing.
        """
        ...

    def pause(self) -> None:
        """Hold indexing back until `resume`, also of jobs to come."""
        ...

    def resume(self) -> None: ...

    def cancel(self) -> None:
        """End all jobs after the file at hand, wherever they were begun.

        What was not read is when its folder is looked at again.
        """
        ...
