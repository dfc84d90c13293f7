"""A loaded model: counts, renders and writes. Only one thread may use it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import llama_cpp

from assistant.core.errors import ContextOverflowError
from assistant.core.events import Finished, Reading, Wrote
from assistant.core.models import ChatMessage, Measure, ModelInfo, RenderedPrompt, Sampling
from assistant.engine.abort import AbortFlag
from assistant.engine.loading import description_of, load_weights, open_context
from assistant.engine.measuring import estimate, is_beyond, shares
from assistant.engine.native import NativeLog, obey
from assistant.engine.options import LoadOptions
from assistant.engine.prompt import PromptWriter, choose_template
from assistant.engine.protocol import encodable
from assistant.engine.sequence import CachedSequence
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
        self._window = min(asked, llama_cpp.llama_n_ctx(self._context))
        self.vocabulary = Vocabulary(self._model)
        self._sequence = CachedSequence(self._context, self.vocabulary)
        self._prompts = self._prompt_writer()
        self._writer = Writer(
            self._context,
            self.vocabulary,
            self._sequence,
            abort,
            window=self._window,
            batch=options.batch,
            stop=self._prompts.stop,
        )

    def close(self) -> None:
        llama_cpp.llama_free(self._context)
        llama_cpp.llama_model_free(self._model)

    def info(self, name: str) -> ModelInfo:
        return ModelInfo(
            name=name,
            path=encodable(str(self._path)),
            description=description_of(self._model),
            context_window=self._window,
            trained_context=self._trained,
        )

    def measure(self, messages: Sequence[ChatMessage]) -> Measure:
        """Exact for everything that could fit; estimated from below for what never could."""
        if is_beyond(messages, self._window):
            return estimate(messages)
        layout = self._prompts.layout(messages)
        tokens = self._sequence.tokens_of(layout.text.encode())
        return shares(layout, tokens, self.vocabulary.lengths(tokens))

    def render(self, messages: Sequence[ChatMessage]) -> RenderedPrompt:
        text = self._prompts.text(messages)
        return RenderedPrompt(text=text, tokens=tuple(self._sequence.tokens_of(text.encode())))

    def write(
        self, messages: Sequence[ChatMessage], sampling: Sampling
    ) -> Iterator[Reading | Wrote | Finished]:
        """Write an answer until its end, a limit, or the abort flag.

        Raises:
            ContextOverflowError: the prompt leaves no room for an answer.
        """
        if is_beyond(messages, self._window):
            raise _overflow(f"at least {estimate(messages).total:,}", self._window)
        text = self._prompts.text(messages).encode()
        tokens = self._sequence.tokens_of(text)
        if len(tokens) >= self._window:
            raise _overflow(f"{len(tokens):,}", self._window)
        return self._writer.write(Prompt(text, tokens, self._prompts.opening(messages)), sampling)

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
            chosen.template, vocabulary.special, vocabulary.user_defined, chosen.stop
        )


def _overflow(tokens: str, window: int) -> ContextOverflowError:
    return ContextOverflowError(
        f"The conversation is {tokens} tokens long and the model's window is {window:,}.",
        "Shorten the question, or raise engine.context_window in the settings.",
    )
