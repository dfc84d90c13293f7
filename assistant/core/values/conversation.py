"""Conversations and their messages, with citations, marks, summaries and timings."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from assistant.core.values.base import Value
from assistant.core.values.sampling import AdapterUse, Sampling, SamplingChanges

Role = Literal["system", "user", "assistant"]
"""Who speaks."""

MessageState = Literal["streaming", "complete", "partial", "stopped", "failed"]
"""How far a message came.

`streaming`: being written by a process that is alive. `partial`: its writer died.
`stopped`: the user stopped it. `failed`: the engine did. The last three can be continued.
"""

StopReason = Literal["end", "length", "stopped"]
"""Why the model fell silent: its own end, the token limit, or the user's stop."""


Keep = Literal["disk", "memory", "aside"]
"""What becomes of a prompt that was read: kept on disk for the next time, kept only in memory, or
not kept, without taking the place of anything that is."""


Rating = Literal["good", "bad"]
"""What the user thinks of an answer."""

Overflow = Literal["leave_out", "summarise"]
"""What becomes of the oldest turns when a conversation outgrows the window: they are left out, or a
summary takes their place."""

Placing = Literal["pinned", "excluded"]
"""What the user wants of a turn: never to be left out of the window while it fits, or always."""

TitledBy = Literal["words", "model"]
"""Where a title comes from that the user did not give: the first words, or the model."""


LOCAL_ONLY_TAG = "local-only"
"""The tag of conversations of which nothing may be sent to another machine."""


class ChatMessage(Value):
    """One message as the model reads it."""

    role: Role
    content: str
    reasoning: str = ""
    """What was thought before, of an answer that is gone on with."""
    quotes_files: bool = False
    """Whether passages of the user's files stand in it."""


class Usage(Value):
    """Token counts of one answer. `cached_tokens` of the prompt were not read again."""

    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    drafted_tokens: int = 0
    """Tokens guessed from what the answer seemed to quote, to be evaluated several at once."""
    accepted_tokens: int = 0
    """Of those, the ones that were right."""


class Timings(Value):
    """Wall times of one answer in milliseconds, as the front end saw them."""

    queue_ms: float = 0
    load_ms: float = 0
    prefill_ms: float = 0
    first_token_ms: float = 0
    total_ms: float = 0
    tokens_per_second: float = 0


class Conversation(Value):
    """One conversation, without its messages."""

    id: str
    title: str
    titled: TitledBy | None = None
    """Where its title comes from; None is the user, or a file."""
    created: datetime
    updated: datetime
    system_prompt: str = ""
    prompt_name: str | None = None
    """The file of the prompt library that `system_prompt` was taken from."""
    model: str | None = None
    """Name or path of the model asked for; None follows the settings."""
    adapters: tuple[AdapterUse, ...] | None = None
    """What its model is run with; None follows the settings, empty is nothing."""
    collections: tuple[str, ...] | None = None
    """Which of the user's files its questions are about; None is all of them, empty is none."""
    examples: tuple[ChatMessage, ...] = ()
    """Questions and answers, in turn, that the model reads after the system prompt."""
    sampling: SamplingChanges = Field(default_factory=SamplingChanges)
    """What is chosen otherwise than in the settings."""
    overflow: Overflow = "leave_out"
    draft: str = ""
    deleted: datetime | None = None
    pinned: bool = False
    archived: bool = False
    folder: str = ""
    """A conversation is in one folder or in none; `/` separates folders within folders."""
    tags: tuple[str, ...] = ()
    """In alphabetical order; two that differ in case or accents only are one."""
    forked_from: str | None = None
    """The conversation that it was forked from, while that exists."""
    forked_at: str | None = None
    """The last message that they have in common, as the other conversation calls it."""
    temporary: bool = False
    """Whether it lives in memory only."""

    @property
    def is_local_only(self) -> bool:
        """Whether nothing of it may be sent to another machine."""
        return LOCAL_ONLY_TAG in self.tags


class ConversationSummary(Value):
    """One line of the list of conversations."""

    id: str
    title: str
    created: datetime
    updated: datetime
    messages: int
    """Number of messages in the whole tree."""
    model: str | None = None
    adapters: tuple[AdapterUse, ...] | None = None
    pinned: bool = False
    archived: bool = False
    folder: str = ""
    tags: tuple[str, ...] = ()
    temporary: bool = False


_MAX_HEADING = 80
"""Characters of a heading in the words for a place: the names of many columns are a long one."""


