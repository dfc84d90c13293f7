"""Context of a loaded model, with its sequences and the decoder that works in it."""

from pathlib import Path

import llama_cpp

from assistant.core.values.sampling import Lookup
from assistant.engine.cache.sequence_pool import SequencePool
from assistant.engine.generation.decoding import AnswerDecoder
from assistant.engine.generation.prompt_lookup import BatchingCost
from assistant.engine.llama.loading import default_window, open_context
from assistant.engine.llama.native import AbortFlag, NativeLog, set_abort_callback
from assistant.engine.llama.vocabulary import Vocabulary
from assistant.engine.options import LoadOptions


class LlamaContext:
    """A context with its sequences and decoder: all that depends on the window, until closed."""

    def __init__(
        self,
        model: llama_cpp.llama_model_p,
        path: Path,
        options: LoadOptions,
        window: int | None,
        *,
        vocabulary: Vocabulary,
        stop: str | None,
        native: NativeLog,
        abort: AbortFlag,
        lookup: Lookup,
        batching: BatchingCost,
    ) -> None:
        """Args:
        window: tokens that prompt and answer may use together; None takes what is usual.
        stop: a text that ends an answer.
        lookup, batching: see `AnswerDecoder`.

        Raises:
            AssistantError: see `open_context`.
        """
        window = window or default_window(model, options)
        self.context = open_context(model, path, options, native, window)
        set_abort_callback(self.context, abort)
        self.window: int = min(window, llama_cpp.llama_n_ctx_seq(self.context))
        self.sequences = SequencePool(self.context, vocabulary)
        self.decoder = AnswerDecoder(
            self.context,
            vocabulary,
            abort,
            window=self.window,
            batch=options.batch_tokens,
            stop=stop,
            native=native,
            lookup=lookup,
            batching=batching,
        )
        self.is_open = True

    def close(self) -> None:
        """Free the context; once is enough."""
        if self.is_open:
            self.is_open = False
            self.sequences.close()
            llama_cpp.llama_free(self.context)
