"""A loaded model: counts, renders and writes. Only one thread may use it."""

import hashlib
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
from assistant.engine.prefixes import common
from assistant.engine.prompt import PromptWriter, choose_template
from assistant.engine.protocol import encodable
from assistant.engine.sequence import CachedSequence
from assistant.engine.sequences import Sequences
from assistant.engine.snapshots import WORTH, Snapshots, State
from assistant.engine.vocabulary import Vocabulary
from assistant.engine.writing import Prompt, Writer

SETTLE_AFTER = 1.0
"""Seconds after an answer in which the next question may come at once."""

SETTLED_AT_ONCE = 64
"""Tokens read before the next look at whether somebody asks."""

SAVE_AFTER = 10.0
"""Seconds: who goes on talking needs no snapshot yet."""

LEAST_SHARE = 4
"""A snapshot is read for a prompt that shares at least one in so many of its tokens."""

PROBE = 2**20
"""Bytes of a model file, at either end, that tell it from others."""


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
        self._sequences = Sequences(self._context, self.vocabulary)
        self._snapshots = snapshots
        self._to_settle: dict[int, bytes] = {}
        """By sequence: what the next prompt of its conversation begins with."""
        self._prompts = self._prompt_writer()
        self._writer = Writer(
            self._context,
            self.vocabulary,
            abort,
            window=self._window,
            batch=options.batch,
            stop=self._prompts.stop,
        )

        if snapshots is not None:
            snapshots.open(fingerprint(path, self._context))

    def close(self) -> None:
        if self._snapshots is not None:
            self._snapshots.flush()
        self._sequences.close()
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
        text = layout.text.encode()
        tokens = self._sequences.nearest(text).tokens_of(text)
        return shares(layout, tokens, self.vocabulary.lengths(tokens))

    def render(self, messages: Sequence[ChatMessage]) -> RenderedPrompt:
        text = self._prompts.text(messages)
        tokens = self._sequences.nearest(text.encode()).tokens_of(text.encode())
        return RenderedPrompt(text=text, tokens=tuple(tokens))

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
        count = len(self._sequences.nearest(text).tokens_of(text))
        if count >= self._window:
            raise _overflow(f"{count:,}", self._window)
        return self._write(messages, text, sampling)

    def rest(self, idle: float) -> bool:
        """Do a little of what is better done while nobody waits; whether there is more of it.

        Args:
            idle: seconds since the last answer.
        """
        for sequence in self._sequences:
            if idle >= SETTLE_AFTER and self._settle(sequence):
                return True
        return idle >= SAVE_AFTER and any(self._save(sequence) for sequence in self._sequences)

    def _write(
        self, messages: Sequence[ChatMessage], text: bytes, sampling: Sampling
    ) -> Iterator[Reading | Wrote | Finished]:
        sequence = self._sequences.choose(text)
        self._to_settle.pop(sequence.id, None)
        if not sequence.goes_on_with(text):
            sequence.retreat()
            self._save(sequence)
        tokens = self._restore(sequence, text)
        prompt = Prompt(text, tokens, self._prompts.opening(messages))
        answer = ""
        for event in self._writer.write(prompt, sampling, sequence):
            if isinstance(event, Wrote):
                answer += event.text
            elif isinstance(event, Finished):
                self._to_settle[sequence.id] = self._prompts.lasting(messages, answer).encode()
            yield event

    def _restore(self, sequence: CachedSequence, text: bytes) -> list[int]:
        """Bring a conversation back from its snapshot; the tokens of its prompt."""
        tokens = sequence.tokens_of(text)
        found = self._snapshots.longest(tokens) if self._snapshots else None
        if found is None or self._snapshots is None:
            return tokens
        snapshot, shared = found
        gained = shared - common(sequence.tokens, tokens)
        if gained < WORTH or shared * LEAST_SHARE < len(snapshot.tokens):
            return tokens
        state = self._snapshots.load(snapshot)
        if state is not None:
            sequence.take(*state)
        return sequence.tokens_of(text)

    def _settle(self, sequence: CachedSequence) -> bool:
        """Read the last answer as a prompt; whether something was done."""
        text = self._to_settle.pop(sequence.id, b"")
        if text:
            sequence.settle(text)
        return sequence.unread > 0 and sequence.read(SETTLED_AT_ONCE)

    def _save(self, sequence: CachedSequence) -> bool:
        """Begin to write a snapshot, if there is something new in it; whether there was."""
        if self._snapshots is None:
            return False
        tokens = sequence.tokens
        if len(tokens) < WORTH or not sequence.is_settled or self._snapshots.has(tokens):
            return False
        self._snapshots.save(State(*sequence.dump()))
        return True

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


def fingerprint(path: Path, context: llama_cpp.llama_context_p) -> str:
    """Tells a key/value cache of this model, as it is run here, from any other."""
    status = path.stat()
    digest = hashlib.sha256()
    with path.open("rb") as file:
        digest.update(file.read(PROBE))
        file.seek(max(status.st_size - PROBE, 0))
        digest.update(file.read(PROBE))
    facts = (
        status.st_size,
        status.st_mtime_ns,
        digest.hexdigest(),
        llama_cpp.__version__,
        llama_cpp.llama_print_system_info(),
        llama_cpp.llama_n_ubatch(context),
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _overflow(tokens: str, window: int) -> ContextOverflowError:
    return ContextOverflowError(
        f"The conversation is {tokens} tokens long and the model's window is {window:,}.",
        "Shorten the question, or raise engine.context_window in the settings.",
    )
