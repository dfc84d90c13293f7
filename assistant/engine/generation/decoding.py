"""Decoding: prefill of the prompt, the token loop, and token pieces to text.

Pieces of tokens become text in whole characters only, and nothing after the text that ends an
answer is shown. A prompt is evaluated in chunks that are sized by how long they take.
"""

import codecs
from collections.abc import Iterator
from time import perf_counter
from types import TracebackType
from typing import NamedTuple, Self

import llama_cpp

from assistant.core.errors import ConstraintError
from assistant.core.values.conversation import StopReason, Timings, Usage
from assistant.core.values.events import Finished, PrefillProgress, Thought, Wrote
from assistant.core.values.sampling import Lookup, Sampling
from assistant.engine.cache.sequences import CachedSequence
from assistant.engine.generation.prompt_lookup import BatchingCost
from assistant.engine.generation.sampler import PENALTY_WINDOW, SamplerChain, grammar_sampler
from assistant.engine.generation.speculative import PlainDecoding, SpeculativeDecoding
from assistant.engine.llama.native import AbortFlag, NativeLog
from assistant.engine.llama.vocabulary import Vocabulary
from assistant.engine.templating.reasoning import AnswerPiece, ReasoningMarkers, ReasoningText

MAX_CLOSED = 3
"""How often reasoning is ended for a model that begins it anew each time."""


class TokenizedPrompt(NamedTuple):
    """A prompt to be read."""

    text: bytes
    tokens: list[int]
    opening: str
    """The end of it that the answer goes on with."""
    markers: ReasoningMarkers
    """What stands around reasoning."""
    thoughts_end: str
    """What is written between reasoning and the answer."""
    is_thinking: bool
    """Whether the prompt ends within reasoning."""
    has_thoughts: bool = False
    """Whether it holds some of it that is gone on with."""
    budget: int | None = None
    """Tokens of reasoning that may follow; None for any number."""


class AnswerDecoder:
    """Decodes answers in one context, one at a time, until the abort flag is set."""

    def __init__(
        self,
        context: llama_cpp.llama_context_p,
        vocabulary: Vocabulary,
        abort: AbortFlag,
        *,
        window: int,
        batch: int,
        stop: str | None,
        native: NativeLog,
        lookup: Lookup,
        batching: BatchingCost,
    ) -> None:
        self._context = context
        self._vocabulary = vocabulary
        self._abort = abort
        self._window = window
        self._batch = batch
        self._stop = stop
        self._native = native
        self._lookup = lookup
        self._batching = batching

    def write(
        self, prompt: TokenizedPrompt, sampling: Sampling, sequence: CachedSequence
    ) -> Iterator[PrefillProgress | Thought | Wrote | Finished]:
        """Read the prompt, which has to fit the window, and write until the answer ends.

        Raises:
            ConstraintError: what the answer has to be is nothing that can be written.
        """
        with self._sampler(sampling, prompt) as sampler:
            yield from self._answer(prompt, sampling, sequence, sampler)

    def _sampler(self, sampling: Sampling, prompt: TokenizedPrompt) -> SamplerChain:
        size = self._vocabulary.size
        if sampling.constraint is None:
            return SamplerChain(sampling, size)
        if prompt.opening:
            raise ConstraintError(
                "An answer that has started cannot be given a schema or grammar.",
                "Ask the question again.",
            )
        grammar = grammar_sampler(sampling.constraint, self._vocabulary, self._native)
        return SamplerChain(sampling, size, grammar)

    def _answer(
        self,
        prompt: TokenizedPrompt,
        sampling: Sampling,
        sequence: CachedSequence,
        sampler: SamplerChain,
    ) -> Iterator[PrefillProgress | Thought | Wrote | Finished]:
        answer = _Answer(len(prompt.tokens), sequence.begin(prompt.tokens, prompt.text))
        yield from self._read(answer, sequence)
        answer.mark_prefilled()
        if not self._abort.is_set():
            opening = self._vocabulary.tokenize(prompt.opening.encode())
            sampler.accept(opening[-PENALTY_WINDOW:])
            for piece in self._write(sequence, sampler, sampling, answer, prompt):
                answer.mark_first_token()
                yield Thought(text=piece.text) if piece.is_thought else Wrote(text=piece.text)
        yield answer.finished()

    def _read(self, answer: "_Answer", sequence: CachedSequence) -> Iterator[PrefillProgress]:
        """Evaluate the prompt in chunks short enough to show progress."""
        total, cached = answer.prompt, answer.cached
        yield PrefillProgress(done=cached, total=total, cached=cached)
        pace = PrefillChunks(self._batch)
        while sequence.unread:
            with pace:
                if not sequence.read(pace.tokens):
                    return
            yield PrefillProgress(done=total - sequence.unread, total=total, cached=cached)

    def _write(
        self,
        sequence: CachedSequence,
        sampler: SamplerChain,
        sampling: Sampling,
        answer: "_Answer",
        prompt: TokenizedPrompt,
    ) -> Iterator[AnswerPiece]:
        vocabulary, fresh = self._vocabulary, not (prompt.opening or prompt.has_thoughts)
        text = AnswerText(self._stop, trim=fresh and vocabulary.prefixes_space)
        reasoning = _reasoning(prompt)
        closing = vocabulary.tokenize(prompt.thoughts_end.encode())
        opening = vocabulary.marker_token(prompt.markers.opening)
        forced: list[int] = []
        closed = 0
        decoding = self._decoding(sequence, sampling)
        while not self._abort.is_set():
            thinking = reasoning.is_thinking
            spent = prompt.budget is not None and answer.thought >= prompt.budget
            if thinking and spent and not forced:
                forced = [*closing]
                closed += 1
                if closed > MAX_CLOSED:
                    reasoning.skip()
            if forced:
                token = forced.pop(0)
                sampler.accept([token])
            else:
                if spent and opening is not None and reasoning.is_beginning:
                    sampler.forbid(self._context, decoding.row, opening)
                token = sampler.sample(self._context, decoding.row, freely=thinking)
                if vocabulary.is_end(token):
                    if thinking:
                        # Small models end in their thoughts, and owe the answer.
                        forced = [*closing]
                        continue
                    answer.reason = "end"
                    break
            piece = vocabulary.piece(token)
            sequence.write(token, piece)
            answer.count_token(thought=thinking)
            yield from reasoning.feed(text.feed(piece))
            if text.ended:
                answer.reason = "end"
                break
            room = answer.room(sampling.max_tokens, self._window)
            if room <= 0:
                answer.reason = "length"
                break
            if not decoding.advance(token, 0 if forced else room):
                break
        decoding.end()
        answer.drafted, answer.accepted = decoding.drafted, decoding.accepted
        yield from reasoning.feed(text.flush())
        yield from reasoning.flush()

    def _decoding(self, sequence: CachedSequence, sampling: Sampling) -> PlainDecoding:
        mode = self._lookup
        if mode == "off" or (mode == "auto" and sampling.seed is not None):
            return PlainDecoding(sequence)
        steady = sampling.temperature == 0
        return SpeculativeDecoding(self._context, sequence, self._batching, mode, steady=steady)


