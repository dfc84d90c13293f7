"""Token counts of messages for a server: by the server itself where it counts, else about.

What is about right is on the safe side: a tenth is added, and each answer that says how many
tokens its prompt had corrects the next count.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, Final

from assistant.core.errors import EndpointError
from assistant.core.values.conversation import ChatMessage
from assistant.core.values.models import RenderedPrompt, TokenCounts
from assistant.endpoints.wire.chunks import amount, items, mapping, words
from assistant.endpoints.wire.payload import message_object

if TYPE_CHECKING:
    # See `probe`.
    from assistant.endpoints.wire.connection import ServerConnection

PURPOSE: Final = "count"

RESERVE: Final = 1.1
"""What counts that are about right are multiplied by."""

PER_MESSAGE: Final = 5
"""Tokens that templates put around a message, about."""

BOUNDS: Final = (0.5, 2.0)
"""How far answers may correct the estimate."""

MAX_KEPT: Final = 4096
"""Texts whose count is remembered."""

_LATIN = re.compile(r"[A-Za-z]+")
_LATIN_PER_TOKEN, _OTHER_PER_TOKEN, _SPACES_PER_TOKEN = 4.0, 2.0, 4.0
_WIDE: Final = "\u2e80"
"""From here on a character is a token of its own, as in Chinese."""


def estimate(text: str) -> float:
    """Tokens of a text, about: letters of Latin script are many to a token, others few."""
    latin = sum(-(-len(word) // _LATIN_PER_TOKEN) for word in _LATIN.findall(text))
    letters = spaces = wide = signs = 0
    for character in text:
        if character.isascii() and character.isalpha():
            continue
        if character.isspace():
            spaces += 1
        elif character >= _WIDE:
            wide += 1
        elif character.isalpha():
            letters += 1
        else:
            signs += 1
    runs = spaces / _SPACES_PER_TOKEN if spaces > len(text) / 2 else 0
    return latin + letters / _OTHER_PER_TOKEN + wide + signs / 1.5 + runs


class TokenEstimates:
    """Counts that are about right, corrected by what answers say of their prompts."""

    def __init__(self) -> None:
        self._ratios: dict[str, float] = {}
        self._lock = Lock()

    def counts(self, model: str, messages: Sequence[ChatMessage]) -> TokenCounts:
        """About how many tokens messages have, a tenth more than is likely."""
        factor = self._ratios.get(model, 1.0) * RESERVE
        parts = tuple(
            max(round(estimate(each.content + each.reasoning) * factor), 1) for each in messages
        )
        overhead = PER_MESSAGE * (len(messages) + 1)
        return TokenCounts(total=sum(parts) + overhead, parts=parts, overhead=overhead, exact=False)

    def least(self, model: str, messages: Sequence[ChatMessage]) -> float:
        """How many tokens messages have at the least."""
        guess = sum(estimate(each.content + each.reasoning) for each in messages)
        return guess * self._ratios.get(model, BOUNDS[0]) / RESERVE

    def learn(self, model: str, messages: Sequence[ChatMessage], prompt_tokens: int) -> None:
        """Correct the estimates by the count that a server told."""
        guess = sum(estimate(each.content + each.reasoning) for each in messages)
        told = prompt_tokens - PER_MESSAGE * (len(messages) + 1)
        if guess < 20 or told <= 0:
            return
        ratio = min(max(told / guess, BOUNDS[0]), BOUNDS[1])
        with self._lock:
            before = self._ratios.get(model)
            self._ratios[model] = ratio if before is None else (before + ratio) / 2


class ServerCounts:
    """Counts of llama.cpp and vLLM, which have the model's own tokenizer and template."""

    def __init__(self, connection: ServerConnection, kind: str, model: str) -> None:
        self._connection = connection
        self._is_vllm = kind == "vLLM"
        self._model = model
        self._known: OrderedDict[str, int] = OrderedDict()

    def counts(self, messages: Sequence[ChatMessage], extra: dict[str, Any]) -> TokenCounts:
        """Tokens of messages through the model's template.

        Raises:
            EndpointError: the server does not count.
        """
        if self._is_vllm:
            body = {"model": self._model, "messages": self._objects(messages), **extra}
            total = amount(mapping(self._ask("/tokenize", body)).get("count"))
        else:
            total = len(self.render(messages, extra).tokens)
        if not total:
            raise self._useless()
        parts, left = [], total
        for each in messages:
            part = min(self._text_tokens(each.content), left)
            parts.append(part)
            left -= part
        return TokenCounts(total=total, parts=tuple(parts), overhead=left)

    def render(self, messages: Sequence[ChatMessage], extra: dict[str, Any]) -> RenderedPrompt:
        """The prompt and its tokens; of vLLM only how many there are.

        Raises:
            EndpointError: the server does not say.
        """
        body = {"model": self._model, "messages": self._objects(messages), **extra}
        if self._is_vllm:
            answer = mapping(self._ask("/tokenize", {**body, "return_token_strs": True}))
            pieces = tuple(words(each) for each in items(answer.get("token_strs")))
            tokens = tuple(amount(each) for each in items(answer.get("tokens")))
            return RenderedPrompt(text="".join(pieces), tokens=tokens, pieces=pieces)
        prompt = words(mapping(self._ask("/apply-template", body)).get("prompt"))
        return self._tokenized(prompt)

    def _tokenized(self, prompt: str) -> RenderedPrompt:
        asked = {"content": prompt, "add_special": True, "parse_special": True, "with_pieces": True}
        rows = [
            mapping(each) for each in items(mapping(self._ask("/tokenize", asked)).get("tokens"))
        ]
        if not rows:
            raise self._useless()
        pieces = tuple(_piece(row.get("piece")) for row in rows)
        return RenderedPrompt(
            text=prompt, tokens=tuple(amount(row.get("id")) for row in rows), pieces=pieces
        )

    def _text_tokens(self, text: str) -> int:
        if not text:
            return 0
        if text in self._known:
            self._known.move_to_end(text)
            return self._known[text]
        if self._is_vllm:
            body = {"model": self._model, "prompt": text, "add_special_tokens": False}
            found = amount(mapping(self._ask("/tokenize", body)).get("count"))
        else:
            found = len(items(mapping(self._ask("/tokenize", {"content": text})).get("tokens")))
        self._known[text] = found
        if len(self._known) > MAX_KEPT:
            self._known.popitem(last=False)
        return found

    def _ask(self, path: str, body: dict[str, Any]) -> object:
        status, value = self._connection.ask(
            path, body, stop=Event(), purpose=PURPOSE, at_root=True
        )
        if status != 200:
            raise self._useless()
        return value

    def _useless(self) -> EndpointError:
        return EndpointError(f"{self._connection.address.host} does not count tokens.")

    @staticmethod
    def _objects(messages: Sequence[ChatMessage]) -> list[dict[str, Any]]:
        return [message_object(each) for each in messages]


def _piece(value: object) -> str:
    """The text of a token; bytes that are no character alone are shown escaped."""
    if isinstance(value, str):
        return value
    return "".join(f"\\x{amount(each):02x}" for each in items(value))
