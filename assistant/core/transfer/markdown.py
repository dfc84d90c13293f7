"""Markdown export and import: the active branch to read, with comments that bring it back.

    ---
    format: "assistant conversation 1"
    id: "0123456789abcdef"
    title: "Lease questions"
    ---

    <!-- message {"id":"…","role":"user","created":"…"} -->
    ## You

    When can the rent be raised?

Values of the front matter are JSON, which every reader of YAML takes. A line of a message that
looks like one of these comments gets a backslash, and loses it again.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import ValidationError

from assistant.core.errors import TranscriptError
from assistant.core.grounding.unconfirmed import has_own_marks, was_checked
from assistant.core.sanitize import one_line
from assistant.core.values.conversation import Citation, Conversation, Message
from assistant.core.values.transcript import (
    EMPTY_MEANS_NONE,
    FORMAT,
    VERSION,
    ParsedTranscripts,
    ReadingProblem,
    Transcript,
    TranscriptEntry,
    connected,
    first_problem,
    left_out,
    stable_id,
)
from assistant.language.messages import _

FORMAT_LABEL = f"{FORMAT} {VERSION}"
FENCE = "---"
OWN_MARKS = "numbers in brackets and sources in the text were written by the model, not checked"
ROLE_HEADINGS = {"user": "You", "assistant": "Assistant", "system": "System"}

_NOT_IN_FRONT = {"deleted", "temporary", "system_prompt"}
_IN_COMMENTS = (
    "id",
    "role",
    "created",
    "state",
    "model",
    "adapters",
    "edited",
    "rating",
    "note",
    "attached",
    "placing",
    "summary",
    "outgrown",
    "stop_reason",
    "error",
    "marks",
    "prompt",
)
_COMMENT = r"<!-- (?:message \{|system prompt -->|sources \[)"
_TO_ESCAPE = re.compile(rf"^(\\*{_COMMENT})", re.MULTILINE)
_ESCAPED = re.compile(rf"^\\(\\*{_COMMENT})", re.MULTILINE)
_HEAD = re.compile(
    r"^<!-- (?:message (?P<message>\{.*\})|(?P<prompt>system prompt)) -->\n(?:\#\# [^\n]*\n)?\n?",
    re.MULTILINE,
)
_SOURCES = re.compile(r"(?:^|\n\n)<!-- sources (?P<sources>\[.*\]) -->\n(?:[^\n]++\n?+)*+")
"""The sources of an answer end with a blank line; what follows is the answer's again."""
_LINE = re.compile(r"([a-z_]+): (.*)")
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""What JSON leaves as it is and YAML refuses or takes for the end of a line."""


def to_markdown(transcript: Transcript) -> str:
    """Markdown of the active branch, without other versions and the figures of answers."""
    blocks = ["\n".join([FENCE, *_front(transcript.conversation), FENCE])]
    if transcript.conversation.system_prompt:
        prompt = _escaped(transcript.conversation.system_prompt)
        blocks.append(f"<!-- system prompt -->\n## System prompt\n\n{prompt}")
    blocks += [_block(entry) for entry in transcript.branch]
    return "\n\n".join(blocks) + "\n"


def is_markdown(text: str) -> bool:
    """Whether a text begins like a conversation of ours."""
    return _normal(text[:4000]).startswith(f"{FENCE}\nformat: {_json(FORMAT)[:-1]}")


def from_markdown(text: str) -> ParsedTranscripts:
    """Parse what `to_markdown` wrote, also after somebody has edited the texts.

    Raises:
        TranscriptError: it holds no conversation.
    """
    front, _fence, body = _normal(text).removeprefix(f"{FENCE}\n").partition(f"\n{FENCE}\n")
    problems: list[ReadingProblem] = []
    conversation = _conversation(_values(front), problems)
    heads = list(_HEAD.finditer(body))
    ends = [*(head.start() for head in heads[1:]), len(body)][: len(heads)]
    entries: list[TranscriptEntry] = []
    before = body[: heads[0].start()] if heads else body
    if before.strip():
        cause = _("the text before the first message was left out.")
        problems.append(ReadingProblem(place=f"“{conversation.title}”", cause=cause))
    for place, (head, end) in enumerate(zip(heads, ends, strict=True), 1):
        text = body[head.end() : end].removesuffix("\n" if end == len(body) else "\n\n")
        if head["prompt"]:
            conversation = conversation.model_copy(update={"system_prompt": _unescaped(text)})
            continue
        parent = entries[-1].message.id if entries else None
        try:
            message = _message(conversation, parent, json.loads(head["message"]), text)
            entries.append(TranscriptEntry(message=message))
        except (ValidationError, ValueError, RecursionError) as failure:
            name = _(
                "message {place} of “{conversation}”", place=place, conversation=conversation.title
            )
            reason = (
                first_problem(failure) if isinstance(failure, ValidationError) else _("not JSON")
            )
            problems.append(left_out(name, reason))
    transcript = Transcript(conversation=conversation, entries=connected(entries))
    return ParsedTranscripts(transcripts=(transcript,), problems=tuple(problems))


def _front(conversation: Conversation) -> Iterator[str]:
    yield f"format: {_json(FORMAT_LABEL)}"
    for key, value in conversation.model_dump(mode="json", exclude=_NOT_IN_FRONT).items():
        if key == "overflow" and value == "leave_out":
            continue
        if key == "sampling":
            value = {name: each for name, each in value.items() if each is not None}
        if value or key == "title" or (key in EMPTY_MEANS_NONE and value is not None):
            yield f"{key}: {_json(value)}"


def _block(entry: TranscriptEntry) -> str:
    message = entry.message
    stored = message.model_dump(mode="json", include=set(_IN_COMMENTS))
    kept = {key: stored[key] for key in _IN_COMMENTS if stored[key]}
    if kept["state"] == "complete":
        del kept["state"]
    text = _escaped(message.text)
    if message.citations:
        text += "\n\n" + "\n".join(_sources(message.citations))
    heading = ROLE_HEADINGS[message.role]
    if was_checked(message, entry.retrieval) and has_own_marks(message.text, message.citations):
        # The text is kept as it is, so that it comes back.
        heading += f" ({OWN_MARKS})"
    return f"<!-- message {_json(kept)} -->\n## {heading}\n\n{text}"


def _sources(citations: Sequence[Citation]) -> Iterator[str]:
    yield f"<!-- sources {_json([citation.model_dump(mode='json') for citation in citations])} -->"
    by_number = {citation.number: citation for citation in citations}
    for number, citation in sorted(by_number.items()):
        place = f", {citation.place}" if str(citation.place) else ""
        contrary = any(
            each.number == number and each.strength == "contradicted" for each in citations
        )
        note = " – says the opposite" if contrary else ""
        yield f"- [{number}] {one_line(f'{citation.title}{place}', 500)}{note}"


def _json(value: Any) -> str:
    """JSON on one line that may stand in a comment and in YAML."""
    text = json.dumps(value, ensure_ascii=False).replace(">", "\\u003e")
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _normal(text: str) -> str:
    """With the ends of lines that it was written with; some programs change all of them."""
    text = text.removeprefix("\ufeff")
    return text.replace("\r\n", "\n") if text.startswith(f"{FENCE}\r\n") else text


def _values(front: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for line in front.split("\n"):
        found = _LINE.fullmatch(line)
        if found is not None:
            try:
                values[found[1]] = json.loads(found[2])
            except (ValueError, RecursionError):
                values[found[1]] = found[2]
    return values


def _conversation(values: dict[str, Any], problems: list[ReadingProblem]) -> Conversation:
    if values.pop("format", None) != FORMAT_LABEL:
        raise TranscriptError(
            f"This is not a conversation in the format “{FORMAT_LABEL}”.",
            "Was it exported by a newer version?",
        )
    if isinstance(values.get("id"), str):
        values["id"] = stable_id(values["id"])
    known = set(Conversation.model_fields) - _NOT_IN_FRONT
    title = values.get("title", "")
    if values.keys() - known:
        unknown = ", ".join(sorted(values.keys() - known))
        cause = _("left out, unknown to this version: {fields}.", fields=unknown)
        problems.append(ReadingProblem(place=f"“{title}”", cause=cause))
    try:
        return Conversation.model_validate({k: v for k, v in values.items() if k in known})
    except ValidationError as failure:
        raise TranscriptError(
            f"The conversation “{title}” cannot be read: {first_problem(failure)}."
        ) from None


def _message(
    conversation: Conversation, parent: str | None, values: dict[str, Any], text: str
) -> Message:
    found = _SOURCES.search(text)
    if found is not None:
        values["citations"] = json.loads(found["sources"])
        text = "\n\n".join(filter(None, (text[: found.start()], text[found.end() :].strip("\n"))))
    if isinstance(values.get("id"), str):
        values["id"] = stable_id(conversation.id, values["id"])
    return Message.model_validate(
        {
            "state": "complete",
            **values,
            "conversation_id": conversation.id,
            "parent_id": parent,
            "text": _unescaped(text),
        }
    )


def _escaped(text: str) -> str:
    return _TO_ESCAPE.sub(r"\\\1", text)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)