def _reasoning(prompt: TokenizedPrompt) -> ReasoningText:
    """An answer that is gone on with has its reasoning, if any, behind it."""
    reasoning = ReasoningText(prompt.markers, begun=prompt.is_thinking, goes_on=prompt.has_thoughts)
    if prompt.opening:
        reasoning.skip()
    return reasoning


class _Answer:
    """What is known about an answer so far."""

    def __init__(self, prompt: int, cached: int) -> None:
        self.prompt = prompt
        self.cached = cached
        self.written = 0
        self.thought = 0
        """Of the tokens written, those of the reasoning."""
        self.drafted = self.accepted = 0
        self.reason: StopReason = "stopped"
        self._started = self._read = self._first = perf_counter()

    def mark_prefilled(self) -> None:
        self._read = self._first = perf_counter()

    def count_token(self, *, thought: bool) -> None:
        self.written += 1
        self.thought += thought

    def room(self, most: int | None, window: int) -> int:
        """Tokens that the answer, without its reasoning, and the window have room for."""
        left = window - self.prompt - self.written
        return left if most is None else min(left, most - (self.written - self.thought))

    def mark_first_token(self) -> None:
        if self._first == self._read:
            self._first = perf_counter()

    def finished(self) -> Finished:
        ended = perf_counter()
        seconds = ended - self._read
        return Finished(
            reason=self.reason,
            usage=Usage(
                prompt_tokens=self.prompt,
                cached_tokens=self.cached,
                completion_tokens=self.written,
                drafted_tokens=self.drafted,
                accepted_tokens=self.accepted,
            ),
            timings=Timings(
                prefill_ms=(self._read - self._started) * 1000,
                first_token_ms=(self._first - self._started) * 1000,
                total_ms=(ended - self._started) * 1000,
                tokens_per_second=self.written / seconds if seconds > 0 else 0,
            ),
        )


class AnswerText:
    """Token bytes to text, with what can be shown by now."""

    def __init__(self, stop: str | None = None, *, trim: bool = False) -> None:
        """Args:
        stop: ends the answer, for models without a token for that; never shown.
        trim: drop a space before the first word, which some vocabularies always put there.
        """
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stop = stop
        self._trim = trim
        self._held = ""
        self.ended = False
        """Whether the stop text was reached."""

    def feed(self, piece: bytes) -> str:
        """Add the bytes of a token.

        Returns: text that can be shown now; often "" in the middle of a character.
        """
        text = self._decoder.decode(piece)
        if self._trim and text:
            text, self._trim = text.removeprefix(" "), False
        return self._before_stop(text) if self._stop else text

    def flush(self) -> str:
        """The text that is still held back, at the end; half a character is dropped."""
        return self._held

    def _before_stop(self, text: str) -> str:
        assert self._stop
        self._held += text
        before, found, _ = self._held.partition(self._stop)
        if found:
            self.ended, self._held = True, ""
            return before
        sizes = range(min(len(self._stop) - 1, len(self._held)), 0, -1)
        held = next((n for n in sizes if self._stop.startswith(self._held[-n:])), 0)
        shown = self._held[: len(self._held) - held]
        self._held = self._held[len(shown) :]
        return shown


TARGET_SECONDS = 0.5
"""Seconds per chunk: progress is shown and others are served between two chunks."""

MIN_CHUNK = 64
"""Tokens; below that the matrix kernels lose speed."""


class PrefillChunks:
    """Size of the next prompt chunk, so that it takes `TARGET_SECONDS`; enter it for each chunk."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.tokens = min(most, MIN_CHUNK * 2)
        self._started = 0.0

    def __enter__(self) -> Self:
        self._started = perf_counter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        seconds = perf_counter() - self._started
        if seconds > TARGET_SECONDS * 1.5:
            self.tokens = max(self.tokens // 2, min(MIN_CHUNK, self._most))
        elif seconds < TARGET_SECONDS / 1.5:
            self.tokens = min(self.tokens * 2, self._most)
