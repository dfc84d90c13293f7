"""The frozen values that travel between the parts of the program."""

from datetime import datetime
from pathlib import PurePath
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

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


class Value(BaseModel):
    """A frozen value that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ChatMessage(Value):
    """One message as the model reads it."""

    role: Role
    content: str


SMALLEST_WINDOW: Final = 256


def _as_window(tokens: int) -> int:
    if 0 < tokens < SMALLEST_WINDOW:
        raise ValueError(f"it should be 0, or {SMALLEST_WINDOW} and more")
    return tokens


ContextWindow = Annotated[int, Field(ge=0), AfterValidator(_as_window)]
"""Tokens that prompt and answer may use together. 0 begins with some and takes more when a
conversation needs them."""

FlashAttention = Literal["auto", "on", "off"]
"""How attention is computed; `auto` is on with a graphics card and off without."""

Lookup = Literal["auto", "on", "off"]
"""Whether answers are drafted from what they quote; `auto` is where that measures faster."""

CacheType = Literal["f16", "q8_0", "q4_0"]
"""How what was read is kept in memory. The shorter ones need flash attention."""

Temperature = Annotated[float, Field(ge=0, le=5, allow_inf_nan=False)]
TopK = Annotated[int, Field(ge=0)]
TopP = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
MinP = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
RepeatPenalty = Annotated[float, Field(gt=0, le=5, allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, lt=2**32 - 1)]
MaxTokens = Annotated[int, Field(ge=1)]

Thinking = Annotated[int, Field(ge=0)]

PER_ANSWER: Final[dict[str, JsonValue]] = {"per_answer": True}
"""Marks what is chosen for one answer and is no setting."""


class Constraint(Value):
    """What an answer has to be, letter for letter: no other token is ever chosen."""

    kind: Literal["schema", "grammar"]
    """A JSON schema, or a grammar in llama.cpp's GBNF."""
    text: str


class Sampling(Value):
    """How the next token is chosen. The names are llama.cpp's."""

    temperature: Temperature = 0.3
    """0 always takes the likeliest token."""
    top_k: TopK = 40
    """Keep the k likeliest tokens; 0 keeps all."""
    top_p: TopP = 0.95
    """Keep the likeliest tokens that together have this probability; 1 keeps all."""
    min_p: MinP = 0.05
    """Keep tokens at least this likely, compared with the likeliest; 0 keeps all."""
    repeat_penalty: RepeatPenalty = 1.1
    """Above 1, tokens that were used lately become less likely; 1 changes nothing."""
    seed: Seed | None = None
    """None draws a new one for every answer."""
    max_tokens: MaxTokens | None = None
    """The longest answer, in tokens; None is bounded by the context window alone."""
    thinking: Thinking | None = None
    """Tokens that a reasoning model may think before it answers; 0 lets it answer at once."""
    constraint: Annotated[Constraint | None, Field(json_schema_extra=PER_ANSWER)] = None
    """None lets the model write what it likes."""


class SamplingChanges(Value):
    """What of `Sampling` a prompt or a conversation has otherwise; None leaves it as it is."""

    temperature: Temperature | None = None
    top_k: TopK | None = None
    top_p: TopP | None = None
    min_p: MinP | None = None
    repeat_penalty: RepeatPenalty | None = None
    seed: Seed | None = None
    max_tokens: MaxTokens | None = None
    thinking: Thinking | None = None

    def over(self, sampling: Sampling) -> Sampling:
        """`sampling` with these changes."""
        return sampling.model_copy(update=self.model_dump(exclude_none=True))


class AdapterUse(Value):
    """A LoRA adapter that a model is run with."""

    name: str
    """As the catalog calls it, or the path of its file."""
    scale: Annotated[float, Field(ge=-10, le=10, allow_inf_nan=False)] = 1.0
    """How much of it: 0 is nothing, 1 what it was trained for."""

    def __str__(self) -> str:
        """In few words, such as `formal ×0.8`."""
        name = PurePath(self.name).stem if self.name.startswith("/") else self.name
        return name if self.scale == 1 else f"{name} ×{self.scale:g}"


class Usage(Value):
    """Tokens of one answer. `cached_tokens` of the prompt were not read again."""

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
    sampling: SamplingChanges = SamplingChanges()
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


class Place(Value):
    """Where a passage stands, as far as its format knows."""

    page: int | None = None
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
            parts.append(f"page {self.page}")
        if self.sheet is not None:
            parts.append(f"sheet {self.sheet}")
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.line_start is not None:
            end = self.line_end or self.line_start
            one = end == self.line_start
            parts.append(f"line {end}" if one else f"lines {self.line_start}–{end}")
        return ", ".join([*parts, *(f"“{heading}”" for heading in self.heading[-1:])])


Strength = Literal["verbatim", "supported", "weak"]
"""How well a passage bears out a sentence: word for word, clearly, or only in part."""


class Citation(Value):
    """A sentence of an answer and the passage that bears it out."""

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
    """SHA-256 of the file when it was read: tells whether the source has changed since."""


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
    """A change of course in the middle of a conversation."""

    id: str
    subject: MarkSubject
    before: str = ""
    after: str = ""
    """What holds from here on, in few words; empty for what is usual."""
    at: datetime


class QuestionPrompt(Value):
    """A prompt under which one question is answered, in place of its conversation's."""

    name: str
    """What the question begins with, after a slash."""
    text: str = ""
    examples: tuple[ChatMessage, ...] = ()
    sampling: SamplingChanges = SamplingChanges()


class Summary(Value):
    """What was said from the beginning of a conversation down to the answer it is kept with."""

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
    """What a reasoning model thought before this answer. It is not read again."""
    citations: tuple[Citation, ...] = ()
    """Which passages bear out which sentences of an answer."""
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
    def asked(self) -> str:
        """The text without the name of its prompt."""
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


ModelOrigin = Literal[
    "starter",
    "models folder",
    "path",
    "folder",
    "Hugging Face",
    "LM Studio",
    "Ollama",
    "GPT4All",
    "Jan",
    "llama.cpp",
]
"""Where a model was found: a folder of the settings, or the program that fetched it."""


class ModelRef(Value):
    """A model that can be asked for."""

    name: str
    path: str
    size: int
    """Bytes on disk."""
    origin: ModelOrigin


class ModelInfo(Value):
    """A loaded model."""

    name: str
    path: str
    description: str
    """Architecture, parameter count and quantization, e.g. `llama 135M Q4_1`."""
    context_window: int
    """Tokens that prompt and answer may use together."""
    trained_context: int
    limited: bool = False
    """Whether the window is smaller than usual or than it was asked to be, for want of memory."""


class Measure(Value):
    """Exact token counts of a list of messages, through the model's own template.

    `total` is what the engine would read, the opening of the answer included. `parts[i]` is
    message i's share; whatever belongs to no message (the template's own text) is in `overhead`,
    so that `sum(parts) + overhead == total`.
    """

    total: int
    parts: tuple[int, ...]
    overhead: int
    head: int = 0
    """The share of the overhead that stands before the first message."""
    exact: bool = True
    """False for texts so long that they are only estimated, from below."""


class RenderedPrompt(Value):
    """The prompt as the engine reads it."""

    text: str
    tokens: tuple[int, ...]
    pieces: tuple[str, ...] = ()
    """The text of each token; what is no whole character alone is shown as escaped bytes."""
    cached: int = 0
    """Tokens from the beginning on that would not be read again."""
