"""Responses: OpenAI's newer form of the same, without a memory: all that was said comes along."""

import json
import secrets
from collections.abc import Iterator
from time import time
from typing import Any, Final

from assistant.core.values.conversation import ChatMessage
from assistant.core.values.events import Finished, Thought, Wrote
from assistant.serve.answers.request import (
    AnswerEvent,
    AnswerRequest,
    ListedSource,
    ServedModel,
    SourcesListed,
)
from assistant.serve.api.chat import (
    check_messages,
    ended,
    refuse_calls,
    refuse_logprobs,
    source_object,
)
from assistant.serve.api.fields import Fields
from assistant.serve.api.messages import (
    ROLES,
    arranged,
    read_constraint,
    read_content,
    read_most,
    read_sampling,
)
from assistant.serve.http.errors import ApiError, wrong_field

RESULTS: Final = ("function_call_output", "custom_tool_call_output", "local_shell_call_output")
"""Items that say what a tool has answered."""


def read_response(fields: Fields, model: ServedModel, program: str) -> AnswerRequest:
    """Read a request for a response.

    Raises:
        ApiError: a field will not do, or asks for what is kept nowhere.
    """
    for name in ("previous_response_id", "conversation"):
        if fields.value(name) is not None:
            raise wrong_field(name, "Nothing is kept here: send all that was said as `input`.")
    if fields.flag("store") or fields.flag("background"):
        field = "store" if fields.flag("store") else "background"
        raise wrong_field(field, f"{field} has to be false: no response is kept here.")
    refuse_calls(fields)
    refuse_logprobs(fields)
    if "message.output_text.logprobs" in (fields.texts("include") or ()):
        raise wrong_field("include", "There are no logprobs here.")
    messages = arranged(_messages(fields))
    check_messages(messages, model, "input")
    text, reasoning = fields.object("text"), fields.object("reasoning")
    form = text.object("format") if text else None
    return AnswerRequest(
        model=model,
        messages=messages,
        sampling=read_sampling(
            fields,
            read_most(fields, "max_output_tokens"),
            reasoning.text("effort") if reasoning else None,
        ),
        constraint=read_constraint(form, form),
        program=f"{program} {fields.text('user') or ''}",
    )


def _messages(fields: Fields) -> Iterator[ChatMessage]:
    instructions = fields.text("instructions")
    if instructions:
        yield ChatMessage(role="system", content=instructions)
    given = fields.value("input")
    if isinstance(given, str):
        yield ChatMessage(role="user", content=given)
        return
    for item in fields.objects("input"):
        kind = item.text("type") or "message"
        if kind == "message":
            role = item.text("role")
            if role not in ROLES:
                raise item.wrong("role", "system, developer, user or assistant")
            yield ChatMessage(role=ROLES[role], content=read_content(item, "content"))
        elif kind in RESULTS:
            yield ChatMessage(role="user", content=read_content(item, "output"))
        elif kind.endswith("_call"):
            called = f"[{item.value('name') or kind} {item.value('arguments') or ''}]"
            yield ChatMessage(role="assistant", content=called)


