"""Key/value cache sequences: the tokens and the text that each of them holds.

Two prompts of a conversation share their beginning. Tokens of an answer come from the model, and
tokenizing the same text again may cut it differently; so the beginning is compared as text, and
where it is the same the very tokens in the cache are used.

A token that is evaluated alone comes out different in its last bits from the same token in a
batch, and that is enough to change an answer. Prompts are therefore never evaluated token by
token, and an answer, which has to be, is read once more as a prompt when there is time
(`reprefill`): what is in the cache then is exactly what a fresh reading of the conversation would
put there.
"""

import ctypes
from collections.abc import Sequence
from typing import NamedTuple

import llama_cpp

from assistant.core.errors import ComputationError, EngineError
from assistant.engine.cache.snapshots import common_prefix_length
from assistant.engine.llama.lora import NO_ADAPTERS, AdapterSet, ContextAdapters
from assistant.engine.llama.vocabulary import Vocabulary
from assistant.language.messages import N_

_DECODED, _ABORTED, _REFUSED = 0, 2, -1
"""What llama_decode returns; less where it could not compute."""


MIN_TOGETHER = 2
"""Tokens of a prompt that are evaluated together, at least."""


class TokenBoundary(NamedTuple):
    """A boundary: the first `tokens` tokens stand for exactly the first `size` bytes."""

    tokens: int
    size: int


class TokenBatch:
    """llama.cpp's batch of tokens to evaluate, allocated once per context."""

    def __init__(self, size: int) -> None:
        self._batch: llama_cpp.llama_batch = llama_cpp.llama_batch_init(size, 0, 1)

    def fill(
        self, sequence: int, start: int, tokens: Sequence[int], wanted: int
    ) -> llama_cpp.llama_batch:
        """Fill the batch with tokens from position `start` on; the last `wanted` get logits."""
        batch, first = self._batch, len(tokens) - wanted
        batch.n_tokens = len(tokens)
        for place, token in enumerate(tokens):
            batch.token[place] = token
            batch.pos[place] = start + place  # type: ignore[call-overload]
            batch.n_seq_id[place] = 1
            batch.seq_id[place][0] = sequence
            batch.logits[place] = place >= first
        return batch

    def close(self) -> None:
        llama_cpp.llama_batch_free(self._batch)


