"""The key/value cache of one context, and which tokens and which text it stands for.

Two prompts of a conversation share their beginning. Tokens of an answer come from the model, and
tokenizing the same text again may cut it differently; so the beginning is compared as text, and
where it is the same the very tokens in the cache are used.
"""

from collections.abc import Sequence
from typing import NamedTuple

import llama_cpp

from assistant.core.errors import EngineError
from assistant.engine.vocabulary import Vocabulary

_DECODED, _ABORTED = 0, 2
"""What llama_decode returns."""


class Mark(NamedTuple):
    """A place where the first `tokens` tokens stand for exactly the first `size` bytes."""

    tokens: int
    size: int


class CachedSequence:
    """The one sequence of a context. Keeps the cache and its own lists in step."""

    def __init__(self, context: llama_cpp.llama_context_p, vocabulary: Vocabulary) -> None:
        self._context = context
        self._vocabulary = vocabulary
        memory = llama_cpp.llama_get_memory(context)
        assert memory is not None
        self._memory = memory
        self._tokens: list[int] = []
        self._evaluated = 0
        self._text = bytearray()
        self._marks: list[Mark] = []
        self._one = (llama_cpp.llama_token * 1)()

    def tokens_of(self, prompt: bytes) -> list[int]:
        """The tokens of a prompt, those in the cache wherever its text begins the prompt."""
        mark = self._last_common_mark(prompt)
        if mark is None:
            return self._opening(prompt) + self._vocabulary.tokenize(prompt)
        return self._tokens[: mark.tokens] + self._vocabulary.tokenize(prompt[mark.size :])

    def begin(self, tokens: Sequence[int], prompt: bytes) -> int:
        """Make the cache hold as much of `tokens` as it can without evaluating; how many.

        At least the last token stays to be evaluated: its logits are needed.
        """
        keep = min(_common_length(tokens, self._tokens), self._evaluated, len(tokens) - 1)
        keep = self._cut(keep)
        same = bytes(self._text)
        self._marks = [
            mark
            for mark in self._marks
            if mark.tokens <= keep and prompt.startswith(same[: mark.size])
        ]
        self._marks.append(Mark(len(tokens), len(prompt)))
        self._tokens = list(tokens)
        self._text = bytearray(prompt)
        return keep

    @property
    def unread(self) -> int:
        """Tokens that are not evaluated yet."""
        return len(self._tokens) - self._evaluated

    def read(self, limit: int) -> bool:
        """Evaluate the next `limit` tokens at most. False when that was aborted."""
        chunk = self._tokens[self._evaluated : self._evaluated + limit]
        return self._decode((llama_cpp.llama_token * len(chunk))(*chunk), len(chunk))

    def read_last(self) -> bool:
        """Evaluate the one token that was written last. False when that was aborted."""
        self._one[0] = self._tokens[-1]
        return self._decode(self._one, 1)

    def write(self, token: int, piece: bytes) -> None:
        """Append a sampled token; it is evaluated by the next `read`."""
        self._tokens.append(token)
        self._text += piece
        self._marks.append(Mark(len(self._tokens), len(self._text)))

    def _decode(self, tokens: object, count: int) -> bool:
        status = llama_cpp.llama_decode(
            self._context,
            llama_cpp.llama_batch_get_one(tokens, count),
        )
        if status == _DECODED:
            self._evaluated += count
            return True
        self._cut(self._evaluated)
        if status == _ABORTED:
            return False
        raise EngineError(
            f"The model could not be computed (llama_decode returned {status}).",
            "Ask again; a smaller engine.context_window needs less memory.",
        )

    def _cut(self, keep: int) -> int:
        """Drop what the cache holds beyond `keep` tokens; some models can only drop everything."""
        if not llama_cpp.llama_memory_seq_rm(self._memory, 0, keep, -1):
            llama_cpp.llama_memory_clear(self._memory, False)
            keep = 0
        self._evaluated = keep
        return keep

    def _last_common_mark(self, prompt: bytes) -> Mark | None:
        common = _common_bytes(self._text, prompt)
        for mark in reversed(self._marks):
            if mark.size <= common and self._can_cut(prompt, mark.size):
                return mark
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

    def _opening(self, prompt: bytes) -> list[int]:
        """The token that begins every prompt, unless the template has written it."""
        vocabulary = self._vocabulary
        if not vocabulary.adds_bos or prompt.startswith(vocabulary.bos.encode()):
            return []
        return [vocabulary.bos_token]


def _common_length(left: Sequence[int], right: Sequence[int]) -> int:
    for index, (a, b) in enumerate(zip(left, right, strict=False)):
        if a != b:
            return index
    return min(len(left), len(right))


def _common_bytes(left: bytes | bytearray, right: bytes) -> int:
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
