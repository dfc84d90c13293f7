"""Measurement: tokens per second that a model reads and writes with so many threads, and so many
layers on a graphics card.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from time import perf_counter

import llama_cpp

from assistant.core.errors import EngineError, ModelMemoryError
from assistant.core.values.sampling import Sampling
from assistant.engine.cache.sequence_pool import SequencePool
from assistant.engine.cache.sequences import CachedSequence
from assistant.engine.generation.decoding import PrefillChunks
from assistant.engine.generation.sampler import SamplerChain
from assistant.engine.gguf.model_checks import check_memory, check_model_file, context_bytes
from assistant.engine.llama.gpu import gpu_placement
from assistant.engine.llama.loading import default_window, load_weights, open_context
from assistant.engine.llama.native import AbortFlag, NativeLog
from assistant.engine.llama.vocabulary import Vocabulary
from assistant.engine.options import LoadOptions
from assistant.engine.tuning.benchmark import AS_USUAL, CardUse

SAMPLE = """Chapter {number}. The ferry leaves at {number} minutes past the hour and takes almost an
hour to the island. Whoever wants to take a bicycle along buys a second ticket at the window, where
the keeper of the harbour also sells maps, bread and coffee. Em dias de vento forte o barco não sai,
e os passageiros esperam na sala ao lado do cais até que o mar fique calmo outra vez.
"""

PREFILL_TOKENS = 16
"""Tokens that are read before an answer is written."""

GREEDY_SAMPLING = Sampling(temperature=0, repeat_penalty=1)


class LlamaMeasuredModel:
    """A model under measurement: loaded weights, a fresh context for each measurement."""

    def __init__(
        self,
        path: Path,
        options: LoadOptions,
        progress: Callable[[float], bool],
        *,
        most: int,
        patience: float,
    ) -> None:
        """See `check_model_file`, `check_memory` and `load_weights` for what is raised.

        Args:
            most: tokens that will be read or written at most.
            patience: seconds after which a measurement ends with what it has: with too many
                threads a busy machine takes minutes.
        """
        self._native = NativeLog(AbortFlag())
        self._path = path
        self._patience = patience
        window = max(256, most + PREFILL_TOKENS)
        self._options = options.model_copy(update={"sequences": 1, "batch": 0})
        self._header = check_model_file(path)
        placed = gpu_placement(path, self._header, self._options, window)
        check_memory(path, self._header, window, self._options.ubatch_tokens, placed.share)
        self.layer_counts = self._possible_layers(placed.layers, window)
        """See `MeasuredModel.layer_counts`."""
        self.has_attention_choice = placed.layers > 0 and (
            options.flash_attention,
            options.cache_type,
        ) == ("auto", "f16")
        """See `MeasuredModel.has_attention_choice`."""
        self._usual_layers = placed.layers
        self._options = self._options.model_copy(update={"gpu_layers": placed.layers})
        self._model = load_weights(path, self._options, self._native, progress)
        self._is_loaded = True
        self._vocabulary = Vocabulary(self._model)
        trained = llama_cpp.llama_model_n_ctx_train(self._model)
        self._window = min(window, trained or window)
        self.room = self._window - PREFILL_TOKENS
        """Tokens that can be read or written."""
        self._tokens = self._sample_tokens(window)

    def close(self) -> None:
        if self._is_loaded:
            llama_cpp.llama_model_free(self._model)
        self._native.close()

    def extra(self, graph: int) -> int:
        """See `MeasuredModel.extra`."""
        window = default_window(self._model, self._options)
        usual = context_bytes(self._header, window)
        return context_bytes(self._header, window, graph) - usual

    def reading(self, tokens: int, *, threads: int, graph: int, use: CardUse = AS_USUAL) -> float:
        """Measure reading a prompt of `tokens` as the engine does.

        Returns: tokens per second.
        """
        with self._sequence(threads, graph, use) as (_, sequence):
            # The first graph also fetches the memory that it computes in.
            self._read(sequence, min(graph, tokens))
            sequence.clear()
            started = perf_counter()
            done = self._read(sequence, tokens)
            return done / (perf_counter() - started)

    def writing(self, tokens: int, *, threads: int, use: CardUse = AS_USUAL) -> float:
        """Measure writing an answer of `tokens`.

        Returns: tokens per second.
        """
        with self._sequence(threads, 0, use) as (context, sequence):
            self._read(sequence, PREFILL_TOKENS)
            with SamplerChain(GREEDY_SAMPLING, self._vocabulary.size) as sampler:
                self._write(sequence, sampler.sample(context))
                started, written = perf_counter(), 0
                while written < tokens - 1:
                    self._write(sequence, sampler.sample(context))
                    written += 1
                    if perf_counter() - started > self._patience:
                        break
                return written / (perf_counter() - started)

    @contextmanager
    def _sequence(
        self, threads: int, graph: int, use: CardUse
    ) -> Iterator[tuple[llama_cpp.llama_context_p, CachedSequence]]:
        self._put(self._usual_layers if use.layers is None else use.layers)
        options = self._options.model_copy(
            update={"threads": threads, "threads_reading": threads, "computed_at_once": graph}
        )
        if not use.attention:
            options = options.model_copy(update={"flash_attention": "off"})
        context = open_context(self._model, self._path, options, self._native, self._window)
        sequences = SequencePool(context, self._vocabulary)
        try:
            yield context, sequences.for_background()
        finally:
            sequences.close()
            llama_cpp.llama_free(context)

    def _put(self, layers: int) -> None:
        """Load the model anew where another number of its layers is to be on the cards."""
        if layers == self._options.gpu_layers:
            return
        self._options = self._options.model_copy(update={"gpu_layers": layers})
        llama_cpp.llama_model_free(self._model)
        self._is_loaded = False
        self._model = load_weights(self._path, self._options, self._native, lambda _: True)
        self._is_loaded = True
        self._vocabulary = Vocabulary(self._model)

    def _possible_layers(self, fitting: int, window: int) -> tuple[int, ...]:
        """None, a half and all of the layers that fit, as far as memory has room for the others."""
        if not fitting or self._options.gpu_layers >= 0:
            return ()
        found = [fitting]
        for layers in (fitting // 2, 0):
            options = self._options.model_copy(update={"gpu_layers": layers})
            placed = gpu_placement(self._path, self._header, options, window)
            try:
                check_memory(self._path, self._header, window, options.ubatch_tokens, placed.share)
            except ModelMemoryError:
                break
            found.insert(0, layers)
        return tuple(sorted(set(found)))

    def _read(self, sequence: CachedSequence, tokens: int) -> int:
        """How many were read within the time there is."""
        sequence.begin(self._tokens[:tokens], b"")
        pace, started = PrefillChunks(self._options.batch_tokens), perf_counter()
        while sequence.unread:
            with pace:
                _check_not_aborted(sequence.read(pace.tokens))
            if perf_counter() - started > self._patience:
                break
        return tokens - sequence.unread

    def _write(self, sequence: CachedSequence, token: int) -> None:
        sequence.write(token, b"")
        _check_not_aborted(sequence.read_last())

    def _sample_tokens(self, least: int) -> list[int]:
        tokens: list[int] = []
        for number in count(1):
            tokens += self._vocabulary.tokenize(SAMPLE.format(number=number).encode())
            if len(tokens) >= least:
                break
        return tokens


def _check_not_aborted(computed: bool) -> None:
    if not computed:
        raise EngineError("The model could not be computed.", "See the engine's log.")
