"""Conversations of any shape with anything in them, for laws about transcripts."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from assistant.core.values.conversation import (
    ChatMessage,
    Citation,
    Conversation,
    Mark,
    Message,
    Place,
    QuestionPrompt,
    Usage,
)
from assistant.core.values.library import Retrieval, SearchResult
from assistant.core.values.sampling import AdapterUse, Sampling, SamplingChanges
from assistant.core.values.transcript import Transcript, TranscriptEntry, connected

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)

HOSTILE = [
    "<!-- message {} -->",
    "\\<!-- message {}",
    "<!-- system prompt -->",
    "<!-- sources [] -->",
    "\n\n",
    "\n",
    "\r\n",
    "## You",
    "---",
    "```",
    "-->",
    "</style><script>",
    "\u2028",
    "\x85",
    "\x00",
    "\ufeff",
    "ação 👩‍👩‍👧",
]
texts = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=8)), max_size=6).map("".join)
lines = st.text(max_size=12) | st.sampled_from(HOSTILE)
ids = st.from_regex(r"[0-9a-f]{16}", fullmatch=True)
times = st.integers(0, 10**15).map(lambda n: NOW + timedelta(microseconds=n - 5 * 10**14))


patient = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def citations(draw: st.DrawFn) -> Citation:
    return Citation(
        number=draw(st.integers(1, 3)),
        strength="weak",
        start=0,
        end=4,
        path=draw(lines),
        title=draw(lines),
        place=Place(page=draw(st.integers(1, 9) | st.none()), heading=(draw(lines),)),
        quote=draw(texts),
        quote_start=3,
        content_hash="0" * 64,
    )


@st.composite
def marks(draw: st.DrawFn) -> Mark:
    subject = draw(st.sampled_from(["role", "model", "adapters", "files", "temperature"]))
    return Mark(
        id=draw(lines), subject=subject, before=draw(lines), after=draw(lines), at=draw(times)
    )


@st.composite
def adapters(draw: st.DrawFn) -> AdapterUse:
    return AdapterUse(name=draw(lines), scale=draw(st.floats(-10, 10)))


@st.composite
def question_prompts(draw: st.DrawFn) -> QuestionPrompt:
    return QuestionPrompt(
        name=draw(lines),
        text=draw(texts),
        examples=(ChatMessage(role="user", content=draw(texts)),) * draw(st.integers(0, 2)),
        sampling=SamplingChanges(top_k=draw(st.none() | st.integers(0, 9))),
    )


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    """A tree of any shape, with anything in it."""
    sampling = SamplingChanges(temperature=draw(st.sampled_from([None, 0.0, 1.5])))
    conversation = Conversation(
        id=draw(ids),
        title=draw(lines),
        created=draw(times),
        updated=draw(times),
        system_prompt=draw(texts),
        prompt_name=draw(st.none() | lines.filter(bool)),
        model=draw(st.none() | lines.filter(bool)),
        adapters=draw(st.none() | st.lists(adapters(), max_size=2).map(tuple)),
        collections=draw(st.none() | st.lists(lines, max_size=2).map(tuple)),
        examples=(ChatMessage(role="user", content=draw(texts)),) * draw(st.integers(0, 1)),
        sampling=sampling,
        overflow=draw(st.sampled_from(["leave_out", "summarise"])),
        draft=draw(texts),
        pinned=draw(st.booleans()),
        archived=draw(st.booleans()),
        folder=draw(lines),
        tags=draw(st.lists(lines, max_size=2).map(tuple)),
    )
    entries: list[TranscriptEntry] = []
    for number, id in enumerate(draw(st.lists(ids, max_size=8, unique=True))):
        parent = draw(st.sampled_from([None, *(entry.message.id for entry in entries)]))
        message = Message(
            id=id,
            conversation_id=conversation.id,
            parent_id=parent,
            role=draw(st.sampled_from(["user", "assistant", "system"])),
            text=draw(texts),
            adapters=tuple(draw(st.lists(adapters(), max_size=2))),
            sent=draw(st.none() | texts.filter(bool)),
            attached=tuple(draw(st.lists(lines, max_size=2))),
            state=draw(st.sampled_from(["complete", "partial", "stopped", "failed"])),
            created=NOW + timedelta(microseconds=number),
            model=draw(st.none() | lines.filter(bool)),
            sampling=draw(st.none() | st.just(Sampling(seed=3))),
            stop_reason=draw(st.sampled_from([None, "end"])),
            usage=Usage(prompt_tokens=1, cached_tokens=0, completion_tokens=2),
            error=draw(st.none() | lines.filter(bool)),
            citations=tuple(draw(st.lists(citations(), max_size=2))),
            rating=draw(st.sampled_from([None, "good", "bad"])),
            note=draw(lines),
            edited=draw(st.booleans()),
            marks=tuple(draw(st.lists(marks(), max_size=2))),
            prompt=draw(st.none() | question_prompts()),
        )
        found = Retrieval(result=SearchResult(searched=number), used=()) if number % 2 else None
        entries.append(
            TranscriptEntry(message=message, active=draw(st.booleans()), retrieval=found)
        )
    return Transcript(conversation=conversation, entries=connected(entries))