class ResponseReply:
    """A response."""

    def __init__(self, request: AnswerRequest) -> None:
        self._request = request
        self._id = f"resp_{secrets.token_hex(12)}"
        self._created = int(time())
        self._number = 0
        self._open: _OutputItem | None = None
        self._items: list[_OutputItem] = []
        self._sources: tuple[ListedSource, ...] = ()

    def begin(self) -> Iterator[bytes]:
        """See `ReplyForm.begin`."""
        for kind in ("response.created", "response.in_progress"):
            yield self._event(kind, response=self._object("in_progress"))

    def event(self, event: AnswerEvent) -> Iterator[bytes]:
        """See `ReplyForm.event`."""
        match event:
            case Wrote(text=text):
                yield from self._add("message", text)
            case Thought(text=text):
                yield from self._add("reasoning", text)
            case SourcesListed(sources=sources):
                self._sources = sources
                yield from self._annotations()
            case Finished():
                yield from self._close()
                state = "incomplete" if event.reason == "length" else "completed"
                yield self._event(f"response.{state}", response=self._object(state, event))

    def failure(self, error: ApiError) -> Iterator[bytes]:
        """See `ReplyForm.failure`."""
        failed = self._object("failed")
        failed["error"] = {"code": "server_error", "message": error.message}
        yield self._event("response.failed", response=failed)

    def whole(self, events: list[AnswerEvent]) -> dict[str, Any]:
        """See `ReplyForm.whole`."""
        for event in events:
            list(self.event(event))
        end = ended(events)
        return self._object("incomplete" if end.reason == "length" else "completed", end)

    def _annotations(self) -> Iterator[bytes]:
        for at, source in enumerate(self._sources):
            yield self._event(
                "response.output_text.annotation.added",
                **self._place(),
                annotation_index=at,
                annotation=_annotation(source),
            )

    def _add(self, kind: str, text: str) -> Iterator[bytes]:
        if self._open is None or self._open.kind != kind:
            yield from self._close()
            self._open = _OutputItem(kind)
            self._items.append(self._open)
            opening = self._open.object("in_progress", (), is_empty=True)
            yield self._event(
                "response.output_item.added", output_index=len(self._items) - 1, item=opening
            )
            yield self._event(
                "response.content_part.added", **self._place(), part=self._open.part(())
            )
        self._open.text += text
        more = self._open.more
        yield self._event(f"{self._open.event}.delta", **self._place(), delta=text, **more)

    def _close(self) -> Iterator[bytes]:
        item = self._open
        if item is None:
            return
        place, sources = self._place(), self._sources if item.kind == "message" else ()
        yield self._event(f"{item.event}.done", **place, text=item.text, **item.more)
        yield self._event("response.content_part.done", **place, part=item.part(sources))
        yield self._event(
            "response.output_item.done",
            output_index=place["output_index"],
            item=item.object("completed", sources),
        )
        self._open = None

    def _place(self) -> dict[str, Any]:
        """Where an event of the open item belongs."""
        item = self._open or self._items[-1]
        return {"item_id": item.id, "output_index": len(self._items) - 1, "content_index": 0}

    def _event(self, kind: str, **fields: Any) -> bytes:
        event = {"type": kind, "sequence_number": self._number, **fields}
        self._number += 1
        return f"event: {kind}\ndata: {json.dumps(event)}\n\n".encode()

    def _object(self, status: str, end: Finished | None = None) -> dict[str, Any]:
        request = self._request
        response: dict[str, Any] = {
            "id": self._id,
            "object": "response",
            "created_at": self._created,
            "status": status,
            "model": request.model.id,
            "output": [
                item.object("completed", self._sources if item.kind == "message" else ())
                for item in self._items
                if end is not None
            ],
            "error": None,
            "incomplete_details": {"reason": "max_output_tokens"}
            if status == "incomplete"
            else None,
            "instructions": None,
            "max_output_tokens": request.sampling.max_tokens,
            "metadata": {},
            "parallel_tool_calls": False,
            "previous_response_id": None,
            "store": False,
            "temperature": request.sampling.temperature,
            "text": {"format": {"type": "text"}},
            "tool_choice": "auto",
            "tools": [],
            "top_p": request.sampling.top_p,
            "truncation": "disabled",
            "usage": None,
        }
        if end is not None:
            usage = end.usage
            response["usage"] = {
                "input_tokens": usage.prompt_tokens,
                "input_tokens_details": {
                    "cached_tokens": usage.cached_tokens,
                    "cache_write_tokens": 0,
                },
                "output_tokens": usage.completion_tokens,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": usage.prompt_tokens + usage.completion_tokens,
            }
            if self._sources:
                response["sources"] = [source_object(each) for each in self._sources]
        return response


class _OutputItem:
    """A message of the answer, or the reasoning before it."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.id = f"{'msg' if kind == 'message' else 'rs'}_{secrets.token_hex(12)}"
        self.text = ""
        part = "output_text" if kind == "message" else "reasoning_text"
        self.event = f"response.{part}"
        self.more: dict[str, Any] = {"logprobs": []} if kind == "message" else {}
        """What its events have besides."""

    def part(self, sources: tuple[ListedSource, ...]) -> dict[str, Any]:
        if self.kind == "reasoning":
            return {"type": "reasoning_text", "text": self.text}
        return {
            "type": "output_text",
            "text": self.text,
            "annotations": [_annotation(each) for each in sources],
            "logprobs": [],
        }

    def object(
        self, status: str, sources: tuple[ListedSource, ...], *, is_empty: bool = False
    ) -> dict[str, Any]:
        content = [] if is_empty else [self.part(sources)]
        more: dict[str, Any] = {"role": "assistant"} if self.kind == "message" else {"summary": []}
        told = {"id": self.id, "type": self.kind, "status": status}
        return {**told, "content": content, **more}


def _annotation(source: ListedSource) -> dict[str, Any]:
    return {
        "type": "url_citation",
        "url": source.url,
        "title": source.title,
        "start_index": source.start,
        "end_index": source.end,
    }