class CachedSequence:
    """One sequence of the cache, with the tokens and the text that it stands for."""

    def __init__(
        self,
        context: llama_cpp.llama_context_p,
        vocabulary: Vocabulary,
        batch: TokenBatch,
        context_adapters: ContextAdapters,
        id: int = 0,
    ) -> None:
        self.id = id
        self.adapters: AdapterSet = NO_ADAPTERS
        """What everything in it is computed with."""
        self._context_adapters = context_adapters
        self._context = context
        self._vocabulary = vocabulary
        self._batch = batch
        self.ubatch_tokens: int = llama_cpp.llama_n_ubatch(context)
        """Tokens that are evaluated at a time, at most."""
        memory = llama_cpp.llama_get_memory(context)
        assert memory is not None
        self._memory = memory
        self._tokens: list[int] = []
        self._evaluated = 0
        self._prefilled = 0
        """Tokens from the beginning on that were evaluated as a fresh reading would do it."""
        self._text = bytearray()
        self._boundaries: list[TokenBoundary] = []

    @property
    def tokens(self) -> list[int]:
        """The tokens in the cache."""
        return self._tokens[: self._evaluated]

    @property
    def is_prefilled(self) -> bool:
        """Whether the cache is what a prefill of its text would make it."""
        return self._prefilled == self._evaluated == len(self._tokens)

    def common_text(self, prompt: bytes, adapters: AdapterSet) -> int:
        """How many of the prompt's first bytes are in the cache, computed with these adapters."""
        return common_prefix_length(self._text, prompt) if adapters == self.adapters else 0

    @property
    def is_empty(self) -> bool:
        return not self._text

    def holds_text(self, prompt: bytes) -> bool:
        """Whether the sequence holds exactly this text, evaluated or still to be."""
        return bytes(self._text) == prompt

    def is_continued_by(self, prompt: bytes, adapters: AdapterSet) -> bool:
        """Whether a prompt continues the cached conversation: it has more than half of its text.
        All conversations of a role begin with the same words.
        """
        return self.common_text(prompt, adapters) * 2 > len(self._text)

    def begins_alike(self, prompt: bytes, adapters: AdapterSet) -> bool:
        """Whether a prompt has only what conversations begin with of the cached one: not even its
        first question whole.
        """
        first = self._boundaries[0].size if self._boundaries else 0
        return self.common_text(prompt, adapters) < min(first, len(prompt))

    def is_beginning_of(self, prompt: bytes, adapters: AdapterSet) -> bool:
        """Whether a prompt begins with all that is in the sequence: nothing is lost for it."""
        return self.is_empty or self.common_text(prompt, adapters) == len(self._text)

    def set_adapters(self, adapters: AdapterSet) -> None:
        """Compute with these adapters from now on; what others have computed is dropped."""
        if adapters != self.adapters:
            self.clear()
            self.adapters = adapters

    def tokens_of(self, prompt: bytes, adapters: AdapterSet) -> list[int]:
        """Tokenize a prompt, with the cached tokens wherever their text begins the prompt."""
        boundary = self._last_common_boundary(prompt, adapters)
        if boundary is None:
            return self._vocabulary.bos_tokens(prompt) + self._vocabulary.tokenize(prompt)
        return self._tokens[: boundary.tokens] + self._vocabulary.tokenize(prompt[boundary.size :])

    def begin(self, tokens: Sequence[int], prompt: bytes) -> int:
        """Make the cache hold as much of `tokens` as it can without evaluating any.

        Some at the end stay to be evaluated: the logits of the last one are needed.

        Returns: how many that is.
        """
        keep = min(
            common_prefix_length(list(tokens), self._tokens),
            self._evaluated,
            max(len(tokens) - MIN_TOGETHER, 0),
        )
        keep = self._cut(keep)
        same = bytes(self._text)
        self._boundaries = [
            boundary
            for boundary in self._boundaries
            if boundary.tokens <= keep and prompt.startswith(same[: boundary.size])
        ]
        self._boundaries.append(TokenBoundary(len(tokens), len(prompt)))
        self._tokens = list(tokens)
        self._text = bytearray(prompt)
        return keep

    def reprefill(self, prompt: bytes) -> bool:
        """Queue the prefix of the conversation's next prompt, to be prefilled by `read`.

        What was evaluated otherwise than a fresh reading of `prompt` would do it is dropped.

        Returns: False where there is no room for it, as after an answer that has filled the window.
        """
        tokens = self._vocabulary.bos_tokens(prompt) + self._vocabulary.tokenize(prompt)
        if len(tokens) > llama_cpp.llama_n_ctx_seq(self._context):
            return False
        self._cut(self._prefilled)
        self.begin(tokens, prompt)
        return True

    def restore(self, tokens: Sequence[int], prompt: bytes, state: bytes | memoryview) -> bool:
        """Restore a state of `dump` into the cache.

        Returns: False when llama.cpp does not take it.
        """
        self.clear()
        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        if not llama_cpp.llama_state_seq_set_data(self._context, buffer, len(state), self.id):
            self.clear()
            return False
        self._tokens = list(tokens)
        self._evaluated = self._prefilled = len(tokens)
        self._text = bytearray(prompt)
        self._boundaries = [TokenBoundary(len(tokens), len(prompt))]
        return True

    def dump(self) -> tuple[list[int], bytes, bytes]:
        """The tokens in the cache, the text they stand for, and the state for `restore`.

        Only what is settled can be dumped.
        """
        assert self.is_prefilled
        return list(self._tokens), bytes(self._text), self._state().tobytes()

    def copy(self, other: "CachedSequence") -> None:
        """Hold what was prefilled of another sequence; nothing where llama.cpp does not take it."""
        self.adapters = other.adapters
        if self.restore(other.tokens, bytes(other._text), other._state()):
            self._prefilled, self._boundaries = other._prefilled, [*other._boundaries]
            self.drop_unprefilled()

    def _state(self) -> memoryview:
        size = llama_cpp.llama_state_seq_get_size(self._context, self.id)
        buffer = (ctypes.c_uint8 * size)()
        written = llama_cpp.llama_state_seq_get_data(self._context, buffer, size, self.id)
        return memoryview(buffer)[:written]

    def drop_unprefilled(self) -> None:
        """Drop what was not prefilled: what is left is what a fresh reading would make it."""
        place = next((m for m in reversed(self._boundaries) if m.tokens <= self._prefilled), None)
        if place is None:
            self.clear()
            return
        self._cut(place.tokens)
        self._tokens = self._tokens[: place.tokens]
        self._text = self._text[: place.size]
        self._boundaries = [
            boundary for boundary in self._boundaries if boundary.tokens <= place.tokens
        ]

    def clear(self) -> None:
        """Drop everything."""
        self._cut(0)
        self._tokens, self._boundaries = [], []
        self._text = bytearray()

    @property
    def unread(self) -> int:
        """How many tokens are not evaluated yet."""
        return len(self._tokens) - self._evaluated

    def read(self, limit: int) -> bool:
        """Evaluate about `limit` of the prompt's next tokens.

        Returns: False when that was aborted.
        """
        count = chunk_size(self.unread, limit, self.ubatch_tokens)
        if self._decode(self._tokens[self._evaluated : self._evaluated + count]):
            if self._prefilled == self._evaluated - count:
                self._prefilled = self._evaluated
            return True
        return False

    def read_last(self, draft: Sequence[int] = ()) -> bool:
        """Evaluate the last token that was written, and a draft after it, with logits for each.

        Returns: False when that was aborted.
        """
        tokens = [*self._tokens[-1:], *draft]
        if not self._decode(tokens, len(tokens)):
            return False
        self._evaluated -= len(draft)
        return True

    def accept_drafted(self) -> None:
        """Accept the next token of an evaluated draft, which is the one that was written last."""
        self._evaluated += 1

    def drop_drafted(self) -> None:
        """Drop what is left of an evaluated draft."""
        self._truncate(self._evaluated)

    def drop_last(self) -> None:
        """Drop the last token that was written as well, to evaluate it again."""
        self._truncate(len(self._tokens) - 1)

    def _truncate(self, keep: int) -> None:
        """In the middle of an answer; nothing of the prompt may go."""
        if self._cut(keep) != keep:
            raise EngineError(
                "This model cannot undo what it has read.",
                'Set lookup = "off" for it in the settings.',
            )

    def write(self, token: int, piece: bytes) -> None:
        """Append a sampled token; it is evaluated by the next `read_last`."""
        self._tokens.append(token)
        self._text += piece
        self._boundaries.append(TokenBoundary(len(self._tokens), len(self._text)))

    def _decode(self, tokens: Sequence[int], wanted: int = 1) -> bool:
        self._context_adapters.apply(self.adapters)
        batch = self._batch.fill(self.id, self._evaluated, tokens, wanted)
        status = llama_cpp.llama_decode(self._context, batch)
        if status == _DECODED:
            self._evaluated += len(tokens)
            return True
        self._cut(self._evaluated)
        if status == _ABORTED:
            return False
        error = ComputationError if status < _REFUSED else EngineError
        raise error(
            N_(f"The model could not be computed (llama_decode returned {status})."),
            N_("Ask again; a smaller engine.context_window in the settings needs less memory."),
        )

    def _cut(self, keep: int) -> int:
        """Drop what the cache holds beyond `keep` tokens; some models can only drop everything."""
        if not llama_cpp.llama_memory_seq_rm(self._memory, self.id, keep, -1):
            llama_cpp.llama_memory_seq_rm(self._memory, self.id, -1, -1)
            keep = 0
        self._evaluated = keep
        self._prefilled = min(self._prefilled, keep)
        return keep

    def _last_common_boundary(self, prompt: bytes, adapters: AdapterSet) -> TokenBoundary | None:
        known = self.common_text(prompt, adapters)
        for boundary in reversed(self._boundaries):
            if boundary.size <= known and self._can_cut(prompt, boundary.size):
                return boundary
        return None

    def _can_cut(self, prompt: bytes, at: int) -> bool:
        """Whether the rest may be tokenized on its own."""
        if at == len(prompt):
            return True
        if prompt[at] & 0xC0 == 0x80:
            return False
        return not self._vocabulary.prefixes_space or any(
            prompt.startswith(special.encode(), at) for special in self._vocabulary.special
        )


def chunk_size(unread: int, limit: int, ubatch_tokens: int) -> int:
    """How many of `unread` tokens to evaluate next: about `limit`, never one alone.

    llama.cpp takes `ubatch_tokens` of them at a time, and none of these groups may be a single
    token, here or in what is left.
    """
    for count in range(min(limit, unread), 1, -1):
        if count % ubatch_tokens != 1 and unread - count != 1:
            return count
    return min(unread, MIN_TOGETHER + 1)
