"""Fields of one chunk of an answer, in the spelling of any server; wrong types count as absent."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from assistant.core.values.conversation import StopReason, Usage

REASONING_FIELDS: Final = ("reasoning_content", "reasoning")
"""Text fields that hold what a model thinks; parts of the content may hold it, too."""

_LENGTH: Final = frozenset({"length", "max_tokens", "model_length", "max_output_tokens"})

ERROR_REASON: Final = "error"
FILTERED_REASON: Final = "content_filter"


class ChunkText(NamedTuple):
    """A piece of text in a chunk."""

    is_thought: bool
    text: str


class ChunkProgress(NamedTuple):
    """How far a prompt is read."""

    done: int
    total: int
    cached: int


def mapping(value: object) -> dict[str, Any]:
    """`value` where it is an object; an empty one else."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """`value` where it is a list; an empty one else."""
    return value if isinstance(value, list) else []


def words(value: object) -> str:
    """`value` where it is a text; an empty one else."""
    return value if isinstance(value, str) else ""


def amount(value: object) -> int:
    """`value` where it is a count; 0 else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def choice_of(chunk: dict[str, Any]) -> dict[str, Any]:
    """The first choice of a chunk; many chunks have none."""
    for each in items(chunk.get("choices")):
        choice = mapping(each)
        if choice.get("index", 0) in (0, None):
            return choice
    return {}


def pieces(choice: dict[str, Any]) -> Iterator[ChunkText]:
    """What a choice adds to thoughts and answer."""
    # A server that does not stream answers with a message.
    delta = mapping(choice.get("delta")) or mapping(choice.get("message"))
    thought = ""
    for field in REASONING_FIELDS:
        thought = thought or words(delta.get(field))
    if thought := thought or _details(delta.get("reasoning_details")):
        yield ChunkText(True, thought)
    content = delta.get("content", choice.get("text"))
    if isinstance(content, str):
        if content:
            yield ChunkText(False, content)
    else:
        yield from _parts(content)


def reasoning_field(choice: dict[str, Any]) -> str:
    """The name of the field in which a choice holds thoughts; empty where it holds none."""
    delta = mapping(choice.get("delta")) or mapping(choice.get("message"))
    for field in REASONING_FIELDS:
        if words(delta.get(field)):
            return field
    if _details(delta.get("reasoning_details")):
        return "reasoning_details"
    return "content" if any(piece.is_thought for piece in _parts(delta.get("content"))) else ""


def usage_of(chunk: dict[str, Any]) -> Usage | None:
    """Token counts of an answer; None where a chunk has none."""
    usage, timings = mapping(chunk.get("usage")), mapping(chunk.get("timings"))
    if not (usage or timings):
        return None
    prompt = amount(usage.get("prompt_tokens"))
    written = amount(usage.get("completion_tokens"))
    details = mapping(usage.get("prompt_tokens_details"))
    cached = amount(details.get("cached_tokens")) or amount(usage.get("prompt_cache_hit_tokens"))
    if timings:
        cached = cached or amount(timings.get("cache_n"))
        prompt = prompt or amount(timings.get("prompt_n")) + cached
        written = written or amount(timings.get("predicted_n"))
    if not (prompt or written):
        return None
    return Usage(prompt_tokens=prompt, cached_tokens=min(cached, prompt), completion_tokens=written)


def speed_of(chunk: dict[str, Any]) -> tuple[float, float]:
    """Milliseconds of reading the prompt and tokens per second of writing, as llama.cpp says."""
    timings = mapping(chunk.get("timings"))
    found = [timings.get("prompt_ms"), timings.get("predicted_per_second")]
    read, speed = (float(each) if isinstance(each, int | float) else 0.0 for each in found)
    return max(read, 0.0), max(speed, 0.0)


def progress_of(chunk: dict[str, Any]) -> ChunkProgress | None:
    """How far the prompt is read; None where a chunk does not say."""
    told = mapping(chunk.get("prompt_progress"))
    if not told:
        return None
    total = amount(told.get("total"))
    if not total:
        return None
    cached = min(amount(told.get("cache")), total)
    return ChunkProgress(min(max(amount(told.get("processed")), cached), total), total, cached)


def ending_of(choice: dict[str, Any]) -> str:
    """Why a choice ends, in the server's word; empty while it goes on."""
    return words(choice.get("finish_reason"))


def stop_reason(word: str) -> StopReason:
    """The reason that a server's word means; calls of tools, which nobody asked for, end it."""
    return "length" if word.lower() in _LENGTH else "end"


def _parts(content: object) -> Iterator[ChunkText]:
    """Content in parts, as Mistral sends what a model thinks."""
    for part in map(mapping, items(content)):
        kind = words(part.get("type"))
        if kind in ("thinking", "reasoning"):
            told = part.get("thinking", part.get("text"))
            inner = [words(mapping(each).get("text")) for each in items(told)]
            text = words(told) or "".join(inner)
            if text:
                yield ChunkText(True, text)
        elif text := words(part.get("text")):
            yield ChunkText(False, text)


def _details(details: object) -> str:
    """Thoughts as OpenRouter sends them, where it sends them in no other field."""
    if not details:
        return ""
    parts = [mapping(each) for each in items(details)]
    return "".join(words(each.get("text")) or words(each.get("summary")) for each in parts)
