"""A Writer in the test's own process, with its model, sequence and abort flag at hand."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import llama_cpp

from assistant.core.values.events import Finished, Thought, Wrote
from assistant.core.values.sampling import Lookup, Sampling
from assistant.engine.cache.sequence_pool import SequencePool
from assistant.engine.cache.snapshots import common_prefix_length
from assistant.engine.generation.decoding import AnswerDecoder, TokenizedPrompt
from assistant.engine.generation.prompt_lookup import BatchingCost
from assistant.engine.llama.loading import load_weights, open_context
from assistant.engine.llama.lora import NO_ADAPTERS
from assistant.engine.llama.native import AbortFlag, NativeLog, set_abort_callback
from assistant.engine.llama.vocabulary import Vocabulary
from assistant.engine.options import LoadOptions
from assistant.engine.templating.reasoning import USUAL_MARKERS
from tests.support.engine import GREEDY


class Answer(NamedTuple):
    text: str
    finished: Finished
    pieces: int
    thought: str

    @property
    def accepted(self) -> int:
        return self.finished.usage.accepted_tokens


class OpenModel:
    """What a loaded model consists of, as far as writing needs it."""

    def __init__(self, path: Path, window: int) -> None:
        self.abort = AbortFlag()
        self.batching = BatchingCost()
        self.window = window
        self.ends: frozenset[int] = frozenset()
        """Tokens that end an answer besides the model's own."""
        self._native = NativeLog(self.abort)
        options = LoadOptions(context_window=window, threads=1, sequences=1)
        self._model = load_weights(path, options, self._native, lambda _: True)
        self.context = open_context(self._model, path, options, self._native, window)
        set_abort_callback(self.context, self.abort)
        self.vocabulary = _Vocabulary(self._model, self)
        self._sequences = SequencePool(self.context, self.vocabulary)
        (self.sequence,) = self._sequences

    def close(self) -> None:
        self._sequences.close()
        self._native.close()
        llama_cpp.llama_free(self.context)
        llama_cpp.llama_model_free(self._model)

    def write(
        self,
        text: str,
        lookup: Lookup,
        sampling: Sampling = GREEDY,
        *,
        stop: str | None = None,
        opening: str = "",
        cold: bool = True,
        thinking: bool = False,
        watch: Callable[[str], None] = lambda _: None,
    ) -> Answer:
        """Answer a prompt given as text; `watch` is told what is written so far.

        Args:
            cold: whether nothing of it is in the cache.
            thinking: whether the prompt has opened the reasoning.
        """
        if cold:
            self.sequence.clear()
        self.abort.clear()
        writer = AnswerDecoder(
            self.context,
            self.vocabulary,
            self.abort,
            window=self.window,
            batch=512,
            stop=stop,
            native=self._native,
            lookup=lookup,
            batching=self.batching,
        )
        tokens = self.sequence.tokens_of(text.encode(), NO_ADAPTERS)
        prompt = TokenizedPrompt(
            text.encode(),
            tokens,
            opening,
            USUAL_MARKERS,
            f"\n{USUAL_MARKERS.closing}\n\n",
            is_thinking=thinking,
            budget=sampling.thinking if isinstance(sampling.thinking, int) else None,
        )
        written, thought, pieces = "", "", 0
        for event in writer.write(prompt, sampling, self.sequence):
            if isinstance(event, Thought):
                thought += event.text
            elif isinstance(event, Wrote):
                written += event.text
                pieces += 1
                watch(written)
        assert isinstance(event, Finished)
        return Answer(written, event, pieces, thought)

    def positions(self) -> int:
        """Tokens that llama.cpp has in its cache."""
        memory = llama_cpp.llama_get_memory(self.context)
        assert memory is not None
        return int(llama_cpp.llama_memory_seq_pos_max(memory, self.sequence.id)) + 1

    def gap(self, prompt: str, one: str, other: str) -> float:
        """How much the logits differ of the tokens with which two answers part."""
        tokenize = self.vocabulary.tokenize
        first, second = tokenize(one.encode()), tokenize(other.encode())
        shared = common_prefix_length(first, second)
        text = prompt.encode() + b"".join(map(self.vocabulary.piece, first[:shared]))
        self.sequence.clear()
        self.sequence.begin(tokenize(prompt.encode()) + first[:shared], text)
        while self.sequence.unread:
            assert self.sequence.read(512)
        logits = llama_cpp.llama_get_logits_ith(self.context, -1)
        return abs(float(logits[first[shared]]) - float(logits[second[shared]]))


class _Vocabulary(Vocabulary):
    def __init__(self, model: llama_cpp.llama_model_p, opened: OpenModel) -> None:
        super().__init__(model)
        self._opened = opened

    def is_end(self, token: int) -> bool:
        return token in self._opened.ends or super().is_end(token)


@contextmanager
def open_model(path: Path, window: int = 2048) -> Iterator[OpenModel]:
    opened = OpenModel(path, window)
    try:
        yield opened
    finally:
        opened.close()
