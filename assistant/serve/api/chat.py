"""Chat completions: requests read, replies in one piece or as chunks.

Citations are given three ways: `[n]` in the text, which every client shows; `annotations`, from
which some make links; and `sources`, which has all that is known.
"""

import json
import secrets
from collections.abc import Iterator, Sequence
from time import time
from typing import Any, Final

from assistant import __version__
from assistant.core.values.conversation import ChatMessage, StopReason, Usage
from assistant.core.values.events import Finished, Thought, Wrote
from assistant.serve.answers.request import (
    AnswerEvent,
    AnswerRequest,
    LibraryModel,
    ListedSource,
    ServedModel,
    SourcesListed,
)
from assistant.serve.api.fields import Fields
from assistant.serve.api.messages import (
    read_constraint,
    read_grammar,
    read_messages,
    read_most,
    read_sampling,
    read_stop_texts,
)
from assistant.serve.http.errors import ApiError, wrong_field

REASONS: Final[dict[StopReason, str]] = {"end": "stop", "length": "length", "stopped": "stop"}
"""Why an answer has ended, as OpenAI says it."""

DONE: Final = b"data: [DONE]\n\n"


def read_chat(fields: Fields, model: ServedModel, program: str) -> AnswerRequest:
    """Read a request for a chat completion.

    Raises:
        ApiError: a field will not do.
    """
    _refuse_what_is_not_there(fields)
    messages = read_messages(fields.objects("messages"))
    check_messages(messages, model, "messages")
    form = fields.object("response_format")
    return AnswerRequest(
        model=model,
        messages=messages,
        sampling=read_sampling(
            fields,
            read_most(fields, "max_completion_tokens", "max_tokens"),
            fields.text("reasoning_effort"),
        ),
        constraint=read_constraint(form, form.object("json_schema") if form else None)
        or read_grammar(fields),
        stop_texts=read_stop_texts(fields),
        program=f"{program} {fields.text('user') or ''}",
    )


def check_messages(messages: Sequence[ChatMessage], model: ServedModel, field: str) -> None:
    """Refuse what asks nothing."""
    if not any(message.role != "system" for message in messages):
        raise wrong_field(field, f"{field} has to hold a message of the user.")
    if isinstance(model, LibraryModel) and messages[-1].role != "user":
        raise wrong_field(field, f"{model.id} answers a question: the last message is the user's.")


def _refuse_what_is_not_there(fields: Fields) -> None:
    """Refuse what would be missing in the reply: everything else that is unknown is ignored."""
    if (fields.whole("n", 1, 128) or 1) > 1:
        raise wrong_field("n", "n has to be 1: there is one answer to a request.")
    refuse_logprobs(fields, "logprobs")
    if "audio" in (fields.texts("modalities") or ()):
        raise wrong_field("modalities", "The models here write text, and speak nothing.")
    refuse_calls(fields)
    function = fields.value("function_call")
    if isinstance(function, dict):
        raise wrong_field("function_call", "The models here call no tools.")


def refuse_logprobs(fields: Fields, *flags: str) -> None:
    """Refuse to tell how likely the tokens were: `flags` ask for that, and `top_logprobs`."""
    for name in (*flags, "top_logprobs"):
        wanted = fields.whole(name, 0, 20) if name == "top_logprobs" else fields.flag(name)
        if wanted:
            raise wrong_field(name, "There are no logprobs here.")


def refuse_calls(fields: Fields) -> None:
    """Refuse an answer that has to be a call of a tool."""
    choice = fields.value("tool_choice")
    if choice == "required" or isinstance(choice, dict):
        raise wrong_field("tool_choice", "The models here call no tools.")


