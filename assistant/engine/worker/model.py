"""Loaded model: counts tokens, renders prompts and writes answers. For one thread.

A conversation is counted exactly, and so is each message's share of it, unless it is so long that
it can never fit: then it is estimated from below.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path

import llama_cpp

from assistant.core.errors import ContextOverflowError, EngineError, ModelMemoryError
from assistant.core.values.conversation import ChatMessage, Keep
from assistant.core.values.events import Finished, PrefillProgress, Thought, Wrote
from assistant.core.values.models import ModelInfo, RenderedPrompt, TokenCounts
from assistant.core.values.sampling import Sampling, Thinking
from assistant.engine.cache.prompt_cache import AdaptedSnapshots, PromptCache
from assistant.engine.cache.snapshots import Snapshots
from assistant.engine.generation.decoding import TokenizedPrompt
from assistant.engine.generation.prompt_lookup import BatchingCost
from assistant.engine.gguf.files import content_digest
from assistant.engine.llama.loading import load_weights, model_description, original_context_length
from assistant.engine.llama.lora import NO_ADAPTERS, AdapterSet, LoadedAdapters
from assistant.engine.llama.native import AbortFlag, NativeLog
from assistant.engine.llama.vocabulary import Vocabulary
from assistant.engine.options import LoadOptions
from assistant.engine.templating.rendering import ChosenTemplate, PromptLayout, choose_template
from assistant.engine.worker.context import LlamaContext
from assistant.ipc.messages import encodable
from assistant.language.messages import N_

log = logging.getLogger(__name__)


class LoadedModel:
    """A loaded model: weights, context and all that goes with them, until closed."""

    def __init__(
        self,
        path: Path,
        options: LoadOptions,
        native: NativeLog,
        abort: AbortFlag,
        progress: Callable[[float], bool],
        snapshots: Snapshots | None = None,
        *,
        window: int | None = None,
    ) -> None:
        """See `load_weights` and `open_context` for what is raised.

        Args:
            window: tokens that prompt and answer may use together; None takes what is usual.
        """
        self._path, self._options = path, options
        self._native, self._abort, self._snapshots = native, abort, snapshots
        self._model = load_weights(path, options, native, progress)
        self.trained: int = llama_cpp.llama_model_n_ctx_train(self._model)
        self.vocabulary = Vocabulary(self._model)
        self.adapters = LoadedAdapters(self._model, path, native)
        self._batching = BatchingCost()
        self._renderer, self._template_problem = self._prompt_renderer()
        for marker in self._renderer.markers:
            self.vocabulary.reveal(marker)
        self._stop = self._stop_text(self._renderer.answer_end)
        try:
            self._context = self._open_context(window)
        except BaseException:
            llama_cpp.llama_model_free(self._model)
            raise
        self._cache = self._prompt_cache()

    @property
    def window(self) -> int:
        """Tokens that prompt and answer may use together."""
        return self._context.window

    def close(self) -> None:
        if self._context.is_open:
            self._cache.save_all()
            self._context.close()
        self.adapters.close()
        llama_cpp.llama_model_free(self._model)

    def info(self, name: str) -> ModelInfo:
        return ModelInfo(
            name=name,
            path=encodable(str(self._path)),
            description=model_description(self._model),
            context_window=self.window,
            trained_context=self.trained,
            template_problem=self._template_problem,
        )

    def grow(self, window: int) -> bool:
        """Compute in a window of another size; what was read stays.

        Returns: False when llama.cpp refuses it: the old window is there again then.

        Raises:
            EngineError, ModelMemoryError: not even the old one could be had; only `close` may
                follow.
        """
        before = self.window
        packed = self._cache.pack()
        self._context.close()
        try:
            self._context = self._open_context(window)
        except (EngineError, ModelMemoryError) as failure:
            log.warning("the window cannot grow to %d tokens: %s", window, failure)
            self._context = self._open_context(before)
        if self._is_stretched(before) == self._is_stretched(self.window):
            self._cache.unpack(self._context.sequences, packed)
        else:
            self._cache = self._prompt_cache()
        return self.window > before

    def measure(
        self,
        messages: Sequence[ChatMessage],
        adapters: AdapterSet = NO_ADAPTERS,
        thinking: Thinking | None = None,
        *,
        formed: bool = False,
    ) -> TokenCounts:
        """Count the tokens of messages: exactly, or from below for what could never fit."""
        if cannot_fit(messages, self.window):
            return estimated_measure(messages)
        layout = self._renderer.layout(messages, self._possible(thinking, messages, formed=formed))
        text = layout.text.encode()
        tokens = self._cache.tokens_of(text, adapters)
        silent = len(self.vocabulary.bos_tokens(text))
        lengths = [0] * silent + self.vocabulary.lengths(tokens[silent:])
        return measure_by_message(layout, tokens, lengths)

    def render(
        self,
        messages: Sequence[ChatMessage],
        adapters: AdapterSet = NO_ADAPTERS,
        thinking: Thinking | None = None,
        *,
        formed: bool = False,
    ) -> RenderedPrompt:
        text = self._renderer.text(messages, self._possible(thinking, messages, formed=formed))
        tokens = self._cache.tokens_of(text.encode(), adapters)
        return RenderedPrompt(
            text=text,
            tokens=tuple(tokens),
            pieces=tuple(self.vocabulary.display_text(token) for token in tokens),
            cached=self._cache.cached(tokens, adapters),
        )

    def write(
        self,
        messages: Sequence[ChatMessage],
        sampling: Sampling,
        keep: Keep = "disk",
        adapters: AdapterSet = NO_ADAPTERS,
    ) -> Iterator[PrefillProgress | Thought | Wrote | Finished]:
        """Write an answer, until its end, a limit, or the abort flag.

        Raises:
            ContextOverflowError: the prompt leaves no room for an answer.
        """
        if cannot_fit(messages, self.window):
            total = estimated_measure(messages).total
            raise _overflow(N_(f"at least {total:,}"), self.window)
        formed = sampling.constraint is not None
        level = self._possible(sampling.thinking, messages, formed=formed)
        sampling = sampling.model_copy(update={"thinking": level})
        text = self._renderer.text(messages, sampling.thinking).encode()
        count = len(self._cache.tokens_of(text, adapters))
        if count >= self.window:
            raise _overflow(f"{count:,}", self.window)
        return self._write(messages, text, sampling, keep, adapters)

    def do_idle_work(self, idle: float) -> bool:
        """See `PromptCache.do_idle_work`."""
        self.adapters.release(self._context.sequences.adapters())
        return self._cache.do_idle_work(idle)

    def _write(
        self,
        messages: Sequence[ChatMessage],
        text: bytes,
        sampling: Sampling,
        keep: Keep,
        adapters: AdapterSet,
    ) -> Iterator[PrefillProgress | Thought | Wrote | Finished]:
        sequence, tokens = self._cache.sequence_for(text, keep, adapters)
        renderer, level = self._renderer, sampling.thinking
        opening = renderer.unfinished_answer(messages)
        thoughts = "" if opening else renderer.unfinished_thoughts(messages)
        prompt = TokenizedPrompt(
            text,
            tokens,
            opening,
            renderer.markers,
            renderer.thoughts_end,
            is_thinking=bool(thoughts) or (not opening and renderer.is_thinking(text.decode())),
            has_thoughts=bool(thoughts),
            budget=self._budget_left(renderer.budget(level), thoughts),
        )
        answer = ""
        for event in self._context.decoder.write(prompt, sampling, sequence):
            if isinstance(event, Wrote):
                answer += event.text
            elif isinstance(event, Finished):
                next_prefix = renderer.next_prompt_prefix(messages, answer, level) if answer else ""
                self._cache.finish_answer(sequence, next_prefix.encode(), keep)
            yield event

    def _possible(
        self, thinking: Thinking | None, messages: Sequence[ChatMessage], *, formed: bool
    ) -> Thinking | None:
        """The level of thinking that is possible.

        A model that opens its thoughts itself cannot do so where a form is asked for: its first
        token belongs to the form already.
        """
        if not formed or (messages and messages[-1].role == "assistant"):
            return thinking
        prompt = self._renderer.text(messages, thinking)
        return thinking if self._renderer.is_thinking(prompt) else "off"

    def _budget_left(self, budget: int | None, thoughts: str) -> int | None:
        """Tokens of thoughts that are left of a budget behind those there are."""
        if budget is None:
            return None
        return max(budget - len(self.vocabulary.tokenize(thoughts.encode())), 0)

    def _stop_text(self, end: str) -> str | None:
        """What ends an answer as text; a token of its own does it in the vocabulary."""
        if end in self.vocabulary.special:
            self.vocabulary.add_end(end)
            return None
        return end or None

    def _can_truncate(self) -> bool:
        """Whether the end of what was read can be taken back alone."""
        model = self._model
        return not (
            llama_cpp.llama_model_is_recurrent(model) or llama_cpp.llama_model_is_hybrid(model)
        )

    def _open_context(self, window: int | None) -> LlamaContext:
        return LlamaContext(
            self._model,
            self._path,
            self._options,
            window,
            vocabulary=self.vocabulary,
            stop=self._stop,
            native=self._native,
            abort=self._abort,
            lookup=self._options.lookup if self._can_truncate() else "off",
            batching=self._batching,
        )

    def _prompt_cache(self) -> PromptCache:
        context, kept = self._context.context, None
        if self._snapshots is not None:
            facts = fingerprint(self._path, context, self._options, self._is_stretched(self.window))
            kept = AdaptedSnapshots(self._snapshots, facts)
        return PromptCache(self._context.sequences, kept, can_reprefill=self._can_truncate())

    def _is_stretched(self, window: int) -> bool:
        """Whether positions may be computed otherwise than in a small window, as some models do
        that were taught a longer text later; what was read then is worth nothing here."""
        border = original_context_length(self._model)
        return 0 < border < window

    def _prompt_renderer(self) -> ChosenTemplate:
        vocabulary = self.vocabulary
        source: bytes | None = llama_cpp.llama_model_chat_template(self._model, None)
        return choose_template(
            source.decode("utf-8", "replace") if source else None,
            vocabulary.special,
            vocabulary.user_defined,
            vocabulary.bos,
            vocabulary.eos,
        )


def fingerprint(
    path: Path, context: llama_cpp.llama_context_p, options: LoadOptions, is_stretched: bool
) -> str:
    """Tells a key/value cache of this model, as it is run here, from any other. How large the
    window is makes no difference, but for `is_stretched`.
    """
    facts = (
        *content_digest(path),
        llama_cpp.__version__,
        llama_cpp.llama_print_system_info(),
        llama_cpp.llama_n_ubatch(context),
        options.gpu_layers,
        options.flash_attention,
        options.cache_type,
        *(("stretched",) if is_stretched else ()),
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _overflow(tokens: str, window: int) -> ContextOverflowError:
    return ContextOverflowError(
        f"The conversation is {tokens} tokens long and the model's window is {window:,}.",
        "Shorten the question. The window is as large as engine.context_window, the memory and the"
        " model allow.",
    )


MAX_CHARS_PER_TOKEN = 64
"""Runs of spaces or dashes come close to it. Longer texts take too long to be counted."""


def cannot_fit(messages: Sequence[ChatMessage], window: int) -> bool:
    """Whether messages are so long that they cannot fit the window and are not worth counting."""
    chars = sum(len(message.content) + len(message.reasoning) for message in messages)
    return chars > window * MAX_CHARS_PER_TOKEN


def estimated_measure(messages: Sequence[ChatMessage]) -> TokenCounts:
    """Estimate from below the tokens of messages that cannot fit."""
    parts = tuple(len(message.content) // MAX_CHARS_PER_TOKEN + 1 for message in messages)
    return TokenCounts(total=sum(parts), parts=parts, overhead=0, exact=False)


def measure_by_message(
    layout: PromptLayout, tokens: Sequence[int], lengths: Sequence[int]
) -> TokenCounts:
    """Each message's tokens: those that begin within its span.

    Args:
        lengths: bytes of the text that each token stands for; 0 for one that it does not have.
    """
    text = layout.text
    starts = [0, *accumulate(lengths)][:-1]
    size = len(text.encode())
    # Tokenizers that add spaces of their own make the pieces longer than the text.
    scale = size / max(sum(lengths), 1)
    bounds: list[tuple[float, float]] = []
    position = at = 0
    for start, end in layout.spans:
        first = at + len(text[position:start].encode())
        last = first + len(text[start:end].encode())
        bounds.append((first, last))
        position, at = end, last
    parts = [0] * len(bounds)
    index = head = 0
    for start_of_token in starts:
        place = start_of_token * scale
        while index < len(bounds) and place >= bounds[index][1]:
            index += 1
        if index == len(bounds):
            break
        if place >= bounds[index][0]:
            parts[index] += 1
        else:
            head += 1
    return TokenCounts(
        total=len(tokens), parts=tuple(parts), overhead=len(tokens) - sum(parts), head=head
    )
