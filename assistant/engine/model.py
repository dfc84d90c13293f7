"""A loaded model: counts, renders and writes. Only one thread may use it."""

import codecs
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import perf_counter

import llama_cpp

from assistant.core.errors import ContextOverflowError
from assistant.core.events import Finished, Reading, Wrote
from assistant.core.models import (
    ChatMessage,
    Measure,
    ModelInfo,
    RenderedPrompt,
    Sampling,
    StopReason,
    Timings,
    Usage,
)
from assistant.engine.abort import AbortFlag
from assistant.engine.loading import description_of, load_weights, open_context
from assistant.engine.measuring import estimate, is_beyond, shares
from assistant.engine.native import NativeLog, obey
from assistant.engine.options import LoadOptions
from assistant.engine.pace import Pace
from assistant.engine.prompt import PLAIN, PLAIN_STOP, PromptWriter, choose_template
from assistant.engine.sampling import PENALTY_WINDOW, SamplerChain
from assistant.engine.sequence import CachedSequence
from assistant.engine.stopping import StopText
from assistant.engine.vocabulary import Vocabulary


class LoadedModel:
    """Weights, context and everything that goes with them, until closed."""

    def __init__(
        self,
        path: Path,
        options: LoadOptions,
        native: NativeLog,
        abort: AbortFlag,
        progress: Callable[[float], bool],
    ) -> None:
        """See `load_weights` and `open_context` for what is raised."""
        self._model = load_weights(path, options, native, progress)
        try:
            self._context = open_context(self._model, path, options, native)
        except BaseException:
            llama_cpp.llama_model_free(self._model)
            raise
        self._abort = abort
        obey(self._context, abort)
        self._path = path
        self._batch = options.batch
        self._vocabulary = Vocabulary(self._model)
        self._writer = self._choose_writer()
        self._sequence = CachedSequence(self._context, self._vocabulary)
        trained = llama_cpp.llama_model_n_ctx_train(self._model)
        asked = min(options.context_window, trained or options.context_window)
        self._window = min(asked, llama_cpp.llama_n_ctx(self._context))
        self._trained = trained

    def close(self) -> None:
        llama_cpp.llama_free(self._context)
        llama_cpp.llama_model_free(self._model)

    def info(self, name: str) -> ModelInfo:
        return ModelInfo(
            name=name,
            path=str(self._path),
            description=description_of(self._model),
            context_window=self._window,
            trained_context=self._trained,
        )

    def measure(self, messages: Sequence[ChatMessage]) -> Measure:
        """Exact for everything that could fit; estimated from below for what never could."""
        if is_beyond(messages, self._window):
            return estimate(messages)
        layout = self._writer.layout(messages)
        tokens = self._sequence.tokens_of(layout.text.encode())
        return shares(layout, tokens, self._vocabulary.lengths(tokens))

    def render(self, messages: Sequence[ChatMessage]) -> RenderedPrompt:
        text = self._writer.text(messages)
        return RenderedPrompt(text=text, tokens=tuple(self._sequence.tokens_of(text.encode())))

    def write(
        self, messages: Sequence[ChatMessage], sampling: Sampling
    ) -> Iterator[Reading | Wrote | Finished]:
        """Write an answer until its end, a limit, or the abort flag.

        Raises:
            ContextOverflowError: the prompt leaves no room for an answer.
        """
        started = perf_counter()
        if is_beyond(messages, self._window):
            raise _overflow(estimate(messages).total, self._window)
        prompt = self._writer.text(messages).encode()
        tokens = self._sequence.tokens_of(prompt)
        if len(tokens) >= self._window:
            raise _overflow(len(tokens), self._window)
        cached = self._sequence.begin(tokens, prompt)
        yield from self._read(len(tokens), cached)
        read = perf_counter()

        reason: StopReason = "stopped"
        written = 0
        first = 0.0
        if not self._abort.is_set():
            limit = min(sampling.max_tokens or self._window, self._window - len(tokens))
            with SamplerChain(sampling, self._vocabulary.size) as sampler:
                opening = self._writer.opening(messages).encode()
                sampler.accept(self._vocabulary.tokenize(opening)[-PENALTY_WINDOW:])
                writing = self._write(sampler, limit, fresh=not opening)
                for step in writing:
                    if isinstance(step, str):
                        first = first or perf_counter()
                        yield Wrote(text=step)
                    else:
                        reason, written = step
        ended = perf_counter()
        seconds = ended - read
        yield Finished(
            reason=reason,
            usage=Usage(prompt_tokens=len(tokens), cached_tokens=cached, completion_tokens=written),
            timings=Timings(
                prefill_ms=(read - started) * 1000,
                first_token_ms=((first or ended) - started) * 1000,
                total_ms=(ended - started) * 1000,
                tokens_per_second=written / seconds if written and seconds > 0 else 0,
            ),
        )

    def _read(self, total: int, cached: int) -> Iterator[Reading]:
        """Evaluate the prompt in chunks short enough to show progress."""
        yield Reading(done=cached, total=total, cached=cached)
        pace = Pace(self._batch)
        while self._sequence.unread:
            with pace:
                if not self._sequence.read(pace.tokens):
                    return
            yield Reading(done=total - self._sequence.unread, total=total, cached=cached)

    def _write(
        self, sampler: SamplerChain, limit: int, fresh: bool
    ) -> Iterator[str | tuple[StopReason, int]]:
        """The pieces of the answer; at last why it ended and how many tokens it has."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        stopping = StopText(self._writer.stop)
        vocabulary, sequence, abort = self._vocabulary, self._sequence, self._abort
        trim = fresh and vocabulary.prefixes_space
        reason: StopReason = "stopped"
        written = 0
        while not abort.is_set():
            token = sampler.sample(self._context)
            if vocabulary.is_end(token):
                reason = "end"
                break
            piece = vocabulary.piece(token)
            sequence.write(token, piece)
            written += 1
            text = decoder.decode(piece)
            if trim and text:
                # These vocabularies put a space before every first word.
                text, trim = text.removeprefix(" "), False
            if text := stopping.feed(text):
                yield text
            if stopping.reached:
                reason = "end"
                break
            if written == limit:
                reason = "length"
                break
            if not sequence.read_last():
                break
        if not stopping.reached and (rest := stopping.rest()):
            yield rest
        yield reason, written

    def _choose_writer(self) -> PromptWriter:
        vocabulary = self._vocabulary
        source = llama_cpp.llama_model_chat_template(self._model, None)
        template = choose_template(
            source.decode("utf-8", "replace") if source else None,
            vocabulary.special,
            vocabulary.bos,
            vocabulary.eos,
        )
        stop = PLAIN_STOP if template.source == PLAIN else None
        return PromptWriter(template, vocabulary.special, vocabulary.user_defined, stop)


def _overflow(tokens: int, window: int) -> ContextOverflowError:
    return ContextOverflowError(
        f"The conversation is {tokens:,} tokens long and the model's window is {window:,}.",
        "Shorten the question, or raise engine.context_window in the settings.",
    )