class ChatReply:
    """A chat completion."""

    def __init__(self, model: str, *, with_usage: bool) -> None:
        """`with_usage` says whether a stream ends with what was used."""
        self._model = model
        self._with_usage = with_usage
        self._id = f"chatcmpl-{secrets.token_hex(12)}"
        self._created = int(time())
        # A chunk for each token: what is the same in all of them is written once.
        head = json.dumps(self._head("chat.completion.chunk"))[:-1]
        self._before = f'data: {head}, "choices": [{{"index": 0, "delta": '.encode()
        self._behind = b', "logprobs": null, "finish_reason": null}]}\n\n'

    def begin(self) -> Iterator[bytes]:
        """See `ReplyForm.begin`."""
        yield self._chunk({"role": "assistant", "content": ""})

    def event(self, event: AnswerEvent) -> Iterator[bytes]:
        """See `ReplyForm.event`."""
        match event:
            case Wrote(text=text):
                yield self._chunk({"content": text})
            case Thought(text=text):
                yield self._chunk({"reasoning_content": text})
            case SourcesListed(sources=sources) if sources:
                given = {"annotations": [annotation(each) for each in sources]}
                choice = {"index": 0, "delta": given, "logprobs": None, "finish_reason": None}
                listed = [source_object(each) for each in sources]
                yield self._data({"choices": [choice], "sources": listed})
            case Finished(reason=reason, usage=usage):
                end: dict[str, Any] = {"index": 0, "delta": {}, "logprobs": None}
                yield self._data({"choices": [{**end, "finish_reason": REASONS[reason]}]})
                if self._with_usage:
                    yield self._data({"choices": [], "usage": usage_object(usage)})
                yield DONE
            case _:
                pass

    def failure(self, error: ApiError) -> Iterator[bytes]:
        """See `ReplyForm.failure`."""
        yield f"data: {json.dumps(error.body)}\n\n".encode()

    def whole(self, events: list[AnswerEvent]) -> dict[str, Any]:
        """See `ReplyForm.whole`."""
        message: dict[str, Any] = {
            "role": "assistant",
            "content": "".join(event.text for event in events if isinstance(event, Wrote)),
            "refusal": None,
        }
        thoughts = "".join(event.text for event in events if isinstance(event, Thought))
        if thoughts:
            message["reasoning_content"] = thoughts
        sources = [each for event in events for each in _sources(event)]
        if sources:
            message["annotations"] = [annotation(each) for each in sources]
        end = ended(events)
        choice = {
            "index": 0,
            "message": message,
            "logprobs": None,
            "finish_reason": REASONS[end.reason],
        }
        reply = {
            **self._head("chat.completion"),
            "choices": [choice],
            "usage": usage_object(end.usage),
        }
        return {**reply, "sources": [source_object(each) for each in sources]} if sources else reply

    def _chunk(self, delta: dict[str, Any]) -> bytes:
        return self._before + json.dumps(delta).encode() + self._behind

    def _data(self, more: dict[str, Any]) -> bytes:
        return f"data: {json.dumps({**self._head('chat.completion.chunk'), **more})}\n\n".encode()

    def _head(self, kind: str) -> dict[str, Any]:
        return {
            "id": self._id,
            "object": kind,
            "created": self._created,
            "model": self._model,
            "system_fingerprint": f"assistant-{__version__}",
        }


def ended(events: list[AnswerEvent]) -> Finished:
    """The end of an answer; one that was stopped may have none."""
    return next(event for event in reversed(events) if isinstance(event, Finished))


def usage_object(usage: Usage) -> dict[str, Any]:
    """What was used, in tokens."""
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
    }


def annotation(source: ListedSource) -> dict[str, Any]:
    """A citation as a link."""
    return {
        "type": "url_citation",
        "url_citation": {
            "url": source.url,
            "title": source.title,
            "start_index": source.start,
            "end_index": source.end,
        },
    }


def source_object(source: ListedSource) -> dict[str, Any]:
    """All that is known of a citation."""
    told = source._asdict()
    return {**told, "start_index": told.pop("start"), "end_index": told.pop("end")}


def _sources(event: AnswerEvent) -> tuple[ListedSource, ...]:
    return event.sources if isinstance(event, SourcesListed) else ()
