"""A loaded model: counts, renders and writes. Only one thread may use it."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import llama_cpp

from assistant.core.errors import ContextOverflowError
from assistant.core.events import Finished, Reading, Thought, Wrote
from assistant.core.models import ChatMessage, Keep, Measure, ModelInfo, RenderedPrompt, Sampling
from assistant.engine.abort import AbortFlag
from assistant.engine.adapted_snapshots import AdaptedSnapshots
from assistant.engine.adapters import BASE, Adapters, AdapterSet
from assistant.engine.batching import Batching
from assistant.engine.identity import content_of
from assistant.engine.loading import description_of, load_weights, open_context
from assistant.engine.measuring import estimate, is_beyond, shares
from assistant.engine.native import NativeLog, obey
from assistant.engine.options import LoadOptions
from assistant.engine.prompt import PromptWriter, choose_template
from assistant.engine.prompt_cache import PromptCache
from assistant.engine.protocol import encodable
from assistant.engine.sequences import Sequences
from assistant.engine.snapshots import Snapshots
from assistant.engine.vocabulary import Vocabulary
from assistant.engine.writing import Prompt, Writer


class LoadedModel:
    """Weights, context and everything that goes with them, until closed."""

    def __init__(
        self,
        path: Path,
        options: LoadOptions,
        native: NativeLog,
        abort: AbortFlag,
        progress: Callable[[float], bool],
        snapshots: Snapshots | None = None,
    ) -> None:
        """See `load_weights` and `open_context` for what is raised."""
        self._path = path
        self._model = load_weights(path, options, native, progress)
        try:
            self._context = open_context(self._model, path, options, native)
        except BaseException:
            llama_cpp.llama_model_free(self._model)
            raise
        obey(self._context, abort)
        self._trained = llama_cpp.llama_model_n_ctx_train(self._model)
        asked = min(options.context_window, self._trained or options.context_window)
        self._window = min(asked, llama_cpp.llama_n_ctx_seq(self._context))
        self.vocabulary = Vocabulary(self._model)
        self.adapters = Adapters(self._model, path, native)
        kept = None
        if snapshots is not None:
            kept = AdaptedSnapshots(snapshots, fingerprint(path, self._context, options))
        self._sequences = Sequences(self._context, self.vocabulary)
        self._cache = PromptCache(self._sequences, kept, can_settle=self._can_forget())
        self._prompts = self._prompt_writer()
        for marker in self._prompts.markers:
            self.vocabulary.reveal(marker)
        self._writer = Writer(
            self._context,
            self.vocabulary,
            abort,
            window=self._window,
            batch=options.portion,
            stop=self._prompts.stop,
            native=native,
            lookup=options.lookup if self._can_forget() else "off",
            batching=Batching(),
        )

    def close(self) -> None:
        self._cache.close()
        llama_cpp.llama_free(self._context)
        self.adapters.close()
        llama_cpp.llama_model_free(self._model)

    def info(self, name: str) -> ModelInfo:
        return ModelInfo(
            name=name,
            path=encodable(str(self._path)),
            description=description_of(self._model),
            context_window=self._window,
            trained_context=self._trained,
        )

    def measure(self, messages: Sequence[ChatMessage], adapters: AdapterSet = BASE) -> Measure:
        """Exact for everything that could fit; estimated from below for what never could."""
        if is_beyond(messages, self._window):
            return estimate(messages)
        layout = self._prompts.layout(messages)
        text = layout.text.encode()
        tokens = self._cache.tokens_of(text, adapters)
        silent = len(self.vocabulary.opening(text))
        lengths = [0] * silent + self.vocabulary.lengths(tokens[silent:])
        return shares(layout, tokens, lengths)

    def render(
        self, messages: Sequence[ChatMessage], adapters: AdapterSet = BASE
    ) -> RenderedPrompt:
        text = self._prompts.text(messages)
        tokens = self._cache.tokens_of(text.encode(), adapters)
        return RenderedPrompt(
            text=text,
            tokens=tuple(tokens),
            pieces=tuple(self.vocabulary.shown(token) for token in tokens),
            cached=self._cache.cached(tokens, adapters),
        )

    def write(
        self,
        messages: Sequence[ChatMessage],
        sampling: Sampling,
        keep: Keep = "disk",
        adapters: AdapterSet = BASE,
    ) -> Iterator[Reading | Thought | Wrote | Finished]:
        """Write an answer until its end, a limit, or the abort flag.

        Raises:
            ContextOverflowError: the prompt leaves no room for an answer.
        """
        if is_beyond(messages, self._window):
            raise _overflow(f"at least {estimate(messages).total:,}", self._window)
        prompt = self._prompts.text(messages)
        if self._answers_at_once(messages, prompt, sampling):
            prompt = self._prompts.answer_at_once(prompt)
        text = prompt.encode()
        count = len(self._cache.tokens_of(text, adapters))
        if count >= self._window:
            raise _overflow(f"{count:,}", self._window)
        return self._write(messages, text, sampling, keep, adapters)

    def rest(self, idle: float) -> bool:
        """See `PromptCache.rest`."""
        self.adapters.release(self._sequences.adapters())
        return self._cache.rest(idle)

    def _write(
        self,
        messages: Sequence[ChatMessage],
        text: bytes,
        sampling: Sampling,
        keep: Keep,
        adapters: AdapterSet,
    ) -> Iterator[Reading | Thought | Wrote | Finished]:
        sequence, tokens = self._cache.take_up(text, keep, adapters)
        opening = self._prompts.opening(messages)
        prompt = Prompt(
            text,
            tokens,
            opening,
            self._prompts.markers,
            is_thinking=not opening and self._prompts.is_thinking(text.decode()),
        )
        answer = ""
        for event in self._writer.write(prompt, sampling, sequence):
            if isinstance(event, Wrote):
                answer += event.text
            elif isinstance(event, Finished):
                lasting = self._prompts.lasting(messages, answer) if answer else ""
                self._cache.answered(sequence, lasting.encode(), keep)
            yield event

    def _answers_at_once(
        self, messages: Sequence[ChatMessage], prompt: str, sampling: Sampling
    ) -> bool:
        """Whether the model is kept from thinking. One that opens its reasoning itself cannot do
        so where a form is asked for: its first token belongs to the form already."""
        if self._prompts.opening(messages):
            return False
        held = sampling.constraint is not None and not self._prompts.is_thinking(prompt)
        return sampling.thinking == 0 or held

    def _can_forget(self) -> bool:
        """Whether the end of what was read can be taken back alone."""
        model = self._model
        return not (
            llama_cpp.llama_model_is_recurrent(model) or llama_cpp.llama_model_is_hybrid(model)
        )

    def _prompt_writer(self) -> PromptWriter:
        vocabulary = self.vocabulary
        source: bytes | None = llama_cpp.llama_model_chat_template(self._model, None)
        chosen = choose_template(
            source.decode("utf-8", "replace") if source else None,
            vocabulary.special,
            vocabulary.bos,
            vocabulary.eos,
        )
        return PromptWriter(
            chosen.template,
            vocabulary.special,
            vocabulary.user_defined,
            chosen.stop,
            source.decode("utf-8", "replace") if source else "",
        )


def fingerprint(path: Path, context: llama_cpp.llama_context_p, options: LoadOptions) -> str:
    """Tells a key/value cache of this model, as it is run here, from any other."""
    facts = (
        *content_of(path),
        llama_cpp.__version__,
        llama_cpp.llama_print_system_info(),
        llama_cpp.llama_n_ubatch(context),
        options.gpu_layers,
        options.flash_attention,
        options.cache_type,
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _overflow(tokens: str, window: int) -> ContextOverflowError:
    return ContextOverflowError(
        f"The conversation is {tokens} tokens long and the model's window is {window:,}.",
        "Shorten the question, or raise engine.context_window in the settings.",
    )