class Place(Value):
    """Place of a passage in its file, as far as the format knows."""

    page: int | None = None
    page_end: int | None = None
    """The page where it ends, when that is another one."""
    sheet: str | None = None
    row: int | None = None
    heading: tuple[str, ...] = ()
    """The headings above it, outermost first."""
    line_start: int | None = None
    """From 1."""
    line_end: int | None = None

    def __str__(self) -> str:
        """In words, such as `page 3, “Results”`; empty when the format knows none."""
        parts = []
        if self.page is not None:
            end = self.page_end or self.page
            one = end == self.page
            parts.append(f"page {end}" if one else f"pages {self.page}–{end}")
        if self.sheet is not None:
            parts.append(f"sheet {self.sheet}")
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.line_start is not None:
            end = self.line_end or self.line_start
            one = end == self.line_start
            parts.append(f"line {end}" if one else f"lines {self.line_start}–{end}")
        if self.heading:
            parts.append(f"“{self.shown_heading}”")
        return ", ".join(parts)

    @property
    def shown_heading(self) -> str:
        """The nearest heading above it, cut where it is long; empty without one."""
        heading = self.heading[-1] if self.heading else ""
        return f"{heading[: _MAX_HEADING - 1]}…" if len(heading) > _MAX_HEADING else heading


Strength = Literal["verbatim", "supported", "weak", "contradicted"]
"""What a passage says to a sentence: the same word for word, the same clearly or only in part, or
the opposite."""


class Citation(Value):
    """A sentence of an answer and the passage that bears it out, or says the opposite."""

    number: int
    """Of the passage in the prompt, from 1: the `[n]` of the answer."""
    strength: Strength
    start: int
    end: int
    """The sentence, as offsets in the answer."""
    path: str
    """Printable form of the file's path."""
    title: str
    place: Place
    quote: str
    """What the passage says."""
    quote_start: int
    """Where that stands in the file's text, in characters."""
    content_hash: str
    """SHA-256 of the file when it was read: shows whether the source has changed since."""


MarkSubject = Literal[
    "role",
    "model",
    "adapters",
    "files",
    "temperature",
    "top_k",
    "top_p",
    "min_p",
    "repeat_penalty",
    "seed",
    "max_tokens",
    "thinking",
]
"""What changed: the system prompt, the model, its adapters, the collections, or a field of
`Sampling`."""


class Mark(Value):
    """Change mark: what was changed in the middle of a conversation."""

    id: str
    subject: MarkSubject
    before: str = ""
    after: str = ""
    """What holds from here on, in few words; empty for what is usual."""
    at: datetime


class QuestionPrompt(Value):
    """Prompt of a single question, in place of its conversation's."""

    name: str
    """What the question begins with, after a slash."""
    text: str = ""
    examples: tuple[ChatMessage, ...] = ()
    sampling: SamplingChanges = Field(default_factory=SamplingChanges)


class Summary(Value):
    """Summary of a conversation from its beginning to the answer it is kept with."""

    text: str
    covers: tuple[int, ...]
    """The questions that it speaks of, as places on the path from the first message, from 0."""
    edited: bool = False
    """Whether the user has changed it."""


class Message(Value):
    """One message of a conversation's tree."""

    id: str
    conversation_id: str
    parent_id: str | None
    """None for a message that opens a branch of its own."""
    role: Role
    text: str
    """Exactly what was typed or written, never cleaned: clean it where it is shown."""
    sent: str | None = None
    """What the model read for it, where that was more than `text`: a question with passages."""
    attached: tuple[str, ...] = ()
    """Files that go whole with a question, as absolute paths."""
    state: MessageState
    created: datetime
    version: int = 1
    """Place among the versions of this message, from 1."""
    versions: int = 1
    """How many messages share this message's parent."""
    model: str | None = None
    adapters: tuple[AdapterUse, ...] = ()
    """Of an answer: what the model was run with."""
    sampling: Sampling | None = None
    stop_reason: StopReason | None = None
    usage: Usage | None = None
    timings: Timings | None = None
    error: str | None = None
    """What went wrong, for a message in state `failed`."""
    reasoning: str = ""
    """What a reasoning model thought before this answer. It is read again only where the answer is
    gone on with."""
    citations: tuple[Citation, ...] = ()
    """Which passages bear out which sentences of an answer."""
    edited: bool = False
    """Of an answer: whether the user has changed its text, which the model then did not write."""
    rating: Rating | None = None
    note: str = ""
    """Why it was rated so."""
    marks: tuple[Mark, ...] = ()
    """What was changed after it and before what follows it, oldest first."""
    prompt: QuestionPrompt | None = None
    """Under which prompt a question is answered, when not under its conversation's."""
    placing: Placing | None = None
    """Of a question: what the user wants of its turn in the window."""
    summary: Summary | None = None
    """Of an answer: what may stand for the turns down to this one."""
    outgrown: Overflow | None = None
    """Of an answer: with it the conversation outgrew the window, and this became of its oldest
    turns."""

    @property
    def has_begun(self) -> bool:
        """Whether anything of it is there, or of what was thought before it."""
        return bool(self.text or self.reasoning)

    @property
    def asked(self) -> str:
        """Text of a question without the name of its prompt."""
        if self.prompt is None:
            return self.text
        return self.text.lstrip().removeprefix(f"/{self.prompt.name}").strip()


class SearchHit(Value):
    """A message found by its text."""

    conversation_id: str
    title: str
    message_id: str
    role: Role
    snippet: str
    """The surroundings of the match; matches stand between U+0002 and U+0003."""
    created: datetime
