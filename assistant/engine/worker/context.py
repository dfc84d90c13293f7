"""A context that a loaded model computes in, with its sequences and the writer in it."""

from pathlib import Path

import llama_cpp

from assistant.core.values.sampling import Lookup
from assistant.engine.cache.sequences import Sequences
from assistant.engine.generation.decoding import Writer
from assistant.engine.generation.prompt_lookup import Batching
from assistant.engine.llama.loading import open_context, usual_window
from assistant.engine.llama.native import AbortFlag, NativeLog, obey
from assistant.engine.llama.vocabulary import Vocabulary
from assistant.engine.options import LoadOptions


class Running:
    """Everything that depends on how large the window is, until closed."""

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
        batching: Batching,
    ) -> None:
        """Args:
        window: tokens that prompt and answer may use together; None takes what is usual.
        stop: a text that ends an answer.
        lookup, batching: see `Writer`.

        Raises:
            AssistantError: see `open_context`.
        """
        window = window or usual_window(model, options)
        self.context = open_context(model, path, options, native, window)
        obey(self.context, abort)
        self.window: int = min(window, llama_cpp.llama_n_ctx_seq(self.context))
        self.sequences = Sequences(self.context, vocabulary)
        self.writer = Writer(
            self.context,
            vocabulary,
            abort,
            window=self.window,
            batch=options.portion,
            stop=stop,
            native=native,
            lookup=lookup,
            batching=batching,
        )
        self.is_open = True

    def close(self) -> None:
        """Give the memory back; once is enough."""
        if self.is_open:
            self.is_open = False
            self.sequences.close()
            llama_cpp.llama_free(self.context)
